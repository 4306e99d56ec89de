"""What the scripts of networks share: weights and inputs from counter.py, fixtures in tests/fixtures/parity/networks.

A fixture is one folder per network: a manifest, and per case the logits (float32, little endian, C order), thinned out where
there are many.
"""

import hashlib
import json
import pathlib

import counter
import monai
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "parity" / "networks"
TOLERANCE = 1e-4
MOST = 6000


def parameters(network):
    """Name, shape and type of each entry of the state dict, by name."""
    return sorted([name, list(tensor.shape), str(tensor.dtype)] for name, tensor in network.state_dict().items())


def fill(network, prefix):
    """Gives a network the counter's weights, in evaluation mode; keys are `prefix` and the parameter's name."""
    network.eval()
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(torch.from_numpy(counter.parameter(f"{prefix}/{name}", tuple(tensor.shape))))
    return network


def digest(values):
    return hashlib.sha256(values).hexdigest()


def write(target, build, cases):
    """Writes the folder of MONAI's class `target`. `build(**arguments)` makes the network; `cases` maps a name to its arguments
    and the spatial size of its input. The number of input channels is the argument `in_channels`, else `channels` of the case.
    An argument `_target_` names another class of the family.
    """
    folder = FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    torch.set_num_threads(2)
    rows = []
    for name, (arguments, size, *channels) in cases.items():
        network = fill(build(**arguments), name)
        channels = channels[0] if channels else arguments["in_channels"]
        image = counter.image(f"{name}/input", (1, channels, *size))
        with torch.no_grad():
            logits = network(torch.from_numpy(image))
        logits = (logits[0] if isinstance(logits, (list, tuple)) else logits).numpy()
        step = -(-logits.size // MOST)
        # An even step would always meet the same places of a row.
        step += 1 - step % 2
        (folder / f"{name}.f32").write_bytes(logits.reshape(-1)[::step].astype("<f4").tobytes())
        per_channel = logits.reshape(logits.shape[1], -1).astype("f8")
        rows.append({
            "name": name,
            "arguments": arguments,
            "channels": channels,
            "spatial": size,
            "input_sha256": digest(image.astype("<f4").tobytes()),
            "parameters": len(parameters(network)),
            "parameters_sha256": digest(json.dumps(parameters(network), separators=(",", ":")).encode()),
            "output_shape": list(logits.shape[1:]),
            "output_step": step,
            "output_std": float(logits.astype("f8").std()),
            "output_means": [float(mean) for mean in per_channel.mean(axis=1)],
        })
        print(f"{target} {name}: {list(logits.shape[1:])}, deviation {logits.std():.3f}")
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "seed": "counter.py with keys `case/parameter` and `case/input`",
        "target": target,
        "tolerance_of_std": TOLERANCE,
        "cases": rows,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
