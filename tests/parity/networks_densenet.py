"""Writes the fixtures of DenseNet and the classes derived from it. Run: python tests/parity/networks_densenet.py"""

import monai.networks.nets
import network

CASES = {
    "classification_template": (
        dict(_target_="DenseNet121", spatial_dims=2, in_channels=1, out_channels=4),
        [64, 64],
    ),
    "pathology_nuclei_classification": (
        dict(_target_="DenseNet121", spatial_dims=2, in_channels=4, out_channels=4),
        [64, 96],
    ),
    "densenet169": (
        dict(_target_="densenet169", spatial_dims=2, in_channels=2, out_channels=6, init_features=32, growth_rate=8,
             pretrained=True, progress=False),
        [39, 70],
    ),
    "small_3d": (
        dict(spatial_dims=3, in_channels=1, out_channels=5, init_features=8, growth_rate=4, block_config=[2, 3, 2], bn_size=2),
        [24, 32, 40],
    ),
    "instance_prelu_2d": (
        dict(spatial_dims=2, in_channels=3, out_channels=5, init_features=12, growth_rate=6, block_config=[3, 2],
             norm=["instance", {"eps": 0.001}], act="PRELU"),
        [41, 55],
    ),
    "group_leaky_3d": (
        dict(spatial_dims=3, in_channels=2, out_channels=7, init_features=16, growth_rate=8, block_config=[2, 2],
             norm=["group", {"num_groups": 4}], act=["leakyrelu", {"negative_slope": 0.2}], dropout_prob=0.3),
        [33, 37, 29],
    ),
    "without_norm_and_act_2d": (
        dict(spatial_dims=2, in_channels=1, out_channels=5, init_features=7, growth_rate=5, block_config=[1, 0, 2], norm="", act=""),
        [48, 47],
    ),
    "without_blocks_2d": (
        dict(spatial_dims=2, in_channels=2, out_channels=5, init_features=9, block_config=[], act="elu"),
        [18, 23],
    ),
}


def build(_target_="DenseNet", pretrained=False, **arguments):
    """The counter's weights replace what `pretrained` would download."""
    return getattr(monai.networks.nets, _target_)(**arguments)


if __name__ == "__main__":
    network.write("DenseNet", build, CASES)
