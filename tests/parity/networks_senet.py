"""Writes the fixtures of SENet and the classes derived from it. Run: python tests/parity/networks_senet.py"""

import monai.networks.nets
import network

CASES = {
    "endoscopic_inbody_classification": (
        dict(_target_="SEResNet50", spatial_dims=2, in_channels=3, num_classes=2),
        [64, 96],
    ),
    "senet154_2d": (
        dict(_target_="SENet154", layers=[1, 2, 1, 1], spatial_dims=2, in_channels=1, num_classes=6),
        [47, 58],
    ),
    "seresnet101_3d": (
        dict(_target_="SEResNet101", layers=[1, 1, 1, 1, 9], spatial_dims=3, in_channels=2, num_classes=5),
        [33, 35, 41],
    ),
    "seresnext50_3d": (
        dict(_target_="SEResNeXt50", layers=[1, 1, 2, 0], spatial_dims=3, in_channels=1, num_classes=5, progress=False),
        [32, 24, 40],
    ),
    "bottleneck_2d": (
        dict(spatial_dims=2, in_channels=2, block="se_bottleneck", layers=[1, 1, 1, 1], groups=4, reduction=200, inplanes=256,
             dropout_prob=0.4, dropout_dim=2, num_classes=5),
        [61, 34],
    ),
    "resnext_bottleneck_2d": (
        dict(spatial_dims=2, in_channels=2, block="se_resnetxt_bottleneck", layers=[1, 1, 1, 1], groups=5, reduction=8,
             inplanes=20, downsample_kernel_size=5, input_3x3=False, dropout_prob=None, num_classes=5),
        [40, 56],
    ),
    "narrow_2d": (
        dict(_target_="SEResNet50", layers=[1, 1, 1, 1], spatial_dims=2, in_channels=1, num_classes=5),
        [3, 70],
    ),
}


def build(_target_="SENet", **arguments):
    return getattr(monai.networks.nets, _target_)(**arguments)


if __name__ == "__main__":
    network.write("SENet", build, CASES)
