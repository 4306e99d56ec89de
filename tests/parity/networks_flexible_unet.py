"""Writes the fixtures of FlexibleUNet. Run: python tests/parity/networks_flexible_unet.py"""

import network
from monai.networks.nets import FlexibleUNet

CASES = {
    "endoscopic_tool_segmentation": (
        dict(in_channels=3, out_channels=2, backbone="efficientnet-b2", spatial_dims=2, pretrained=False, is_pad=False,
             pre_conv=None),
        [64, 96],
    ),
    "b0_2d_default": (
        dict(in_channels=1, out_channels=3, backbone="efficientnet-b0"),
        [46, 58],
    ),
    "b0_2d_deconv_instance": (
        dict(in_channels=2, out_channels=2, backbone="efficientnet-b0", decoder_channels=[24, 16, 12, 8, 4, 2], norm="instance",
             act="PRELU", dropout=0.1, decoder_bias=True, upsample="deconv"),
        [64, 72],
    ),
    "b0_3d_linear": (
        dict(in_channels=1, out_channels=2, backbone="efficientnet-b0", decoder_channels=[16, 12, 8, 6, 4], spatial_dims=3,
             interp_mode="trilinear", norm=["group", {"num_groups": 2}], act=["leakyrelu", {"negative_slope": 0.1}]),
        [32, 34, 32],
    ),
    "b1_2d_pixelshuffle": (
        dict(in_channels=3, out_channels=2, backbone="efficientnet-b1", decoder_channels=[20, 16, 12, 8, 6], norm=None,
             upsample="pixelshuffle"),
        [64, 64],
    ),
    "b0_2d_area_odd": (
        dict(in_channels=1, out_channels=2, backbone="efficientnet-b0", decoder_channels=[8, 8, 8, 8, 8], interp_mode="area"),
        [63, 47],
    ),
    "resnet18_2d": (
        dict(in_channels=3, out_channels=2, backbone="resnet18", decoder_channels=[16, 12, 8, 6, 4]),
        [64, 96],
    ),
    "resnet10_3d": (
        dict(in_channels=1, out_channels=2, backbone="resnet10", decoder_channels=[16, 12, 8, 6, 4], spatial_dims=3),
        [64, 32, 32],
    ),
    "resnet50_2d": (
        dict(in_channels=1, out_channels=3, backbone="resnet50", decoder_channels=[32, 16, 8, 8, 4], upsample="deconv"),
        [64, 64],
    ),
}

if __name__ == "__main__":
    network.write("FlexibleUNet", FlexibleUNet, CASES)
