"""One run of a bundle's own evaluator on the processor, its weights, and how it is recorded, for bundles.py and ensembles.py."""

import contextlib
import copy
import gzip
import hashlib
import json
import math
import pathlib
import shutil
import tempfile

import counter
import monai
import nibabel as nib
import numpy as np
import torch
from monai.bundle import ConfigParser
from monai.transforms import AsDiscreted, Invertd, KeepLargestConnectedComponentd, SaveClassificationd, SaveImaged
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLES = ROOT / "tests" / "fixtures" / "bundles"
FIXTURES = ROOT / "tests" / "fixtures" / "parity" / "bundles"
TOLERANCE = 1e-4
CLOSE = 1e-3
LOGITS_STD = 2.5
MOST = 2500
SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff\xe0": ".jpg"}


class Weights:
    """The numbers of a bundle's network: the counter's, with the last layer adjusted."""

    def __init__(self, name, checkpoint, scaled, bias):
        self.name, self.checkpoint, self.bias = name, checkpoint, bias
        self.scaled, self.given = {"names": scaled, "factor": 1.0}, {}

    def counted(self, name, shape):
        return counter.parameter(f"{self.name}/{name}", tuple(shape))

    def fill(self, network):
        numbers = network.state_dict()
        assert set(self.scaled["names"]) <= set(numbers), [name for name in numbers][-8:]
        for name, tensor in numbers.items():
            if tensor.is_floating_point():
                values = self.counted(name, tensor.shape)
                if name in self.scaled["names"]:
                    values = values * np.float32(self.scaled["factor"])
                if name in self.given:
                    values = np.array(self.given[name], dtype=np.float32)
                tensor.copy_(torch.from_numpy(values))
        return numbers

    def adjust(self, logits, deviation, threshold):
        """Chooses factor and bias by the logits of a run with the counter's own."""
        factor = float(f"{deviation / logits.std():.2g}") if self.scaled["names"] else 1.0
        self.scaled["factor"] = factor
        if self.bias is not None:
            channels = logits.reshape(len(logits), -1).astype(float)
            channels = factor * (channels - self.counted(self.bias, (len(logits),))[:, None])
            self.given[self.bias] = [round(float(value), 2) for value in balance(channels, threshold)]

    def facts(self, item):
        """What a reader needs to make the same."""
        return {"network": item, "checkpoint": self.checkpoint, "key": self.name, "scaled": self.scaled, "given": self.given}


def balance(channels, threshold):
    """The bias with which every class wins somewhere."""
    if threshold is not None:
        return -np.quantile(channels, 0.6, axis=1)
    bias = -channels.mean(axis=1)
    for _ in range(300):
        winners = (channels + bias[:, None]).argmax(axis=0)
        shares = np.bincount(winners, minlength=len(channels)) / channels.shape[1]
        bias += 0.05 * np.clip(-np.log(len(channels) * np.maximum(shares, 1e-4)), -2, 2)
    return bias


class Run:
    """What was seen on the way through the bundle in `root`, and the files that it saved.

    `image` is the network's, `logits` the inferer's answers, one for each network; `score` the names of what postprocessing
    decides on, one for each, `scores` their values, `threshold` what they are compared with, or None for the greatest.
    """

    def __init__(self, root, case, files, beside, weights):
        config = parse(root, case)
        for item, own in weights.items():
            checkpoint = root / own.checkpoint
            checkpoint.parent.mkdir(exist_ok=True)
            torch.save(own.fill(config.get_parsed_content(item)), checkpoint)
        before = set(root.rglob("*"))
        self.logits, self.scores, self.threshold, self.held, self.rest = [], {}, None, None, []
        with contextlib.chdir(root):
            config = parse(root, case)
            config["dataset"]["data"] = [{"image": files[0] if len(files) == 1 else files, **case.get("item", {}), **beside}]
            evaluator = config.get_parsed_content("evaluator")
            if "initialize" in config:
                config.get_parsed_content("initialize")
            self.watch(evaluator, config.get_parsed_content("postprocessing"))
            evaluator.run()
        answers = evaluator.state.output[0].items()
        self.answer = {key: array(value) for key, value in answers if key.startswith("pred") and torch.is_tensor(value)}
        self.saved = sorted(path for path in set(root.rglob("*")) - before if path.is_file())

    def watch(self, evaluator, postprocessing):
        infer = evaluator.inferer

        def recording(inputs, network, *rest, **named):
            logits = infer(inputs, network, *rest, **named)
            self.image = inputs[0]
            self.logits.append(array(logits[0]))
            return logits

        evaluator.inferer = recording
        steps = list(postprocessing.transforms)
        decides = [index for index, step in enumerate(steps) if isinstance(step, AsDiscreted)]
        ends = [index for index, step in enumerate(steps) if isinstance(step, (SaveImaged, SaveClassificationd))]
        place = min([*decides, *ends, len(steps)])
        self.rest = steps[place:]
        keys = [key for step in steps[place : place + 1] for key in step.keys if key.startswith("pred")] or ["pred"]
        if decides:
            self.threshold = steps[place].threshold[0]

        def recorder(data):
            self.held = dict(data)
            self.scores = {key: copy.deepcopy(data[key]) for key in keys}
            return data

        postprocessing.transforms = (*steps[:place], recorder, *steps[place:])

    def margins(self):
        """By how much each score decides, 1 channel on the scores' own grid."""
        for scores in self.scores.values():
            if self.threshold is not None:
                yield (scores - self.threshold).abs().amin(0, keepdim=True)
            else:
                greatest = torch.topk(torch.as_tensor(scores), 2, dim=0).values
                # The inverse of a crop fills all channels with zero, which is no tie by chance.
                yield torch.where((greatest == 0).all(0, keepdim=True), torch.inf, greatest[:1] - greatest[1:])

    def close(self):
        """Where the saved image depends on a margin of at most CLOSE."""
        undecided = torch.stack([(torch.as_tensor(margin) <= CLOSE) for margin in self.margins()]).amax(0)
        key = next(iter(self.scores))
        marks = copy.deepcopy(self.held)
        marks[key] = marks[key][:1] * 0 + undecided.float()
        for step in self.rest:
            if isinstance(step, Invertd):
                marks = step(marks)
        close = (torch.as_tensor(marks[key])[0] > 1e-6).numpy()
        ours, others = self.decide(None), [undecided]
        if any(isinstance(step, KeepLargestConnectedComponentd) for step in self.rest):
            # One voxel may join a component to the largest.
            single = torch.zeros_like(undecided)
            others += [single.index_put(tuple(at), torch.tensor(True)) for at in undecided.nonzero()[:, :, None]]
        for other in others:
            close |= (ours != self.decide(other)).any(axis=0)
        return close

    def decide(self, undecided):
        """What is saved, with the undecided decided otherwise."""
        data = copy.deepcopy(self.held)
        for key in self.scores if undecided is not None else ():
            scores = data[key]
            if self.threshold is not None:
                scores[:] = torch.where(undecided, 2 * self.threshold - scores, scores)
            else:
                values, order = torch.topk(torch.as_tensor(scores), 2, dim=0)
                scores[:] = torch.where(undecided, torch.scatter(scores, 0, order, values.flip(0)), scores)
        for step in self.rest:
            if not isinstance(step, SaveImaged):
                data = step(data)
        return array(data["pred"])

    def shares(self):
        """The share of the voxels that each class has, or each channel above the threshold."""
        scores = array(next(iter(self.scores.values())))
        if self.threshold is not None:
            return [float((channel > self.threshold).mean()) for channel in scores]
        winners = scores.argmax(axis=0)
        return [float((winners == k).mean()) for k in range(len(scores))]


def parse(root, case):
    """The bundle's config as its user changes it for this run."""
    config = ConfigParser()
    config.read_config(str(next((root / "configs").glob("inference.*"))))
    config["device"] = "$torch.device('cpu')"
    config["dataloader"]["num_workers"] = 0
    if "dataset_dir" in config:
        config["dataset_dir"] = "data"
    for item, value in {**case.get("replaced", {}), **case.get("overrides", {})}.items():
        config[item] = value
    if "build" in case:
        arguments = {key: config["network_def"][key] for key in config["network_def"] if key != "_target_"}
        config["network_def"] = case["build"](**arguments)
    config.parse()
    return config


def array(tensor):
    return np.array(torch.as_tensor(tensor), dtype=np.float32)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def compress(data):
    return gzip.compress(data, compresslevel=9, mtime=0)


def record(name, case):
    """Runs the bundle `name` and writes its fixture. Returns the run."""
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    parts = {}
    for part, make in case["input"].items():
        data = make(f"{name}/{part}")
        suffix = SUFFIXES.get(data[:4], ".nii.gz")
        parts[part] = ("input" if len(case["input"]) == 1 else part) + suffix
        (folder / parts[part]).write_bytes(compress(data) if suffix == ".nii.gz" else data)
    # What the bundle takes beside the image: a picture, whose file MONAI is given, or a value.
    beside, guides = [], {}
    for key, make in case.get("beside", {}).items():
        data = make(f"{name}/{key}") if callable(make) else json.dumps(make).encode()
        file = key + (".png" if callable(make) else ".json")
        (folder / file).write_bytes(data)
        beside.append({"part": key, "file": file, "sha256": sha256(data)})
        guides[key] = f"data/{file}" if callable(make) else make
    weights = {
        item: Weights(f"{name}/{item}" if len(case["networks"]) > 1 else name, checkpoint, case["scaled"], case.get("bias"))
        for item, checkpoint in case["networks"].items()
    }

    def run():
        with tempfile.TemporaryDirectory() as root:
            root = pathlib.Path(root)
            shutil.copytree(BUNDLES / name / "configs", root / "configs")
            (root / "data").mkdir()
            for file in [*parts.values(), *(part["file"] for part in beside)]:
                shutil.copy(folder / file, root / "data" / file)
            files = [f"data/{file}" for file in parts.values()]
            run = Run(root, case, files, guides, weights)
            outputs = [saved(folder, root, path) for path in run.saved]
        return run, outputs

    first, _ = run()
    for own, logits in zip(weights.values(), first.logits):
        own.adjust(logits, case.get("deviation", LOGITS_STD), first.threshold)
    result, outputs = run()
    config = next((BUNDLES / name / "configs").glob("inference.*"))
    manifest = {
        "monai": monai.__version__,
        "torch": torch.__version__.split("+")[0],
        "bundle": str((BUNDLES / name).relative_to(ROOT)),
        "sha256": {file.name: sha256(file.read_bytes()) for file in (config, config.with_name("metadata.json"))},
        "overrides": case.get("overrides", {}),
        "input": [
            {"part": part, "file": file, "sha256": sha256((folder / file).read_bytes())} for part, file in parts.items()
        ],
        "beside": beside,
        "weights": [own.facts(item) for item, own in weights.items()],
        "outputs": outputs,
        "answer": {key: {"shape": list(value.shape), **small(value)} for key, value in result.answer.items()},
        "image": sample(folder, "image", array(result.image), result.image.affine),
        "logits": [sample(folder, f"logits_{k}", logits) for k, logits in enumerate(result.logits)],
        "scores": [sample(folder, f"scores_{key}", array(value)) for key, value in result.scores.items()],
        "tolerance_of_std": TOLERANCE,
        "tolerance_of_affine": 1e-5,
    }
    if result.logits[0].ndim > 1:
        close, shares = result.close(), result.shares()
        (folder / "close.nii.gz").write_bytes(compress(nib.Nifti1Image(close.astype(np.uint8), np.eye(4)).to_bytes()))
        manifest |= {
            "close_margin": CLOSE,
            "close_voxels": int(close.sum()),
            "threshold": result.threshold,
            "class_shares": shares,
        }
        assert all(share >= 0.005 for share in shares), (name, shares)
        assert close.mean() < 0.01, (name, close.mean())
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def small(value):
    return {"values": [float(number) for number in value]} if value.ndim == 1 else {}


def saved(folder, root, path):
    """Copies a saved file into the fixture, NIfTI without the time that gzip writes, and says what it holds."""
    data = path.read_bytes()
    facts = {"path": str(path.relative_to(root)), "file": f"saved_{path.name}"}
    if path.name.endswith(".nii.gz"):
        image = nib.load(path)
        header = image.header
        facts |= {
            "dtype": str(header.get_data_dtype()),
            "shape": list(image.shape),
            "affine": np.asarray(image.affine, dtype=float).tolist(),
            "form_codes": [int(header["sform_code"]), int(header["qform_code"])],
            "shares": shares(np.asarray(image.dataobj)),
        }
        data = compress(gzip.decompress(data))
    elif path.suffix == ".png":
        picture = Image.open(path)
        facts |= {"mode": picture.mode, "size": list(picture.size), "shares": shares(np.array(picture))}
    (folder / facts["file"]).write_bytes(data)
    return facts


def shares(values):
    """The share of the voxels that have each value, where these are few."""
    found, counts = np.unique(values, return_counts=True)
    return {f"{value:g}": float(count / values.size) for value, count in zip(found, counts)} if len(found) <= 200 else {}


def sample(folder, what, values, affine=None):
    """Writes every `step`-th number of each spatial axis, and says what they are of."""
    step = 1
    while len(values) * math.prod(-(-size // step) for size in values.shape[1:]) > MOST:
        step += 1
    every = (slice(None), *[slice(None, None, step)] * (values.ndim - 1))
    (folder / f"{what}.f32").write_bytes(values[every].astype("<f4").tobytes())
    place = {} if affine is None else {"affine": np.asarray(affine, dtype=float).tolist()}
    return {"file": f"{what}.f32", "shape": list(values.shape), "step": step, "std": float(values.astype("f8").std()), **place}
