"""Writes tests/fixtures/parity/bundles/spleen_ct_segmentation: what MONAI makes of that bundle and a synthetic CT.

The fixture's `configs` say what the published bundle's say; see its NOTICE. The published weights are not used: weights
come from counter.py with keys `spleen/parameter`, those of the last layer times LAST, which keeps the logits near the
size that trained ones have. The CT is ellipsoids with noise from counter.py, `spleen/image`, stored as scanners do:
16 bit, intercept -1024, oblique axes in another order than RAS, thick slices.
Run: python tests/parity/bundle_spleen_ct_segmentation.py
"""

import pathlib
import shutil
import struct
import tempfile

import bundle
import counter
import nibabel as nib
import numpy as np
import torch
from monai.bundle import ConfigParser

NAME = "spleen_ct_segmentation"
FOLDER = bundle.FIXTURES / NAME
SHAPE = (96, 80, 40)
SPACING = (1.7, 2.1, 5.0)
LAST = {"prefix": "model.2.1.", "factor": 0.02}
# Centre and half axes as shares of the field, and Hounsfield units: fat, soft tissue, organs, vessel, lung, bone.
ELLIPSOIDS = [
    ((0.50, 0.50, 0.50), (0.46, 0.44, 0.70), -90),
    ((0.50, 0.50, 0.50), (0.42, 0.39, 0.65), 45),
    ((0.32, 0.60, 0.45), (0.20, 0.18, 0.40), 65),
    ((0.72, 0.38, 0.55), (0.11, 0.14, 0.22), 110),
    ((0.50, 0.58, 0.50), (0.04, 0.05, 0.80), 155),
    ((0.66, 0.65, 0.90), (0.14, 0.15, 0.25), -780),
    ((0.50, 0.20, 0.50), (0.07, 0.07, 0.80), 420),
]


def rotation(x, y, z):
    c, s = np.cos, np.sin
    about_x = np.array([[1, 0, 0], [0, c(x), -s(x)], [0, s(x), c(x)]])
    about_y = np.array([[c(y), 0, s(y)], [0, 1, 0], [-s(y), 0, c(y)]])
    about_z = np.array([[c(z), -s(z), 0], [s(z), c(z), 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def subject():
    """The bytes of the CT: voxel axes run mostly to posterior, left and superior, turned by some degrees."""
    grid = np.meshgrid(*[(np.arange(size) + 0.5) / size for size in SHAPE], indexing="ij")
    image = np.full(SHAPE, -1000.0)
    for centre, half, units in ELLIPSOIDS:
        inside = sum(((axis - c) / h) ** 2 for axis, c, h in zip(grid, centre, half)) <= 1
        image[inside] = units
    image += 25 * counter.uniform("spleen/image", image.size).reshape(SHAPE)
    stored = np.clip(np.rint(image), -1024, 3071).astype(np.int16) + np.int16(1024)
    turned = rotation(0.12, -0.09, 0.21) @ np.array([[0, -1, 0], [-1, 0, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turned * SPACING
    affine[:3, 3] = [97.31, 60.27, -143.9]
    nifti = nib.Nifti1Image(stored, affine)
    nifti.header.set_xyzt_units("mm")
    nifti.set_sform(affine, 1)
    nifti.set_qform(affine, 1)
    raw = bytearray(nifti.to_bytes())
    # scl_slope and scl_inter, which nibabel leaves out of an image that is stored as it is.
    raw[112:120] = struct.pack("<2f", 1.0, -1024.0)
    return nib.Nifti1Image.from_bytes(bytes(raw)), bytes(raw)


def state(network):
    numbers = network.state_dict()
    for name, tensor in numbers.items():
        if tensor.is_floating_point():
            values = counter.parameter(f"spleen/{name}", tuple(tensor.shape))
            if name.startswith(LAST["prefix"]):
                values = values * np.float32(LAST["factor"])
            tensor.copy_(torch.from_numpy(values))
    return numbers


def main():
    image, raw = subject()
    assert image.dataobj.inter == -1024 and np.asarray(image.dataobj).min() == -1024
    file = FOLDER / "input.nii.gz"
    file.write_bytes(bundle.gzip.compress(raw, compresslevel=9, mtime=0))
    with tempfile.TemporaryDirectory() as root:
        root = pathlib.Path(root)
        shutil.copytree(FOLDER / "configs", root / "configs")
        (root / "models").mkdir()
        config = ConfigParser()
        config.read_config(str(root / "configs" / "inference.json"))
        numbers = state(config.get_parsed_content("network_def"))
        torch.save(numbers, root / "models" / "model.pt")
        seeds = "counter.py with keys `spleen/parameter` and `spleen/image`"
        bundle.write(NAME, root, file, 3, {"seed": seeds, "weights_scaled": LAST})


if __name__ == "__main__":
    main()
