"""Draw docs/overlay.png: three planes of the Colin27 brain, and below them the tissues that this bundle finds.

    python picture.py LABELS.nii.gz

LABELS is an answer of the bundle to tests/fixtures/brain_tissue/ch2bet.nii.gz, from MONAI, from `monai-runtime run` or
from the quickstart.
"""

import argparse
import struct
import zlib
from pathlib import Path

import nibabel as nib
import numpy as np

import frozen
from evaluate import BUNDLE, SUBJECT

# Red, green and blue of cerebrospinal fluid, grey and white matter, as in the quickstart's picture.
COLOURS = np.array([[0, 0, 0], [66, 135, 245], [235, 170, 60], [200, 60, 110]], np.float32)
SHARE = 0.45
GAP = 6


def planes(volume, at):
    """Sagittal, coronal and axial plane through voxel `at`, rows from top to bottom."""
    return [np.flipud(np.take(volume, at[axis], axis).T) for axis in range(3)]


def row(pictures):
    """Pictures side by side on black, centred in height."""
    height = max(p.shape[0] for p in pictures)
    cells = []
    for p in pictures:
        above = (height - p.shape[0]) // 2
        cells.append(np.pad(p, ((above, height - p.shape[0] - above), (GAP, GAP), (0, 0))))
    return np.concatenate(cells, 1)


def write_png(path, pixels):
    """An 8-bit RGB image `[rows, columns, 3]`, each row stored as differences from the pixel before."""
    height, width, _ = pixels.shape
    steps = pixels.astype(np.int16)
    steps[:, 1:] -= pixels[:, :-1]
    rows = np.insert(steps.astype(np.uint8).reshape(height, -1), 0, 1, axis=1)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)), chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--out", type=Path, default=BUNDLE / "docs" / "overlay.png")
    arguments = parser.parse_args()
    source = nib.load(frozen.require(SUBJECT / "ch2bet.nii.gz", SUBJECT / "SHA256SUMS"))
    answer = nib.load(arguments.labels)
    if answer.shape != source.shape:
        raise SystemExit(f"{arguments.labels} has shape {answer.shape}, the subject {source.shape}")
    image, labels = np.asarray(source.dataobj).astype(np.float32), np.asarray(answer.dataobj).astype(np.uint8)
    # 12 mm beside the midline and at the height of the ventricles, where all three tissues show.
    at = np.rint(np.linalg.inv(source.affine) @ [-12, -18, 12, 1]).astype(int)[:3]
    grey = [np.repeat((p / image.max() * 255)[..., None], 3, 2) for p in planes(image, at)]
    classes = planes(labels, at)
    mixed = [np.where((k > 0)[..., None], (1 - SHARE) * g + SHARE * COLOURS[k], g) for g, k in zip(grey, classes)]
    picture = np.concatenate([row(grey), np.zeros((GAP, row(grey).shape[1], 3)), row(mixed)])
    write_png(arguments.out, np.rint(np.clip(picture, 0, 255)).astype(np.uint8))
    print(arguments.out, arguments.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
