"""Writes the fixtures of EfficientNet and EfficientNetBN. Run: python tests/parity/networks_efficientnet.py"""

import network
from monai.networks.nets import EfficientNet, EfficientNetBN

SMALL = ["r1_k3_s11_e1_i32_o16_se0.25", "r2_k5_s22_e6_i16_o24_se0.25", "r1_k3_s22_e4_i24_o40"]

CASES = {
    "small_2d": (
        dict(blocks_args_str=SMALL, in_channels=1, num_classes=7, width_coefficient=0.5),
        [64, 48],
    ),
    "image_of_odd_size_2d": (
        dict(blocks_args_str=SMALL, in_channels=2, num_classes=4, width_coefficient=0.25, depth_coefficient=1.5, image_size=65,
             depth_divisor=4),
        [41, 53],
    ),
    "small_3d_group": (
        dict(blocks_args_str=SMALL, spatial_dims=3, in_channels=1, num_classes=3, width_coefficient=0.25, image_size=30,
             norm=["group", {"num_groups": 2}]),
        [18, 24, 20],
    ),
    "no_skip_2d": (
        dict(blocks_args_str=["r2_k3_s1_e2_i32_o32_se0.5_noskip", "r2_k4_s333_e3_i32_o48_se0"], in_channels=3, num_classes=5,
             width_coefficient=None, depth_coefficient=0, norm="batch", dropout_rate=0.0),
        [50, 38],
    ),
    "narrow_3d_no_norm": (
        dict(blocks_args_str=["r1_k3_s11_e1_i32_o20_se0.1", "r3_k3_s22_e2_i20_o36_se1"], spatial_dims=3, in_channels=2,
             num_classes=4, width_coefficient=0.3, depth_divisor=2, image_size=17, norm="", drop_connect_rate=None),
        [16, 14, 18],
    ),
}

# With the counter's statistics a batch norm lets little of the input reach the logits of so deep a network, with those of the
# sample other norms let through all of it.
NAMED_CASES = {
    "b0_2d": (
        dict(model_name="efficientnet-b0", pretrained=False, num_classes=10),
        [64, 64], 3,
    ),
    "b0_3d_group": (
        dict(model_name="efficientnet-b0", pretrained=False, progress=False, spatial_dims=3, in_channels=1, num_classes=5,
             norm=["group", {"num_groups": 8}]),
        [40, 32, 36],
    ),
    "b1_2d_instance": (
        dict(model_name="efficientnet-b1", pretrained=False, in_channels=2, num_classes=6, norm="instance"),
        [96, 72],
    ),
    "b2_2d_odd": (
        dict(model_name="efficientnet-b2", pretrained=False, in_channels=1, num_classes=3, adv_prop=False,
             norm=["group", {"num_groups": 4}]),
        [75, 83],
    ),
    "b3_2d": (
        dict(model_name="efficientnet-b3", pretrained=False, in_channels=3, num_classes=4),
        [48, 64],
    ),
}

if __name__ == "__main__":
    network.write("EfficientNet", EfficientNet, CASES)
    network.write("EfficientNetBN", EfficientNetBN, NAMED_CASES)
