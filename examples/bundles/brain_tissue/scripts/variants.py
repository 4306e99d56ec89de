"""Sharper copies of the training template, each with the labels that HMRF gives to that copy.

    python variants.py ICBM_T1.nii.gz ICBM_LABELS.nii.gz VARIANTS.npz

The template is the mean of 152 brains and much smoother than one scan. HMRF follows the intensities, so a sharpened
image must be labelled again: with the labels of the smooth template a network learns to lose thin sulci.
Each copy is an unsharp mask of the brain; HMRF starts at the frozen labels and runs until they settle.
"""

import argparse
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

import frozen
from labels import BETA

# Strength and Gaussian width in mm of the unsharp masks; the first copy is the template itself.
SHARPEN = ((0.0, 1.0), (0.8, 1.2), (1.5, 0.8), (1.5, 1.3), (2.4, 1.0))
SETTLED = 0.0005
ROUNDS = 12
MARGIN = 8


def unsharp(image, mask, amount, width):
    """`image + amount * (image - blurred)`, blurred within the mask only, so that its border is not brightened."""
    weight = ndimage.gaussian_filter(mask.astype(np.float32), width)
    blurred = ndimage.gaussian_filter(image * mask, width) / np.maximum(weight, 1e-3)
    return np.where(mask, np.maximum(image + amount * (image - blurred), 0.02 * image.max()), 0).astype(np.float32)


def agreeing(labels, k):
    """How many of the six neighbours of each voxel have class `k`."""
    same = np.pad((labels == k).astype(np.float32), 1)
    count = np.zeros(labels.shape, np.float32)
    for axis in range(3):
        for step in (-1, 1):
            count += np.roll(same, step, axis)[1:-1, 1:-1, 1:-1]
    return count


def relabel(image, mask, labels):
    """HMRF from given labels: alternate soft class parameters and iterated conditional modes until they settle.

    Gaussian classes and an Ising prior of weight BETA over six neighbours, as in dipy's classifier, inside the mask only.
    """
    found = labels.copy()
    values = image[mask]
    share = np.stack([labels[mask] == k for k in (1, 2, 3)]).astype(np.float32)
    for _ in range(ROUNDS):
        weight = share.sum(1)
        mean = (share * values).sum(1) / weight
        variance = (share * (values - mean[:, None]) ** 2).sum(1) / weight
        cost = (values - mean[:, None]) ** 2 / (2 * variance[:, None]) + 0.5 * np.log(variance)[:, None]
        cost -= 2 * BETA * np.stack([agreeing(found, k)[mask] for k in (1, 2, 3)])
        share = np.exp(cost.min(0) - cost)
        share /= share.sum(0)
        before = found[mask]
        found[mask] = 1 + cost.argmin(0)
        if (found[mask] != before).mean() < SETTLED:
            break
    return found, mean, variance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("variants", type=Path)
    arguments = parser.parse_args()
    image = np.asarray(nib.load(frozen.require(arguments.image)).dataobj).astype(np.float32)
    labels = np.asarray(nib.load(frozen.require(arguments.labels)).dataobj)
    mask = labels > 0
    inside = np.argwhere(mask)
    low, high = inside.min(0) - MARGIN, inside.max(0) + MARGIN + 1
    crop = tuple(slice(max(0, a), b) for a, b in zip(low, high))
    small, brain = image[crop] * mask[crop], mask[crop]
    images, classes, means, variances = [], [], [], []
    for amount, width in SHARPEN:
        copy = unsharp(small, brain, amount, width)
        found, mean, variance = relabel(copy, brain, labels[crop])
        same = float((found == labels[crop])[brain].mean())
        found = labels[crop] if amount == 0 else found
        whole_image, whole_labels = np.zeros_like(image), np.zeros_like(labels)
        whole_image[crop], whole_labels[crop] = copy, found
        images.append(whole_image)
        means.append(mean)
        variances.append(variance)
        classes.append(whole_labels)
        volumes = [int((found == k).sum() / 1000) for k in (1, 2, 3)]
        print(f"amount {amount}, width {width}: {volumes} ml, {same:.3f} of the brain labelled as before", flush=True)
    np.savez(arguments.variants, images=images, labels=classes, means=means, variances=variances)


if __name__ == "__main__":
    main()
