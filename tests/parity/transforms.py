"""Writes tests/fixtures/parity/transforms: what MONAI makes of small images, for runtime/transforms/tests/parity.rs.

Run: python tests/parity/transforms.py     (needs monai, torch, nibabel and scikit-image)
"""
import gzip
import hashlib
import json
import pathlib
import shutil
import warnings

import monai
import nibabel as nib
import numpy as np
import skimage
import torch
from monai.transforms import Compose

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[1] / "fixtures/parity/transforms"
SEED = 20261123
rng = np.random.default_rng(SEED)


def rotation(x, y, z):
    c, s = np.cos, np.sin
    rx = np.array([[1, 0, 0], [0, c(x), -s(x)], [0, s(x), c(x)]])
    ry = np.array([[c(y), 0, s(y)], [0, 1, 0], [-s(y), 0, c(y)]])
    rz = np.array([[c(z), -s(z), 0], [s(z), c(z), 0], [0, 0, 1]])
    return rz @ ry @ rx


def affine(matrix, offset):
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = matrix, offset
    return out


def smooth(shape):
    """A few waves and some noise: gradients everywhere, no two voxels alike."""
    grid = np.meshgrid(*[np.linspace(0, 1, n) for n in shape[:3]], indexing="ij")
    waves = sum(np.sin(2 * np.pi * (k + 1) * g + k) for k, g in enumerate(grid))
    waves = waves[..., None] * np.arange(1, shape[3] + 1) if len(shape) == 4 else waves
    return waves * 100 + rng.normal(0, 20, shape)


def blobs(shape):
    """Labels 0..3 in several parts, some of which touch only by a corner."""
    noise = rng.normal(size=shape)
    for axis in range(3):
        noise = noise + np.roll(noise, 1, axis)
    return np.digitize(noise, [1.0, 2.2, 3.4]).astype(np.uint8)


def nifti(name, array, matrix, *, sform=1, qform=1, slope=None, kind=nib.Nifti1Image, order="<", packed=True):
    header = kind.header_class(endianness=order)
    header.set_data_dtype(np.dtype(array.dtype).newbyteorder(order))
    image = kind(array, matrix, header=header)
    image.header.set_xyzt_units("mm")
    image.set_qform(matrix, qform)
    image.set_sform(matrix, sform)
    if slope:
        image.header.set_slope_inter(*slope)
    raw = image.to_bytes()
    path = ROOT / "inputs" / (name + (".nii.gz" if packed else ".nii"))
    path.write_bytes(gzip.compress(raw, mtime=0) if packed else raw)


def inputs():
    las = affine(np.diag([-1.3, 0.8, 2.5]), [12.5, -7.25, 3.0])
    ras = affine(np.diag([0.9, 1.1, 1.7]), [-10.0, 4.0, 6.5])
    oblique = affine(rotation(0.3, -0.2, 0.4) @ np.diag([1.2, 0.9, 2.1]), [5.0, -8.0, 11.0])
    sheared = oblique.copy()
    sheared[:3, :3] = sheared[:3, :3] @ np.array([[1, 0.15, 0], [0, 1, 0.1], [0, 0, 1]])
    turned = affine(np.array([[0, 0, 1.5], [-0.9, 0, 0], [0, 1.1, 0]]), [3.0, 2.0, -4.0])
    nifti("las", smooth((13, 15, 9)).astype(np.int16), las, slope=(1.5, -3.0))
    nifti("ras", smooth((12, 11, 10)).astype(np.float32), ras)
    nifti("oblique", smooth((11, 14, 9)).astype(np.float32), oblique)
    nifti("sheared", smooth((10, 9, 8)).astype(np.float64), sheared, qform=0)
    nifti("turned", smooth((9, 12, 14)).astype(np.int16), turned, order=">", packed=False)
    nifti("channels", smooth((8, 9, 10, 3)).astype(np.float32), las)
    nifti("plane", smooth((14, 13, 1))[..., 0].astype(np.float32), ras)
    nifti("second", smooth((7, 8, 9)).astype(np.int32), turned, kind=nib.Nifti2Image)
    nifti("second_big", smooth((7, 8, 9)).astype(np.uint16), ras, kind=nib.Nifti2Image, order=">")
    nifti("quaternion", smooth((7, 8, 9)).astype(np.float32), oblique, sform=0, qform=1)
    nifti("unplaced", smooth((7, 8, 9)).astype(np.uint8), ras, sform=0, qform=0)
    nifti("labels", blobs((14, 13, 12)), ras)
    nifti("large", np.round(smooth((110, 105, 90))).astype(np.int8), ras)
    brain = np.maximum(smooth((16, 15, 14)) - 40, 0)
    brain[:3], brain[:, -4:], brain[:, :, :2] = 0, 0, 0
    nifti("brain", brain.astype(np.float32), las)
    nifti("wide", smooth((24, 9, 20)).astype(np.float32), affine(np.diag([0.5, 3.0, 0.7]), [0, 0, 0]))


def d(target, **arguments):
    arguments.setdefault("keys", "image")
    return {"target": target, "args": arguments}


def copy(source, to):
    return {"copy": [source, to]}


def invert(upto, **arguments):
    return {"target": "Invertd", "upto": upto, "args": {"keys": "pred", "orig_keys": "image", "transform": "@preprocessing", **arguments}}


SPLEEN = [d("Orientationd", axcodes="RAS"), d("Spacingd", pixdim=[1.5, 1.5, 2.0], mode="bilinear"),
          d("ScaleIntensityRanged", a_min=-57, a_max=164, b_min=0, b_max=1, clip=True), d("EnsureTyped")]
BRAIN = [d("Orientationd", axcodes="RAS"), d("Spacingd", pixdim=[1, 1, 1]), d("CropForegroundd", source_key="image", margin=2),
         d("ScaleIntensityRangePercentilesd", lower=0, upper=98, b_min=0, b_max=1)]


def cases():
    for name in ["las", "ras", "oblique", "sheared", "turned", "channels", "plane", "second", "second_big", "quaternion", "unplaced"]:
        yield f"decode_{name}", name, []
    for name, codes in [("las", "RAS"), ("las", "LPS"), ("oblique", "RAS"), ("oblique", "PIR"), ("turned", "RAS"),
                        ("turned", "ASL"), ("channels", "SRA"), ("plane", "LPS"), ("sheared", "RAS")]:
        yield f"orientation_{name}_{codes}", name, [d("Orientationd", axcodes=codes)]
    for name, size in [("las", [1.5, 1.5, 2.0]), ("ras", [2.0]), ("ras", 0.7), ("oblique", [1.0, 1.0, 1.0]), ("sheared", [1.3, 1.3, 1.3]),
                       ("channels", [1.9, 0.6, -1.0]), ("plane", [1.3, 0.7]), ("ras", [0.9004, 1.1, 1.7]), ("wide", [1.0, 1.0, 1.0])]:
        yield f"spacing_{name}_{str(size).replace(' ', '')}", name, [d("Spacingd", pixdim=size)]
    yield "spacing_nearest", "oblique", [d("Spacingd", pixdim=[1.43, 0.73, 1.19], mode="nearest")]
    yield "spacing_zeros", "las", [d("Spacingd", pixdim=[0.61, 0.83, 1.1], padding_mode="zeros")]
    yield "spacing_corners", "las", [d("Spacingd", pixdim=[0.61, 0.83, 1.1], align_corners=True)]
    yield "spacing_diagonal", "oblique", [d("Spacingd", pixdim=[1.6, 1.7, 1.8], diagonal=True)]
    yield "spacing_bounds", "las", [d("Spacingd", pixdim=[1.0, 1.0, 1.0], min_pixdim=[0.5, 0.9, 0.9], max_pixdim=[1.5, 1.5, 1.5])]
    yield "scale_range", "ras", [d("ScaleIntensityRanged", a_min=-57, a_max=164, b_min=0.0, b_max=1.0, clip=True)]
    yield "scale_range_open", "ras", [d("ScaleIntensityRanged", a_min=-100, a_max=240)]
    yield "scale", "channels", [d("ScaleIntensityd")]
    yield "scale_channel_wise", "channels", [d("ScaleIntensityd", minv=-1, maxv=2, channel_wise=True)]
    yield "scale_factor", "ras", [d("ScaleIntensityd", minv=None, maxv=None, factor=0.25)]
    yield "percentiles", "ras", [d("ScaleIntensityRangePercentilesd", lower=1.5, upper=98.3, b_min=0, b_max=1)]
    yield "percentiles_relative", "ras", [d("ScaleIntensityRangePercentilesd", lower=5, upper=95, b_min=-1, b_max=3, relative=True, clip=True)]
    yield "percentiles_channel_wise", "channels", [d("ScaleIntensityRangePercentilesd", lower=0, upper=98, b_min=0, b_max=1, clip=True, channel_wise=True)]
    yield "percentiles_large", "large", [d("ScaleIntensityRangePercentilesd", lower=2.7, upper=99.1, b_min=0, b_max=1), d("Resized", spatial_size=[12, 11, 9], mode="nearest")]
    yield "normalize", "las", [d("NormalizeIntensityd")]
    yield "normalize_nonzero", "brain", [d("NormalizeIntensityd", nonzero=True)]
    yield "normalize_channel_wise", "channels", [d("NormalizeIntensityd", nonzero=True, channel_wise=True)]
    yield "normalize_given", "channels", [d("NormalizeIntensityd", subtrahend=[1, 2, 3], divisor=[10, 20, 30], channel_wise=True)]
    yield "threshold", "ras", [d("ThresholdIntensityd", threshold=10, above=False, cval=-5)]
    yield "mask", "brain", [copy("image", "mask"), d("ThresholdIntensityd", keys="mask", threshold=60), d("ScaleIntensityd"), d("MaskIntensityd", mask_key="mask")]
    yield "cast", "ras", [d("ThresholdIntensityd", threshold=0), d("CastToTyped", dtype="torch.int16")]
    yield "crop", "brain", [d("CropForegroundd", source_key="image")]
    yield "crop_margin", "brain", [d("CropForegroundd", source_key="image", margin=[1, 6, 4])]
    yield "crop_smaller", "brain", [d("CropForegroundd", source_key="image", margin=5, allow_smaller=True)]
    yield "crop_divisible", "brain", [d("CropForegroundd", source_key="image", k_divisible=8)]
    yield "crop_minimum", "ras", [d("CropForegroundd", source_key="image", margin=2, mode="minimum")]
    yield "crop_edge", "ras", [d("CropForegroundd", source_key="image", margin=2, mode="edge")]
    yield "crop_select", "ras", [d("CropForegroundd", source_key="image", select_fn="lambda x: x > 150")]
    for mode in ["nearest", "area", "trilinear"]:
        yield f"resize_{mode}", "channels", [d("Resized", spatial_size=[11, 5, -1], mode=mode)]
    yield "resize_corners", "ras", [d("Resized", spatial_size=[7, 17, 10], mode="trilinear", align_corners=True)]
    yield "resize_longest", "wide", [d("Resized", spatial_size=16, size_mode="longest", mode="area")]
    yield "softmax", "channels", [d("ScaleIntensityd", maxv=6), d("Activationsd", softmax=True)]
    yield "sigmoid", "channels", [d("ScaleIntensityd", minv=-4, maxv=6), d("Activationsd", sigmoid=True)]
    yield "argmax", "channels", [d("AsDiscreted", argmax=True)]
    yield "argmax_onehot", "channels", [d("AsDiscreted", argmax=True, to_onehot=3)]
    yield "discrete_threshold", "channels", [d("AsDiscreted", threshold=12.5)]
    yield "discrete_rounding", "ras", [d("ScaleIntensityd", maxv=9), d("AsDiscreted", rounding="torchrounding")]
    yield "largest", "labels", [d("KeepLargestConnectedComponentd")]
    yield "largest_faces", "labels", [d("KeepLargestConnectedComponentd", connectivity=1)]
    yield "largest_edges", "labels", [d("KeepLargestConnectedComponentd", applied_labels=[1, 3], connectivity=2)]
    yield "largest_together", "labels", [d("KeepLargestConnectedComponentd", applied_labels=[2, 3], independent=False, connectivity=1)]
    yield "largest_two", "labels", [d("KeepLargestConnectedComponentd", applied_labels=2, connectivity=1, num_components=2)]
    yield "largest_onehot", "labels", [d("AsDiscreted", to_onehot=4), d("KeepLargestConnectedComponentd", applied_labels=[1, 2], connectivity=1)]
    yield "lambda_channels", "channels", [d("Lambdad", func="lambda x: x[1:]")]
    yield "lambda_compare", "channels", [d("Lambdad", func="lambda x: x > 20"), d("EnsureTyped", dtype="float32")]
    for name in ["las", "oblique", "turned"]:
        yield f"spleen_{name}", name, SPLEEN
        yield f"spleen_invert_{name}", name, SPLEEN + [copy("image", "pred"), d("Activationsd", keys="pred", sigmoid=True), invert(4, nearest_interp=False)]
        yield f"spleen_invert_nearest_{name}", name, SPLEEN + [copy("image", "pred"), d("AsDiscreted", keys="pred", threshold=0.4), invert(4)]
    yield "brain", "brain", BRAIN
    yield "brain_invert", "brain", BRAIN + [copy("image", "pred"), invert(4, nearest_interp=False)]
    yield "brain_invert_nearest", "brain", BRAIN + [copy("image", "pred"), d("AsDiscreted", keys="pred", rounding="torchrounding"), invert(4, nearest_interp=True)]
    yield "sheared_invert", "sheared", [d("Spacingd", pixdim=[1.3, 1.3, 1.3]), copy("image", "pred"), invert(1, nearest_interp=False)]
    yield "plane_invert", "plane", [d("Orientationd", axcodes="LPS"), d("Spacingd", pixdim=[1.3, 0.7]), copy("image", "pred"), invert(2, nearest_interp=False)]
    yield "resize_invert", "channels", [d("Resized", spatial_size=[11, 5, 12], mode="trilinear"), copy("image", "pred"), invert(1, nearest_interp=False)]
    yield "crop_divisible_invert", "brain", [d("CropForegroundd", source_key="image", k_divisible=8, margin=3), copy("image", "pred"), invert(1)]
    yield "save", "labels", [d("SaveImaged", output_dtype="uint8", resample=False)]


def value(name, argument):
    """JSON to what MONAI takes: functions and dtypes are text in the manifest."""
    if name in ("func", "select_fn"):
        return eval(argument, {})
    if name.endswith("dtype"):
        return getattr(torch, argument.split(".")[-1])
    return argument


def run(path, steps):
    load = [monai.transforms.LoadImaged(keys="image"), monai.transforms.EnsureChannelFirstd(keys="image")]
    data = Compose(load)({"image": str(path)})
    built = []
    for step in steps:
        if "copy" in step:
            source, to = step["copy"]
            data[to] = data[source].clone()
            continue
        if step["target"] == "SaveImaged":
            continue
        arguments = {name: value(name, argument) for name, argument in step["args"].items()}
        if step["target"] == "Invertd":
            arguments["transform"] = Compose(built[: step["upto"]])
        built.append(getattr(monai.transforms, step["target"])(**arguments))
        data = built[-1](data)
    return data["pred" if "pred" in data else "image"]


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    (ROOT / "inputs").mkdir(parents=True)
    inputs()
    written = []
    for name, source, steps in cases():
        path = next((ROOT / "inputs").glob(source + ".nii*"))
        out = run(path, steps)
        array = np.ascontiguousarray(out.numpy().astype("<f4"))
        assert array.size and np.isfinite(array).all(), name
        file = f"{name}.bin".replace("[", "").replace("]", "").replace(",", "-")
        (ROOT / file).write_bytes(gzip.compress(array.tobytes(), mtime=0))
        nearest = "nearest" in json.dumps(steps) or any(step.get("target") == "AsDiscreted" for step in steps)
        scale = float(np.abs(array).max())
        written.append({
            "name": name, "input": f"inputs/{path.name}", "steps": steps, "result": "pred" if any("copy" in s and s["copy"][1] == "pred" for s in steps) else "image",
            "expected": {"file": file, "shape": list(array.shape), "affine": out.affine.numpy().astype(float).tolist()},
            # Largest difference of a voxel; where voxels are picked or cut at a threshold, this share may fall to the other side.
            "tolerance": 2e-6 * max(scale, 1.0), "other_side": 0.001 if nearest else 0.0, "affine_tolerance": 1e-5,
        })
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((ROOT / "inputs").iterdir())}
    versions = {module.__name__: module.__version__ for module in (monai, torch, nib, np, skimage)}
    versions = {name: str(version) for name, version in versions.items()}
    manifest = {"written_by": "tests/parity/transforms.py", "versions": versions, "seed": SEED, "inputs": hashes, "cases": written}
    (ROOT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(written), "cases,", sum(p.stat().st_size for p in ROOT.rglob("*") if p.is_file()), "bytes")


if __name__ == "__main__":
    main()
