"""Writes the fixtures of TorchVisionFCModel. Run: python tests/parity/networks_torchvision_fc.py"""

from unittest import mock

import network
from monai.networks.nets import TorchVisionFCModel
from torch.nn import Module
from torchvision.models import WeightsEnum

PLANE = 3
CASES = {
    "breast_density_classification": (
        dict(model_name="inception_v3", num_classes=4, pool=None, use_conv=False, bias=True, pretrained=True),
        [107, 91],
    ),
    "pathology_tumor_detection": (
        dict(model_name="resnet18", num_classes=1, use_conv=True, pretrained=True),
        [256, 290],
    ),
    "inception_features": (
        dict(model_name="inception_v3", num_classes=5, use_conv=True, pool="", node_name="Mixed_7c.cat_2", in_channels=2048),
        [75, 111],
    ),
    "inception_one_head": (
        dict(model_name="inception_v3", num_classes=5, use_conv=True, pool=None, bias=False, aux_logits=False,
             transform_input=True),
        [88, 79],
    ),
    "inception_weights": (
        dict(model_name="inception_v3", num_classes=5, pool=None, weights="IMAGENET1K_V1", transform_input=False),
        [75, 75],
    ),
    "resnet50_own_pool": (
        dict(model_name="resnet50", num_classes=5, pool=None, bias=False, weights="ResNet50_Weights.IMAGENET1K_V2"),
        [50, 66],
    ),
    "resnext50_max_pool": (
        dict(model_name="resnext50_32x4d", num_classes=3, use_conv=True,
             pool=["max", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}]),
        [97, 128],
    ),
    "wide_resnet50": (
        dict(model_name="wide_resnet50_2", num_classes=5, pool=None),
        [40, 33],
    ),
    "resnet18_max_pool": (
        dict(num_classes=3, use_conv=True, pool=["max", {"kernel_size": [2, 3], "stride": [1, 2], "padding": [0, 1]}]),
        [160, 192],
    ),
    "resnet18_average_of_padding": (
        dict(num_classes=3, use_conv=True,
             pool=["avg", {"kernel_size": [3, 4], "stride": [2, 3], "padding": [1, 2], "ceil_mode": True}]),
        [190, 160],
    ),
    "resnet18_average_without_padding": (
        dict(num_classes=5, in_channels=6144,
             pool=["avg", {"kernel_size": 3, "stride": [2, 1], "padding": 1, "ceil_mode": True, "count_include_pad": False}]),
        [128, 97],
    ),
    "resnet18_short_last_window": (
        dict(num_classes=3, use_conv=True, pool=["avg", {"kernel_size": 3, "stride": 2, "ceil_mode": True}]),
        [64, 192],
    ),
    "resnet18_adaptive_pool": (
        dict(num_classes=5, in_channels=3072, pool=["adaptiveavg", {"output_size": [2, 3]}]),
        [150, 130],
    ),
    "resnet18_features": (
        dict(num_classes=3, use_conv=True, pool="", node_name="layer4.1.relu_1"),
        [64, 90],
    ),
}


def build(**arguments):
    """The counter's weights replace what torchvision would download."""
    with mock.patch.object(WeightsEnum, "get_state_dict"), mock.patch.object(Module, "load_state_dict"):
        return TorchVisionFCModel(**arguments)


if __name__ == "__main__":
    network.write("TorchVisionFCModel", build, {name: (*case, PLANE) for name, case in CASES.items()})
