"""Writes tests/fixtures/parity/bundles/brain_tissue: what MONAI makes of the bundle and the Colin27 brain.

`labels.nii.gz` is the file that the bundle's own `run` saves. `close.nii.gz` marks the voxels where the two most
probable classes differ by at most CLOSE; there another correct runtime may decide otherwise. `logits.f32` is a crop of
the stitched logits before post-processing, `image.f32` the same crop of the preprocessed image (float32, little endian,
C order, channel first).
Run: python tests/parity/bundle_brain_tissue.py
"""

import gzip
import hashlib
import json
import pathlib
import tempfile

import monai
import nibabel as nib
import numpy as np
import torch
from monai.bundle import ConfigParser

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "examples" / "bundles" / "brain_tissue"
SUBJECT = ROOT / "tests" / "fixtures" / "brain_tissue" / "ch2bet.nii.gz"
FOLDER = ROOT / "tests" / "fixtures" / "parity" / "bundles" / "brain_tissue"
CROP = ((70, 110), (88, 128), (60, 100))
CLOSE = 1e-3
TOLERANCE = 1e-4
LEAST_SHARE = 0.005


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_labels(path, data, affine):
    path.write_bytes(gzip.compress(nib.Nifti1Image(data, affine).to_bytes(), compresslevel=9, mtime=0))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as output:
        config = ConfigParser()
        config.read_config(str(BUNDLE / "configs" / "inference.json"))
        config["bundle_root"] = str(BUNDLE)
        config["datalist"] = [str(SUBJECT)]
        config["output_dir"] = output
        config["device"] = "$torch.device('cpu')"
        config.parse()
        evaluator = config.get_parsed_content("evaluator")
        seen = {}
        infer = evaluator.inferer

        def recording(inputs, network, *rest, **named):
            logits = infer(inputs, network, *rest, **named)
            seen["image"], seen["logits"] = inputs[0].clone(), logits[0].clone()
            return logits

        evaluator.inferer = recording
        evaluator.run()
        saved = nib.load(next(pathlib.Path(output).glob("*/*.nii.gz")))
        labels, affine = np.asarray(saved.dataobj).astype(np.uint8), saved.affine

    image = np.asarray(torch.as_tensor(seen["image"]), dtype=np.float32)
    logits = np.asarray(torch.as_tensor(seen["logits"]), dtype=np.float32)
    shares = [float((labels == k).mean()) for k in range(logits.shape[0])]
    assert min(shares) >= LEAST_SHARE, f"a class has only {min(shares):.4f} of the voxels"
    subject = nib.load(SUBJECT)
    assert labels.shape == subject.shape == logits.shape[1:], (labels.shape, subject.shape, logits.shape)
    probabilities = np.sort(torch.softmax(torch.from_numpy(logits), 0).numpy(), axis=0)
    close = probabilities[-1] - probabilities[-2] <= CLOSE

    window = tuple(slice(*bounds) for bounds in CROP)
    write_labels(FOLDER / "labels.nii.gz", labels, affine)
    write_labels(FOLDER / "close.nii.gz", close.astype(np.uint8), affine)
    (FOLDER / "logits.f32").write_bytes(logits[(slice(None), *window)].astype("<f4").tobytes())
    (FOLDER / "image.f32").write_bytes(image[(slice(None), *window)].astype("<f4").tobytes())
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "input": {"file": "tests/fixtures/brain_tissue/ch2bet.nii.gz", "sha256": sha256(SUBJECT)},
        "weights_sha256": sha256(BUNDLE / "models" / "model.pt"),
        "config_sha256": sha256(BUNDLE / "configs" / "inference.json"),
        "shape": list(labels.shape),
        "affine": np.asarray(affine, dtype=float).tolist(),
        "class_shares": shares,
        "crop": [list(bounds) for bounds in CROP],
        "logits_shape": [logits.shape[0], *[b - a for a, b in CROP]],
        "logits_std": float(logits.std()),
        "image_std": float(image.std()),
        "close_margin": CLOSE,
        "close_voxels": int(close.sum()),
        "tolerance_of_std": TOLERANCE,
        "tolerance_of_affine": 1e-5,
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
