"""Writes tests/fixtures/monai_cases/inferers: what MONAI's own tests of its sliding windows and slices do, as data.

Runs those tests with the inferers watched. A case is a test with its calls: the image (a rule, no numbers), the arguments, the
text of the function that stands for the network, and what MONAI makes of them. Random images and the weights of a network
come from counter.py; what would be on a GPU is on the processor. A case without meaning here has the reason instead.

Run: python tests/parity/monai_cases/inferers.py MONAI, where MONAI is a checkout of its repository; its tests need the
package parameterized.
"""

import ast
import functools
import hashlib
import importlib
import inspect
import json
import math
import pathlib
import re
import sys
import textwrap
import unittest

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

import counter
import monai
import network
import numpy as np
import parameterized
import torch
from monai import inferers
from monai.networks import nets

FOLDER = HERE.parents[2] / "fixtures" / "monai_cases" / "inferers"
FILES = ["test_sliding_window_inference", "test_slice_inferer"]
# Numbers of an output that are kept; of all others together a digest, where they are near whole numbers.
MOST = 100
AXES = "an image of {} spatial axes; one here has at most three"
FURTHER = "it is about arguments of the network beside the image, which no config of a bundle can give"


class Missing(Exception):
    """Why a call means nothing here."""


class Table:
    """Every distinct thing once."""

    def __init__(self):
        self.numbers = {}

    def add(self, thing):
        return self.numbers.setdefault(json.dumps(thing), len(self.numbers))

    def write(self):
        return [json.loads(text) for text in self.numbers]


def expand(real):
    """`parameterized.expand` for a machine without a GPU."""

    def on_the_processor(cases, *args, **kwargs):
        cases = [["cpu" if one == "cuda" else one for one in case] if isinstance(case, tuple) else case for case in cases]
        return real(cases, *args, **kwargs)

    return on_the_processor


def randint(low, high, size, dtype, device):
    """Whole numbers from `low` to below `high` that Rust can make too."""
    share = (counter.uniform(f"monai_cases/{list(size)}", math.prod(size)) + 1.0) * 0.5
    return torch.from_numpy(low + np.floor(share * (high - low))).reshape(size).to(device, dtype)


def unet(**arguments):
    """A network whose weights Rust can make too."""
    made = network.fill(nets.UNet(**arguments), "monai_cases/slice")
    made.arguments = arguments
    return made


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, torch.device) else value


def rule(tensor):
    """How Rust makes the image."""
    values = tensor.detach().numpy()
    out = {"shape": list(values.shape)}
    if (values == values.flat[0]).all():
        return {**out, "of": float(values.flat[0])}
    if np.array_equal(values.ravel(), np.arange(values.size)):
        return {**out, "of": "arange"}
    assert np.array_equal(randint(0, 255, values.shape, tensor.dtype, "cpu").numpy(), values), "an image without a rule"
    return {**out, "of": [0, 255]}


def function(predictor):
    """The text of what stands for the network, or the network itself."""
    if isinstance(predictor, nets.UNet):
        return {"UNet": predictor.arguments}
    body = ast.parse(textwrap.dedent(inspect.getsource(predictor))).body[0].body
    lines = [ast.unparse(line) for line in body]
    return "; ".join(line for line in lines if not line.startswith("self.assert"))


def numbers(answer, predictor):
    """Some numbers of an output; a digest of all where they are near whole numbers, their deviation where a network gave them."""
    values = answer.detach().cpu().numpy().astype("f4")
    step = -(-values.size // MOST)
    step += 1 - step % 2
    out = {"shape": list(values.shape), "step": step, "values": [float(one) for one in values.ravel()[::step]]}
    whole = np.rint(values)
    if isinstance(predictor, nets.UNet):
        out["std"] = float(values.astype("f8").std())
    elif np.abs(values - whole).max() < 0.01:
        out["whole_sha256"] = hashlib.sha256(whole.astype("<i4").tobytes()).hexdigest()
    else:
        assert step == 1, "an output of which too little would be kept"
    return out


def bound(function, *args, **kwargs):
    """Arguments by name, without those that are None; and what the function takes beside them."""
    signature = inspect.signature(function)
    given = signature.bind(*args, **kwargs).arguments
    kinds = {name: signature.parameters[name].kind for name in given}
    rest = [given.pop(name) for name, kind in kinds.items() if kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)]
    return {name: value for name, value in given.items() if value is not None and name != "self"}, rest


class Watch:
    """The calls of inferers within one test."""

    def __init__(self):
        self.depth, self.calls, self.images, self.outputs = 0, [], Table(), Table()

    def run(self, target, given, image, predictor, further, act):
        """Runs `act` and keeps it, unless it is inside of another that is kept."""
        if self.depth:
            return act()
        self.depth += 1
        try:
            answer = act()
        finally:
            self.depth -= 1
        self.calls.append((target, given, image, predictor, further, answer))
        return answer

    def patch(self, cls):
        init, call, watch = cls.__init__, cls.__call__, self

        @functools.wraps(init)
        def made(this, *args, **kwargs):
            init(this, *args, **kwargs)
            if type(this) is cls:
                this.made, rest = bound(init, this, *args, **kwargs)
                # `SliceInferer` hands the rest to the class below it.
                this.made.update(*[part for part in rest if isinstance(part, dict)])

        @functools.wraps(call)
        def called(this, inputs, network, *args, **kwargs):
            act = lambda: call(this, inputs, network, *args, **kwargs)
            if type(this) is not cls:
                return act()
            return watch.run(cls.__name__, this.made, inputs, network, bool(args or kwargs), act)

        cls.__init__, cls.__call__ = made, called

    def function(self, real):
        """`sliding_window_inference`, which is the inferer with its arguments in one."""

        def called(*args, **kwargs):
            given, further = bound(real, *args, **kwargs)
            image, predictor = given.pop("inputs"), given.pop("predictor")
            return self.run("SlidingWindowInferer", given, image, predictor, bool(further), lambda: real(*args, **kwargs))

        return called

    def record(self, call):
        """A call as the fixture writes it; Missing where it means nothing here."""
        target, given, image, predictor, further, answer = call
        if image.ndim - 2 > 3:
            raise Missing(AXES.format(image.ndim - 2))
        if further:
            raise Missing(FURTHER)
        # The answer of one output; several have none, for that is refused.
        output = {"output": self.outputs.add(numbers(answer, predictor))} if isinstance(answer, torch.Tensor) else {}
        return {"target": target, "arguments": plain(given), "function": function(predictor), "image": self.images.add(rule(image)), **output}


def cases(file, watch):
    module = importlib.import_module(f"tests.inferers.{file}")
    if hasattr(module, "sliding_window_inference"):
        module.sliding_window_inference = watch.function(module.sliding_window_inference)
    if hasattr(module, "UNet"):
        module.UNet = unet
    found = []
    for test in [test for suite in unittest.defaultTestLoader.loadTestsFromModule(module) for test in suite]:
        watch.calls = []
        result = unittest.TestResult()
        test.run(result)
        problems = [text for _, text in result.failures + result.errors + result.skipped]
        assert not problems and watch.calls, (test.id(), problems)
        name = re.sub(r"^(\D+?)_(\d+)(_.*)?$", lambda match: f"{match[1]}[{int(match[2])}]", test._testMethodName)
        try:
            calls = [watch.record(call) for call in watch.calls]
            unlike = [call for number, call in enumerate(calls) if call not in calls[:number]]
            found.append({"test": name, "calls": unlike})
        except Missing as why:
            found.append({"test": name, "not_applicable": str(why)})
    return sorted(found, key=lambda case: [int(part) if part.isdigit() else part for part in re.split(r"\[(\d+)\]", case["test"])])


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    # After MONAI itself: the checkout gives the tests alone.
    sys.path.insert(0, sys.argv[1])
    parameterized.parameterized.expand = expand(parameterized.parameterized.expand)
    importlib.import_module("tests.test_utils").skip_if_no_cuda = lambda test: test
    torch.randint = lambda low, high, size, dtype, device: randint(low, high, size, dtype, device)
    watch = Watch()
    for cls in (inferers.SlidingWindowInferer, inferers.SlidingWindowInfererAdapt, inferers.SliceInferer):
        watch.patch(cls)
    for file in FILES:
        watch.images, watch.outputs = Table(), Table()
        found = cases(file, watch)
        text = {
            "source": f"tests/inferers/{file}.py, Apache-2.0",
            "monai": monai.__version__,
            "tolerance_of_std": network.TOLERANCE,
            "images": watch.images.write(),
            "outputs": watch.outputs.write(),
            "cases": found,
        }
        lines = json.dumps(text, separators=(",", ":")).replace('{"test"', '\n{"test"').replace('{"shape"', '\n{"shape"')
        (FOLDER / f"{file}.json").write_text(lines + "\n")
        print(file, len(found), "cases,", sum("calls" in case for case in found), "of them apply")


if __name__ == "__main__":
    main()
