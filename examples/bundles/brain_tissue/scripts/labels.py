"""Make the tissue labels of the training template and of the test subject with dipy's HMRF classifier.

    python labels.py IMAGE.nii.gz LABELS.nii.gz

Classes: 1 cerebrospinal fluid, 2 grey matter, 3 white matter, 0 outside the brain. The image must be a
brain-extracted T1 image. The written file is byte-for-byte reproducible; its hash is kept in SHA256SUMS.
"""

import argparse
import gzip
import hashlib
from pathlib import Path

import nibabel as nib
import numpy as np
from dipy.segment.tissue import TissueClassifierHMRF
from scipy import ndimage

CLASSES = 3
BETA = 0.1
TOLERANCE = 1e-5
ITERATIONS = 100


def brain_mask(image):
    """The largest connected part of the voxels above zero, opened once, holes filled."""
    mask = ndimage.binary_opening(image > 0, iterations=1)
    parts, count = ndimage.label(mask)
    sizes = ndimage.sum(mask, parts, range(1, count + 1))
    return ndimage.binary_fill_holes(parts == 1 + np.argmax(sizes))


def classify(image, mask):
    """HMRF classes inside `mask`, ordered by mean intensity: 1 darkest to 3 brightest."""
    classifier = TissueClassifierHMRF(verbose=False)
    _, segmentation, _ = classifier.classify(
        (image * mask).astype(float), CLASSES, BETA, tolerance=TOLERANCE, max_iter=ITERATIONS
    )
    segmentation = np.asarray(segmentation)
    found = [k for k in np.unique(segmentation[mask]) if k != 0]
    if len(found) != CLASSES:
        raise SystemExit(f"HMRF found {len(found)} classes inside the brain, expected {CLASSES}")
    found.sort(key=lambda k: image[mask & (segmentation == k)].mean())
    labels = np.zeros(image.shape, np.uint8)
    for number, k in enumerate(found, start=1):
        labels[segmentation == k] = number
    labels[~mask] = 0
    # HMRF gives the darkest voxels of the brain to its background class: they are fluid.
    labels[mask & (labels == 0)] = 1
    return labels


def write_nifti(path, data, affine):
    """Write `.nii.gz` with no time stamp, so that equal content has an equal hash."""
    raw = nib.Nifti1Image(data, affine).to_bytes()
    path.write_bytes(gzip.compress(raw, compresslevel=9, mtime=0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("labels", type=Path)
    arguments = parser.parse_args()

    source = nib.load(arguments.image)
    image = np.asarray(source.dataobj).astype(np.float32)
    labels = classify(image, brain_mask(image))
    write_nifti(arguments.labels, labels, source.affine)
    voxel_ml = abs(np.linalg.det(source.affine[:3, :3])) / 1000
    for number, name in ((1, "CSF"), (2, "GM"), (3, "WM")):
        print(f"{name} {np.sum(labels == number) * voxel_ml:.0f} ml")
    print(hashlib.sha256(arguments.labels.read_bytes()).hexdigest(), arguments.labels.name)


if __name__ == "__main__":
    main()
