"""What MONAI makes of a bundle and one image, written as a fixture for runtime/engine/tests/it/bundles.rs.

`labels.nii.gz` is the file that the bundle's own `run` saves. `close.nii.gz` marks the voxels of the input's grid where
the two most probable classes differ by at most CLOSE; there another correct runtime may decide otherwise. `image.f32`
and `logits.f32` are samples of the preprocessed image and of the stitched logits before post-processing,
`probabilities.f32` samples of what `Invertd` brings back onto the input's grid: every `sample_step`-th voxel of each
axis, from the first on (float32, little endian, C order, channel first).
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
from monai.transforms import Invertd

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "parity" / "bundles"
CLOSE = 1e-3
TOLERANCE = 1e-4
LEAST_SHARE = 0.005


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compress(image):
    return gzip.compress(image.to_bytes(), compresslevel=9, mtime=0)


def evaluate(root, subject, output):
    """The bundle's own evaluation of one image on the processor: what was seen on the way, and the saved file."""
    config = ConfigParser()
    config.read_config(str(root / "configs" / "inference.json"))
    config["bundle_root"] = str(root)
    config["datalist"] = [str(subject)]
    config["output_dir"] = output
    config["device"] = "$torch.device('cpu')"
    config["dataloader"]["num_workers"] = 0
    config.parse()
    evaluator = config.get_parsed_content("evaluator")
    config.get_parsed_content("initialize")
    seen = {}
    infer = evaluator.inferer

    def recording(inputs, network, *rest, **named):
        logits = infer(inputs, network, *rest, **named)
        seen["image"], seen["logits"] = array(inputs[0]), array(logits[0])
        seen["grid"] = np.asarray(inputs[0].affine, dtype=float)
        return logits

    def recorder(data):
        seen["probabilities"] = array(data["pred"])
        return data

    evaluator.inferer = recording
    postprocessing = config.get_parsed_content("postprocessing")
    steps = list(postprocessing.transforms)
    inverted = next(index for index, step in enumerate(steps) if isinstance(step, Invertd))
    postprocessing.transforms = (*steps[: inverted + 1], recorder, *steps[inverted + 1 :])
    evaluator.run()
    saved = nib.load(next(pathlib.Path(output).glob("**/*.nii.gz")))
    return seen, np.asarray(saved.dataobj), saved.affine


def array(tensor):
    return np.array(torch.as_tensor(tensor), dtype=np.float32)


def write(name, root, subject, step, facts):
    """Writes the fixture `name`; `facts` are added to its manifest."""
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as output:
        seen, saved, affine = evaluate(root, subject, output)
    labels = saved.astype(np.uint8)
    assert (labels == saved).all(), "the labels are small integers"
    image, logits, probabilities = seen["image"], seen["logits"], seen["probabilities"]
    shares = [float((labels == k).mean()) for k in range(logits.shape[0])]
    assert min(shares) >= LEAST_SHARE, f"a class has only {min(shares):.4f} of the voxels"
    original = nib.load(subject)
    assert labels.shape == original.shape == probabilities.shape[1:], (labels.shape, original.shape)
    assert image.shape[1:] == logits.shape[1:], (image.shape, logits.shape)
    ordered = np.sort(probabilities, axis=0)
    close = ordered[-1] - ordered[-2] <= CLOSE

    for file, data in [("labels", labels), ("close", close.astype(np.uint8))]:
        (folder / f"{file}.nii.gz").write_bytes(compress(nib.Nifti1Image(data, affine)))
    every = (slice(None), *[slice(None, None, step)] * 3)
    for file, data in [("image", image), ("logits", logits), ("probabilities", probabilities)]:
        (folder / f"{file}.f32").write_bytes(data[every].astype("<f4").tobytes())
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "input": {"file": str(subject.relative_to(ROOT)), "sha256": sha256(subject)},
        "config_sha256": sha256(root / "configs" / "inference.json"),
        **facts,
        "shape": list(labels.shape),
        "affine": np.asarray(affine, dtype=float).tolist(),
        "network_shape": list(image.shape[1:]),
        "network_affine": seen["grid"].tolist(),
        "classes": logits.shape[0],
        "class_shares": shares,
        "sample_step": step,
        "image_std": float(image.std()),
        "logits_std": float(logits.std()),
        "probabilities_std": float(probabilities.std()),
        "close_margin": CLOSE,
        "close_voxels": int(close.sum()),
        "tolerance_of_std": TOLERANCE,
        "tolerance_of_affine": 1e-5,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{name}: {labels.shape}, {close.sum()} close voxels, shares {shares}, logits {logits.std():.3f}")
