"""Writes the fixtures of ResNet and the functions that make one. Run: python tests/parity/networks_resnet.py"""

import monai.networks.nets
import network

CASES = {
    "resnet10_3d": (
        dict(_target_="resnet10", spatial_dims=3, n_input_channels=2, num_classes=5, conv1_t_size=[3, 5, 7],
             conv1_t_stride=[1, 2, 2], no_max_pool=True, bias_downsample=False),
        [9, 18, 23],
        2,
    ),
    "resnet18_pretrained_3d": (
        dict(_target_="resnet18", pretrained=True, progress=False, n_input_channels=1, conv1_t_stride=2, feed_forward=False,
             shortcut_type="A"),
        [32, 40, 24],
        1,
    ),
    "resnet34_2d": (
        dict(_target_="resnet34", spatial_dims=2, n_input_channels=1, num_classes=6, conv1_t_stride=2),
        [64, 75],
        1,
    ),
    "resnet50_2d": (
        dict(_target_="resnet50", spatial_dims=2, n_input_channels=3, num_classes=6),
        [40, 31],
        3,
    ),
    "basic_widened_2d": (
        dict(block="basic", layers=[1, 2, 1, 0, 5], block_inplanes=[16, 24, 24, 40, 1], spatial_dims=2, n_input_channels=2,
             num_classes=5, widen_factor=1.3, shortcut_type="A", norm=["group", {"num_groups": 5}], act="PRELU"),
        [45, 38],
        2,
    ),
    "bottleneck_even_kernel_3d": (
        dict(block="bottleneck", layers=[1, 1, 2, 1], block_inplanes=[8, 16, 12, 32], n_input_channels=1, num_classes=5,
             conv1_t_size=4, norm=["instance", {"affine": True}], act=["leakyrelu", {"negative_slope": 0.3}]),
        [19, 24, 17],
        1,
    ),
    "bottleneck_padded_3d": (
        dict(block="bottleneck", layers=[2, 1, 1, 1], block_inplanes=[6, 6, 12, 12], n_input_channels=2, num_classes=5,
             shortcut_type="A", act=""),
        [16, 15, 21],
        2,
    ),
}


def build(_target_="ResNet", pretrained=False, **arguments):
    """The counter's weights replace what `pretrained` would download."""
    return getattr(monai.networks.nets, _target_)(**arguments)


if __name__ == "__main__":
    network.write("ResNet", build, CASES)
