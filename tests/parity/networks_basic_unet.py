"""Writes the fixtures of BasicUNet. Run: python tests/parity/networks_basic_unet.py"""

import network
from monai.networks.nets import BasicUNet

CASES = {
    # pathology_nuclick_annotation, with an eighth of its features.
    "deconv_2d_instance": (
        dict(spatial_dims=2, in_channels=5, out_channels=1, features=[4, 8, 16, 32, 64, 4]),
        [64, 48],
    ),
    "deconv_3d_batch_odd": (
        dict(in_channels=1, out_channels=3, features=[4, 6, 8, 10, 12, 5], norm=["batch", {"eps": 0.001}], act="PRELU",
             dropout=0.1),
        [17, 22, 35],
    ),
    "nontrainable_2d_group_odd": (
        dict(spatial_dims=2, in_channels=2, out_channels=3, features=[4, 8, 8, 12, 16, 6], norm=["group", {"num_groups": 2}],
             act="ELU", bias=False, upsample="nontrainable"),
        [37, 41],
    ),
    "nontrainable_3d_no_norm": (
        dict(spatial_dims=3, in_channels=1, features=[4, 4, 6, 8, 10, 4], norm=None, act=["relu", {"inplace": True}], upsample="nontrainable"),
        [16, 19, 31],
    ),
    "pixelshuffle_2d_batch_odd": (
        dict(spatial_dims=2, in_channels=3, out_channels=2, features=[5, 6, 7, 8, 9, 4], norm="batch", act="mish",
             upsample="pixelshuffle"),
        [33, 47],
    ),
    "pixelshuffle_3d_instance": (
        dict(spatial_dims=3, in_channels=1, out_channels=2, features=[3, 4, 6, 8, 8, 4], upsample="pixelshuffle"),
        [32, 18, 16],
    ),
    "deconvgroup_2d_batch": (
        dict(spatial_dims=2, in_channels=1, out_channels=2, features=[6, 7, 8, 12, 16, 5], norm="batch", act="GELU",
             upsample="deconvgroup"),
        [32, 48],
    ),
}

if __name__ == "__main__":
    network.write("BasicUNet", BasicUNet, CASES)
