"""Writes the cases of MONAI's own tests of DynUNet and SwinUNETR, and which sizes MONAI accepts, to
tests/fixtures/monai_cases/networks.

Run: python tests/parity/monai_cases/dynunet_swin_unetr.py FOLDER, where FOLDER is a checkout of MONAI at the version of
requirements.txt.

A file is one network: `cases` have arguments, input and output without the batch axis in evaluation mode, and the digest of the
state dict; `edges` have the edge of the output for square or cubic inputs from one voxel on, null where MONAI refuses the input.
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

SMALL = dict(in_channels=1, out_channels=1)
# Arguments and the largest edge.
EDGES = {
    "DynUNet": [
        (dict(SMALL, spatial_dims=2, kernel_size=[3, 3, 3], strides=[1, 2, 2], upsample_kernel_size=[2, 2],
              filters=[2, 2, 2]), 17),
        (dict(SMALL, spatial_dims=2, kernel_size=[3, 3, 1], strides=[2, 3, 2], upsample_kernel_size=[3, 2],
              filters=[2, 2, 2], norm_name="batch"), 38),
        (dict(SMALL, spatial_dims=3, kernel_size=[3, 3, 3, 3], strides=[1, 2, 2, [2, 2, 1]],
              upsample_kernel_size=[2, 2, [2, 2, 1]], filters=[2, 2, 2, 2], res_block=True), 24),
        (dict(SMALL, spatial_dims=3, kernel_size=[3, 3, 5], strides=[1, 4, 1], upsample_kernel_size=[4, 1],
              filters=[2, 2, 2], norm_name=["group", {"num_groups": 2}]), 12),
    ],
    "SwinUNETR": [
        (dict(SMALL, spatial_dims=2, feature_size=12, depths=[1, 1, 1, 1]), 97),
        (dict(SMALL, spatial_dims=2, feature_size=12, depths=[1, 1, 1, 1], norm_name="batch", window_size=3), 65),
        (dict(SMALL, spatial_dims=3, feature_size=12, depths=[1, 1, 1, 1], norm_name="batch", window_size=3), 33),
    ],
}


def load(checkout, name):
    """A test module of MONAI, without what runs its tests."""
    for stub in ["parameterized", "tests", "tests.test_utils"]:
        sys.modules[stub] = unittest.mock.MagicMock(unsafe=True)
    spec = importlib.util.spec_from_file_location(name, checkout / "tests" / "networks" / "nets" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dynunet(checkout):
    tests = load(checkout, "test_dynunet")
    # Only training stacks the outputs of the heads on the second axis.
    heads = [(arguments, size, (1, *output[2:])) for arguments, size, output in tests.TEST_CASE_DEEP_SUPERVISION]
    return tests.TEST_CASE_DYNUNET_2D + tests.TEST_CASE_DYNUNET_3D + heads


def swin_unetr(checkout):
    return load(checkout, "test_swin_unetr").TEST_CASE_SWIN_UNETR


def edges(target, arguments, most):
    built = getattr(nets, target)(**arguments).eval()
    outputs = []
    for edge in range(1, most + 1):
        try:
            with torch.no_grad():
                outputs.append(built(torch.zeros([1, 1] + [edge] * arguments["spatial_dims"])).shape[2])
        except (RuntimeError, ValueError):
            outputs.append(None)
    return {"arguments": arguments, "outputs": outputs}


def text(row):
    """A row in one line; a class is its dotted name."""
    return json.dumps(row, default=lambda layer: f"{layer.__module__}.{layer.__qualname__}")


def write(target, cases):
    rows = []
    for arguments, size, output in cases:
        parameters = network.parameters(getattr(nets, target)(**arguments))
        digest = network.digest(json.dumps(parameters, separators=(",", ":")).encode())
        rows.append({"arguments": arguments, "channels": size[1], "spatial": size[2:], "output_shape": output[1:],
                     "parameters_sha256": digest})
    sizes = [edges(target, *edge) for edge in EDGES[target]]
    lines = [
        f'"monai": "{monai.__version__}"',
        f'"target": "{target}"',
        '"cases": [\n  ' + ",\n  ".join(text(row) for row in rows) + "\n ]",
        '"edges": [\n  ' + ",\n  ".join(text(row) for row in sizes) + "\n ]",
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{target}.json").write_text("{\n " + ",\n ".join(lines) + "\n}\n")
    print(f"{target}: {len(rows)} cases")


if __name__ == "__main__":
    torch.set_num_threads(2)
    checkout = pathlib.Path(sys.argv[1])
    write("DynUNet", dynunet(checkout))
    write("SwinUNETR", swin_unetr(checkout))
