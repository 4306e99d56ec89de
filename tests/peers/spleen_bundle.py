"""Writes the bundle of the parity fixture spleen_ct_segmentation with its weights: python spleen_bundle.py FOLDER"""

import pathlib
import shutil
import sys

import torch
from monai.bundle import ConfigParser

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "parity"))
import bundle_spleen_ct_segmentation as spleen  # noqa: E402


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "models").mkdir(parents=True, exist_ok=True)
    shutil.copytree(spleen.FOLDER / "configs", folder / "configs", dirs_exist_ok=True)
    config = ConfigParser()
    config.read_config(str(folder / "configs" / "inference.json"))
    torch.save(spleen.state(config.get_parsed_content("network_def")), folder / "models" / "model.pt")


if __name__ == "__main__":
    main()
