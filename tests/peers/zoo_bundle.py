"""Writes a bundle of tests/fixtures/bundles with weights, and a subject for it: python zoo_bundle.py NAME FOLDER SHAPE [SPACING]

SHAPE is such as 512x512x114, SPACING such as 0.8x0.8x2.5 (mm, 1 where there is none). Weights are those that MONAI's
constructors draw with seed 0; what they answer means nothing, what it costs is what trained ones cost.
FOLDER gets configs, models, and the subject as `input*.nii.gz` or `input.png`; prints the names of its files in the order of
the channels.
"""

import json
import pathlib
import shutil
import sys

import nibabel as nib
import numpy as np
import torch
from monai.bundle import ConfigParser
from PIL import Image

BUNDLES = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "bundles"
PARTS = {"brats_mri_segmentation": ["T1c", "T1", "T2", "FLAIR"]}


def parse(folder):
    """The config of a bundle, with what MONAI 1.6.1, a machine without internet or one without ITK needs otherwise."""
    config = ConfigParser()
    config.read_config(str(next((folder / "configs").glob("inference.*"))))
    config.read_meta(str(folder / "configs" / "metadata.json"))
    config["bundle_root"] = str(folder)
    config["device"] = "$torch.device('cpu')"
    # A module of the bundle's own, for its list of data.
    for key in ("imports", "import"):
        if key in config:
            config[key] = [line for line in config[key] if "scripts." not in line]
    if config["network_def"].get("_target_") == "TorchVisionFCModel":
        config["network_def"]["pretrained"] = False
    for step in config["preprocessing"]["transforms"] if "transforms" not in config else []:
        if step.get("reader") == "ITKReader":
            step["reader"] = "NibabelReader"
    config.parse()
    return config


def checkpoint(config):
    """Where the bundle's own loader finds the weights."""
    loaders = [config.get("checkpointloader"), *config.get("handlers", []), *config.get("val_handlers", [])]
    loader = next(item for item in loaders if item and item["_target_"].endswith("CheckpointLoader"))
    config["found_path"] = loader["load_path"]
    config.parse()
    return pathlib.Path(config.get_parsed_content("found_path", instantiate=True))


def subject(shape, seed):
    """Ellipsoids with noise, in the range of Hounsfield units."""
    draw = np.random.default_rng(seed)
    axes = np.meshgrid(*[np.linspace(-1, 1, size, dtype=np.float32) for size in shape], indexing="ij", sparse=True)
    image = np.where(sum((axis / 0.9) ** 2 for axis in axes) <= 1, 40, -1000).astype(np.float32)
    for _ in range(6):
        centre, half = draw.uniform(-0.5, 0.5, len(shape)), draw.uniform(0.1, 0.35, len(shape))
        inside = sum(((axis - c) / h) ** 2 for axis, c, h in zip(axes, centre, half)) <= 1
        image[inside] = draw.uniform(-100, 400)
    image += 15 * draw.standard_normal(shape, dtype=np.float32)
    return np.clip(image, -1024, 3071).astype(np.int16)


def forget_size(path):
    """Takes `img_size` out of a config: with it ours merges patches as MONAI before 1.5 did, which cannot be run beside it."""
    config = json.loads(path.read_text()) if path.exists() else {}
    if config.get("network_def", {}).pop("img_size", None):
        path.write_text(json.dumps(config, indent=2) + "\n")


def main():
    name, folder, shape = sys.argv[1], pathlib.Path(sys.argv[2]), [int(size) for size in sys.argv[3].split("x")]
    spacing = [float(size) for size in sys.argv[4].split("x")] if len(sys.argv) > 4 else [1.0] * len(shape)
    (folder / "models").mkdir(parents=True, exist_ok=True)
    shutil.copytree(BUNDLES / name / "configs", folder / "configs", dirs_exist_ok=True)
    forget_size(folder / "configs" / "inference.json")
    config = parse(folder)
    torch.manual_seed(0)
    network = config.get_parsed_content("network_def")
    torch.save(network.state_dict(), folder / "models" / checkpoint(config).name)
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0]) if len(shape) == 3 else None
    for seed, part in enumerate(PARTS.get(name, [None])):
        file = folder / (f"input{'_' + part if part else ''}.nii.gz" if len(shape) == 3 else "input.png")
        if len(shape) == 3:
            nib.save(nib.Nifti1Image(subject(shape, seed), affine), file)
        else:
            grey = ((subject(shape, seed).astype(np.float32) + 1024) / 16).clip(0, 255).astype(np.uint8)
            channels = 1 if name == "classification_template" else 3
            picture = np.repeat(grey.T[..., None], channels, axis=2).squeeze()
            Image.fromarray(picture).save(file)
        print(file.name)


if __name__ == "__main__":
    main()
