"""Synthetic subjects, the same on every run: scans as NIfTI and pictures as PNG or JPEG, with noise from counter.py.

A scan is ellipsoids with noise, stored as scanners do: 16 bit with slope and intercept, oblique axes in another order than
RAS, thick slices.
"""

import io
import struct

import counter
import nibabel as nib
import numpy as np
from PIL import Image

# Centre and half axes as shares of the field, Hounsfield units and MR signal: fat, soft tissue, organs, vessel, lung, bone.
ELLIPSOIDS = [
    ((0.50, 0.50, 0.50), (0.46, 0.44, 0.70), -90, 700),
    ((0.50, 0.50, 0.50), (0.42, 0.39, 0.65), 45, 260),
    ((0.32, 0.60, 0.45), (0.20, 0.18, 0.40), 65, 340),
    ((0.72, 0.38, 0.55), (0.11, 0.14, 0.22), 110, 480),
    ((0.50, 0.58, 0.50), (0.04, 0.05, 0.80), 155, 60),
    ((0.66, 0.65, 0.90), (0.14, 0.15, 0.25), -780, 20),
    ((0.50, 0.20, 0.50), (0.07, 0.07, 0.80), 420, 110),
]


def ct(key, shape, spacing):
    """The bytes of a CT in Hounsfield units: intercept -1024."""
    image = ellipsoids(shape, background=-1000, column=2)
    image += 25 * counter.uniform(key, image.size).reshape(shape)
    stored = np.clip(np.rint(image), -1024, 3071).astype(np.int16) + np.int16(1024)
    return nifti(stored, spacing, slope=1.0, intercept=-1024.0)


def mr(key, shape, spacing, contrast=1.0):
    """The bytes of an MR image, zero outside the body; `contrast` is a power that makes sequences differ."""
    image = ellipsoids(shape, background=0, column=3)
    body = image > 0
    image = 800 * (image / 800) ** contrast
    image = body * np.clip(image + 20 * counter.uniform(key, image.size).reshape(shape), 1, None)
    return nifti(np.rint(image * 2).astype(np.int16), spacing, slope=0.5, intercept=0.0)


def ellipsoids(shape, background, column):
    grid = np.meshgrid(*[(np.arange(size) + 0.5) / size for size in shape], indexing="ij")
    image = np.full(shape, float(background))
    for ellipsoid in ELLIPSOIDS:
        inside = sum(((axis - c) / h) ** 2 for axis, c, h in zip(grid, *ellipsoid[:2])) <= 1
        image[inside] = ellipsoid[column]
    return image


def nifti(stored, spacing, slope, intercept):
    """Voxel axes run mostly to posterior, left and superior, turned by some degrees."""
    turned = rotation(0.12, -0.09, 0.21) @ np.array([[0, -1, 0], [-1, 0, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turned * spacing
    affine[:3, 3] = [97.31, 60.27, -143.9]
    image = nib.Nifti1Image(stored, affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(affine, 1)
    image.set_qform(affine, 1)
    raw = bytearray(image.to_bytes())
    # scl_slope and scl_inter, which nibabel leaves out of an image that is stored as it is.
    raw[112:120] = struct.pack("<2f", slope, intercept)
    read = nib.Nifti1Image.from_bytes(bytes(raw))
    assert (read.dataobj.slope, read.dataobj.inter) == (slope, intercept)
    return bytes(raw)


def rotation(x, y, z):
    c, s = np.cos, np.sin
    about_x = np.array([[1, 0, 0], [0, c(x), -s(x)], [0, s(x), c(x)]])
    about_y = np.array([[c(y), 0, s(y)], [0, 1, 0], [-s(y), 0, c(y)]])
    about_z = np.array([[c(z), -s(z), 0], [s(z), c(z), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def picture(key, size, channels, form="PNG"):
    """The bytes of a picture of `size`, width and height: discs on a slope, with noise."""
    width, height = size
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    planes = []
    for channel in range(channels):
        plane = 60 + 90 * x + 50 * y * (1 - channel / 2)
        for (across, down, _), (half, *_), *_ in ELLIPSOIDS[2:]:
            plane[(x - across) ** 2 + (y - down) ** 2 <= half**2] += 40 * (channel - 1) + 300 * half
        planes.append(plane)
    image = np.stack(planes, axis=-1)
    image += 12 * counter.uniform(key, image.size).reshape(image.shape)
    image = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    options = {"quality": 90, "subsampling": "4:2:0"} if form == "JPEG" else {"optimize": True}
    Image.fromarray(image[..., 0] if channels == 1 else image).save(file, form, **options)
    return file.getvalue()


def mask(key):
    """The bytes of a picture of 128 by 128: one nucleus as a label of 3, a piece of another."""
    x, y = np.meshgrid(np.arange(128), np.arange(128))
    inside = (x - 60 - 4 * counter.uniform(key, 1)[0]) ** 2 / 900 + (y - 66) ** 2 / 400 <= 1
    image = np.where(inside | ((x > 110) & (y < 9)), 3, 0).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", optimize=True)
    return file.getvalue()
