"""Writes the fixtures of UNet. Run: python tests/parity/networks_unet.py"""

import network
from monai.networks.nets import UNet

CASES = {
    "plain_2d_instance": (
        dict(spatial_dims=2, in_channels=1, out_channels=2, channels=[4, 8, 16], strides=[2, 2]),
        [32, 48],
    ),
    "residual_3d_batch": (
        dict(spatial_dims=3, in_channels=1, out_channels=2, channels=[8, 16, 32, 64], strides=[2, 2, 2],
             num_res_units=2, norm="batch"),
        [24, 32, 40],
    ),
    "residual_3d_instance_affine_leaky": (
        dict(spatial_dims=3, in_channels=2, out_channels=3, channels=[8, 16, 24], strides=[2, 1], num_res_units=1,
             norm=["INSTANCE", {"affine": True, "eps": 0.001}], act=["LeakyReLU", {"negative_slope": 0.1, "inplace": True}],
             dropout=0.2),
        [17, 22, 20],
    ),
    "residual_2d_group_relu": (
        dict(spatial_dims=2, in_channels=3, out_channels=4, channels=[8, 16, 32], strides=[2, 2], num_res_units=3,
             norm=["group", {"num_groups": 4}], act="RELU", bias=False, kernel_size=5, up_kernel_size=[3, 5]),
        [52, 44],
    ),
    "plain_3d_batch_prelu_channels": (
        dict(spatial_dims=3, in_channels=1, out_channels=8, channels=[8, 8, 8], strides=[2, 2], norm="BATCH",
             act=["PRELU", {"num_parameters": 8, "init": 0.1}], adn_ordering="AN"),
        [16, 20, 12],
    ),
    "anisotropic_3d_group": (
        dict(spatial_dims=3, in_channels=1, out_channels=4, channels=[8, 16, 16], strides=[[2, 2, 1], 3], num_res_units=2,
             norm=["GROUP", {"num_groups": 2, "affine": False}], kernel_size=[3, 3, 1], up_kernel_size=[3, 3, 3]),
        [12, 18, 15],
    ),
    "no_norm_2d": (
        dict(spatial_dims=2, in_channels=1, out_channels=1, channels=[4, 8], strides=[2], norm=None, act="relu",
             adn_ordering="NA", num_res_units=1),
        [30, 26],
    ),
    "tracked_instance_3d": (
        dict(spatial_dims=3, in_channels=1, out_channels=2, channels=[4, 8, 16], strides=[2, 2],
             norm=["instance", {"track_running_stats": True, "affine": True}], adn_ordering="ADN"),
        [16, 16, 24],
    ),
}

if __name__ == "__main__":
    network.write("UNet", UNet, CASES)
