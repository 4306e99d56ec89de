"""A peer's side of the forward passes: python forward.py FOLDER ENGINE THREADS

FOLDER/model.json names a class, its arguments and the size of its input; weights and input are random, the same for all
engines. The engine `torch` writes them for our side to state.pt and input.bin. Every engine writes the result of its first
pass to ENGINE.bin, prints a line of settings, then answers each line of standard input with {"seconds": ...} of one pass.
"""

import importlib
import json
import logging
import pathlib
import sys
import time
import warnings

import numpy
import torch
from engines import ENGINES

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def main():
    folder, engine, threads = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    model = json.loads((folder / "model.json").read_text())
    module, name = model["target"].rsplit(".", 1)
    torch.manual_seed(0)
    network = getattr(importlib.import_module(module), name)(**model["arguments"]).eval()
    image = torch.randn(1, model["channels"], *model["spatial"])
    # What libraries print is not an answer.
    answers, sys.stdout = sys.stdout, sys.stderr

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    with torch.inference_mode():
        if engine == "torch":
            torch.save(network.state_dict(), folder / "state.pt")
            image.numpy().tofile(folder / "input.bin")
        run = ENGINES[engine](network, image, folder, threads)
        numpy.ascontiguousarray(run(image).numpy(), dtype=numpy.float32).tofile(folder / f"{engine}.bin")
        say({"threads": threads})
        for _ in sys.stdin:
            start = time.perf_counter()
            for _ in range(model["repeats"]):
                run(image)
            say({"seconds": (time.perf_counter() - start) / model["repeats"]})


if __name__ == "__main__":
    main()
