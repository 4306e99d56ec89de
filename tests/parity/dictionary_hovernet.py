"""Writes tests/fixtures/parity/dictionary/hovernet.json.gz: nuclei out of HoVerNet's maps, and FlattenSubKeysd, by MONAI.

Run: python tests/parity/dictionary_hovernet.py
"""
import numpy as np
from dictionary import Cases, image
from monai.apps.pathology.transforms.post.dictionary import (
    HoVerNetInstanceMapPostProcessingd,
    HoVerNetNuclearTypePostProcessingd,
)
from monai.transforms import FlattenSubKeysd

rng = np.random.default_rng(20261202)
NP, HV, NC = "nucleus_prediction", "horizontal_vertical", "type_prediction"
# Row, column and radii of each nucleus: some touch, some lie at an edge.
NUCLEI = [(10, 12, 7, 6), (11, 23, 6, 6), (26, 8, 5, 8), (30, 24, 8, 5), (33, 33, 4, 5), (3, 33, 5, 6), (20, 38, 4, 3), (24, 17, 2, 1)]


def rounded(values):
    """Few digits, so that the fixture packs, and ties, so that their order counts."""
    return (np.rint(values * 64) / 64).astype(np.float32)


def maps(shape=(40, 42), nuclei=NUCLEI, noise=0.3):
    rows, columns = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    inside, hover, types = np.full(shape, -3.0), np.zeros((2, *shape)), rng.normal(size=(5, *shape)) * noise
    types[0] += 2
    for index, (row, column, height, width) in enumerate(nuclei):
        down, across = (rows - row) / height, (columns - column) / width
        own = down**2 + across**2 <= 1
        inside[own], hover[0][own], hover[1][own] = 3.0, across[own], down[own]
        types[1 + index % 4][own] += 3.0
    logits = np.stack([-inside, inside]) + rng.normal(size=(2, *shape)) * noise
    return {
        NP: image(rounded(logits)),
        HV: image(rounded(hover + rng.normal(size=hover.shape) * noise / 10)),
        NC: image(rounded(types)),
    }


def nuclei(cases):
    def add(name, given, types=None, **arguments):
        steps = [(HoVerNetInstanceMapPostProcessingd, arguments)]
        cases.add(name, given, *steps, *([] if types is None else [(HoVerNetNuclearTypePostProcessingd, types)]))

    given = maps()
    add("nuclei", given)
    add("nuclei and types", given, {})
    add("without noise", maps(noise=0.0), {})
    add("of other noise", maps(noise=0.8), {})
    add("another plane", maps((31, 57), [(8, 9, 7, 7), (8, 22, 8, 7), (22, 40, 8, 12), (20, 15, 6, 9)]), {})
    one = {**given, NP: image(np.asarray(given[NP])[1:])}
    add("of one channel", one, {}, activation="sigmoid")
    add("of one channel, with a threshold", one, {}, activation="Sigmoid", mask_threshold=0.95)
    add("softmax with a threshold", given, mask_threshold=1)
    # No object has exactly the least size: scikit-image 0.26 removes it, older ones and MONAI's documentation keep it.
    for size in (0, 1, 40, 80, 5000):
        add(f"of {size} pixels and more", given, min_object_size=size)
    for size in (3, 7, 9):
        add(f"a Sobel operator of {size}", given, sobel_kernel_size=size)
    for threshold in (0.1, 0.3, 0.6, 0.9):
        add(f"borders from {threshold} on", given, marker_threshold=threshold)
    for radius in (1, 3, 4):
        add(f"a disk of {radius}", given, marker_radius=radius)
    for connectivity in (None, 2, 3):
        add(f"connectivity {connectivity}", given, watershed_connectivity=connectivity)
    add("many points", given, min_num_points=17)
    for level in (0.25, 0.9):
        add(f"outlines at {level}", given, contour_level=level)
    add("a device", given, {"device": "cpu"}, device="cpu", distance_smooth_fn=None, marker_postprocess_fn=None)
    add("no nucleus", {**given, NP: image(np.stack([np.ones((40, 42)), np.zeros((40, 42))]).astype(np.float32))}, {})
    names = dict(nuclear_prediction_key="a", hover_map_key="b", instance_info_key="i", instance_map_key="m")
    other = {"a": given[NP], "b": given[HV], "c": given[NC]}
    add("other keys", other, dict(type_prediction_key="c", instance_info_key="i", instance_map_key="m", type_map_key="t"), **names)
    add("no map of types", given, dict(return_type_map=False))
    add("types by the sigmoid", given, dict(activation="sigmoid"))
    add("types by a threshold", given, dict(activation="sigmoid", threshold=0.7))
    add("types by softmax and a threshold", given, dict(activation="softmax", threshold=2))


def flatten(cases):
    def small():
        return image(np.arange(4, dtype=np.float32).reshape(1, 2, 2))

    given = {"pred": {"a": small(), "b": small()}, "facts": {"c": 3, "d": [1, 2]}, "image": small()}

    def add(name, **arguments):
        cases.add(name, given, (FlattenSubKeysd, arguments))

    add("all", keys="pred")
    add("one", keys="pred", sub_keys="b")
    add("one, the rest stays", keys="pred", sub_keys=["b"], delete_keys=False)
    add("with a prefix", keys="pred", prefix="net")
    add("with none", keys="pred", prefix="")
    add("values", keys="facts", sub_keys=["d", "c"])
    add("values, the rest stays", keys="facts", sub_keys=["d"], delete_keys=False)
    add("both", keys=["pred", "facts"], prefix="x")
    nested = {"pred": maps()}
    cases.add("what HoVerNet gives", nested, (FlattenSubKeysd, {"keys": "pred"}), (HoVerNetInstanceMapPostProcessingd, {}))


def hole(cases):
    """Where a hole counts.

    Of two basins that are equal but for their last digits the lower is flooded first. No case has such: there MONAI answers
    differently on different processors, as PyTorch sums in another order.
    """

    # The middle is that of the nucleus with its hole, here a pixel away from where it is without.
    ring = maps((28, 34), [(14, 16, 12, 14)], noise=0.0)
    rows, columns = np.meshgrid(np.arange(28), np.arange(34), indexing="ij")
    logits = np.asarray(ring[NP]).copy()
    logits[:, (rows - 18) ** 2 + (columns - 21) ** 2 <= 25] *= -1
    given = {**ring, NP: image(logits)}
    cases.add("a hole", given, (HoVerNetInstanceMapPostProcessingd, {}), (HoVerNetNuclearTypePostProcessingd, {}))


cases = Cases("hovernet")
nuclei(cases)
flatten(cases)
hole(cases)
cases.write()
