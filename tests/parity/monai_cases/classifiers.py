"""Writes the shape cases of MONAI's own tests of its classifiers. Run: python tests/parity/monai_cases/classifiers.py MONAI/tests

A case is what a test builds, the size of its input and the shape that the test expects, apart from the batch axis. Beside it stand
the number of entries of the state dict and a hash over their names, shapes and types, as in network.py. Left out are the tests
that run the same arguments as TorchScript and those that compare weights with a download.
"""

import json
import pathlib
import sys
import types
from unittest import mock

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

import monai.networks.nets
import network
import torch
from torchvision.models import WeightsEnum

FOLDER = HERE.parents[2] / "fixtures" / "monai_cases" / "networks"
TESTS = {
    "densenet": ["test_densenet_shape", "test_121_2d_shape_pretrain"],
    "resnet": ["test_resnet_shape", "test_shape"],
    "senet": ["test_senet_shape"],
    "torchvision_fc_model": ["test_without_pretrained", "test_with_pretrained"],
}
# What the tests of SENet say in their bodies: by whether the case is pretrained, the shapes of input and output.
SENET = {False: ((2, 2, 64, 64, 64), (2, 2)), True: ((3, 3, 64, 64), (3, 2))}


def collect(path):
    """The names and cases of the parameterised tests of a file; other decorators than that of the cases do nothing."""
    found = []

    def expand(cases):
        return lambda function: found.extend((function.__name__, case) for case in cases) or function

    class Undecorated(types.ModuleType):
        def __getattr__(self, name):
            return lambda given=None, *_: given if callable(given) else lambda function: function

    parameterized = types.SimpleNamespace(parameterized=types.SimpleNamespace(expand=expand))
    stubs = {"parameterized": parameterized, "tests": Undecorated("tests"), "tests.test_utils": Undecorated("test_utils")}
    with mock.patch.dict(sys.modules, stubs):
        exec(compile(path.read_text(), str(path), "exec"), {"__name__": path.stem, "__file__": str(path)})
    return found


def split(name, case):
    """The class, the arguments, and the shapes of input and output."""
    if name == "torchvision_fc_model":
        return "TorchVisionFCModel", *case[:3]
    if name == "senet":
        return case[0].__name__, case[1], *SENET[case[1].get("pretrained", False)]
    if isinstance(case[0], dict):
        return "ResNetFeatures", *case
    return case[0].__name__, *case[1:]


def plain(value):
    """A class or an enum as a bundle would write it."""
    blocks = {"ResNetBlock": "basic", "ResNetBottleneck": "bottleneck"}
    return blocks.get(getattr(value, "__name__", None), str(value))


def refusal(target, arguments):
    """The word with which a case must be refused that does not apply: one axis, a network of another kind."""
    if target == "ResNetFeatures":
        return target
    if arguments.get("spatial_dims") == 1:
        return "spatial_dims"
    return "vit_b_16" if arguments.get("model_name") == "vit_b_16" else None


def table(target, arguments):
    """The entries of the state dict; nothing is downloaded."""
    without = {key: value for key, value in arguments.items() if target == "TorchVisionFCModel" or key != "pretrained"}
    with (
        torch.device("meta"),
        mock.patch.object(WeightsEnum, "get_state_dict"),
        mock.patch.object(torch.nn.Module, "load_state_dict"),
    ):
        return network.parameters(getattr(monai.networks.nets, target)(**without))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, tests in TESTS.items():
        rows = []
        path = pathlib.Path(sys.argv[1]) / "networks" / "nets" / f"test_{name}.py"
        for test, case in collect(path):
            if test not in tests:
                continue
            target, arguments, size, shape = split(name, case)
            row = {"test": test, "target": target, "arguments": arguments, "input": size[1:]}
            word = refusal(target, arguments)
            if word:
                row["refused"] = word
            else:
                entries = table(target, arguments)
                row["output"] = shape[1:]
                row["parameters"] = len(entries)
                row["parameters_sha256"] = network.digest(json.dumps(entries, separators=(",", ":")).encode())
            rows.append(json.dumps(row, default=plain))
        print(f"{name}: {len(rows)} cases, of which {sum('refused' in json.loads(row) for row in rows)} do not apply")
        (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(rows) + "\n]\n")
