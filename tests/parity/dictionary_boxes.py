"""Writes tests/fixtures/parity/dictionary/boxes.json.gz: boxes of a detector, by MONAI.

Run: python tests/parity/dictionary_boxes.py
"""
import numpy as np
import torch
from dictionary import Cases, image
from monai.apps.detection.transforms.dictionary import AffineBoxToWorldCoordinated, ClipBoxToImaged, ConvertBoxModed

rng = np.random.default_rng(20261130)
TURNED = np.array([[0, -1.5, 0.1, 9], [1.25, 0, 0.2, -7], [0.05, 0, -2, 3], [0, 0, 0, 1.0]])
FLAT = ["xyxy", "xxyy", "xywh", "ccwh"]
DEEP = ["xyzxyz", "xxyyzz", "xyxyzz", "xyzwhd", "cccwhd"]


def boxes(rank, count=4, low=-4, high=14):
    first = rng.uniform(low, high, (count, rank))
    return torch.tensor(np.hstack([first, first + rng.uniform(0, 6, (count, rank))]), dtype=torch.float32)


def convert(cases):
    for modes, rank in ((FLAT, 2), (DEEP, 3)):
        for source in modes:
            for target in modes:
                given = {"boxes": boxes(rank)}
                arguments = dict(box_keys="boxes", src_mode=source, dst_mode=target)
                cases.add(f"{source} to {target}", given, (ConvertBoxModed, arguments))
    negative = torch.tensor([[3.0, 4, -2, 5], [1, 1, 2, -3]])
    for source, target in (("xywh", "xyxy"), ("ccwh", "xxyy"), ("xywh", "xywh")):
        arguments = dict(box_keys=["boxes"], src_mode=source, dst_mode=target)
        cases.add(f"sizes below 0, {source} to {target}", {"boxes": negative}, (ConvertBoxModed, arguments))
    cases.add("in a plane's mode", {"boxes": boxes(3)}, (ConvertBoxModed, dict(box_keys="boxes", src_mode="xyxy", dst_mode="ccwh")))
    cases.add("to the usual mode", {"boxes": boxes(3)}, (ConvertBoxModed, dict(box_keys="boxes", src_mode="cccwhd")))
    cases.add("from the usual mode", {"boxes": boxes(3)}, (ConvertBoxModed, dict(box_keys="boxes", dst_mode="cccwhd")))
    cases.add("no boxes", {"boxes": torch.zeros(0, 6)}, (ConvertBoxModed, dict(box_keys="boxes", src_mode="cccwhd")))
    cases.add("arrays", {"boxes": boxes(3).numpy()}, (ConvertBoxModed, dict(box_keys="boxes", src_mode="cccwhd")))
    cases.add(
        "of several keys, one missing", {"a": boxes(2), "b": boxes(3)},
        (ConvertBoxModed, dict(box_keys=["a", "b", "c"], src_mode=None, dst_mode="xywh", allow_missing_keys=True)),
    )
    # As MONAI's own inverse.
    there = ConvertBoxModed(box_keys="boxes", src_mode="cccwhd", dst_mode="xxyyzz")
    given = boxes(3)
    back = there.inverse(there({"boxes": given}))["boxes"]
    cases.add("there and back", {"boxes": given}, *(
        (ConvertBoxModed, dict(box_keys="boxes", src_mode=a, dst_mode=b)) for a, b in (("cccwhd", "xxyyzz"), ("xxyyzz", "cccwhd"))
    ))
    assert np.allclose(back, cases.cases[-1]["expected"]["values"]["boxes"], atol=1e-6)


def clip(cases):
    def given(rank, count=6):
        shape = (10, 9, 8)[:rank]
        return {
            "image": image(np.zeros((1, *shape), np.float32)),
            "boxes": boxes(rank, count),
            "labels": torch.arange(count),
            "scores": torch.tensor(rng.uniform(size=(count, 2)), dtype=torch.float32),
        }

    usual = dict(box_keys="boxes", box_ref_image_keys="image", label_keys=["labels", "scores"])
    for rank in (2, 3):
        for remove in (True, False):
            cases.add(f"clipped, {rank} axes, remove_empty {remove}", given(rank), (ClipBoxToImaged, {**usual, "remove_empty": remove}))
    cases.add("one label", given(3), (ClipBoxToImaged, {**usual, "label_keys": "labels"}))
    outside = {**given(3, 2), "boxes": torch.tensor([[20.0, 1, 1, 30, 5, 5], [1, 1, 1, 1.5, 5, 5]])}
    cases.add("nothing remains", outside, (ClipBoxToImaged, usual))
    edge = {**given(3, 2), "boxes": torch.tensor([[9.0, 8, 7, 12, 12, 12], [-3, -3, -3, 1, 1, 1]])}
    cases.add("at the edge", edge, (ClipBoxToImaged, usual))


def world(cases):
    given = {"image": image(np.zeros((1, 5, 6, 7), np.float32), TURNED), "boxes": boxes(3), "more": boxes(3, 2).numpy()}
    usual = dict(box_keys=["boxes", "more"], box_ref_image_keys="image")
    cases.add("in the world", given, (AffineBoxToWorldCoordinated, usual))
    cases.add("in the world, LPS", given, (AffineBoxToWorldCoordinated, {**usual, "affine_lps_to_ras": True}))
    cases.add(
        "in the world, with names", given,
        (AffineBoxToWorldCoordinated, {**usual, "image_meta_key": "m", "image_meta_key_postfix": "p"}),
    )
    cases.add(
        "in the world, one missing", given,
        (AffineBoxToWorldCoordinated, {**usual, "box_keys": ["boxes", "none"], "allow_missing_keys": True}),
    )
    cases.add("all of it", {**given, "labels": torch.arange(4)}, *(
        (ClipBoxToImaged, dict(box_keys="boxes", box_ref_image_keys="image", label_keys="labels")),
        (AffineBoxToWorldCoordinated, {**usual, "box_keys": "boxes", "affine_lps_to_ras": True}),
        (ConvertBoxModed, dict(box_keys="boxes", src_mode="xyzxyz", dst_mode="cccwhd")),
    ))


cases = Cases("boxes")
convert(cases)
clip(cases)
world(cases)
cases.write()
