"""Writes the PNG and JPEG corpora beside this file: python write_pictures.py (needs numpy and Pillow)

PNG files are written chunk by chunk, for Pillow writes few of the kinds; JPEG files are Pillow's. Bad ones are good ones
with one thing wrong.
"""

import io
import pathlib
import struct
import zlib

import numpy
from PIL import Image

here = pathlib.Path(__file__).parent
rng = numpy.random.default_rng(20261128)
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write(folder, name, data):
    (here / folder).mkdir(exist_ok=True)
    (here / folder / name).write_bytes(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width, height, depth, colour, interlaced=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


def packed(row, depth):
    if depth == 16:
        return row.astype(">u2").tobytes()
    bits = "".join(format(int(value), f"0{depth}b") for value in row)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def rows(values, depth):
    """Each row with filter 0."""
    return b"".join(b"\0" + packed(row.reshape(-1), depth) for row in values)


def adam7(values, depth):
    steps = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    passes = [values[top::down, left::right] for top, left, down, right in steps]
    return b"".join(rows(part, depth) for part in passes if part.size)


def png(values, depth, colour, *, before=b"", interlaced=False):
    data = adam7(values, depth) if interlaced else rows(values, depth)
    height, width = values.shape[:2]
    return SIGNATURE + header(width, height, depth, colour, int(interlaced)) + before + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def noise(depth, colour, size=(7, 5)):
    return rng.integers(0, 2**depth, (*size, CHANNELS[colour]))


def palette(count):
    return chunk(b"PLTE", rng.integers(0, 256, 3 * count).astype(numpy.uint8).tobytes())


for depth, colour in [(1, GREY), (2, GREY), (4, GREY), (8, GREY), (16, GREY), (8, RGB), (16, RGB), (8, GREY_ALPHA), (16, GREY_ALPHA), (8, RGBA), (16, RGBA)]:
    names = {GREY: "grey", RGB: "rgb", GREY_ALPHA: "grey-alpha", RGBA: "rgba"}
    write("png", f"good-{names[colour]}-{depth}.png", png(noise(depth, colour), depth, colour))
for depth in [1, 2, 4, 8]:
    write("png", f"good-palette-{depth}.png", png(noise(depth, PALETTE), depth, PALETTE, before=palette(2**depth)))
opacity = chunk(b"tRNS", bytes([0, 90, 255]))
write("png", "good-palette-transparent.png", png(noise(2, PALETTE), 2, PALETTE, before=palette(4) + opacity))
write("png", "good-grey-transparent.png", png(noise(8, GREY) % 3, 8, GREY, before=chunk(b"tRNS", struct.pack(">H", 1))))
write("png", "good-black-transparent.png", png(noise(1, GREY), 1, GREY, before=chunk(b"tRNS", struct.pack(">H", 0))))
write("png", "good-rgb-transparent.png", png(noise(8, RGB) % 2, 8, RGB, before=chunk(b"tRNS", struct.pack(">HHH", 1, 0, 1))))
low = png(noise(16, GREY) % 400, 16, GREY)
write("png", "good-grey-16-low.png", low)
write("png", "good-interlaced.png", png(noise(8, RGB, (11, 9)), 8, RGB, interlaced=True))
write("png", "good-one-pixel.png", png(noise(8, GREY, (1, 1)), 8, GREY))

sound = png(noise(8, RGB), 8, RGB)
damaged = bytearray(sound)
damaged[60] ^= 0x55
write("png", "bad-empty.png", b"")
write("png", "bad-signature.png", b"\x89PNG\r\n\x1a\0" + sound[8:])
write("png", "bad-truncated.png", sound[:-30])
write("png", "bad-no-data.png", SIGNATURE + header(5, 7, 8, RGB) + chunk(b"IEND", b""))
write("png", "bad-checksum.png", bytes(damaged))
write("png", "bad-no-palette.png", png(noise(8, PALETTE), 8, PALETTE))
write("png", "bad-colour-type.png", SIGNATURE + header(5, 7, 8, 5) + sound[33:])
write("png", "bad-depth.png", SIGNATURE + header(5, 7, 3, GREY) + sound[33:])
write("png", "bad-huge.png", SIGNATURE + header(0x7FFFFFFF, 0x7FFFFFFF, 16, RGBA) + sound[33:])
write("png", "bad-bomb.png", SIGNATURE + header(60000, 60000, 8, GREY) + chunk(b"IDAT", zlib.compress(bytes(1 << 20), 9)) + chunk(b"IEND", b""))
write("png", "bad-lying-extents.png", SIGNATURE + header(50, 70, 8, RGB) + sound[33:])
write("png", "bad-no-width.png", SIGNATURE + header(0, 7, 8, RGB) + sound[33:])


def smooth(height, width):
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [127 + 90 * numpy.sin(x / (5 + c) + c) + 30 * numpy.cos(y / 4 + c) for c in range(3)]
    return numpy.clip(numpy.stack(waves, -1) + rng.normal(0, 6, (height, width, 3)), 0, 255).astype(numpy.uint8)


def jpeg(array, mode="RGB", **options):
    out = io.BytesIO()
    Image.fromarray(array if mode == "RGB" else array[..., 0]).save(out, "jpeg", **{"quality": 85, **options})
    return out.getvalue()


picture = smooth(21, 19)
write("jpeg", "good-grey.jpg", jpeg(picture, "L"))
write("jpeg", "good-grey-progressive.jpg", jpeg(picture, "L", progressive=True))
for name, subsampling in [("444", 0), ("422", 1), ("420", 2)]:
    write("jpeg", f"good-rgb-{name}.jpg", jpeg(picture, subsampling=subsampling))
    write("jpeg", f"good-rgb-{name}-progressive.jpg", jpeg(picture, subsampling=subsampling, progressive=True))
write("jpeg", "good-rgb-stored.jpg", jpeg(picture, keep_rgb=True, subsampling=0))
write("jpeg", "good-restart.jpg", jpeg(picture, restart_marker_blocks=2))
write("jpeg", "good-one-pixel.jpg", jpeg(smooth(1, 1)))

sound = jpeg(picture)
frame = sound.index(b"\xff\xc0")
scan = sound.index(b"\xff\xda")


def put(data, offset, form, *values):
    data = bytearray(data)
    struct.pack_into(form, data, offset, *values)
    return bytes(data)


cmyk = io.BytesIO()
Image.fromarray(picture).convert("CMYK").save(cmyk, "jpeg")
write("jpeg", "bad-empty.jpg", b"")
write("jpeg", "bad-header-only.jpg", sound[:scan])
write("jpeg", "bad-truncated.jpg", sound[: scan + 60])
write("jpeg", "bad-no-tables.jpg", sound[:2] + sound[frame:])
write("jpeg", "bad-cmyk.jpg", cmyk.getvalue())
write("jpeg", "bad-huge.jpg", put(sound, frame + 5, ">HH", 65535, 65535))
write("jpeg", "bad-no-width.jpg", put(sound, frame + 7, ">H", 0))
write("jpeg", "bad-precision.jpg", put(sound, frame + 4, ">B", 12))
write("jpeg", "bad-lossless.jpg", put(sound, frame + 1, ">B", 0xC3))
