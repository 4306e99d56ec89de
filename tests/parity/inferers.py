"""Writes tests/fixtures/parity/inferers: window positions, importance maps and stitched logits of MONAI's sliding window.

Networks and inputs come from counter.py, so only the logits are stored (float32, little endian, C order).
Run: python tests/parity/inferers.py
"""

import hashlib
import json
import pathlib

import counter
import monai
import numpy as np
import torch
from monai.data.utils import compute_importance_map, dense_patch_slices
from monai.inferers import SlidingWindowInferer
from monai.inferers.utils import _get_scan_interval
from networks import build

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

MAPS = [([16, 20, 12], 0.125), ([11, 9, 13], [0.2, 0.1, 0.4]), ([24, 32], 0.125), ([5, 4], 0.05)]


def starts(size, inferer):
    """First voxels of the windows in the padded image."""
    roi = monai.utils.fall_back_tuple(inferer.roi_size, size)
    padded = tuple(max(s, r) for s, r in zip(size, roi))
    interval = _get_scan_interval(padded, roi, len(size), monai.utils.ensure_tuple_rep(inferer.overlap, len(size)))
    return [[int(piece.start) for piece in window] for window in dense_patch_slices(padded, roi, interval)]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    rows = []
    for name, (arguments, size, settings) in CASES.items():
        inferer = SlidingWindowInferer(**settings)
        image = counter.image(f"{name}/input", (1, arguments["in_channels"], *size))
        with torch.no_grad():
            logits = inferer(torch.from_numpy(image), build(arguments, name)).numpy()
        (FOLDER / f"{name}.f32").write_bytes(logits.astype("<f4").tobytes())
        rows.append({
            "name": name,
            "network": arguments,
            "spatial": size,
            "inferer": settings,
            "input_sha256": hashlib.sha256(image.astype("<f4").tobytes()).hexdigest(),
            "starts": starts(size, inferer),
            "output_shape": list(logits.shape[1:]),
            "output_std": float(logits.std()),
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
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
