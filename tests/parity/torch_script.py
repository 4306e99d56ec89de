"""Writes tests/fixtures/parity/torch_script: small networks of MONAI as TorchScript programs, each beside its state dictionary.

The members that only serve PyTorch's error messages are left out of the programs, as they name folders of this machine.
"""

import io
import os
import pathlib
import sys
import warnings
import zipfile

import torch
from monai.networks.nets import DenseNet, DynUNet, UNet

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "parity" / "torch_script"


def unet(**arguments):
    return UNet(spatial_dims=2, in_channels=1, out_channels=2, channels=(2, 4), strides=(2,), num_res_units=1, **arguments)


def dynunet():
    """Has the same modules and tensors in several places."""
    return DynUNet(
        spatial_dims=2, in_channels=1, out_channels=1, kernel_size=[3, 3, 3], strides=[1, 2, 2],
        upsample_kernel_size=[2, 2], filters=[2, 2, 2], norm_name=("GROUP", {"num_groups": 1}),
    )


def tied():
    """Tensors that share a storage: one is a part of the other, transposed."""
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 3, bias=False)).half()
    network[1].weight = torch.nn.Parameter(network[0].weight.detach().t())
    return network


def densenet():
    return DenseNet(spatial_dims=2, in_channels=1, out_channels=2, init_features=2, growth_rate=2, block_config=(1, 1), bn_size=1)


def scripted(network, _):
    return torch.jit.script(network)


def traced(network, shape):
    return torch.jit.trace(network, torch.zeros(shape))


CASES = {
    "unet_script": (lambda: unet(norm="batch"), scripted, None, "unet_script"),
    "unet_trace": (lambda: unet(norm="instance"), traced, (1, 1, 8, 8), "archive"),
    "dynunet_trace": (dynunet, traced, (1, 1, 8, 8), "model"),
    "densenet_script": (densenet, scripted, None, "densenet"),
    "tied_script": (tied, scripted, None, "tied"),
}


def program(module, name):
    """The archive of `torch.jit.save` with the folder `name` in it."""
    file = io.BytesIO()
    torch.jit.save(module, file)
    source, result = zipfile.ZipFile(file), io.BytesIO()
    with zipfile.ZipFile(result, "w") as out:
        for member in source.infolist():
            folder, _, rest = member.filename.partition("/")
            if rest.endswith(".debug_pkl"):
                continue
            out.writestr(zipfile.ZipInfo(f"{name}/{rest}"), source.read(member), member.compress_type)
    return result.getvalue()


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, (build, convert, shape, folder) in CASES.items():
        torch.manual_seed(0)
        network = build().eval()
        module = convert(network, shape)
        (FOLDER / f"{name}.ts").write_bytes(program(module, folder))
        loaded = torch.jit.load(FOLDER / f"{name}.ts")
        assert list(loaded.state_dict()) == list(network.state_dict()), name
        torch.save(network.state_dict(), FOLDER / f"{name}.pt")


if __name__ == "__main__":
    # PyTorch writes constants in the order of a set of names.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
