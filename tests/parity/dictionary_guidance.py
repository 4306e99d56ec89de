"""Writes tests/fixtures/parity/dictionary/guidance.json.gz: clicks and label maps as channels, by MONAI.

Run: python tests/parity/dictionary_guidance.py
"""
import json

import numpy as np
from dictionary import Cases, image
from monai.apps.deepedit.transforms import (
    AddGuidanceFromPointsDeepEditd,
    AddGuidanceSignalDeepEditd,
    ResizeGuidanceMultipleLabelDeepEditd,
)
from monai.apps.nuclick.transforms import AddClickSignalsd, AddLabelAsGuidanced
from monai.transforms import CropForegroundd, Orientationd, Resized, Spacingd

rng = np.random.default_rng(20261129)
AFFINE = np.array([[-1.5, 0, 0, 9], [0, 1.25, 0, -7], [0, 0, 2, 3], [0, 0, 0, 1.0]])
NAMES = {"spleen": 1, "background": 0}


def volume(channels=1, shape=(9, 8, 7), dtype=np.float32):
    return image(np.round(rng.normal(size=(channels, *shape)) * 50).astype(dtype), AFFINE)


def picture(channels=3, shape=(20, 18), dtype=np.float32):
    return image(rng.integers(0, 256, size=(channels, *shape)).astype(dtype))


def deepedit(cases):
    points = dict(ref_image="image", guidance="guidance", label_names=NAMES)
    clicks = {"spleen": [[1, 2, 3], [8, 7, 6]], "background": [[0.9, 4.2, 5.7]]}
    cases.add("points", {"image": volume(), **clicks}, (AddGuidanceFromPointsDeepEditd, points))
    cases.add("no points", {"image": volume()}, (AddGuidanceFromPointsDeepEditd, points))
    cases.add("empty points", {"image": volume(), "spleen": []}, (AddGuidanceFromPointsDeepEditd, points))
    cases.add("negative points", {"image": volume(), "spleen": [[-1, -2.7, 3]]}, (AddGuidanceFromPointsDeepEditd, points))
    cases.add("no labels", {"image": volume()}, (AddGuidanceFromPointsDeepEditd, dict(ref_image="image")))
    cases.add(
        "another key", {"scan": volume(), "liver": [[3, 3, 3]]},
        (AddGuidanceFromPointsDeepEditd,
         dict(ref_image="scan", guidance="clicks", label_names={"liver": 1}, meta_keys="m", meta_key_postfix="p")),
    )
    smaller = (Resized, dict(keys="image", spatial_size=(6, 11, 5), mode="area"))
    resize = (ResizeGuidanceMultipleLabelDeepEditd, dict(guidance="guidance", ref_image="image"))
    turned = (Orientationd, dict(keys="image", axcodes="SPR", labels=None))
    cropped = (CropForegroundd, dict(keys="image", source_key="image", margin=0, start_coord_key=None, end_coord_key=None))
    signal = dict(keys="image", guidance="guidance")
    after = (AddGuidanceFromPointsDeepEditd, points)
    cases.add("points after a resize", {"image": volume(), **clicks}, smaller, after)
    cases.add("points after a turn", {"image": volume(), **clicks}, turned, after)
    cases.add("points after a crop", {"image": volume(), **clicks}, cropped, after)
    spaced = (Spacingd, dict(keys="image", pixdim=(2, 1, 1.5), mode="bilinear"))
    cases.add("points after a spacing", {"image": volume(), **clicks}, spaced, after)
    cases.add("resized points", {"image": volume(), **clicks}, after, smaller, resize)
    larger = (Resized, dict(keys="image", spatial_size=(18, 16, 14), mode="nearest"))
    parts = {"a": [[1.9, 2.5, 3.2], [-1.9, 0, 8.99]], "b": [], "c": [[7, 0.5, 6]]}
    cases.add("parts of voxels", {"image": volume(), "spleen": parts["a"]}, larger, after)
    cases.add("resized parts of voxels", {"image": volume(), "guidance": parts}, larger, resize)
    cases.add("resized under another key", {"scan": volume(), "clicks": parts}, (Resized, {**smaller[1], "keys": "scan"}),
              (ResizeGuidanceMultipleLabelDeepEditd, dict(guidance="clicks", ref_image="scan")))
    cases.add("resized and turned", {"image": volume(), **clicks}, turned, after, smaller, resize, (AddGuidanceSignalDeepEditd, signal))
    cases.add("signals", {"image": volume(), **clicks}, after, (AddGuidanceSignalDeepEditd, signal))
    for sigma in (0, 0.1, 1, 2.5, 7):
        cases.add(f"sigma {sigma}", {"image": volume(), **clicks}, after, (AddGuidanceSignalDeepEditd, {**signal, "sigma": sigma}))
    for kept in (0, 1, 2, 5):
        cases.add(
            f"{kept} channels", {"image": volume(3), **clicks}, after,
            (AddGuidanceSignalDeepEditd, {**signal, "number_intensity_ch": kept}),
        )
    given = {"a": [[100, -3, 2], [0, 2, 99]], "b": [[0, 5, 5, 5]], "c": [], "d": [[-1, 1, 1]], "e": json.dumps([[1, 2, 3]])}
    cases.add("clicks outside, with more coordinates, as text", {"image": volume(), "guidance": given}, (AddGuidanceSignalDeepEditd, signal))
    cases.add("no guidance", {"image": volume(2), "guidance": {}}, (AddGuidanceSignalDeepEditd, signal))
    flat = {"a": [[3, 4], [19, 17]], "b": [[1, 25, 2]]}
    cases.add("a picture", {"image": picture(2), "guidance": flat}, (AddGuidanceSignalDeepEditd, {**signal, "number_intensity_ch": 2}))
    cases.add("of 16 bits", {"image": volume(dtype=np.int16), **clicks}, after, (AddGuidanceSignalDeepEditd, signal))
    cases.add(
        "no image", {"scan": volume(), "guidance": {}}, (AddGuidanceSignalDeepEditd, {**signal, "allow_missing_keys": True})
    )


def nuclick(cases):
    mask = np.zeros((1, 20, 18), np.uint8)
    mask[:, 3:9, 4:8], mask[:, 12:, 2:5] = 1, 7
    cases.add("a label", {"image": picture(), "label": image(mask)}, (AddLabelAsGuidanced, dict(keys="image", source="label")))
    cases.add("the default label", {"image": picture(), "label": image(mask)}, (AddLabelAsGuidanced, dict(keys=["image"])))
    signed = image(rng.normal(size=(2, 20, 18)).astype(np.float32))
    cases.add(
        "a label of two channels, of two pictures", {"image": picture(), "b": picture(1), "mask": signed},
        (AddLabelAsGuidanced, dict(keys=["image", "b"], source="mask")),
    )
    cases.add("of bytes", {"image": picture(dtype=np.uint8), "label": image(mask)}, (AddLabelAsGuidanced, dict(keys="image")))
    clicks = [[4, 5], [10, 9], [19, 17], [25, 3], [-1, 2], [10.7, 9.2]]
    small = dict(bb_size=8)
    for name, arguments in {
        "clicks": small,
        "Gaussians": dict(gaussian=True, **small),
        "wide Gaussians": dict(gaussian=True, sigma=2.0, truncated=1.5, **small),
        "alone": dict(add_exclusion_map=False, gaussian=True, **small),
        "odd": dict(bb_size=7),
        "the whole height": dict(bb_size=18),
    }.items():
        cases.add(name, {"image": picture(), "foreground": clicks}, (AddClickSignalsd, arguments))
    cases.add("on a larger picture", {"image": picture(1), "foreground": [[104, 205]], "location": [100, 200]}, (AddClickSignalsd, small))
    cases.add("other keys", {"tile": picture(1), "points": [[3, 3]]}, (AddClickSignalsd, dict(image="tile", foreground="points", **small)))
    cases.add("of the usual size", {"image": image(rng.integers(0, 2, (1, 130, 129)).astype(np.float32)), "foreground": [[60, 64]]}, (AddClickSignalsd, {}))


cases = Cases("guidance")
deepedit(cases)
nuclick(cases)
cases.write()
