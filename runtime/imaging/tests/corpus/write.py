"""Writes the NIfTI corpus beside this file with nibabel: python write.py

Good files are nibabel's own; bad ones are good ones with one thing wrong.
"""

import gzip
import pathlib
import struct

import nibabel
import numpy

here = pathlib.Path(__file__).parent / "nifti"
here.mkdir(exist_ok=True)
oblique = numpy.array([[0, -1.5, 0.25, 7], [-0.9, 0, 0, -3.5], [0, 0.25, 1.5, 11], [0, 0, 0, 1]], float)


def write(name, data):
    (here / name).write_bytes(data)


def ramp(shape, dtype):
    return numpy.arange(numpy.prod(shape)).reshape(shape).astype(dtype)


def good(shape, dtype, affine=oblique, kind=nibabel.Nifti1Image, units="mm", sform=1, qform=1, scale=None):
    image = kind(ramp(shape, dtype), affine)
    image.set_sform(affine, code=sform)
    image.set_qform(affine if sform == 0 else None, code=qform)
    image.header.set_xyzt_units(units)
    if scale:
        image.header.set_slope_inter(*scale)
    return image.to_bytes()


def put(data, offset, form, *values):
    data = bytearray(data)
    struct.pack_into(form, data, offset, *values)
    return bytes(data)


def pack(data):
    return gzip.compress(data, mtime=0)


right = numpy.diag([1.0, 2.0, 3.0, 1.0])
sound = good((3, 4, 5), numpy.int16)
write("good-int16.nii", sound)
write("good-int16.nii.gz", pack(sound))
write("good-two-members.nii.gz", pack(sound[:200]) + pack(sound[200:]))
write("good-float32-plane.nii", good((6, 5), numpy.float32, right))
write("good-channels.nii", good((3, 2, 2, 3), numpy.uint8, right))
write("good-nifti2.nii.gz", pack(good((3, 4, 2), numpy.float64, kind=nibabel.Nifti2Image)))
write("good-qform-micron.nii", good((2, 3, 4), numpy.uint16, right, units="micron", sform=0))
write("good-scaled.nii", put(sound, 112, "<2f", 2.0, -1.0))
write("good-no-forms.nii", put(good((2, 2, 2), numpy.int32, right), 252, "<2h", 0, 0))
swapped = nibabel.Nifti1Image(ramp((3, 4, 5), numpy.int16), right).to_bytes()
header = nibabel.Nifti1Header(swapped[:348]).as_byteswapped(">")
write("good-big-endian.nii", header.binaryblock + b"\0\0\0\0" + ramp((60,), ">i2").tobytes())

wrong_sum = bytearray(pack(sound))
wrong_sum[-6] ^= 0xFF
write("bad-empty.nii", b"")
write("bad-magic.nii", put(sound, 344, "4s", b"n+7\0"))
write("bad-detached.nii", put(sound, 344, "4s", b"ni1\0"))
write("bad-header-only.nii", sound[:352])
write("bad-truncated.nii", sound[:-1])
write("bad-truncated.nii.gz", pack(sound)[:-30])
write("bad-checksum.nii.gz", bytes(wrong_sum))
write("bad-gzip-of-nothing.nii.gz", pack(b""))
write("bad-lying-extents.nii", put(sound, 42, "<3h", 30, 40, 50))
write("bad-lying-extents.nii.gz", pack(put(sound, 42, "<3h", 30, 40, 50)))
write("bad-huge-extents.nii.gz", pack(put(sound, 42, "<3h", 32767, 32767, 32767)))
write("bad-huge-extents-nifti2.nii", put(good((3, 4, 2), numpy.uint8, kind=nibabel.Nifti2Image), 24, "<3q", *[1 << 31] * 3))
write("bad-negative-extent.nii", put(sound, 44, "<h", -4))
write("bad-no-axes.nii", put(sound, 40, "<h", 0))
write("bad-seven-axes.nii", put(sound, 40, "<h", 7))
write("bad-nan-affine.nii", put(sound, 280, "<f", float("nan")))
write("bad-infinite-affine.nii", put(sound, 292, "<f", float("inf")))
write("bad-singular-affine.nii", put(sound, 280, "<12f", *[0.0] * 12))
write("bad-long-quaternion.nii", put(put(sound, 252, "<2h", 1, 0), 256, "<3f", 1.0, 1.0, 1.0))
write("bad-complex.nii", put(sound, 70, "<h", 32))
write("bad-offset.nii", put(sound, 108, "<f", 100.0))
write("bad-offset-beyond.nii", put(sound, 108, "<f", 3e9))
write("bad-nan-intercept.nii", put(sound, 112, "<2f", 1.0, float("nan")))
