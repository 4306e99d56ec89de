"""Writes tests/fixtures/parity/dictionary/vista.json.gz: prompts of VISTA3D and what becomes of its logits, and
FromMetaTensord, by MONAI.

Run: python tests/parity/dictionary_vista.py
"""
import numpy as np
import torch
from dictionary import Cases, image
from monai.apps.vista3d.transforms import VistaPostTransformd, VistaPreTransformd
from monai.transforms import FromMetaTensord, ScaleIntensityd

rng = np.random.default_rng(20261201)
NAMES = {"1": "Liver", "20": "lung", "25": "Hepatic vessel", "28": "left lung"}
GROUPS = {"20": [28, 29, 30], "2": [5, 14]}


def pre(cases):
    def add(name, given, **arguments):
        cases.add(name, {"image": image(np.zeros((1, 2, 2, 2), np.float32)), **given}, (VistaPreTransformd, {"keys": "image", **arguments}))

    add("no prompt", {}, subclass=GROUPS)
    add("members", {"label_prompt": [1, 20, 3, 2]}, subclass=GROUPS)
    add("no groups", {"label_prompt": [1, 20]})
    add("names", {"label_prompt": ["LIVER", "Lung", "17", 4, "new", "newer", "new"]}, subclass=GROUPS, labels_dict=NAMES)
    add("names without groups", {"label_prompt": ["liver"]}, labels_dict=NAMES)
    add("names without a list of them", {"label_prompt": ["5", "x"]}, subclass=GROUPS)
    points = {"points": [[[1, 1, 1], [0, 0, 1], [1, 0, 0]]], "point_labels": [[0, 1, -1]]}
    add("points on a usual label", {"label_prompt": [3], **points})
    add("points on a special label", {"label_prompt": [25], **points})
    add("points on a named special label", {"label_prompt": ["hepatic vessel"], **points}, labels_dict=NAMES, subclass={})
    add("floating point labels of points", {"label_prompt": [25], "points": points["points"], "point_labels": [[0.0, 1.0, -1.0]]})
    add("one name of several labels", {"label_prompt": ["lung", "other"]}, labels_dict={"1": "Lung", "7": "lung", "3": "LUNG"}, subclass={})
    add("names like numbers", {"label_prompt": ["+5", "-3", "", "07"]}, labels_dict=NAMES, subclass={})
    add("points on another special label", {"label_prompt": [3], **points}, special_index=[3, 4])
    add("points alone", points, subclass=GROUPS)
    add("of more keys", {"label_prompt": [2]}, keys=["image", "other"], allow_missing_keys=True, subclass=GROUPS)


def logits(channels, holes=False):
    """Blobs above 0, some voxels without a number."""
    noise = rng.normal(size=(channels, 9, 8, 10))
    for axis in (1, 2, 3):
        noise = noise + np.roll(noise, 1, axis)
    noise = noise - 1.0
    if holes:
        noise[rng.uniform(size=noise.shape) < 0.05] = np.nan
    return image(noise.astype(np.float32), np.diag([1.5, 1.5, 2, 1]))


def post(cases):
    def add(name, given, keys="pred", **arguments):
        cases.add(name, given, (VistaPostTransformd, {"keys": keys, **arguments}))

    for channels in (1, 3):
        add(f"{channels} objects", {"pred": logits(channels)})
        add(f"{channels} objects with labels", {"pred": logits(channels), "label_prompt": torch.tensor([7, 30, 1])[:channels]})
        every = torch.tensor(rng.integers(0, 8, (channels, 5, 3)).astype(np.float32))
        kinds = torch.tensor(rng.integers(-1, 4, (channels, 5)))
        kinds[0] = torch.tensor([1, 0, 3, 1, -1])
        points = {"points": every, "point_labels": kinds}
        add(f"{channels} objects with points", {"pred": logits(channels), **points})
        add(f"{channels} objects with points and gaps", {"pred": logits(channels, holes=True), **points})
        add(f"{channels} objects with points and labels", {"pred": logits(channels), "label_prompt": torch.tensor([7, 30, 1])[:channels], **points})
    add("gaps", {"pred": logits(1, holes=True)})
    half = {"pred": logits(1), "points": torch.tensor([[[0.5, 1.5, 2.5], [3.5, 7.0, 9.0]]]), "point_labels": torch.tensor([[1, 1]])}
    add("points between voxels", half)
    none = {"pred": logits(2), "points": torch.tensor([[[1.0, 1, 1]], [[2, 2, 2]]]), "point_labels": torch.tensor([[0], [-1]])}
    add("no point on an object", none)
    add("fewer objects with points", {"pred": logits(2), "points": torch.tensor([[[1.0, 1, 1]]]), "point_labels": torch.tensor([[1]])})
    add("a missing key", {"pred": logits(2)}, keys=["pred", "other"])
    add("the whole", {"pred": logits(2), "other": logits(1)}, keys=["pred", "other"], allow_missing_keys=True)


def meta(cases):
    def add(name, given, *before, **arguments):
        cases.add(name, given, *before, (FromMetaTensord, arguments))

    given = {"image": logits(2), "other": logits(1)}
    add("of a tensor", given, keys="image")
    add("of an array", given, keys="image", data_type="numpy")
    add("of both", given, keys=["image", "other"], data_type=["numpy", "tensor"])
    add("of a missing key", given, keys=["image", "none"], allow_missing_keys=True)
    add("at the end", given, (ScaleIntensityd, dict(keys="image")), keys="image")


cases = Cases("vista")
pre(cases)
post(cases)
meta(cases)
cases.write()
