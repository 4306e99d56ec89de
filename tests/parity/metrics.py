"""Writes tests/fixtures/parity/metrics: what MONAI's metrics make of small label maps, for runtime/evaluation/tests/it.

The maps are balls and noise of counter.py, painted again in Rust, so only the balls are stored. NaN is null, infinity "inf".
Run: python tests/parity/metrics.py
"""

import json
import math
import pathlib
import warnings

import counter
import monai
import numpy as np
import torch
from monai.metrics import (
    compute_average_surface_distance,
    compute_confusion_matrix_metric,
    compute_dice,
    compute_hausdorff_distance,
    compute_iou,
    compute_roc_auc,
    do_metric_reduction,
    get_confusion_matrix,
)

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "parity" / "metrics"
DERIVED = {"sensitivity": "tpr", "specificity": "tnr", "precision": "ppv", "f1": "f1", "accuracy": "acc"}


def paint(shape, recipe):
    """Balls of classes, later ones over earlier ones, then single voxels of any class where the noise is high."""
    grid = np.ogrid[tuple(slice(extent) for extent in shape)]
    labels = np.zeros(shape, dtype=np.int64)
    for label, radius, *centre in recipe["balls"]:
        labels[sum((axis - place) ** 2 for axis, place in zip(grid, centre)) <= radius * radius] = label
    if recipe["noise"]:
        noise = counter.uniform(recipe["noise"], math.prod(shape)).reshape(shape)
        high = noise > recipe["above"]
        labels[high] = (np.arange(math.prod(shape)).reshape(shape) % recipe["classes"])[high]
    return labels


def balls(key, shape, classes, count=2, widest=3):
    """Balls of each class at places of the counter; `widest` is the least extent over the largest radius."""
    rows = []
    for label in range(1, classes):
        numbers = (counter.uniform(f"{key}/{label}", count * (1 + len(shape))) + 1) / 2
        for one in numbers.reshape(count, -1):
            radius = 1 + int(one[0] * (min(shape) / widest))
            rows.append([label, radius, *(int(place * extent) for place, extent in zip(one[1:], shape))])
    return rows


def moved(rows, key, shape):
    """The same balls, each a step to one side and a little smaller or larger."""
    steps = np.round(counter.uniform(key, len(rows) * (1 + len(shape)))).astype(int).reshape(len(rows), -1)
    return [[row[0], max(0, row[1] + step[0]), *(place + by for place, by in zip(row[2:], step[1:]))] for row, step in zip(rows, steps.tolist())]


def recipe(rows, classes, noise=None, above=0.995):
    return {"balls": rows, "noise": noise, "above": above, "classes": classes}


def case(name, shape, classes, spacing, noise=True, without=((), ()), same=False, **shapes):
    rows = balls(name, shape, classes, **shapes)
    truth = recipe(rows, classes, f"{name}/truth" if noise else None)
    answer = truth if same else recipe(moved(rows, f"{name}/moved", shape), classes, f"{name}/answer" if noise else None)
    for side, gone in zip((truth, answer), without):
        side["balls"] = [row for row in side["balls"] if row[0] not in gone]
    return {"name": name, "shape": shape, "classes": classes, "spacing": spacing, "truth": truth, "answer": answer}


def single(name, shape, truth, answer, spacing):
    """One class of few voxels."""
    sides = [recipe([[1, 0, *place] for place in places], 2) for places in (truth, answer)]
    return {"name": name, "shape": shape, "classes": 2, "spacing": spacing, "truth": sides[0], "answer": sides[1]}


CASES = [
    case("plain", [19, 23, 17], 4, [1.0, 1.0, 1.0]),
    case("equal", [16, 12, 14], 3, [1.0, 1.0, 1.0], same=True),
    case("anisotropic", [21, 18, 9], 4, [0.7, 0.7, 5.0]),
    case("three_spacings", [14, 20, 15], 3, [0.85, 1.2, 0.9], noise=False),
    case("empty_answer", [15, 13, 11], 3, [1.0, 2.0, 1.5], noise=False, without=((), (1,))),
    case("empty_truth", [15, 13, 11], 3, [1.0, 2.0, 1.5], noise=False, without=((2,), ())),
    case("both_empty", [15, 13, 11], 4, [1.0, 2.0, 1.5], noise=False, without=((2,), (2,))),
    case("nothing_at_all", [6, 5, 4], 2, [1.0, 1.0, 1.0], noise=False, without=((1,), (1,))),
    case("touching_borders", [12, 14, 10], 3, [1.1, 0.9, 2.0], count=4, widest=1.2),
    case("far_apart", [40, 9, 8], 2, [0.5, 3.0, 2.5], noise=False, count=1, widest=4),
    case("many_classes", [24, 22, 20], 15, [1.5, 1.5, 3.0], widest=4),
    case("plane", [31, 27], 3, [0.8, 1.3]),
    case("plane_noise_free", [22, 40], 4, [2.0, 0.4], noise=False, widest=2.5),
    case("thin_slab", [17, 15, 1], 3, [1.0, 1.5, 4.0], noise=False, widest=0.3),
    single("one_voxel", [9, 8, 7], [[4, 4, 3]], [[2, 5, 6]], [1.3, 0.7, 2.1]),
    single("same_voxel", [5, 5, 5], [[0, 4, 2]], [[0, 4, 2]], [1.0, 1.0, 1.0]),
    single("one_and_nothing", [5, 6, 7], [[1, 2, 3]], [], [1.0, 1.0, 1.0]),
    single("corners", [11, 10, 12], [[0, 0, 0], [10, 9, 11]], [[10, 0, 11], [0, 9, 0], [5, 5, 5]], [0.3, 1.7, 2.9]),
]

# One section of a datalist: their reductions are compared as well.
BATCH = [
    case("batch_0", [16, 15, 14], 4, [1.0, 1.0, 2.0]),
    case("batch_1", [14, 18, 12], 4, [0.8, 0.8, 3.0], noise=False, without=((2,), ())),
    case("batch_2", [13, 13, 13], 4, [1.0, 1.0, 1.0], noise=False, without=((1, 3), (1, 3))),
    case("batch_3", [12, 16, 11], 4, [1.2, 1.2, 1.2]),
    case("batch_4", [10, 12, 16], 4, [2.0, 1.0, 1.0], noise=False, without=((1, 2, 3), (1, 2, 3))),
]

AUC = [("binary", 40, 2, 1000), ("ties", 60, 3, 7), ("one_kind", 12, 2, 10), ("few", 5, 4, 100)]


def plain(value):
    """Numbers, NaN and infinity in JSON."""
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    value = float(value)
    return None if math.isnan(value) else "inf" if math.isinf(value) else value


def values(case):
    """Each metric's value per class, the background included."""
    onehot = [
        torch.nn.functional.one_hot(torch.from_numpy(paint(case["shape"], case[side])), case["classes"]).movedim(-1, 0)[None].float()
        for side in ("answer", "truth")
    ]
    surface = dict(include_background=True, spacing=case["spacing"])
    matrix = get_confusion_matrix(*onehot)
    found = {
        "dice": compute_dice(*onehot),
        "dice_counting_empty": compute_dice(*onehot, ignore_empty=False),
        "iou": compute_iou(*onehot),
        "iou_counting_empty": compute_iou(*onehot, ignore_empty=False),
        "asd": compute_average_surface_distance(*onehot, **surface),
        "assd": compute_average_surface_distance(*onehot, symmetric=True, **surface),
        "hd": compute_hausdorff_distance(*onehot, **surface),
        "hd_directed": compute_hausdorff_distance(*onehot, directed=True, **surface),
        "hd95": compute_hausdorff_distance(*onehot, percentile=95, **surface),
        "hd95_directed": compute_hausdorff_distance(*onehot, percentile=95, directed=True, **surface),
        "hd30": compute_hausdorff_distance(*onehot, percentile=30, **surface),
        **{name: compute_confusion_matrix_metric(code, matrix) for name, code in DERIVED.items()},
    }
    found = {name: value[0] for name, value in found.items()}
    return found, matrix[0]


def scored(case):
    found, matrix = values(case)
    counts = [[int(count) for count in row] for row in matrix.tolist()]
    return case | {"expected": {name: plain(value.tolist()) for name, value in found.items()} | {"tp_fp_tn_fn": counts}}


def reductions(cases):
    """The summary of the batch without the background: MONAI's reductions, and NumPy's figures of the means per case."""
    names = ["dice", "iou", "asd", "assd", "hd", "sensitivity", "specificity", "precision", "f1", "accuracy"]
    found = {}
    for name in names:
        table = torch.stack([values(case)[0][name][1:] for case in cases])
        per_case = np.nanmean(table.numpy().astype(np.float64), axis=1)
        found[name] = {
            "mean": plain(do_metric_reduction(table.clone(), "mean")[0]),
            "mean_batch": plain(do_metric_reduction(table.clone(), "mean_batch")[0].tolist()),
            "not_nans": [int(count) for count in do_metric_reduction(table.clone(), "mean_batch")[1].tolist()],
            "per_case": plain(per_case.tolist()),
            "std": plain(np.nanstd(per_case)),
            "median": plain(np.nanmedian(per_case)),
            "quartile_1": plain(np.nanpercentile(per_case, 25)),
            "quartile_3": plain(np.nanpercentile(per_case, 75)),
            "min": plain(np.nanmin(per_case)),
            "max": plain(np.nanmax(per_case)),
        }
    return found


def roc(name, count, classes, steps):
    scores = np.floor((counter.uniform(f"{name}/scores", count * classes).reshape(count, classes) + 1) / 2 * steps) / steps
    truth = ((counter.uniform(f"{name}/truth", count) + 1) / 2 * (1 if name == "one_kind" else classes)).astype(int)
    onehot = np.eye(classes, dtype=int)[truth]
    arguments = dict(y_pred=torch.from_numpy(scores).float(), y=torch.from_numpy(onehot))
    each = compute_roc_auc(**arguments, average="none")
    return {
        "name": name, "cases": count, "classes": classes, "steps": steps, "kinds": 1 if name == "one_kind" else classes,
        "expected": plain(each), "macro": plain(compute_roc_auc(**arguments, average="macro")),
    }


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "seed": "counter.py; a ball is class, radius, centre",
        "tolerance": 1e-5,
        "cases": [scored(case) for case in CASES],
        "batch": {"cases": BATCH, "expected": reductions(BATCH)},
        "auc": [roc(*row) for row in AUC],
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest) + "\n")


if __name__ == "__main__":
    main()
