"""Writes the fixtures of SwinUNETR. Run: python tests/parity/networks_swin_unetr.py"""

import network
import torch
from monai.networks.nets import SwinUNETR
from monai.networks.nets.swin_unetr import PatchMergingV2

CASES = {
    # The bundle swin_unetr_btcv_segmentation, which is of MONAI 1.4: see `build`.
    "swin_unetr_btcv_segmentation": (
        dict(spatial_dims=3, img_size=96, in_channels=1, out_channels=14, feature_size=48, use_checkpoint=False),
        [64, 32, 32],
    ),
    "merging_3d": (
        dict(in_channels=2, out_channels=3, feature_size=12, depths=[2, 2, 1, 1], drop_rate=0.1, attn_drop_rate=0.4,
             dropout_path_rate=0.2, use_flash_attention=True),
        [64, 32, 96],
    ),
    "mergingv2_3d_small_windows": (
        dict(in_channels=1, out_channels=2, feature_size=12, depths=[2, 2, 2, 2], window_size=[4, 3, 2],
             downsample="mergingv2", norm_name=["group", {"num_groups": 4}], patch_size=2, qkv_bias=False,
             patch_norm=True, mlp_ratio=2.5, normalize=False),
        [32, 64, 32],
    ),
    "v2_2d_batch": (
        dict(spatial_dims=2, in_channels=1, out_channels=2, feature_size=12, depths=[1, 2, 1, 1], use_v2=True,
             norm_name="batch"),
        [96, 64],
    ),
    "v2_3d_before_1_5": (
        dict(img_size=[64, 64, 32], in_channels=1, out_channels=2, feature_size=12, depths=[1, 1, 2, 1], use_v2=True,
             norm_name=["instance", {"affine": True}], num_heads=[2, 4, 6, 8]),
        [64, 64, 32],
    ),
    "whole_windows_2d": (
        dict(spatial_dims=2, in_channels=3, out_channels=4, feature_size=24, depths=[2, 4, 2, 2], num_heads=[3, 6, 8, 12],
             window_size=8, downsample="mergingv2", normalize=False),
        [128, 192],
    ),
    "window_above_map_2d": (
        dict(spatial_dims=2, in_channels=1, out_channels=1, feature_size=12, depths=[2, 2, 2, 2], window_size=[40, 5],
             mlp_ratio=0.0),
        [64, 96],
    ),
}


class RepeatingMerging(PatchMergingV2):
    """`PatchMerging` until MONAI 1.4.0; 1.5.0 mended it (pull request 8285)."""

    def forward(self, x):
        if x.dim() == 4:
            return super().forward(x)
        starts = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (0, 1, 0), (0, 0, 1), (1, 1, 1)]
        x = torch.cat([x[:, i::2, j::2, k::2, :] for i, j, k in starts], -1)
        return self.reduction(self.norm(x))


def build(img_size=None, **arguments):
    """MONAI 1.5.0 also removed `img_size`, which every config before it has: with it the network of those versions is meant."""
    if img_size is None:
        return SwinUNETR(**arguments)
    return SwinUNETR(downsample=RepeatingMerging, **arguments)


if __name__ == "__main__":
    network.write("SwinUNETR", build, CASES)
