"""Writes tests/fixtures/parity/transforms_intensity: what MONAI makes of small images by the transforms that leave them on
their grid, argument by argument, for runtime/transforms/tests/parity.rs.

Run: python tests/parity/transforms_intensity.py     (needs monai, torch, nibabel, scikit-image and Pillow)
"""
import gzip
import hashlib
import json
import pathlib
import shutil
import tempfile
import warnings

import monai
import nibabel as nib
import numpy as np
import PIL
import skimage
import torch
from monai.transforms import Compose
from PIL import Image

import transforms as base
from transforms import copy, d

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[1] / "fixtures/parity/transforms_intensity"
base.ROOT = ROOT
rng = np.random.default_rng(20261128)


def inputs():
    las = base.affine(np.diag([-1.3, 0.8, 2.5]), [12.5, -7.25, 3.0])
    turned = base.affine(np.array([[0, 0, 1.5], [-0.9, 0, 0], [0, 1.1, 0]]), [3.0, 2.0, -4.0])
    base.nifti("tiny", base.smooth((5, 6, 4)).astype(np.float32), las)
    base.nifti("turned", base.smooth((4, 5, 3)).astype(np.float32), turned)
    base.nifti("whole", np.round(base.smooth((5, 6, 4)) * 3).astype(np.int16), las)
    base.nifti("bytes", rng.integers(0, 256, (5, 6, 4)).astype(np.uint8), las)
    base.nifti("channels", (base.smooth((4, 5, 3, 3)) / 40).astype(np.float32), las)
    base.nifti("four", (base.smooth((4, 3, 3, 4)) / 30).astype(np.float32), las)
    base.nifti("constant", np.full((3, 2, 2), 7.5, np.float32), las)
    sparse = np.where(rng.random((4, 5, 3, 2)) < 0.4, base.smooth((4, 5, 3, 2)), 0)
    base.nifti("sparse", sparse.astype(np.float32), las)
    base.nifti("zero", np.zeros((3, 2, 2), np.float32), las)
    base.nifti("labels", blobs((10, 9, 8)), las)
    base.nifti("fractions", (blobs((7, 6, 5)) * 0.5).astype(np.float32), las)
    base.nifti("plane", (base.smooth((7, 6, 1))[..., 0] / 200 + 0.3).astype(np.float32), las)
    base.nifti("plane_labels", blobs((13, 12, 4))[..., 0], las)
    base.nifti("rings", rings(), las)


def blobs(shape):
    noise = rng.normal(size=shape)
    for axis in range(3):
        noise = noise + np.roll(noise, 1, axis)
    return np.digitize(noise, [1.0, 2.2, 3.4]).astype(np.uint8)


def rings():
    """Shells with holes in them: closed, open at a corner, open to the border, and one label within another."""
    out = np.zeros((12, 11, 7), np.uint8)
    out[1:6, 1:6, 1:6] = 1
    out[2:5, 2:5, 2:5] = 0
    out[3, 3, 3] = 3
    out[6:11, 5:10, 1:6] = 2
    out[7:10, 6:9, 2:5] = 0
    out[6, 5, 1] = 0
    out[8, 7, 5] = 0
    out[1:4, 7:10, 0:3] = 3
    out[2, 8, 0:2] = 0
    return out


BRATS = "lambda x: torch.where(x[[2]] > 0, 4, torch.where(x[[0]] > 0, 1, torch.where(x[[1]] > 0, 2, 0)))"


def cast(dtype, keys="image"):
    return d("CastToTyped", keys=keys, dtype=dtype)


def cases():
    for dtype in ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]:
        yield f"cast_{dtype}", "tiny", [cast(f"torch.{dtype}")]
    yield "cast_default", "whole", [cast("torch.int16"), d("CastToTyped")]
    yield "cast_per_key", "tiny", [copy("image", "label"), d("CastToTyped", keys=["label", "image"], dtype=["torch.uint8", "torch.int16"])]
    yield "ensure_type", "tiny", [d("EnsureTyped", dtype="torch.int16", data_type="tensor", device="cpu", track_meta=True, wrap_sequence=False)]
    yield "ensure_type_none", "tiny", [cast("torch.int16"), d("EnsureTyped", dtype=None)]
    yield "to_tensor", "tiny", [d("ToTensord", dtype="torch.uint8", device="cpu", track_meta=True)]
    yield "to_device", "tiny", [d("ToDeviced", device="cpu", non_blocking=True, copy=True)]
    yield "to_numpy", "tiny", [d("ToNumpyd", dtype="int16", wrap_sequence=True)]

    for name, arguments in [
        ("dtype", {"dtype": "uint8"}), ("dtype_none", {"dtype": None}), ("float16", {"dtype": "float16"}), ("wraps", {"dtype": "int8"}),
        ("reader", {"reader": "NibabelReader"}), ("readers", {"reader": ["PILReader", "monai.data.NibabelReader"]}),
        ("meta", {"image_only": True, "simple_keys": True, "prune_meta_pattern": ".*_code$", "prune_meta_sep": " ", "expanduser": False, "overwriting": True}),
        ("channel_first", {"ensure_channel_first": True}), ("squeeze", {"squeeze_non_spatial_dims": True}), ("no_channel", {"channel_dim": "no_channel"}),
    ]:
        yield f"load_{name}", "whole", [], {"load": arguments}
    yield "load_canonical", "turned", [], {"load": {"reader": "NibabelReader", "as_closest_canonical": True}}
    yield "load_channels_last", "channels", [], {"load": {"reader": "NibabelReader", "channel_dim": -1}}

    scale = lambda **arguments: d("ScaleIntensityRanged", **{"a_min": -57, "a_max": 164.5, "b_min": 0.5, "b_max": 3, **arguments})
    yield "range", "tiny", [scale()]
    yield "range_clip", "tiny", [scale(clip=True)]
    yield "range_clip_low", "tiny", [scale(clip=True, b_max=None)]
    yield "range_clip_high", "tiny", [scale(clip=True, b_min=None, b_max=0.25)]
    yield "range_empty", "tiny", [scale(a_max=-57)]
    yield "range_empty_open", "whole", [cast("torch.int16"), d("ScaleIntensityRanged", a_min=4, a_max=4)]
    for dtype in ["uint8", "int16", "float16", None]:
        yield f"range_{dtype}", "tiny", [scale(b_min=-20, b_max=300, dtype=dtype)]
    yield "range_none_of_bytes", "bytes", [cast("torch.uint8"), scale(a_min=0.0, a_max=255.0, b_min=0, b_max=100, dtype=None)]
    yield "range_of_bytes", "bytes", [cast("torch.uint8"), scale(a_min=0.5)]
    yield "range_wraps", "bytes", [cast("torch.uint8"), scale(a_min=100, a_max=255)]

    yield "scale", "tiny", [d("ScaleIntensityd", minv=-1, maxv=2.5)]
    yield "scale_channel_wise", "channels", [d("ScaleIntensityd", channel_wise=True)]
    yield "scale_open", "tiny", [d("ScaleIntensityd", minv=3, maxv=None)]
    yield "scale_open_low", "tiny", [d("ScaleIntensityd", minv=None, maxv=3)]
    yield "scale_constant", "constant", [d("ScaleIntensityd", minv=0.2, maxv=1)]
    yield "scale_constant_open", "constant", [d("ScaleIntensityd", minv=None, maxv=1)]
    yield "scale_factor", "tiny", [d("ScaleIntensityd", minv=None, maxv=None, factor=-0.35)]
    yield "scale_factor_whole", "whole", [cast("torch.int16"), d("ScaleIntensityd", minv=None, maxv=None, factor=0.35, dtype=None)]
    yield "scale_nothing", "tiny", [d("ScaleIntensityd", minv=None, maxv=None)]
    for dtype in ["uint8", "int8", "int16", "float16"]:
        yield f"scale_{dtype}", "tiny", [d("ScaleIntensityd", minv=0, maxv=200, dtype=dtype)]
    yield "scale_none", "bytes", [cast("torch.uint8"), d("ScaleIntensityd", minv=0, maxv=9, dtype=None)]

    percentiles = lambda **arguments: d("ScaleIntensityRangePercentilesd", **{"lower": 7, "upper": 93.5, "b_min": -1, "b_max": 2, **arguments})
    yield "percentiles", "tiny", [percentiles()]
    yield "percentiles_clip", "tiny", [percentiles(clip=True)]
    yield "percentiles_relative", "tiny", [percentiles(relative=True)]
    yield "percentiles_relative_clip", "channels", [percentiles(relative=True, clip=True, channel_wise=True)]
    yield "percentiles_open", "tiny", [percentiles(b_min=None, b_max=None)]
    yield "percentiles_constant", "constant", [percentiles()]
    yield "percentiles_ends", "tiny", [percentiles(lower=0, upper=100)]
    yield "percentiles_uint8", "tiny", [percentiles(b_min=0, b_max=255, clip=True, dtype="uint8")]
    yield "percentiles_none", "tiny", [percentiles(dtype=None)]

    clip = lambda **arguments: d("ClipIntensityPercentilesd", **{"lower": 10, "upper": 80, **arguments})
    yield "clip", "tiny", [clip()]
    yield "clip_low", "tiny", [clip(upper=None)]
    yield "clip_high", "tiny", [clip(lower=None)]
    yield "clip_channel_wise", "channels", [clip(channel_wise=True)]
    yield "clip_soft", "channels", [clip(sharpness_factor=2.5)]
    yield "clip_soft_low", "channels", [clip(sharpness_factor=0.7, upper=None, channel_wise=True)]
    yield "clip_soft_high", "channels", [clip(sharpness_factor=10.0, lower=None)]
    yield "clip_soft_float16", "channels", [clip(sharpness_factor=1.0, dtype="float16")]

    yield "normalize", "tiny", [d("NormalizeIntensityd")]
    yield "normalize_channel_wise", "channels", [d("NormalizeIntensityd", channel_wise=True)]
    yield "normalize_nonzero", "sparse", [d("NormalizeIntensityd", nonzero=True)]
    yield "normalize_nonzero_channel_wise", "sparse", [d("NormalizeIntensityd", nonzero=True, channel_wise=True)]
    yield "normalize_strings", "sparse", [{**d("NormalizeIntensityd", nonzero=True, channel_wise=True), "written": {"nonzero": "True", "channel_wise": "True"}}]
    yield "normalize_zero", "zero", [d("NormalizeIntensityd", nonzero=True)]
    yield "normalize_constant", "constant", [d("NormalizeIntensityd")]
    yield "normalize_given", "tiny", [d("NormalizeIntensityd", subtrahend=12.5, divisor=4)]
    yield "normalize_subtrahend", "tiny", [d("NormalizeIntensityd", subtrahend=12.5)]
    yield "normalize_divisor", "sparse", [d("NormalizeIntensityd", divisor=3.0, nonzero=True)]
    yield "normalize_divisor_zero", "tiny", [d("NormalizeIntensityd", subtrahend=1.0, divisor=0)]
    yield "normalize_lists", "channels", [d("NormalizeIntensityd", subtrahend=[1, 2.5, -3], divisor=[2, 0, 0.5], channel_wise=True)]
    yield "normalize_list", "sparse", [d("NormalizeIntensityd", subtrahend=[1, 2.5], channel_wise=True, nonzero=True)]
    yield "normalize_uint8", "tiny", [d("NormalizeIntensityd", divisor=1.5, dtype="uint8")]
    yield "normalize_none", "whole", [cast("torch.int16"), d("NormalizeIntensityd", divisor=2.5, dtype=None)]

    yield "threshold", "tiny", [d("ThresholdIntensityd", threshold=10.5)]
    yield "threshold_below", "tiny", [d("ThresholdIntensityd", threshold=10, above=False, cval=-5.25)]
    yield "threshold_whole", "whole", [cast("torch.int16"), d("ThresholdIntensityd", threshold=0, cval=-5.75)]

    mask = [copy("image", "mask"), d("ThresholdIntensityd", keys="mask", threshold=0)]
    yield "mask", "tiny", [*mask, d("MaskIntensityd", mask_key="mask")]
    yield "mask_select", "tiny", [*mask, d("MaskIntensityd", mask_key="mask", select_fn="lambda x: (x > 20) & (x <= 90)")]
    yield "mask_one_channel", "channels", [*mask, d("Lambdad", keys="mask", func="lambda x: x[1:2]"), d("MaskIntensityd", mask_key="mask")]
    yield "mask_many_channels", "channels", [*mask, d("MaskIntensityd", mask_key="mask")]
    yield "mask_type", "bytes", [copy("image", "mask"), d("ScaleIntensityd", keys="mask", minv=-0.7, maxv=1.6), cast("torch.uint8"), d("MaskIntensityd", mask_key="mask")]

    yield "softmax", "channels", [d("Activationsd", softmax=True)]
    yield "softmax_along_x", "channels", [d("Activationsd", softmax=True, dim=1)]
    yield "softmax_along_z", "channels", [d("Activationsd", softmax=True, dim=-1)]
    yield "sigmoid", "channels", [d("Activationsd", sigmoid=True)]
    yield "sigmoid_far", "tiny", [d("Activationsd", sigmoid=True)]
    for name in ["tanh", "relu", "exp", "abs", "sigmoid", "square"]:
        yield f"other_{name}", "four", [d("Activationsd", other=f"torch.{name}")]
    yield "other_lambda", "four", [d("Activationsd", softmax=True, other="lambda x: x * 2 - 0.25")]
    yield "other_along", "four", [d("Activationsd", softmax=True, dim=2, other="lambda x: torch.sqrt(x)")]
    yield "activations_per_key", "four", [copy("image", "label"), d("Activationsd", keys=["image", "label"], sigmoid=[False, True], softmax=[True, False], other=[None, "torch.square"]), d("ConcatItemsd", keys=["image", "label"], name="image")]
    yield "activations_type", "whole", [cast("torch.int16"), d("ScaleIntensityRanged", a_min=0, a_max=90, dtype=None), d("Activationsd", other="lambda x: x * 1.6")]

    for source in ["four", "channels"]:
        yield f"argmax_{source}", source, [d("AsDiscreted", argmax=True)]
    yield "argmax_onehot", "four", [d("AsDiscreted", argmax=True, to_onehot=5)]
    yield "argmax_flat", "four", [d("AsDiscreted", argmax=True, keepdim=False)], {"flat": True}
    yield "argmax_along_y", "four", [d("AsDiscreted", argmax=True, dim=2)]
    yield "argmax_along_z", "four", [d("AsDiscreted", argmax=True, dim=-1)]
    yield "argmax_threshold", "four", [d("AsDiscreted", argmax=True, threshold=2)]
    yield "argmax_uint8", "four", [d("AsDiscreted", argmax=True, dtype="torch.uint8")]
    yield "onehot", "labels", [d("AsDiscreted", to_onehot=4)]
    yield "onehot_uint8", "labels", [d("AsDiscreted", to_onehot=4, dtype="torch.uint8")]
    yield "onehot_of_fractions", "fractions", [d("AsDiscreted", to_onehot=3)]
    yield "discrete_threshold", "channels", [d("AsDiscreted", threshold=1.25)]
    yield "discrete_rounding", "channels", [d("Lambdad", func="lambda x: x + 0.5"), d("AsDiscreted", rounding="torchrounding")]
    yield "discrete_int16", "channels", [d("AsDiscreted", dtype="torch.int16")]
    yield "discrete_none", "whole", [cast("torch.int16"), d("AsDiscreted", threshold=3, dtype=None)]
    yield "discrete_per_key", "four", [copy("image", "label"), d("AsDiscreted", keys=["image", "label"], argmax=[True, False], to_onehot=[4, None], threshold=[None, 0.5]), d("ConcatItemsd", keys=["label", "image"], name="image")]

    for name, arguments in [("", {}), ("_faces", {"connectivity": 1}), ("_edges", {"connectivity": 2}), ("_corners", {"connectivity": 3}), ("_one", {"applied_labels": 2}),
                            ("_some", {"applied_labels": [3, 1], "connectivity": 1}), ("_together", {"applied_labels": [2, 3], "independent": False, "connectivity": 1}),
                            ("_all_together", {"independent": False, "connectivity": 1}), ("_two", {"applied_labels": [1, 3], "num_components": 2, "connectivity": 1}), ("_many", {"num_components": 99}),
                            ("_absent", {"applied_labels": [7]}), ("_background", {"applied_labels": [0, 1], "connectivity": 1})]:
        yield f"largest{name}", "labels", [d("KeepLargestConnectedComponentd", **arguments)]
    yield "largest_plane", "plane_labels", [d("KeepLargestConnectedComponentd", connectivity=2)]
    yield "largest_of_fractions", "fractions", [d("KeepLargestConnectedComponentd", connectivity=1)]
    for name, arguments in [("", {}), ("_some", {"applied_labels": [1, 3], "connectivity": 1}), ("_together", {"applied_labels": [1, 2], "independent": False, "connectivity": 1}),
                            ("_two", {"applied_labels": [1, 3], "num_components": 2, "connectivity": 1}), ("_background", {"applied_labels": [0]}), ("_labels", {"is_onehot": False, "applied_labels": 1, "connectivity": 1})]:
        yield f"largest_onehot{name}", "labels", [d("AsDiscreted", to_onehot=4), d("KeepLargestConnectedComponentd", **arguments)]
    yield "largest_one_channel", "labels", [d("KeepLargestConnectedComponentd", is_onehot=True, applied_labels=0, connectivity=1)]

    for name, arguments in [("", {}), ("_one", {"applied_labels": 1}), ("_some", {"applied_labels": [3, 2]}), ("_faces", {"connectivity": 1}), ("_edges", {"connectivity": 2})]:
        yield f"holes{name}", "rings", [d("FillHolesd", **arguments)]
        yield f"holes_onehot{name}", "rings", [d("AsDiscreted", to_onehot=4), d("FillHolesd", **arguments)]
    yield "holes_plane", "plane_labels", [d("FillHolesd", connectivity=1)]
    yield "holes_weights", "rings", [d("AsDiscreted", to_onehot=4), d("Lambdad", func="lambda x: x * 0.6"), d("FillHolesd")]

    yield "filter", "labels", [d("LabelFilterd", applied_labels=[1, 3])]
    yield "filter_one", "labels", [d("LabelFilterd", applied_labels=2)]
    yield "filter_fractions", "fractions", [d("LabelFilterd", applied_labels=[1])]

    # No object has exactly the least size: scikit-image 0.26 removes it, older ones and MONAI's documentation keep it.
    small = lambda **arguments: d("RemoveSmallObjectsd", **arguments)
    binary = d("AsDiscreted", threshold=1)
    yield "small", "labels", [binary, small(min_size=6)]
    yield "small_default", "labels", [binary, small()]
    yield "small_corners", "labels", [binary, small(min_size=9, connectivity=3)]
    yield "small_measure", "labels", [binary, small(min_size=14, by_measure=True)]
    yield "small_labels", "labels", [small(min_size=100)]
    yield "small_together", "labels", [small(min_size=6.5, independent_channels=False)]
    yield "small_channels", "labels", [d("AsDiscreted", to_onehot=4), d("Lambdad", func="lambda x: x[1:]"), small(min_size=6.5)]
    yield "small_channels_together", "labels", [d("AsDiscreted", to_onehot=4), d("Lambdad", func="lambda x: x[1:]"), small(min_size=6.5, connectivity=4, independent_channels=False)]
    yield "small_fractions", "fractions", [small(min_size=5)]
    yield "small_plane", "plane_labels", [binary, small(min_size=3)]
    yield "small_constant", "constant", [small(min_size=500)]

    for name, text in [("channels", "lambda x: x[1:]"), ("channels_end", "lambda x: x[:-1, ...]"), ("channel", "lambda x: x[2:3, :, :, :]"), ("picked", "lambda x: x[[3, 0, 0]]"),
                       ("compare", "lambda x: x > 0.5"), ("sum", "lambda x: x[1:] + x[:1] * 2 - 0.5"), ("quotient", "lambda x: -x / (x * x + 1)"), ("brats", BRATS),
                       ("where", "lambda x: torch.where((x > 0) & (x < 1.5), x, -1.0)"), ("either", "lambda x: (x > 2) | (x <= -2)"), ("float", "lambda x: (x >= 1).float()"),
                       ("cast", "lambda x: x.to(torch.int16)"), ("nan", "lambda x: torch.nan_to_num(torch.sqrt(x), nan=-3)"), ("log", "lambda x: torch.log(torch.abs(x) + 1)"),
                       ("floor", "lambda x: torch.floor(x) + torch.ceil(x) * torch.round(x)"), ("integers", "lambda x: (x > 0) * 3"), ("identity", "lambda x: x")]:
        yield f"lambda_{name}", "four", [d("Lambdad", func=text)]
    yield "lambda_key", "four", [d("Lambdad", func="lambda x: x * 3", overwrite="other"), d("ConcatItemsd", keys=["image", "other"], name="image")]
    yield "lambda_nothing", "four", [d("Lambdad", func="lambda x: x * 3", overwrite=False)]
    yield "lambda_wraps", "bytes", [cast("torch.uint8"), d("Lambdad", func="lambda x: x + 100")]
    yield "lambda_divides", "bytes", [cast("torch.uint8"), d("Lambdad", func="lambda x: x / 4")]

    yield "copies", "tiny", [copy("image", "label"), d("CopyItemsd", keys=["image"], times=2, names=["first", "second"]), d("ThresholdIntensityd", keys="first", threshold=0), d("ConcatItemsd", keys=["second", "first", "image"], name="image")]
    yield "copies_named", "tiny", [d("CopyItemsd", keys="image"), d("ThresholdIntensityd", keys="image_0", threshold=0), d("ConcatItemsd", keys=["image_0", "image"], name="image", dim=0)]
    yield "concat_types", "bytes", [copy("image", "label"), cast("torch.uint8"), cast("torch.int16", "label"), d("ConcatItemsd", keys=["image", "label"], name="image")]
    yield "concat_missing", "tiny", [d("ConcatItemsd", keys=["image", "absent"], name="image", allow_missing_keys=True)]
    yield "repeat", "channels", [d("RepeatChanneld", repeats=2)]
    yield "split", "channels", [d("SplitDimd"), d("ConcatItemsd", keys=["image_2", "image_0"], name="image")]
    yield "split_named", "channels", [d("SplitDimd", output_postfixes=["a", "b", "c"], dim=0), d("ConcatItemsd", keys=["image_c", "image_b"], name="image")]
    yield "select", "tiny", [copy("image", "label"), d("SelectItemsd", keys="image"), d("ConcatItemsd", keys=["image", "label"], name="image", allow_missing_keys=True)]
    yield "delete", "tiny", [copy("image", "label"), copy("image", "other"), d("DeleteItemsd", keys=["label", "^oth.r$"], use_re=[False, True], sep="/"), d("ConcatItemsd", keys=["image", "label", "other"], name="image", allow_missing_keys=True)]

    members = [copy("image", "p1"), copy("image", "p2"), d("Lambdad", keys="p1", func="lambda x: x * 1.7 - 2"), d("Lambdad", keys="p2", func="lambda x: -x")]
    mean = lambda **arguments: d("MeanEnsembled", **{"keys": ["image", "p1", "p2"], "output_key": "image", **arguments})
    yield "mean", "channels", [*members, mean()]
    yield "mean_weights", "channels", [*members, mean(weights=[1, 3, 0.5])]
    yield "mean_weights_channels", "channels", [*members, mean(weights=[[1, 2, 3], [3, 1, 0.25], [2, 2, 2]])]
    yield "mean_weights_one", "channels", [*members, mean(weights=[[1, 2, 3]])]
    yield "mean_weights_x", "channels", [*members, mean(weights=[[[1, 2, 3, 4]], [[4, 1, 2, 0.5]], [[1, 1, 1, 1]]])]
    yield "mean_weights_whole", "whole", [*[s for s in members], cast("torch.int16", ["image", "p1", "p2"]), mean(weights=[1, 3, 0.5])]
    classes = [copy("image", "p1"), copy("image", "p2"), d("AsDiscreted", keys="image", argmax=True, to_onehot=4), d("AsDiscreted", keys="p1", threshold=1), d("AsDiscreted", keys="p2", threshold=-1)]
    vote = lambda **arguments: d("VoteEnsembled", **{"keys": ["image", "p1", "p2"], "output_key": "image", **arguments})
    yield "vote", "four", [*classes, vote()]
    yield "vote_draw", "four", [*classes, vote(keys=["image", "p1"])]
    yield "vote_classes", "four", [*classes, vote(num_classes=4)]
    labels = [copy("image", "p1"), copy("image", "p2"), d("AsDiscreted", keys=["image", "p1", "p2"], argmax=True)]
    shifted = [*labels[:2], d("Lambdad", keys="p1", func="lambda x: x * 0.2 + 1"), d("Lambdad", keys="p2", func="lambda x: -x"), labels[2]]
    yield "vote_labels", "four", [*shifted, vote(num_classes=4)]
    yield "vote_labels_more", "four", [*shifted, vote(num_classes=9)]

    save = lambda **arguments: d("SaveImaged", **{"print_log": False, "separate_folder": False, **arguments})
    for dtype in ["uint8", "int16", "int32", "float64", None]:
        yield f"save_{dtype}", "tiny", [save(output_dtype=dtype, output_ext=".nii")]
    yield "save_type", "tiny", [cast("torch.int16"), save(output_dtype=None, scale=255, squeeze_end_dims=True, dtype="float64", savepath_in_metadict=True)]
    yield "save_png", "plane", [save(output_ext="png", scale=255, output_dtype="uint8")]
    yield "save_png_unscaled", "plane_labels", [save(output_ext=".png")]
    yield "save_png_wide", "plane", [{**save(output_ext=".png", scale=65535, output_dtype="uint16"), "python": {"output_dtype": np.uint16}}]
    yield "save_png_wraps", "plane", [save(output_ext=".png", scale=65535)]
    yield "save_png_colours", "plane", [copy("image", "p1"), copy("image", "p2"), d("Lambdad", keys="p1", func="lambda x: x * x"), d("ConcatItemsd", keys=["image", "p1", "p2"], name="image"), save(output_ext=".png", scale=255)]
    yield "classification", "four", [d("Lambdad", func="lambda x: x / 3"), d("SaveClassificationd", delimiter=";", overwrite=True, flush=True)]
    yield "classification_far", "tiny", [d("Lambdad", func="lambda x: x * x * x * x * x * 1e-9"), d("SaveClassificationd")]


def value(name, argument):
    """JSON to what MONAI takes: functions and dtypes are text in the manifest."""
    if isinstance(argument, list):
        return [value(name, item) for item in argument]
    if name in ("func", "select_fn", "other") and isinstance(argument, str):
        return eval(argument, {"torch": torch})
    if name.endswith("dtype") and isinstance(argument, str):
        return getattr(torch, argument.removeprefix("torch.")) if argument.startswith("torch.") else getattr(np, argument)
    return argument


def saved(arguments, image):
    """What a file holds, in the tensor's order."""
    with tempfile.TemporaryDirectory() as folder:
        monai.transforms.SaveImaged(**arguments, output_dir=folder)({"image": image})
        (path,) = pathlib.Path(folder).iterdir()
        if path.suffix == ".png":
            array = np.moveaxis(np.asarray(Image.open(path)), 0, 1)
        else:
            array = np.asanyarray(nib.load(path).dataobj)
        array = np.moveaxis(array[..., None] if array.ndim < image.ndim else array, -1, 0).copy()
    # PyTorch casts from 16 bit without a sign to nothing else.
    return monai.data.MetaTensor(torch.as_tensor(array.astype(np.int32) if array.dtype == np.uint16 else array), meta=image.meta), str(array.dtype)


def row(arguments, image):
    with tempfile.TemporaryDirectory() as folder:
        meta = {"filename_or_obj": "image.nii.gz"}
        monai.transforms.SaveClassificationd(**arguments, meta_keys="meta", output_dir=folder)({"image": image, "meta": meta})
        return (pathlib.Path(folder) / "predictions.csv").read_text()


def run(path, steps, load):
    load = {name: value(name, argument) for name, argument in load.items()}
    data = monai.transforms.LoadImaged(keys="image", **load)({"image": str(path)})
    if not load.get("ensure_channel_first"):
        data = monai.transforms.EnsureChannelFirstd(keys="image")(data)
    text, dtype = None, None
    for step in steps:
        if "copy" in step:
            source, to = step["copy"]
            data[to] = data[source].clone()
            continue
        arguments = {**{name: value(name, argument) for name, argument in step["args"].items()}, **step.get("python", {})}
        if step["target"] == "SaveImaged":
            data["image"], dtype = saved(arguments, data["image"])
        elif step["target"] == "SaveClassificationd":
            text = row(arguments, data["image"])
        else:
            data = getattr(monai.transforms, step["target"])(**arguments)(data)
    out = torch.as_tensor(data["image"])
    return out, dtype or str(out.dtype).removeprefix("torch."), data["image"].affine if hasattr(data["image"], "affine") else None, text


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    (ROOT / "inputs").mkdir(parents=True)
    inputs()
    written, arrays = [], b""
    for name, source, steps, *more in cases():
        more = more[0] if more else {}
        path = ROOT / "inputs" / (source + ".nii.gz")
        out, dtype, affine, text = run(path, steps, more.get("load", {}))
        array = np.ascontiguousarray(out.float().numpy().astype("<f4"))
        array = array[None] if more.get("flat") else array
        assert array.size and np.isfinite(array).all(), name
        affine = base.nib.load(path).affine if affine is None else affine.numpy()
        steps = [{**{key: part for key, part in step.items() if key not in ("python", "written")}, **({"args": {**step["args"], **step.get("written", {})}} if "args" in step else {})} for step in steps]
        scale = max(float(np.abs(array).max()), 1.0)
        tolerance = 2e-6 * scale if dtype in ("float32", "float64") else 0.0
        written.append({
            "name": name, "input": f"inputs/{path.name}", "load": more.get("load", {}), "steps": steps, "result": "image", "row": text,
            "expected": {"file": "expected.bin", "start": len(arrays) // 4, "shape": list(array.shape), "affine": np.asarray(affine, float).tolist(), "dtype": dtype},
            "tolerance": tolerance, "other_side": 0.0, "affine_tolerance": 1e-5,
        })
        arrays += array.tobytes()
    (ROOT / "expected.bin").write_bytes(gzip.compress(arrays, mtime=0))
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((ROOT / "inputs").iterdir())}
    versions = {module.__name__: str(module.__version__) for module in (monai, torch, nib, np, skimage, PIL)}
    manifest = {"written_by": "tests/parity/transforms_intensity.py", "versions": versions, "inputs": hashes}
    text = json.dumps({**manifest, "cases": written})
    (ROOT / "manifest.json").write_text(text.replace('{"name"', '\n{"name"') + "\n")
    print(len(written), "cases,", sum(p.stat().st_size for p in ROOT.rglob("*") if p.is_file()), "bytes")


if __name__ == "__main__":
    main()
