"""Writes tests/fixtures/monai_cases/transforms/spatial.{json,bin}.gz: what MONAI's own tests of geometric transforms do, for
runtime/transforms/tests/monai_cases_spatial.rs.

Runs MONAI's test files with every transform of CLASSES watched: its arguments, the images that go in, what comes out and
what its inverse makes of it. A call that a test repeats with NumPy, a tensor and a MetaTensor is one case. Calls outside of
what the runtime has (a transform called lazily by itself, 1 or 4 spatial axes) and images that are too large to commit are
kept by number only, with the reason.

Run: python tests/parity/monai_cases/spatial.py FOLDER     (FOLDER holds MONAI's `tests`; needs monai, torch, nibabel, parameterized)
"""
import copy
import enum
import functools
import gzip
import hashlib
import importlib
import inspect
import json
import pathlib
import random
import sys
import unittest
import warnings

import monai
import numpy as np
import torch
from monai.data import MetaTensor
from monai.data.meta_obj import set_track_meta

warnings.filterwarnings("ignore")
torch.set_num_threads(2)
ROOT = pathlib.Path(__file__).resolve().parents[2] / "fixtures/monai_cases/transforms"
FILES = [
    "test_spacing", "test_spacingd", "test_orientation", "test_orientationd", "test_spatial_resample", "test_resize", "test_resized",
    "test_crop_foreground", "test_crop_foregroundd", "inverse.test_inverse", "inverse.test_invert", "inverse.test_invertd", "test_squeezedim", "test_squeezedimd",
    "test_transpose", "test_transposed", "test_ensure_channel_first", "test_ensure_channel_firstd", "test_flip", "test_flipd",
    "test_border_pad", "test_border_padd", "test_spatial_pad", "test_spatial_padd", "test_divisible_pad", "test_divisible_padd",
    "test_center_spatial_crop", "test_center_spatial_cropd", "test_center_scale_crop", "test_center_scale_cropd",
    "test_spatial_crop", "test_spatial_cropd", "test_resize_with_pad_or_crop", "test_resize_with_pad_or_cropd",
]
CLASSES = ["Spacing", "Orientation", "SpatialResample", "Resize", "CropForeground", "SqueezeDim", "Transpose", "EnsureChannelFirst", "Flip", "BorderPad",
           "SpatialPad", "DivisiblePad", "CenterSpatialCrop", "CenterScaleCrop", "SpatialCrop", "ResizeWithPadOrCrop"]
# Voxels of all images of a case, and bytes that they take when packed.
LARGEST, LONGEST = 100_000, 16_000


class Skip(Exception):
    """Why a call is no case."""


class Arrays:
    """Every distinct array once, one after the other, and every distinct affine."""

    def __init__(self):
        self.known, self.affines, self.data = {}, {}, bytearray()

    def add_affine(self, affine):
        return self.affines.setdefault(json.dumps(affine.tolist()), len(self.affines))

    def add(self, array):
        raw = np.ascontiguousarray(array, dtype="<f4").tobytes()
        return self.known.setdefault((raw, array.shape), len(self.known))

    def write(self):
        places = []
        for raw, shape in self.known:
            places.append([len(self.data) // 4, list(shape)])
            self.data += raw
        return places


def plain(name, argument):
    """An argument as a config would write it."""
    if isinstance(argument, enum.Enum):
        return argument.value
    if isinstance(argument, slice):
        return f"slice({argument.start}, {argument.stop})" if argument.step is None else f"slice({argument.start}, {argument.stop}, {argument.step})"
    if isinstance(argument, (torch.Tensor, np.ndarray, np.generic)):
        return argument.tolist()
    if isinstance(argument, torch.dtype):
        return str(argument)
    if isinstance(argument, type) or isinstance(argument, np.dtype):
        return np.dtype(argument).name
    if name == "select_fn" and callable(argument):
        probe = np.arange(-3, 6)
        for least in range(-2, 5):
            if np.array_equal(np.asarray(argument(probe)), probe > least):
                return f"lambda x: x > {least}"
        raise Skip("a function that is no comparison")
    if isinstance(argument, set):
        return sorted(argument)
    if isinstance(argument, (list, tuple, range)):
        return [plain(name, item) for item in argument]
    if isinstance(argument, dict):
        return {key: plain(name, item) for key, item in argument.items()}
    if argument is None or isinstance(argument, (bool, int, float, str)):
        return argument
    raise Skip(f"an argument of type {type(argument).__name__}")


def image(data):
    """Voxels and affine of what a transform takes or gives."""
    array = np.asarray(data.detach().cpu().numpy() if isinstance(data, torch.Tensor) else data)
    affine = np.eye(4)
    known = isinstance(data, MetaTensor)
    channels = data.meta.get("original_channel_dim") if known else None
    if known:
        given = np.asarray(data.affine.cpu().numpy(), dtype=float)
        rank = min(len(given) - 1, 3)
        affine[:rank, :rank], affine[:rank, 3] = given[:rank, :rank], given[:rank, -1]
    return array, affine, known, channels


class Watch:
    """The calls of the test that runs."""

    def __init__(self):
        self.depth, self.calls = 0, []

    def arguments(self, cls, init, args, kwargs):
        bound = inspect.signature(init).bind_partial(None, *args, **kwargs)
        out = {}
        for name, argument in list(bound.arguments.items())[1:]:
            parameter = inspect.signature(init).parameters[name]
            out.update(argument if parameter.kind is parameter.VAR_KEYWORD else {name: argument})
        return out

    def patch(self, cls):
        watch, init, call, inverse = self, cls.__init__, cls.__call__, getattr(cls, "inverse", None)

        @functools.wraps(init)
        def __init__(this, *args, **kwargs):
            outer = type(this) is cls and watch.depth == 0
            if not outer:
                return init(this, *args, **kwargs)
            given = watch.arguments(cls, init, args, kwargs)
            watch.depth += 1
            try:
                init(this, *args, **kwargs)
                this.given = given
            except Exception:
                watch.calls.append({"target": cls.__name__, "given": given, "images": {}, "call": {}, "error": True})
                raise
            finally:
                watch.depth -= 1

        @functools.wraps(call)
        def __call__(this, *args, **kwargs):
            if watch.depth or not hasattr(this, "given"):
                return call(this, *args, **kwargs)
            bound = list(inspect.signature(call).bind(this, *args, **kwargs).arguments.items())[1:]
            (_, data), rest = bound[0], dict(bound[1:])
            for name, parameter in inspect.signature(call).parameters.items():
                if parameter.kind is parameter.VAR_KEYWORD:
                    rest.update(rest.pop(name, {}))
            record = {"target": cls.__name__, "given": dict(this.given), "call": rest, "lazy": bool(getattr(this, "lazy", False) or rest.get("lazy")), "error": False,
                      "images": watch.images(data), "instance": id(this)}
            watch.calls.append(record)
            watch.depth += 1
            try:
                out = call(this, *args, **kwargs)
            except Exception:
                record["error"] = True
                raise
            finally:
                watch.depth -= 1
            record["out"] = watch.images(out)
            return out

        def undo(this, data, *args, **kwargs):
            outer = watch.depth == 0 and hasattr(this, "given")
            inside = watch.images(data) if outer else None
            watch.depth += 1
            try:
                out = inverse(this, data, *args, **kwargs)
            finally:
                watch.depth -= 1
            if outer:
                forward = next((record for record in reversed(watch.calls) if record.get("instance") == id(this)), None)
                if forward is not None:
                    watch.calls.append({**forward, "inside": inside, "back": watch.images(out)})
            return out

        cls.__init__, cls.__call__ = __init__, __call__
        if inverse is not None:
            cls.inverse = functools.wraps(inverse)(undo)

    def hide(self, cls):
        """What a transform of this class calls inside is no case."""
        def hidden(act):
            @functools.wraps(act)
            def run(*args, **kwargs):
                self.depth += 1
                try:
                    return act(*args, **kwargs)
                finally:
                    self.depth -= 1
            return run

        for name in {"__call__", "inverse"} & set(vars(cls)):
            setattr(cls, name, hidden(getattr(cls, name)))

    @staticmethod
    def images(data):
        data = data if isinstance(data, dict) else {"image": data}
        return {key: image(copy.deepcopy(value)) for key, value in data.items() if isinstance(value, (torch.Tensor, np.ndarray))}


def case(call, arrays):
    """A call as the manifest writes it; Skip where it is none."""
    dictionary = call["target"] not in CLASSES
    given = {name: plain(name, argument) for name, argument in {**call["given"], **{k: v for k, v in call["call"].items() if k in ("mode", "padding_mode", "align_corners", "dtype", "scale_extent")}}.items()}
    if call.get("lazy") or given.pop("lazy", False) or (call["target"] == "SpatialResample" and not call["file"].endswith("test_spatial_resample")):
        raise Skip("called lazily by itself, outside of a Compose")
    if {"output_spatial_shape", "meta_dict"} & {name for name, value in call["call"].items() if value is not None}:
        raise Skip("an argument that only a caller in Python gives")
    given.pop("return_coords", None)
    target = call["target"] if dictionary else call["target"] + "d"
    if not dictionary:
        given["keys"] = "image"
        if target == "CropForegroundd":
            given["source_key"] = "image"
    keys = [given["keys"]] if isinstance(given["keys"], str) else list(given["keys"])
    keys += [given["source_key"]] if given.get("source_key") else []
    out = {"target": target, "args": given, "images": {}, "expected": {}}
    images = {key: value for key, value in call["images"].items() if key in keys}
    # `CropForegroundd` adds where it cut, as arrays that are no images.
    results = {key: value for key, value in call.get("out", {}).items() if key in images}
    everything = [value for values in (images, results, call.get("inside", {}), call.get("back", {})) for key, value in values.items() if key in images]
    if target == "EnsureChannelFirstd":
        for key, (array, affine, known, channels) in images.items():
            if given.get("channel_dim") is None and channels is None:
                raise Skip("an image of which no file says where its channels are")
            if given.get("channel_dim") not in (None, "no_channel"):
                raise Skip("channels that were first already")
            # As the runtime decodes it: channels are first when the transform begins.
            array = np.moveaxis(array, -1, 0) if channels == -1 else array[None]
            images[key] = (array, affine, known, channels)
    for array, *_ in list(images.values()) + list(results.values()):
        if not 2 <= array.ndim - 1 <= 3:
            raise Skip(f"an image of {array.ndim - 1} spatial axes")
    for array, *_ in images.values():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise Skip("voxels that are not finite")
    packed = b"".join(array.astype("<f4").tobytes() for array, *_ in everything)
    if sum(array.size for array, *_ in everything) > LARGEST or len(gzip.compress(packed)) > LONGEST:
        raise Skip("images too large to commit")

    def add(image):
        array, affine, known, _ = image
        return {"array": arrays.add(array), "affine": arrays.add_affine(affine if known else np.eye(4)), **({} if known else {"untracked": True})}

    out["images"] = {key: add(value) for key, value in images.items()}
    if target == "SpatialResampled":
        out["resample"] = {name: plain(name, value) for name, value in call["call"].items() if name in ("dst_affine", "spatial_size")}
    if call["error"]:
        out["error"] = True
        return out
    if not images:
        raise Skip("an argument that is never used")
    out["expected"] = {key: add(value) for key, value in results.items()}
    if any(0 in array.shape for array, *_ in results.values()):
        raise Skip("an empty image as the result")
    if "back" in call:
        out["inverse"] = {key: [add(call["inside"][key]), add(call["back"][key])] for key in images if key in call["back"]}
    return out


def main():
    sys.path.insert(0, sys.argv[1])
    watch = Watch()
    for name in CLASSES:
        watch.patch(getattr(monai.transforms, name))
        if name != "SpatialResample":
            watch.patch(getattr(monai.transforms, name + "d"))
    for name, cls in list(vars(monai.transforms).items()):
        if name.startswith("Rand") and inspect.isclass(cls):
            watch.hide(cls)
    arrays, cases, skipped = Arrays(), [], []
    for file in FILES:
        module = importlib.import_module(f"tests.transforms.{file}")
        seen = set()
        for test in [test for suite in unittest.defaultTestLoader.loadTestsFromModule(module) for test in suite]:
            random.seed(0), np.random.seed(0), torch.manual_seed(0)
            watch.calls = []
            # MONAI skips some for its own versions of PyTorch; here they run, and count if they pass.
            type(test).__unittest_skip__ = False
            method = getattr(type(test), test._testMethodName)
            if getattr(method, "__unittest_skip__", False):
                setattr(type(test), test._testMethodName, getattr(method, "__wrapped__", method))
            result = unittest.TestResult()
            test.run(result)
            set_track_meta(True)
            name = test.id().rsplit(".", 1)[-1]
            if result.skipped or result.failures or result.errors:
                why = "a test that MONAI skips" if result.skipped else "a test that fails in MONAI with these versions"
                print("  ", test.id(), [text[-200:] for _, text in result.failures + result.errors])
                skipped.append([file, name, why])
                continue
            if not watch.calls:
                skipped.append([file, name, "a test without a call of these transforms"])
            for call in watch.calls:
                call["file"] = file
                try:
                    found = case(call, arrays)
                except Skip as why:
                    digest = hashlib.sha256(repr((call["target"], call["given"], call["call"].keys(), [v[0].tobytes() for v in call["images"].values()], "back" in call)).encode()).hexdigest()
                    if (digest, str(why)) not in seen:
                        seen.add((digest, str(why)))
                        skipped.append([file, name, str(why)])
                    continue
                # NumPy, tensor and MetaTensor are one: the affine is the identity where there is none.
                key = json.dumps({**found, "images": {k: v["array"] for k, v in found["images"].items()}, "expected": {k: v["array"] for k, v in found["expected"].items()},
                                  "affines": [v["affine"] for v in found["images"].values()],
                                  "inverse": {k: [v["array"] for v in pair] for k, pair in found.get("inverse", {}).items()}}, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    cases.append({"file": file, "test": name, **found})
        print(file, sum(c["file"] == file for c in cases), "cases,", sum(s[0] == file for s in skipped), "left out", flush=True)
    ROOT.mkdir(parents=True, exist_ok=True)
    places = arrays.write()
    counts = {}
    for file, _, why in skipped:
        counts.setdefault(file, {}).setdefault(why, 0)
        counts[file][why] += 1
    (ROOT / "spatial.bin.gz").write_bytes(gzip.compress(bytes(arrays.data), mtime=0))
    text = json.dumps({"written_by": "tests/parity/monai_cases/spatial.py", "monai": str(monai.__version__), "files": FILES, "left_out": counts, "arrays": places, "affines": [json.loads(affine) for affine in arrays.affines], "cases": cases}, separators=(",", ":"))
    (ROOT / "spatial.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print(len(cases), "cases,", len(skipped), "left out,", sum(p.stat().st_size for p in ROOT.glob("spatial.*")), "bytes")


if __name__ == "__main__":
    main()
