"""Writes tests/fixtures/monai_cases/metrics: the cases of MONAI's own tests of the metrics that are ours too, as data.

What is expected is what those tests say, nothing is computed here. A case that does not apply is counted with the reason.
Run: python tests/parity/monai_cases/metrics.py MONAI, where MONAI is a checkout of its repository at 1.6.1; its tests
need the package parameterized.
"""

import json
import math
import pathlib
import sys
import types
import unittest

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "tests" / "fixtures" / "monai_cases" / "metrics"
OTHER_METRIC = "another distance than the Euclidean one"
CLASS_TWICE = "the same values through MONAI's metric class"
HELPER = "thresholds and activations of `DiceHelper`, which are transforms of a bundle here"
OTHER_FIGURE = "a figure of the confusion matrix that is not ours"
LARGE = "46 million voxels of zeros, for the precision of 32-bit sums; counts are whole numbers here"
FIGURES = {"tpr": "sensitivity", "tnr": "specificity", "ppv": "precision", "f1": "f1", "acc": "accuracy"}


class Sphere(np.ndarray):
    """A sphere that knows its arguments."""


def recorded(function):
    def create(radius=20.0, centre=(49, 49, 49), im_shape=(99, 99, 99), im_spacing=(1.0, 1.0, 1.0)):
        array = function(radius, centre, im_shape, im_spacing).view(Sphere)
        array.arguments = {"radius": radius, "centre": centre, "shape": im_shape, "spacing": im_spacing}
        return array

    return create


def load(name):
    """A module of MONAI's tests whose spheres are recorded."""
    path = pathlib.Path(sys.argv[1]) / "tests" / "metrics" / f"{name}.py"
    source = path.read_text().replace("def create_spherical_seg_3d(", "@recorded\ndef create_spherical_seg_3d(")
    sys.path.insert(0, sys.argv[1])
    module = types.ModuleType(name)
    module.__dict__.update(recorded=recorded, __file__=str(path))
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def plain(value):
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    value = float(value)
    return None if math.isnan(value) else "inf" if math.isinf(value) else value


def write(name, module, cases, left_out):
    """All of a module's tests, by how often unittest would run them."""
    total = unittest.defaultTestLoader.loadTestsFromModule(module).countTestCases()
    covered = sum(case["tests"] for case in cases)
    assert covered + sum(left_out.values()) == total, (name, covered, left_out, total)
    document = {
        "source": f"MONAI 1.6.1, tests/metrics/{name}.py, Apache-2.0",
        "tests": total, "covered": covered, "left_out": left_out, "cases": cases,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(document) + "\n")
    print(f"{name}: {covered} of {total}")


def overlap(name, values, nans, twice, reduced, left_out):
    """Dice and IoU: one-hot masks with values per case and class, or reductions of them."""
    module = load(name)
    pick = lambda number: getattr(module, f"TEST_CASE_{number}")

    def inputs(data):
        stack = lambda value: torch.stack(value) if isinstance(value, list) else value
        data = {key: stack(value) if key in ("y", "y_pred") else value for key, value in data.items()}
        return {
            "y_pred": plain(data["y_pred"]), "y": plain(data["y"]),
            "include_background": data.get("include_background", True), "ignore_empty": data.get("ignore_empty", True),
        }

    cases = []
    for number in values:
        data, expected = pick(number)
        tests = 2 if number in twice else 1
        cases.append({"name": f"TEST_CASE_{number}", "tests": tests, **inputs(data), "values": plain(expected)})
    for number in nans:
        data, expected = pick(number)
        cases.append({"name": f"TEST_CASE_{number}", "tests": 1, **inputs(data), "is_nan": expected})
    for number in reduced:
        parameters, data, expected = pick(number)
        if isinstance(expected, dict):
            expected = list(expected.values())
        row = inputs({**data, "include_background": parameters["include_background"]})
        cases.append({"name": f"TEST_CASE_{number}", "tests": 1, **row, "reduction": parameters["reduction"], "reduced": plain(expected)})
    write(name, module, cases, left_out)


def mask(array):
    return array.arguments if isinstance(array, Sphere) else {"empty": list(array.shape)}


def surfaces():
    name = "test_surface_distance"
    module = load(name)
    cases, skipped = [], 0
    for (first, second, metric, *spacing), (symmetric, directed) in module.TEST_CASES:
        if metric != "euclidean":
            skipped += 1
            continue
        expected = {"symmetric": plain(symmetric), "directed": plain(directed)}
        cases.append({"tests": 1, "answer": mask(first), "truth": mask(second), "spacing": spacing[0] if spacing else None, **expected})
    for [(first, second, spacing)] in module.TEST_CASES_NANS:
        cases.append({"tests": 1, "answer": mask(first), "truth": mask(second), "spacing": spacing, "symmetric": None, "directed": None})
    write(name, module, cases, {OTHER_METRIC: skipped})

    name = "test_hausdorff_distance"
    module = load(name)
    cases = []
    for (first, second, spacing, *percentile), expected in module.TEST_CASES:
        cases.append({
            "tests": 2, "answer": mask(first), "truth": mask(second), "spacing": spacing,
            "percentile": percentile[0] if percentile else None, "directed": plain(expected[0]), "undirected": plain(expected[1]),
        })
    for [(first, second, spacing)] in module.TEST_CASES_NANS:
        cases.append({
            "tests": 1, "answer": mask(first), "truth": mask(second), "spacing": spacing, "percentile": None,
            "directed": None, "undirected": None,
        })
    write(name, module, cases, {OTHER_METRIC: 4 * len(module.TEST_CASES)})


def confusion():
    name = "test_compute_confusion_matrix"
    module = load(name)
    arrays = lambda data: {"y_pred": plain(data["y_pred"]), "y": plain(data["y"])}
    data, expected = module.TEST_CASE_CONFUSION_MATRIX
    cases = [{"name": "matrix", "tests": 1, **arrays(data), "tp_fp_tn_fn": plain(expected)}]
    other = 0
    for data, expected in module.TEST_CASES_COMPUTE_SAMPLE:
        if data["metric_name"] not in FIGURES:
            other += 1
            continue
        figure, reduction = FIGURES[data["metric_name"]], data["reduction"]
        cases.append({"name": f"{figure} {reduction}", "tests": 1, **arrays(data), "figure": figure, "reduction": reduction, "reduced": plain(expected.flatten())})
    for data, expected in module.TEST_CASES_COMPUTE_SAMPLE_MULTI_METRICS:
        # One test of all figures together; those that are ours have been taken from it above.
        other += 1
    for data, expected, not_nans in module.TEST_CASES_COMPUTE_SAMPLE_NAN:
        figure, reduction = FIGURES[data["metric_name"]], data["reduction"]
        cases.append({
            "name": f"{figure} {reduction} nan", "tests": 1, **arrays(data), "figure": figure, "reduction": reduction,
            "reduced": plain(expected.flatten()), "not_nans": plain(not_nans.flatten()),
        })
    data, expected = module.TEST_CASES_CLF
    cases.append({"name": "classes", "tests": 1, **arrays(data), "tp_fp_tn_fn": plain(expected)})
    write(name, module, cases, {OTHER_FIGURE: other, LARGE: 1})


def auc():
    name = "test_compute_roc_auc"
    module = load(name)
    cases, left_out = [], 0
    for number in range(1, 11):
        scores, truth, softmax, to_onehot, average, expected = getattr(module, f"TEST_CASE_{number}")
        truth = truth.flatten() if to_onehot or truth.ndim == 1 or truth.shape[1] == 1 else truth
        if truth.ndim == 2 or average in ("weighted", "micro"):
            left_out += 1
            continue
        scores = scores.reshape(len(scores), -1)
        scores = torch.softmax(scores, dim=1) if softmax else scores
        cases.append({
            "name": f"TEST_CASE_{number}", "tests": 1, "scores": plain(scores), "truth": [int(one) for one in truth],
            "average": average, "expected": plain(expected),
        })
    write(name, module, cases, {CLASS_TWICE: 10, "several classes of one case, or averages over them": left_out})


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    overlap("test_compute_meandice", [1, 2, 9, 11, 12, 10], [3], [1, 2], [4, 5, 6, 7, 8, 13, 14, 15], {HELPER: 1})
    overlap("test_compute_meaniou", [1, 2, 9, 11, 12, 10], [3], [1, 2], [4, 5, 6, 7, 8], {})
    surfaces()
    confusion()
    auc()


if __name__ == "__main__":
    main()
