"""Writes tests/fixtures/parity/bundles/spleen_ct_segmentation: what MONAI makes of that bundle and a synthetic CT.

The fixture's `configs` say what the published bundle's say; see its NOTICE. The published weights are not used: weights
come from counter.py with keys `spleen/parameter`, those of the last layer times LAST, which keeps the logits near the
size that trained ones have. The CT is that of subjects.py with key `spleen/image`.
Run: python tests/parity/bundle_spleen_ct_segmentation.py
"""

import pathlib
import shutil
import tempfile

import bundle
import counter
import numpy as np
import subjects
import torch
from monai.bundle import ConfigParser

NAME = "spleen_ct_segmentation"
FOLDER = bundle.FIXTURES / NAME
SHAPE = (96, 80, 40)
SPACING = (1.7, 2.1, 5.0)
LAST = {"prefix": "model.2.1.", "factor": 0.02}


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
    file = FOLDER / "input.nii.gz"
    file.write_bytes(bundle.gzip.compress(subjects.ct("spleen/image", SHAPE, SPACING), compresslevel=9, mtime=0))
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
