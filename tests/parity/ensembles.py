"""Writes tests/fixtures/parity/bundles/ensemble_mean, ensemble_vote and flips: several passes that make one answer.

The first two are as those of bundles.py, whose weights have keys `name/network/parameter`. `flips` is what
TestTimeAugmentation makes of one network and a volume of counter.py: the mean and the deviation of the logits over the passes,
each flipped along `axes` and back.
Run: python tests/parity/ensembles.py
"""

import itertools
import json

import bundle_run
import counter
import monai
import network
import subjects
import torch
from monai.data import MetaTensor, TestTimeAugmentation
from monai.networks.nets import UNet
from monai.transforms import Compose, RandFlipd
from monai.utils import set_determinism

FOLDS = {
    "networks": {f"network_def_{k}": f"models/fold_{k}.pt" for k in range(3)},
    "input": {"image": lambda key: subjects.ct(key, (40, 36, 16), (1.9, 2.3, 4.0))},
    "scaled": ["model.2.0.adn.N.weight", "model.2.0.adn.N.bias"],
    "bias": "model.2.1.conv.unit0.conv.bias",
    "deviation": 5.0,
}
UNET = dict(spatial_dims=3, in_channels=1, out_channels=2, channels=[4, 8], strides=[2], num_res_units=1, norm="batch")
SPATIAL = (16, 12, 10)
AXES = [list(axes) for count in range(4) for axes in itertools.combinations(range(3), count)]
DRAWS = {"seed": 11, "passes": 6}


def augmentation(transforms, model, passes, **arguments):
    return TestTimeAugmentation(
        Compose(transforms), batch_size=passes, inferrer_fn=model, image_key="image", orig_key="image", nearest_interp=False,
        progress=False, **arguments,
    )


def flips():
    folder = bundle_run.FIXTURES / "flips"
    folder.mkdir(parents=True, exist_ok=True)
    net = network.fill(UNet(**UNET), "flips")
    image = counter.image("flips/input", (1, *SPATIAL))
    original = torch.from_numpy(image)
    volume = {"image": MetaTensor(original)}
    drawn = []

    def watched(inputs):
        for one in inputs.as_tensor():
            (found,) = [axes for axes in AXES if torch.equal(one, original.flip([axis + 1 for axis in axes]))]
            drawn.append(found)
        return net(inputs)

    passes = []
    for axes in AXES:
        steps = [RandFlipd("image", prob=float(axis in axes), spatial_axis=axis) for axis in range(3)]
        passes.append(augmentation(steps, watched, 1, return_full_data=True)(volume, num_examples=1)[0])
    assert drawn == AXES
    passes = torch.stack(passes)
    results = {"all": (AXES, passes.mean(0), passes.std(0), (passes.std() / passes.mean()).item())}

    drawn.clear()
    # One batch: MONAI seeds the transforms anew with each inverse, whatever was set on them.
    steps = [RandFlipd("image", prob=0.5, spatial_axis=axis) for axis in range(3)]
    random = augmentation(steps, watched, DRAWS["passes"])
    set_determinism(DRAWS["seed"])
    _, *moments = random(volume, num_examples=DRAWS["passes"])
    results["drawn"] = (list(drawn), *moments)

    cases = []
    for name, (axes, mean, std, variation) in results.items():
        files = {}
        for what, values in (("mean", mean), ("deviation", std)):
            values = bundle_run.array(values)
            files[what] = {"file": f"{name}_{what}.f32", "shape": list(values.shape), "std": float(values.astype("f8").std())}
            (folder / files[what]["file"]).write_bytes(values.astype("<f4").tobytes())
        cases.append({"name": name, "axes": axes, **files, "volume_variation_coefficient": variation})
        print(f"flips {name}: {len(axes)} passes, {axes}")
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "seed": "counter.py with keys `flips/parameter` and `flips/input`",
        "network": UNET,
        "spatial": SPATIAL,
        "input_sha256": bundle_run.sha256(image.astype("<f4").tobytes()),
        "tolerance_of_std": bundle_run.TOLERANCE,
        "cases": cases,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def main():
    torch.set_num_threads(2)
    for kind in ("mean", "vote"):
        manifest = bundle_run.record(f"ensemble_{kind}", FOLDS)
        print(f"ensemble_{kind}: {manifest['close_voxels']} close voxels, shares {manifest['outputs'][0]['shares']}")
    with torch.no_grad():
        flips()


if __name__ == "__main__":
    main()
