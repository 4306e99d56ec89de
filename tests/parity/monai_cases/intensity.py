"""Writes tests/fixtures/monai_cases/transforms/intensity.json.gz: the cases of MONAI's own tests for the transforms that leave
an image on its grid, for runtime/transforms/tests/monai_cases_intensity.rs.

The tests themselves are run, with the transforms watched: what a transform was made with, what it was given and what the
test expected of it becomes a case. Cases that differ only in the container (NumPy, PyTorch, MetaTensor) count once.

Run: python tests/parity/monai_cases/intensity.py MONAI   (a checkout of MONAI 1.6.1; needs monai, torch, scikit-image, nibabel,
Pillow and itk)
"""
import ast
import base64
import gzip
import importlib
import inspect
import itertools
import json
import pathlib
import re
import sys
import textwrap
import types
import unittest
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/monai_cases/transforms/intensity.json.gz"
LARGEST_FILE = 40_000
LARGEST_IMAGE = 4_000
FILES = """
test_activations test_activationsd test_as_discrete test_as_discreted test_cast_to_type test_cast_to_typed
test_clip_intensity_percentiles test_clip_intensity_percentilesd test_concat_itemsd test_copy_itemsd test_delete_itemsd
test_ensure_type test_ensure_typed test_fill_holes test_fill_holesd test_keep_largest_connected_component
test_keep_largest_connected_componentd test_label_filter test_label_filterd test_lambda test_lambdad test_load_imaged
test_mask_intensity test_mask_intensityd test_mean_ensemble test_mean_ensembled test_normalize_intensity
test_normalize_intensityd test_remove_small_objects test_repeat_channel test_repeat_channeld test_save_classificationd
test_scale_intensity test_scale_intensity_range test_scale_intensity_range_percentiles
test_scale_intensity_range_percentilesd test_scale_intensity_ranged test_scale_intensityd test_select_itemsd
test_threshold_intensity test_threshold_intensityd
test_to_numpy test_to_numpyd test_to_tensor test_to_tensord test_vote_ensemble test_vote_ensembled test_nifti_rw
test_image_rw
""".split()
NAMES = """
Activations AsDiscrete CastToType ClipIntensityPercentiles ConcatItems CopyItems DeleteItems EnsureType FillHoles
KeepLargestConnectedComponent LabelFilter Lambda LoadImage MaskIntensity MeanEnsemble NormalizeIntensity
RemoveSmallObjects RepeatChannel SaveImage SaveClassification ScaleIntensity ScaleIntensityRange
ScaleIntensityRangePercentiles SelectItems SplitDim ThresholdIntensity ToDevice ToNumpy ToTensor VoteEnsemble
""".split()


class Missing(Exception):
    """Why a case cannot be written as a config."""


def stub():
    """`parameterized`, as far as the tests use it: the cases stay with their function."""
    module = types.ModuleType("parameterized")

    class parameterized:  # noqa: N801
        @staticmethod
        def expand(cases, **_):
            def decorate(function):
                function.expanded = [list(case) if isinstance(case, (list, tuple)) else [case] for case in cases]
                return function

            return decorate

    module.parameterized = parameterized
    sys.modules["parameterized"] = module


class Watch:
    """The calls of transforms within one test, and what was expected."""

    def __init__(self):
        self.calls, self.depth, self.expectations = [], 0, []

    def install(self, transforms):
        for name in NAMES:
            for target in (name, name + "d"):
                if hasattr(transforms, target):
                    self.patch(getattr(transforms, target), name + "d", target.endswith("d") and target == name + "d")
        for holder, name in [(np.testing, "assert_allclose"), (np.testing, "assert_array_equal"), (np.testing, "assert_equal"), (torch.testing, "assert_close")]:
            self.patch_assert(holder, name)

    def patch(self, cls, target, by_key):
        init, call, watch = cls.__init__, cls.__call__, self

        def made(this, *args, **kwargs):
            watch.depth += 1
            try:
                init(this, *args, **kwargs)
            except Exception as error:
                if watch.depth == 1 and type(this) is cls:
                    watch.calls.append({"target": target, "by_key": by_key, "made": bound(init, this, args, kwargs), "given": None, "error": type(error).__name__})
                raise
            finally:
                watch.depth -= 1
            if type(this) is cls:
                this.made = bound(init, this, args, kwargs)

        def called(this, *args, **kwargs):
            if watch.depth or type(this) is not cls:
                return call(this, *args, **kwargs)
            event = {"target": target, "by_key": by_key, "made": this.made, "given": snapshot(args), "named": snapshot(kwargs), "error": None}
            if target == "LoadImaged":
                event["files"] = files(event)
            watch.calls.append(event)
            watch.depth += 1
            try:
                event["result"] = call(this, *args, **kwargs)
            except Exception as error:
                event["error"] = type(error).__name__
                raise
            finally:
                watch.depth -= 1
            event["copy"] = snapshot(event["result"])
            return event["result"]

        cls.__init__, cls.__call__ = made, called

    def patch_assert(self, holder, name):
        original = getattr(holder, name)

        def checked(actual, expected, *args, **kwargs):
            self.expectations.append((actual, expected, {key: value for key, value in kwargs.items() if key in ("rtol", "atol")}))
            return original(actual, expected, *args, **kwargs)

        setattr(holder, name, checked)


def bound(init, this, args, kwargs):
    arguments = inspect.signature(init).bind(this, *args, **kwargs).arguments
    arguments.pop("self")
    arguments.update(arguments.pop("kwargs", {}))
    if "args" in arguments:
        arguments["positional"] = arguments.pop("args")
    return snapshot(arguments)


def snapshot(value):
    """A copy that later changes in place do not reach."""
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: snapshot(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(snapshot(item) for item in value) if type(value) in (list, tuple) else list(value)
    return value


def array(value):
    if isinstance(value, (bool, int, float, np.generic)):
        return np.asarray(value)
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().float().numpy() if value.dtype == torch.bfloat16 else value.detach().cpu().numpy()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return value
    raise Missing(f"the data is of the type {type(value).__name__}")


def is_image(value):
    return isinstance(value, (torch.Tensor, np.ndarray, np.generic, int, float)) and not (isinstance(value, np.ndarray) and value.dtype.kind not in "biuf")


def numbers(value):
    """An image, or the result of a test, as shape, type and numbers."""
    value = array(value)
    if value.ndim == 5 and value.shape[:2] == (1, 1):
        value = value[0]
    if value.ndim > 4:
        raise Missing(f"the data has {value.ndim} axes, an image has channels and at most three")
    if not np.isfinite(value.astype(float)).all():
        raise Missing("the data has NaN")
    flat = value.reshape(-1).tolist()
    # One number is the number of all voxels.
    flat = flat[:1] if len(set(flat)) == 1 else flat
    if len(flat) > LARGEST_IMAGE:
        raise Missing(f"the data has {len(flat)} voxels")
    return {"dtype": str(value.dtype), "shape": list(value.shape), "values": [int(v) if float(v).is_integer() else float(np.float32(v)) for v in flat]}


def function(value):
    """The text of a function, where it is an expression of its one parameter."""
    if getattr(value, "__module__", None) == "torch" or isinstance(value, types.BuiltinFunctionType):
        return f"torch.{value.__name__}"
    try:
        source = textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError):
        raise Missing(f"a function without a source: {value!r}") from None
    if found := re.search(r"lambda (\w+): (.*)", source):
        text = found.group(0).rstrip().rstrip(",")
        while text:
            try:
                return ast.unparse(ast.parse(text, mode="eval"))
            except SyntaxError:
                text = text[:-1]
    node = ast.parse(source).body[0]
    if isinstance(node, ast.FunctionDef) and len(node.body) == 1 and isinstance(node.body[0], ast.Return):
        return f"lambda {node.args.args[0].arg}: {ast.unparse(node.body[0].value)}"
    raise Missing("a function of several statements")


def argument(name, value):
    """An argument as a config holds it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, torch.dtype):
        return str(value)
    if isinstance(value, type) and issubclass(value, (np.generic, float, int, bool)):
        return f"numpy.{np.dtype(value).name}"
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, (torch.device, pathlib.Path)):
        return str(value)
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return argument(name, array(value).tolist())
    if isinstance(value, (np.integer, np.floating)):
        return value.item()
    if isinstance(value, (list, tuple, dict, type({}.keys()))):
        return [argument(name, item) for item in value]
    if callable(value):
        return function(value)
    raise Missing(f"the argument {name} is of the type {type(value).__name__}")


def file(path):
    data = pathlib.Path(path).read_bytes()
    if data.startswith(b"NRRD"):
        raise Missing("a file of the format NRRD")
    if len(data) > LARGEST_FILE:
        data = gzip.compress(data, mtime=0)
    if len(data) > LARGEST_FILE:
        raise Missing(f"the file has {len(data)} bytes")
    return {"file": base64.b64encode(data).decode()}


def files(event):
    """The files that are loaded, by key, while they are there; or why they are none."""
    data = event["given"][0]
    paths = {key: path for key, path in data.items()} if event["by_key"] else {"image": data}
    try:
        for path in paths.values():
            if not isinstance(path, (str, pathlib.Path)):
                raise Missing("several files under one key, or none")
            if pathlib.Path(path).is_dir():
                raise Missing("a folder of DICOM files")
            if not pathlib.Path(path).exists():
                raise Missing("a file that does not exist, which the runtime never sees")
        return {key: file(path) for key, path in paths.items()}
    except Missing as why:
        return why


def inputs(event):
    """The sample: arrays by key, a file for what is loaded."""
    data = event["given"][0] if event["given"] else event["named"].get("img", event["named"].get("data"))
    if event["target"] == "LoadImaged":
        if isinstance(event["files"], Missing):
            raise event["files"]
        return event["files"]
    if event["by_key"]:
        if not isinstance(data, dict):
            raise Missing("the data is no dictionary")
        return {key: numbers(value) for key, value in data.items() if is_image(value)}
    if event["target"] in ("MeanEnsembled", "VoteEnsembled"):
        if not isinstance(data, (list, tuple)):
            raise Missing("a stack of predictions in one tensor; an image here holds no stack")
        return {f"image{index}": numbers(value) for index, value in enumerate(data)}
    if isinstance(data, (list, tuple, dict)):
        raise Missing("the data is a list")
    return {"image": numbers(data)}


def case(event, expectation):
    arguments = dict(event["made"])
    named = dict(event.get("named") or {})
    named.pop("img", None), named.pop("data", None)
    extra = {}
    if "mask_data" in named:
        arguments["mask_data"] = named.pop("mask_data")
    if event["given"] is not None and len(event["given"]) > 1:
        if event["target"] != "CastToTyped":
            raise Missing("arguments given with the call, which a config has none of")
        arguments["dtype"] = event["given"][1]
    if event["target"] == "MaskIntensityd" and arguments.get("mask_data") is not None:
        # A config holds no image, so that the mask goes into the sample.
        extra = {"mask": numbers(arguments.pop("mask_data"))}
        arguments["mask_key"] = "mask"
    for name in ("subtrahend", "divisor"):
        if isinstance(arguments.get(name), (np.ndarray, torch.Tensor)):
            raise Missing(f"{name} is an array of the image's size, which a config does not hold")
    if "positional" in arguments:
        raise Missing("positional arguments of a reader")
    sample = {**inputs(event), **extra} if event["given"] is not None or named else {}
    if event["by_key"]:
        keys = arguments.pop("keys")
        arguments["keys"] = [keys] if isinstance(keys, str) else list(keys)
        given = event["given"][0] if event["given"] else {}
        for key in arguments["keys"]:
            if isinstance(given, dict) and key in given and key not in sample:
                raise Missing(f"`{key}` is no image")
    elif event["target"] in ("MeanEnsembled", "VoteEnsembled"):
        arguments.update(keys=list(sample), output_key="output")
    else:
        arguments["keys"] = ["image"]
    arguments = {name: argument(name, value) for name, value in arguments.items()}
    out = {"target": event["target"], "args": arguments, "inputs": sample, "refused": event["error"]}
    if event["error"] is None:
        out["expected"], out["tolerance"] = expected(event, expectation)
    return out


def round_trip(event, later):
    """What was saved, and what the test loads from that file afterwards."""
    if not later or later[0]["target"] != "LoadImaged" or later[0].get("copy") is None:
        raise Missing("what is written is not read again")
    if "nrrd" in str(event["made"].get("output_ext")):
        raise Missing("a file of the format NRRD")
    image = event["given"][0]["img"] if event["by_key"] else event["given"][0]
    arguments = {name: argument(name, value) for name, value in event["made"].items() if name not in ("output_dir", "keys")}
    meta = getattr(image, "meta", {})
    place = [np.asarray(meta.get(name, np.eye(4))) for name in ("affine", "original_affine")]
    if arguments.get("resample") and not np.array_equal(*place):
        raise Missing("`resample` onto a grid that the image never had")
    loaded = later[0]["copy"]
    loaded = loaded["img"] if isinstance(loaded, dict) else loaded
    # A reader puts channels last, where there are several.
    values = np.moveaxis(array(loaded), -1, 0) if array(image).shape[0] > 1 and array(loaded).shape[-1] == array(image).shape[0] else array(loaded)[None]
    found = {"image": {**numbers(values), "asserted": True}}
    return {"target": "SaveImaged", "args": {**arguments, "keys": ["image"]}, "inputs": {"image": numbers(image)}, "refused": None, "expected": found, "tolerance": {}}


def channels_first(value, like=None):
    """What a reader gives, whose channels are last where it has any."""
    last = getattr(like if like is not None else value, "meta", {}).get("original_channel_dim") == -1
    return torch.movedim(torch.as_tensor(value), -1, 0) if last else value


def expected(event, expectations):
    """What the test compared with, by key; what MONAI gave where the test looked only at a part of it or at its form."""
    result, tolerance = event["copy"], {}
    if event["target"] == "SplitDimd" and not event["by_key"]:
        raise Missing("a list as result; a config has `SplitDimd`")
    if isinstance(result, (list, tuple)):
        result = result[0]
    results = result if isinstance(result, dict) else {"output" if event["target"] in ("MeanEnsembled", "VoteEnsembled") else "image": result}
    out = {}
    for key, value in results.items():
        if not is_image(value):
            continue
        value = channels_first(value) if event["target"] == "LoadImaged" else value
        wanted, asserted = array(value), False
        for actual, wish, limits in expectations:
            try:
                # The test passed this result on, and compares all of it.
                actual, wish = (channels_first(part, value) if event["target"] == "LoadImaged" else part for part in (actual, wish))
                if array(actual).shape == wanted.shape and np.array_equal(array(actual), array(value)) and array(wish).shape == wanted.shape:
                    tolerance, asserted, wanted = {**tolerance, **limits}, True, array(wish)
            except Missing:
                continue
        out[key] = {**numbers(wanted), "dtype": str(array(value).dtype), "asserted": asserted}
    return out, tolerance


def shrink(utils):
    """Random images of which the tests look at the form alone become zeros, and those of whole test cases a part."""
    random, integers = np.random.rand, np.random.randint
    np.random.rand = lambda *shape: np.zeros(shape) if np.prod(shape) > 10_000 else random(*shape)
    np.random.randint = lambda *args, size=None, **kwargs: np.zeros(size, int) if size is not None and np.prod(size) > 10_000 else integers(*args, size=size, **kwargs)
    for name, size in [("NumpyImageTestCase2D", (18, 14)), ("NumpyImageTestCase3D", (9, 8, 7))]:
        cls = getattr(utils, name)

        def prepare(this, whole=cls.setUp, size=size):
            np.random.seed(20261128)
            whole(this)
            steps = [range(0, extent - length, 3) for extent, length in zip(this.imt.shape[-len(size) :], size)]
            parts = [(..., *(slice(start, start + length) for start, length in zip(starts, size))) for starts in itertools.product(*steps)]
            part = max(parts, key=lambda part: len(np.unique(this.imt[part])))
            this.imt, this.seg1, this.segn = (np.ascontiguousarray(image[part]) for image in (this.imt, this.seg1, this.segn))

        cls.setUp = prepare


def run(module, watch):
    """Every test of a module: (test, events, expectations)."""
    for name, cls in list(vars(module).items()):
        if not (isinstance(cls, type) and issubclass(cls, unittest.TestCase)) or cls.__module__ != module.__name__ or getattr(cls, "__unittest_skip__", False):
            continue
        for test in sorted(list(vars(cls))):
            method = vars(cls)[test]
            if not test.startswith("test") or getattr(method, "__unittest_skip__", False):
                continue
            for index, parameters in enumerate(getattr(method, "expanded", [[]])):
                watch.calls, watch.expectations = [], []
                instance = cls(test)
                failure = None
                cls.setUpClass()
                try:
                    instance.setUp()
                    method(instance, *parameters)
                    instance.tearDown()
                except Exception as error:
                    failure = error
                cls.tearDownClass()
                yield f"{name}.{test}", index, watch.calls, watch.expectations, failure


def main():
    if len(sys.argv) < 2:
        return print("no checkout of MONAI was given: the cases stay as they are")
    reference = pathlib.Path(sys.argv[1]).resolve()
    sys.path.insert(0, str(reference))
    stub()
    import monai.transforms

    shrink(importlib.import_module("tests.test_utils"))
    watch = Watch()
    watch.install(monai.transforms)
    out = []
    for stem in FILES:
        (path,) = [path for path in reference.glob(f"tests/**/{stem}.py")]
        module = importlib.import_module(".".join(path.relative_to(reference).with_suffix("").parts))
        if hasattr(module, "assert_allclose"):
            watch.patch_assert(module, "assert_allclose")
        seen, count = {}, 0
        for test, index, calls, expectations, failure in run(module, watch):
            for place, event in enumerate(list(calls)):
                count += 1
                try:
                    # Of a test that a part of its image no longer fits, what MONAI gives is expected.
                    wishes = expectations if failure is None else []
                    entry = round_trip(event, calls[place + 1 :]) if event["target"] == "SaveImaged" else case(event, wishes)
                    key = json.dumps([entry["target"], entry["args"], {k: (v.get("shape"), v.get("values"), v.get("file")) for k, v in entry["inputs"].items()}, entry["refused"]], sort_keys=True, default=str)
                except Missing as why:
                    entry = {"target": event["target"], "missing": str(why)}
                    key = json.dumps([entry, test, str(event["made"])[:200]], default=str)
                if key not in seen:
                    seen[key] = True
                    out.append({"file": str(path.relative_to(reference)), "test": f"{test}[{index}]", **entry})
        print(f"{stem}: {count} calls, {sum(1 for entry in out if entry['file'].endswith(stem + '.py'))} cases")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    versions = {"monai": monai.__version__, "torch": torch.__version__}
    lines = ",\n".join(json.dumps(entry) for entry in out)
    text = f'{{"written_by": "tests/parity/monai_cases/intensity.py", "versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n'
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(len(out), "cases,", OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
