"""Writes tests/fixtures/parity/inferers: window positions, importance maps and stitched logits of MONAI's sliding window.

Networks and inputs come from counter.py, so only the logits are stored (float32, little endian, C order), thinned out. The
`more` cases are of other classes (`target`), of arguments that change nothing, or of networks whose answer is not of
the window's size: there each output of the UNet is averaged over blocks of `pools` voxels, one output for each.
Run: python tests/parity/inferers.py
"""

import hashlib
import json
import pathlib

import counter
import monai
import network
import numpy as np
import torch
import torch.nn.functional as F
from monai import inferers
from monai.data.utils import compute_importance_map, dense_patch_slices
from monai.inferers import SlidingWindowInferer
from monai.inferers.utils import _get_scan_interval
from monai.networks.nets import UNet

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "parity" / "inferers"
TOLERANCE = 1e-4

UNET_3D = dict(spatial_dims=3, in_channels=1, out_channels=2, channels=[4, 8], strides=[2], num_res_units=1, norm="batch")
UNET_2D = dict(spatial_dims=2, in_channels=1, out_channels=3, channels=[4, 8], strides=[2], norm="batch")
# Strides of 1 take windows of odd size.
UNET_3D_ODD = dict(spatial_dims=3, in_channels=2, out_channels=2, channels=[4, 8], strides=[1], norm="instance")

CASES = {
    "constant_default": (UNET_3D, [37, 29, 41], dict(roi_size=[16, 16, 16], sw_batch_size=3)),
    "gaussian_half": (UNET_3D, [33, 30, 23], dict(roi_size=[16, 20, 12], overlap=0.5, mode="gaussian", sw_batch_size=4)),
    "gaussian_odd_window": (
        UNET_3D_ODD, [25, 19, 22],
        dict(roi_size=[11, 9, 13], overlap=[0.3, 0.6, 0.1], mode="gaussian", sigma_scale=[0.2, 0.1, 0.4]),
    ),
    "overlap_rounding": (UNET_3D, [31, 18, 27], dict(roi_size=[10, 6, 14], overlap=0.7, mode="constant")),
    "tiny_step": (UNET_3D, [9, 8, 8], dict(roi_size=[4, 8, 4], overlap=0.99, mode="gaussian")),
    "whole_axis": (UNET_3D, [20, 24, 18], dict(roi_size=[16, -1, 0], overlap=0.25, mode="gaussian", sw_batch_size=2)),
    "larger_than_image": (UNET_3D, [13, 30, 9], dict(roi_size=[16, 16, 16], overlap=0.25, cval=-1.5)),
    "larger_reflect": (UNET_3D, [13, 21, 9], dict(roi_size=[20, 16, 16], padding_mode="reflect", mode="gaussian")),
    "larger_replicate": (UNET_3D, [7, 21, 3], dict(roi_size=16, padding_mode="replicate")),
    "larger_circular": (UNET_3D, [13, 21, 9], dict(roi_size=[20, 16, 16], padding_mode="circular", overlap=0.5)),
    "plane_gaussian": (UNET_2D, [61, 45], dict(roi_size=[24, 32], overlap=0.25, mode="gaussian", sw_batch_size=4)),
    "plane_reflect": (UNET_2D, [15, 45], dict(roi_size=[24, 32], padding_mode="reflect", overlap=0.6)),
}

UNET_SLICE = dict(spatial_dims=2, in_channels=1, out_channels=2, channels=[4, 8], strides=[2], num_res_units=1, norm="batch")
SLICE, ADAPT, WINDOW = "SliceInferer", "SlidingWindowInfererAdapt", "SlidingWindowInferer"
MORE = {
    "slice_axis_2": (SLICE, UNET_SLICE, [30, 27, 5], dict(roi_size=[16, 12], spatial_dim=2, overlap=0.5, sw_batch_size=3)),
    "slice_axis_1_gaussian": (
        SLICE, UNET_SLICE, [22, 4, 33], dict(roi_size=[12, 16], spatial_dim=1, mode="gaussian", sw_batch_size=2),
    ),
    "slice_axis_0_larger": (SLICE, UNET_SLICE, [6, 13, 25], dict(roi_size=[32, 16], padding_mode="replicate")),
    "slice_padded": (SLICE, UNET_SLICE, [19, 14, 4], dict(roi_size=[32, 32], spatial_dim=2, cval=0.75)),
    "slice_whole": (SLICE, UNET_SLICE, [20, 3, 14], dict(roi_size=[-1, -1], spatial_dim=1, sw_batch_size=2)),
    "slice_overlap_per_axis": (
        SLICE, UNET_SLICE, [18, 25, 4],
        dict(roi_size=[10, 12], spatial_dim=2, overlap=[0.7, 0.1, 0.4], mode="gaussian", sigma_scale=[0.3, 0.2, 0.1]),
    ),
    "adapt": (ADAPT, UNET_3D, [21, 18, 26], dict(roi_size=[12, 16, 12], overlap=0.625, mode="gaussian", sw_batch_size=2)),
    "adapt_ignores_buffers": (ADAPT, UNET_3D, [21, 18, 40], dict(roi_size=[12, 16, 12], buffer_steps=2, cpu_thresh=1000)),
    "roi_none": (WINDOW, UNET_3D, [14, 20, 16], dict(roi_size=[None, 12, 8], overlap=0.5)),
    "roi_one_number": (WINDOW, UNET_3D, [18, 20, 14], dict(roi_size=12, overlap=[0.5, 0.25, 0.75], mode="gaussian")),
    "padding_and_overlap": (WINDOW, UNET_3D, [9, 30, 14], dict(roi_size=[16, 12, 16], overlap=0.5, mode="gaussian", cval=2.0)),
    "cached_weights": (WINDOW, UNET_3D, [21, 18, 26], dict(roi_size=[12, 16, 12], mode="gaussian", cache_roi_weight_map=True)),
    "buffer_last_axis": (WINDOW, UNET_3D, [20, 18, 30], dict(roi_size=[12, 12, 12], overlap=0.5, buffer_steps=2, sw_batch_size=3)),
    "buffer_first_axis": (
        WINDOW, UNET_3D, [31, 18, 20], dict(roi_size=[12, 12, 12], mode="gaussian", buffer_steps=1, buffer_dim=0),
    ),
    "half_size": (WINDOW, UNET_3D, [28, 20, 24], dict(roi_size=[12, 12, 16], overlap=0.5, mode="gaussian"), [2]),
    "half_size_padded": (WINDOW, UNET_3D, [13, 20, 9], dict(roi_size=[16, 12, 16], overlap=0.25), [2]),
    "fifth_truncated": (WINDOW, UNET_3D, [22, 20, 20], dict(roi_size=[10, 20, 20], overlap=0.45), [4]),
    "two_outputs": (WINDOW, UNET_3D, [22, 16, 24], dict(roi_size=[12, 16, 16], overlap=0.5, mode="gaussian"), [1, 2]),
    # MONAI stops where an output of the window's size follows a smaller one: it keeps the smaller weights.
    "two_small_outputs": (WINDOW, UNET_3D, [22, 16, 24], dict(roi_size=[12, 16, 16], overlap=0.5, mode="gaussian"), [4, 2]),
    "slice_half_size": (SLICE, UNET_SLICE, [4, 20, 24], dict(roi_size=[8, 12], overlap=0.5), [2]),
}
MOST = 4000

MAPS = [([16, 20, 12], 0.125), ([11, 9, 13], [0.2, 0.1, 0.4]), ([24, 32], 0.125), ([5, 4], 0.05)]


def starts(size, inferer):
    """First voxels of the windows in the padded image."""
    roi = monai.utils.fall_back_tuple(inferer.roi_size, size)
    padded = tuple(max(s, r) for s, r in zip(size, roi))
    interval = _get_scan_interval(padded, roi, len(size), monai.utils.ensure_tuple_rep(inferer.overlap, len(size)))
    return [[int(piece.start) for piece in window] for window in dense_patch_slices(padded, roi, interval)]


def pooled(unet, pools):
    """A network with one output for each of `pools`; a tuple where there are several."""

    def run(window):
        logits = unet(window)
        pool = F.avg_pool3d if logits.ndim == 5 else F.avg_pool2d
        outputs = tuple(pool(logits, size) if size > 1 else logits for size in pools)
        return outputs if len(outputs) > 1 else outputs[0]

    return run


def thinned(name, logits):
    """Writes some of the logits, and says which."""
    step = -(-logits.size // MOST)
    # An even step would always meet the same places of a row.
    step += 1 - step % 2
    (FOLDER / f"{name}.f32").write_bytes(logits.reshape(-1)[::step].astype("<f4").tobytes())
    return {"output_shape": list(logits.shape), "output_step": step, "output_std": float(logits.astype("f8").std())}


def more(name, target, arguments, size, settings, pools=(1,)):
    image = counter.image(f"{name}/input", (1, arguments["in_channels"], *size))
    inferer = getattr(inferers, target)(**settings)
    with torch.no_grad():
        answer = inferer(torch.from_numpy(image), pooled(network.fill(UNet(**arguments), name), pools))
    answers = [answer] if isinstance(answer, torch.Tensor) else answer
    names = [name] if len(answers) == 1 else [f"{name}_{index}" for index in range(len(answers))]
    outputs = [{"name": file, **thinned(file, logits[0].numpy())} for file, logits in zip(names, answers)]
    return {
        "name": name,
        "target": target,
        "network": arguments,
        "pools": list(pools),
        "spatial": size,
        "inferer": settings,
        "input_sha256": hashlib.sha256(image.astype("<f4").tobytes()).hexdigest(),
        "outputs": outputs,
    }


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    rows = []
    for name, (arguments, size, settings) in CASES.items():
        inferer = SlidingWindowInferer(**settings)
        image = counter.image(f"{name}/input", (1, arguments["in_channels"], *size))
        with torch.no_grad():
            logits = inferer(torch.from_numpy(image), network.fill(UNet(**arguments), name)).numpy()
        rows.append({
            "name": name,
            "network": arguments,
            "spatial": size,
            "inferer": settings,
            "input_sha256": hashlib.sha256(image.astype("<f4").tobytes()).hexdigest(),
            "starts": starts(size, inferer),
            **thinned(name, logits[0]),
        })
    maps = []
    for index, (window, scale) in enumerate(MAPS):
        weights = compute_importance_map(tuple(window), mode="gaussian", sigma_scale=scale)
        (FOLDER / f"map_{index}.f32").write_bytes(weights.numpy().astype(np.dtype("<f4")).tobytes())
        maps.append({"file": f"map_{index}.f32", "window": window, "sigma_scale": scale})
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "seed": "counter.py with keys `case/parameter` and `case/input`",
        "tolerance_of_std": TOLERANCE,
        "tolerance_of_weights": 1e-6,
        "cases": rows,
        "maps": maps,
        "more": [more(name, *case) for name, case in MORE.items()],
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
