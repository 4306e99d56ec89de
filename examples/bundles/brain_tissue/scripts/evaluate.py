"""Dice of the bundle on the Colin27 brain beside three baselines, clean, under a bias field and with noise.

    python evaluate.py ICBM_T1.nii.gz ICBM_LABELS.nii.gz --json ../docs/evaluation.json

The prediction is MONAI's own: configs/inference.json is run by its `run` expression, on files.
The baselines are given the brain mask of the reference; the bundle has the voxels above zero.
"""

import argparse
import json
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
from monai.bundle import ConfigParser
from scipy import ndimage
from scipy.cluster.vq import kmeans2

import frozen
from labels import brain_mask

BUNDLE = Path(__file__).resolve().parent.parent
SUBJECT = BUNDLE.parents[2] / "tests" / "fixtures" / "brain_tissue"
TISSUES = {1: "csf", 2: "gm", 3: "wm"}


def predict(image, affine, weights):
    """Labels that MONAI gives for `image`: written, read, segmented and written again by the bundle's config."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "subject.nii.gz"
        nib.save(nib.Nifti1Image(image, affine), source)
        config = ConfigParser()
        config.read_config(str(BUNDLE / "configs" / "inference.json"))
        config["bundle_root"] = str(BUNDLE)
        config["datalist"] = [str(source)]
        config["output_dir"] = folder
        config["device"] = "$torch.device('cpu')"
        config["checkpointloader#load_path"] = str(weights)
        config.parse()
        config.get_parsed_content("run")
        return np.asarray(nib.load(next(Path(folder).glob("subject/*.nii.gz"))).dataobj)


def dice(found, reference):
    overlap = {}
    for k, name in TISSUES.items():
        a, b = found == k, reference == k
        overlap[name] = round(float(2 * (a & b).sum() / (a.sum() + b.sum())), 4)
    return overlap


def scaled(image):
    return image / np.percentile(image, 99.5)


def conditions(image):
    """The subject as it is, under a smooth multiplicative bias field, and with 5 % noise."""
    axes = np.meshgrid(*[np.linspace(-1, 1, s) for s in image.shape], indexing="ij")
    bias = np.exp(0.25 * (0.7 * axes[0] + 0.7 * axes[1] - 0.5 * axes[2]))
    noise = np.random.default_rng(0).normal(0, 0.05 * np.percentile(image, 99.5), image.shape)
    brain = image > 0
    yield "clean", image
    yield "bias field", (image * bias).astype(np.float32)
    yield "5 % noise", (np.clip(image + noise, 0, None) * brain).astype(np.float32)


def thresholds(image, mask, means):
    """Two fixed thresholds, half way between the template's class means."""
    low, high = (means[0] + means[1]) / 2, (means[1] + means[2]) / 2
    x = scaled(image)
    return np.where(mask, 1 + (x > low).astype(int) + (x > high), 0)


def k_means(image, mask, means):
    """Three means of the intensities in the brain, started at the template's class means."""
    centres, nearest = kmeans2(scaled(image)[mask][:, None].astype(float), np.array(means)[:, None], minit="matrix")
    labels = np.zeros(image.shape, np.uint8)
    labels[mask] = 1 + np.argsort(np.argsort(centres[:, 0]))[nearest]
    return labels


def atlas(labels, affine, subject_affine, mask):
    """The template's labels copied by world coordinates; voxels of the brain that it leaves empty are fluid."""
    step = np.linalg.inv(affine) @ subject_affine
    copied = ndimage.affine_transform(labels, step[:3, :3], step[:3, 3], output_shape=mask.shape, order=0)
    return np.where(mask, np.maximum(copied, 1), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", type=Path)
    parser.add_argument("template_labels", type=Path)
    parser.add_argument("--weights", type=Path, default=BUNDLE / "models" / "model.pt")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    template = nib.load(frozen.require(arguments.template))
    template_image = scaled(np.asarray(template.dataobj).astype(np.float32))
    template_labels = np.asarray(nib.load(frozen.require(arguments.template_labels)).dataobj)
    means = [float(template_image[template_labels == k].mean()) for k in TISSUES]

    sums = SUBJECT / "SHA256SUMS"
    subject = nib.load(frozen.require(SUBJECT / "ch2bet.nii.gz", sums))
    reference = np.asarray(nib.load(frozen.require(SUBJECT / "colin_hmrf.nii.gz", sums)).dataobj)
    image = np.asarray(subject.dataobj).astype(np.float32)
    mask = brain_mask(image)

    rows = []

    def row(condition, method, labels):
        millilitres = {name: int(round(float((labels == k).sum()) / 1000)) for k, name in TISSUES.items()}
        rows.append({"condition": condition, "method": method, "dice": dice(labels, reference), "ml": millilitres})
        print(json.dumps(rows[-1]), flush=True)

    row("clean", "atlas labels copied", atlas(template_labels, template.affine, subject.affine, mask))
    for condition, changed in conditions(image):
        row(condition, "two fixed thresholds", thresholds(changed, mask, means))
        row(condition, "k-means", k_means(changed, mask, means))
        row(condition, "this bundle", predict(changed, subject.affine, arguments.weights))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
