"""Writes the fixtures of DynUNet. Run: python tests/parity/networks_dynunet.py"""

import network
from monai.networks.nets import DynUNet

CASES = {
    # The bundle pediatric_abdominal_ct_segmentation; spleen_deepedit_annotation differs from it in its channels.
    "pediatric_abdominal_ct_segmentation": (
        dict(spatial_dims=3, in_channels=1, out_channels=4, kernel_size=[3, 3, 3, 3, 3, 3],
             strides=[1, 2, 2, 2, 2, [2, 2, 1]], upsample_kernel_size=[2, 2, 2, 2, [2, 2, 1]], norm_name="instance",
             deep_supervision=False, res_block=True),
        [64, 32, 32],
    ),
    "plain_2d_batch_relu": (
        dict(spatial_dims=2, in_channels=2, out_channels=3, kernel_size=[3, 3, 1, 3], strides=[1, 2, 2, 2],
             upsample_kernel_size=[2, 2, 2], filters=[6, 8, 12, 16], norm_name="batch", act_name="RELU", dropout=0.2),
        [48, 40],
    ),
    "anisotropic_3d_group_deep_supervision": (
        dict(spatial_dims=3, in_channels=1, out_channels=3, kernel_size=[3, [1, 1, 3], 3, [3, 5, 1]],
             strides=[[1, 2, 1], 2, [2, 1, 2], 1], upsample_kernel_size=[2, [2, 1, 2], 1], filters=[8, 12, 16, 20],
             norm_name=["group", {"num_groups": 4}], deep_supervision=True, deep_supr_num=2, res_block=True,
             trans_bias=True, dropout=["alphadropout", {"p": 0.25}]),
        [16, 24, 20],
    ),
    "defaults_2d_deep_supervision": (
        dict(spatial_dims=2, in_channels=1, out_channels=2, kernel_size=[3, 3, 3], strides=[2, 2, 2],
             upsample_kernel_size=[2, 2], deep_supervision=True),
        [64, 48],
    ),
    "residual_2d_prelu_more_filters": (
        dict(spatial_dims=2, in_channels=3, out_channels=2, kernel_size=[[5, 3], 3, [1, 3], 3], strides=[1, [2, 1], 1, 2],
             upsample_kernel_size=[[2, 1], 1, 2], filters=[8, 8, 12, 12, 64], norm_name="INSTANCE_NVFUSER",
             act_name=["prelu", {"init": 0.1}], res_block=True, trans_bias=True),
        [36, 42],
    ),
    "wide_strides_3d_elu": (
        dict(spatial_dims=3, in_channels=1, out_channels=2, kernel_size=[3, 3, 3], strides=[1, 3, [4, 2, 2]],
             upsample_kernel_size=[3, [4, 2, 2]], filters=[6, 10, 14],
             norm_name=["instance", {"affine": True, "eps": 0.001}], act_name=["elu", {"alpha": 0.5}]),
        [24, 18, 12],
    ),
    "no_norm_2d_tanh": (
        dict(spatial_dims=2, in_channels=1, out_channels=2, kernel_size=[3, 1, 3], strides=[1, 2, 2],
             upsample_kernel_size=[2, 2], filters=[4, 6, 8], norm_name="", act_name="tanh", res_block=True),
        [20, 28],
    ),
}

if __name__ == "__main__":
    network.write("DynUNet", DynUNet, CASES)
