"""Writes the fixtures of SegResNet. Run: python tests/parity/networks_segresnet.py"""

import network
from monai.networks.nets import SegResNet

CASES = {
    "brats_mri_segmentation": (
        dict(blocks_down=[1, 2, 2, 4], blocks_up=[1, 1, 1], init_filters=16, in_channels=4, out_channels=3, dropout_prob=0.2),
        [16, 24, 16],
    ),
    "whole_body_ct_segmentation": (
        dict(spatial_dims=3, in_channels=1, out_channels=105, init_filters=32, blocks_down=[1, 2, 2, 4], blocks_up=[1, 1, 1],
             dropout_prob=0.2),
        [16, 8, 16],
    ),
    # renalStructures_CECT_segmentation, with a quarter of its filters.
    "deconv_3d_norm_name": (
        dict(in_channels=3, out_channels=6, init_filters=8, upsample_mode="deconv", dropout_prob=0.2, norm_name="group",
             blocks_down=[1, 2, 2, 4], blocks_up=[1, 1, 1]),
        [16, 16, 24],
    ),
    "pixelshuffle_2d_batch_prelu": (
        dict(spatial_dims=2, init_filters=8, in_channels=2, out_channels=3, norm="batch", act="PRELU", blocks_down=[1, 1, 2],
             blocks_up=[2, 1], upsample_mode="pixelshuffle"),
        [36, 44],
    ),
    "deconvgroup_2d_instance": (
        dict(spatial_dims=2, in_channels=1, init_filters=4, norm=["instance", {"affine": True}], act=["leakyrelu", {"negative_slope": 0.2}],
             blocks_down=[2, 0, 1], blocks_up=[0, 2], upsample_mode="deconvgroup"),
        [32, 24],
    ),
    "features_3d_group": (
        dict(spatial_dims=3, in_channels=1, init_filters=6, norm=["group", {"num_groups": 3}], act="swish", use_conv_final=False,
             blocks_down=[1, 1], blocks_up=[1]),
        [10, 14, 12],
    ),
    "one_level_2d": (
        dict(spatial_dims=2, init_filters=8, in_channels=1, out_channels=2, blocks_down=[2], blocks_up=[], act=""),
        [21, 17],
    ),
}

if __name__ == "__main__":
    network.write("SegResNet", SegResNet, CASES)
