"""Writes the fixtures of SegResNetDS. Run: python tests/parity/networks_segresnet_ds.py"""

import network
from monai.networks.nets import SegResNetDS

CASES = {
    "deconv_3d_batch": (
        dict(init_filters=8, in_channels=1, out_channels=2, blocks_down=[1, 2, 2, 4], dsdepth=4),
        [16, 24, 16],
    ),
    "anisotropic_3d_instance": (
        dict(spatial_dims=3, init_filters=4, in_channels=2, out_channels=3, norm="instance", act="leakyrelu",
             blocks_down=[1, 2, 2, 1, 1], dsdepth=2, resolution=[0.8, 0.8, 5.0]),
        [32, 16, 8],
    ),
    "anisotropic_3d_nontrainable": (
        dict(spatial_dims=3, in_channels=1, init_filters=4, blocks_down=[1, 1, 1], blocks_up=[2, 1], upsample_mode="nontrainable",
             norm=["group", {"num_groups": 2}], resolution=[1, 2, 5]),
        [12, 10, 7],
    ),
    "pixelshuffle_2d_prelu": (
        dict(spatial_dims=2, init_filters=6, in_channels=3, out_channels=4, act="PRELU", blocks_down=[1, 1, 1],
             upsample_mode="pixelshuffle", dsdepth=3),
        [28, 36],
    ),
    "deconvgroup_2d_without_affine": (
        dict(spatial_dims=2, in_channels=1, init_filters=8, norm=["INSTANCE", {"affine": False}], blocks_down=[1, 2], blocks_up=[0],
             upsample_mode="deconvgroup"),
        [26, 30],
    ),
    "no_head_3d": (
        dict(spatial_dims=3, in_channels=1, init_filters=5, blocks_down=[1, 1], dsdepth=0),
        [14, 10, 12],
    ),
    "one_level_2d": (
        dict(spatial_dims=2, in_channels=1, init_filters=8, out_channels=3, blocks_down=[2], act="ELU"),
        [19, 23],
    ),
}

if __name__ == "__main__":
    network.write("SegResNetDS", SegResNetDS, CASES)
