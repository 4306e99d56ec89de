"""Cases of transforms that work on more of the data dictionary than one image, for
runtime/transforms/tests/parity/dictionary.rs. The scripts dictionary_*.py write them."""
import base64
import copy
import gzip
import json
import pathlib

import numpy as np
import torch
from monai.data import MetaTensor
from monai.transforms import Compose

ROOT = pathlib.Path(__file__).resolve().parents[1] / "fixtures/parity/dictionary"


def image(array, affine=None):
    """An image as LoadImaged leaves it: channels first, with its place and the shape of its file."""
    tensor = torch.as_tensor(np.asarray(array))
    matrix = torch.eye(4, dtype=torch.float64) if affine is None else torch.as_tensor(affine, dtype=torch.float64)
    return MetaTensor(tensor, affine=matrix, meta={"spatial_shape": np.array(tensor.shape[1:])})


def is_image(key, item):
    return isinstance(item, (np.ndarray, torch.Tensor)) and item.ndim >= 3 and key != "points"


def plain(item):
    """A value as JSON."""
    if isinstance(item, dict):
        # Numbers of instances come out of a set.
        items = sorted(item.items()) if all(isinstance(key, (int, np.integer)) for key in item) else item.items()
        return {str(key): plain(value) for key, value in items}
    if isinstance(item, (list, tuple)):
        return [plain(value) for value in item]
    if isinstance(item, (np.ndarray, torch.Tensor, np.generic)):
        return plain(item.tolist())
    return item


def flat(dictionary):
    """Images of a dictionary within the dictionary under `key::key`; MONAI's header fields and traces are left out."""
    out = {}
    for key, item in dictionary.items():
        if key.endswith(("_meta_dict", "_transforms")):
            continue
        if isinstance(item, dict) and item and all(is_image(*inner) for inner in item.items()):
            out.update({f"{key}::{inner}": value for inner, value in item.items()})
        else:
            out[key] = item
    return out


class Cases:
    """The cases of one script; `write` puts them into `dictionary/NAME.json.gz`."""

    def __init__(self, name):
        self.name, self.cases, self.arrays = name, [], {}

    def add(self, name, given, *steps, tolerance=1e-5):
        """MONAI's result of `steps`, each a class and its arguments, on the dictionary `given`."""
        before = self.parts(copy.deepcopy(given))
        after = Compose([target(**args) for target, args in steps])(copy.deepcopy(given))
        written = [{"target": f"{target.__module__}.{target.__name__}", "args": plain(args)} for target, args in steps]
        case = {"name": f"{self.name}: {name}", "given": before, "steps": written, "expected": self.parts(after)}
        self.cases.append({**case, "tolerance": tolerance})

    def parts(self, dictionary):
        items = flat(dictionary)
        return {
            "images": {key: self.array(item) for key, item in items.items() if is_image(key, item)},
            "values": {key: plain(item) for key, item in items.items() if not is_image(key, item)},
        }

    def array(self, item):
        tensor = torch.as_tensor(item) if isinstance(item, np.ndarray) else item
        data = base64.b64encode(np.ascontiguousarray(np.asarray(tensor), "<f4").tobytes()).decode()
        return {
            "shape": list(tensor.shape),
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "affine": tensor.affine.tolist() if isinstance(tensor, MetaTensor) else None,
            # Many cases have the same images: each is written once.
            "data": self.arrays.setdefault(data, len(self.arrays)),
        }

    def write(self):
        ROOT.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"arrays": list(self.arrays), "cases": self.cases}).encode()
        (ROOT / f"{self.name}.json.gz").write_bytes(gzip.compress(text, mtime=0))
        print(f"{len(self.cases)} cases of {self.name}")
