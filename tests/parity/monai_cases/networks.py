"""Writes the cases of MONAI's own tests of networks, and which sizes MONAI accepts, to tests/fixtures/monai_cases/networks.

Run: python tests/parity/monai_cases/networks.py FOLDER, where FOLDER is a checkout of MONAI at the version of requirements.txt.

A file is one network: `cases` have arguments, input and output without the batch axis (cases that differ in the batch are one), and
the digest of the state dict; `edges` have the edge of the output for square or cubic inputs from one voxel on, null where MONAI
refuses the input and 0 where the output is a vector; `ill` are arguments that MONAI's tests want refused.
"""

import importlib.util
import json
import pathlib
import sys
import unittest.mock

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

import monai
import network
import torch
from monai.networks import nets

FOLDER = HERE.parents[2] / "fixtures" / "monai_cases" / "networks"
MODELS = [f"efficientnet-b{size}" for size in range(9)] + ["efficientnet-l2"]

# Arguments and the largest edge; instance norms refuse a single voxel.
EDGES = {
    "UNet": [
        (dict(spatial_dims=2, in_channels=1, out_channels=1, channels=[2, 2, 2], strides=[2, 2], norm="batch"), 34),
        (dict(spatial_dims=2, in_channels=1, out_channels=1, channels=[2, 2, 2], strides=[1, 2], num_res_units=2), 21),
        (
            dict(
                spatial_dims=3,
                in_channels=1,
                out_channels=1,
                channels=[2, 2, 2],
                strides=[2, 3],
                kernel_size=5,
                up_kernel_size=3,
                num_res_units=1,
                norm="batch",
            ),
            21,
        ),
    ],
    "BasicUNet": [
        (dict(spatial_dims=2, features=[2, 2, 2, 2, 2, 2]), 50),
        (dict(spatial_dims=2, features=[2, 2, 2, 2, 2, 2], norm="batch", upsample="pixelshuffle"), 50),
        (dict(spatial_dims=3, features=[2, 2, 2, 2, 2, 2], norm="batch", upsample="nontrainable"), 34),
    ],
    "SegResNet": [
        (dict(spatial_dims=2, init_filters=2, norm="instance"), 34),
        (dict(spatial_dims=3, init_filters=2, norm="batch", blocks_down=[1, 1, 1], blocks_up=[1, 1], upsample_mode="deconv"), 21),
        (dict(spatial_dims=2, init_filters=4, norm=["group", {"num_groups": 4}], blocks_down=[1, 1], blocks_up=[1]), 9),
    ],
    "SegResNetDS": [
        (dict(spatial_dims=2, init_filters=2, norm="instance"), 34),
        (dict(spatial_dims=3, init_filters=2, resolution=[1, 1, 3], blocks_down=[1, 1, 1]), 21),
        (dict(spatial_dims=2, init_filters=2, blocks_down=[1, 1, 1], upsample_mode="nontrainable"), 21),
    ],
    "EfficientNetBN": [
        (dict(model_name="efficientnet-b0", pretrained=False, num_classes=2), 70),
        (dict(model_name="efficientnet-b2", pretrained=False, num_classes=2, norm="instance"), 70),
    ],
    "FlexibleUNet": [
        (dict(in_channels=1, out_channels=1, backbone="efficientnet-b0"), 70),
        (dict(in_channels=1, out_channels=1, backbone="efficientnet-b0", is_pad=False, norm="instance"), 70),
        (dict(in_channels=1, out_channels=1, backbone="efficientnet-b2", upsample="deconv"), 70),
        (dict(in_channels=1, out_channels=1, backbone="efficientnet-b3", upsample="pixelshuffle"), 70),
    ],
}


def load(checkout, name):
    """A test module of MONAI, without what runs its tests."""
    for stub in ["parameterized", "tests", "tests.test_utils"]:
        sys.modules[stub] = unittest.mock.MagicMock()
    spec = importlib.util.spec_from_file_location(name, checkout / "tests" / "networks" / "nets" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unet(checkout):
    tests = load(checkout, "test_unet")
    return tests.CASES, tests.ILL_CASES


def basic_unet(checkout):
    tests = load(checkout, "test_basic_unet")
    return tests.CASES_1D + tests.CASES_2D + tests.CASES_3D


def segresnet(checkout):
    tests = load(checkout, "test_segresnet")
    return tests.TEST_CASE_SEGRESNET + tests.TEST_CASE_SEGRESNET_2


def segresnet_ds(checkout):
    tests = load(checkout, "test_segresnet_ds")
    # In evaluation mode the first of the outputs is the only one.
    first = [(arguments, size, outputs[0]) for arguments, size, outputs in tests.TEST_CASE_SEGRESNET_DS3]
    return tests.TEST_CASE_SEGRESNET_DS + tests.TEST_CASE_SEGRESNET_DS2 + first


def efficientnet(checkout):
    tests = load(checkout, "test_efficientnet")
    cases = tests.CASES_1D + tests.CASES_2D + tests.CASES_3D + tests.CASES_VARIATIONS
    for arguments, size, output in tests.CASES_1D + tests.CASES_2D:
        cases += [(arguments, (*size[:2], *[edge] * (len(size) - 2)), output) for edge in (128, 256, 512)]
    return cases + [(dict(model_name=name), (1, 3, 64, 64), (1, 1000)) for name in MODELS]


def flexible_unet(checkout):
    tests = load(checkout, "test_flexible_unet")
    own = [(dict(in_channels=3, out_channels=2, backbone=name), (1, 3, 64, 64), (1, 2, 64, 64)) for name in MODELS]
    return tests.CASES_2D + tests.CASES_3D + tests.CASES_VARIATIONS + own


def digest(target, arguments):
    """The digest of the state dict; nothing is computed or downloaded for it."""
    if "pretrained" in arguments or target == "EfficientNetBN":
        arguments = {**arguments, "pretrained": False}
    with torch.device("meta"):
        built = getattr(nets, target)(**arguments)
    return network.digest(json.dumps(network.parameters(built), separators=(",", ":")).encode())


def edges(target, arguments, most):
    built = getattr(nets, target)(**arguments).eval()
    axes, channels = arguments.get("spatial_dims", 2), 3 if target == "EfficientNetBN" else 1
    outputs = []
    for edge in range(1, most + 1):
        try:
            with torch.no_grad():
                output = built(torch.zeros([1, channels] + [edge] * axes))
            outputs.append(output.shape[2] if output.dim() > 2 else 0)
        except (RuntimeError, ValueError):
            outputs.append(None)
    return {"arguments": arguments, "outputs": outputs}


def write(target, cases, ill=()):
    rows = []
    for arguments, size, output in cases:
        # What the tests give as a class, a config gives by its name.
        arguments = json.loads(json.dumps(arguments, default=lambda value: value.__name__))
        row = {"arguments": arguments, "channels": size[1], "spatial": size[2:], "output_shape": output[1:]}
        if row not in rows:
            rows.append(row)
    for row in rows:
        row["parameters_sha256"] = digest(target, row["arguments"])
    sizes = [edges(target, *edge) for edge in EDGES[target]]
    lines = [
        f'"monai": "{monai.__version__}"',
        f'"target": "{target}"',
        '"cases": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]",
        '"edges": [\n  ' + ",\n  ".join(json.dumps(row) for row in sizes) + "\n ]",
    ]
    if ill:
        lines.append('"ill": [\n  ' + ",\n  ".join(json.dumps(arguments) for (arguments,) in ill) + "\n ]")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{target}.json").write_text("{\n " + ",\n ".join(lines) + "\n}\n")
    print(f"{target}: {len(cases)} cases, {len(rows)} apart from the batch")


if __name__ == "__main__":
    torch.set_num_threads(2)
    checkout = pathlib.Path(sys.argv[1])
    write("UNet", *unet(checkout))
    write("BasicUNet", basic_unet(checkout))
    write("SegResNet", segresnet(checkout))
    write("SegResNetDS", segresnet_ds(checkout))
    write("EfficientNetBN", efficientnet(checkout))
    write("FlexibleUNet", flexible_unet(checkout))
