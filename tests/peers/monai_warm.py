"""MONAI's side of the warm comparison: python monai_warm.py BUNDLE OUTPUT THREADS ENGINE FILE...

Loads the bundle's own network, weights, transforms and inferer through ConfigParser and has ENGINE of engines.py run the
network. Several files are the channels of one image. Prints a line of settings, then answers each line of standard input
with one evaluation from file to file, as {"seconds": ..., "stages": {...}} with the file that was `saved`, or the `scores`
where none is. A line may name other files, with tabs between.
"""

import json
import logging
import pathlib
import sys
import time
import warnings

import torch

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import monai  # noqa: E402
import zoo_bundle  # noqa: E402
from engines import ENGINES  # noqa: E402
from monai.data import decollate_batch, list_data_collate  # noqa: E402
from monai.utils import convert_to_dst_type  # noqa: E402


# The most scores that are printed.
MOST = 1000


class Network:
    """The bundle's network, run by an engine.

    All but PyTorch itself are compiled for the first window's size, one window at a time: with two threads a batch gains
    nothing, and the last batch of an image often is a smaller one.
    """

    def __init__(self, engine, network, folder, threads):
        self.prepare, self.network, self.folder, self.threads = ENGINES[engine], network, folder, threads
        self.run = network if engine == "torch" else None

    def __call__(self, images):
        if self.run is self.network:
            return self.network(images)
        plain = torch.Tensor(images).as_subclass(torch.Tensor)
        if self.run is None:
            self.run = self.prepare(self.network, plain[:1], self.folder, self.threads)
        output = self.run(plain[:1])
        if len(plain) > 1:
            # A result may lie in memory that the next one is written to.
            first, output = output, output.new_empty(len(plain), *output.shape[1:])
            output[:1] = first
            for at in range(1, len(plain)):
                output[at : at + 1] = self.run(plain[at : at + 1])
        return convert_to_dst_type(output, dst=images)[0]


def main():
    bundle, output, threads, engine, *files = sys.argv[1:]
    # SaveImaged and LoadImaged print; the answers own standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    threads, output = int(threads), pathlib.Path(output)
    torch.set_num_threads(threads)
    config = zoo_bundle.parse(pathlib.Path(bundle))
    weights = zoo_bundle.checkpoint(config)
    config["output_dir"] = str(output)
    config.parse()
    network = config.get_parsed_content("network").eval()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    preprocessing = config.get_parsed_content("preprocessing")
    postprocessing = config.get_parsed_content("postprocessing")
    inferer = config.get_parsed_content("inferer")
    run = Network(engine, network, output.parent, threads)

    def evaluate(files):
        item = {"image": files[0] if len(files) == 1 else files}
        if "label" in config:
            item["label"] = 1
        stages, since = {}, time.perf_counter()

        def stage(name):
            nonlocal since
            now = time.perf_counter()
            stages[name], since = now - since, now

        batch = list_data_collate([preprocessing(item)])
        stage("preprocess")
        batch["pred"] = inferer(batch["image"], run)
        stage("infer")
        (sample,) = [postprocessing(sample) for sample in decollate_batch(batch)]
        stage("postprocess")
        return stages, sample["pred"]

    def say(answer):
        print(json.dumps(answer), file=answers, flush=True)

    say({"monai": monai.__version__, "torch": torch.__version__, "threads": torch.get_num_threads()})
    with torch.inference_mode():
        for line in sys.stdin:
            named = line.strip("\n")
            since, start = time.time(), time.perf_counter()
            stages, answer = evaluate(named.split("\t") if named else files)
            seconds = time.perf_counter() - start
            saved = [path for path in output.rglob("*.nii.gz") if path.stat().st_mtime >= since - 1]
            found = {"saved": str(saved[0])} if saved else {"scores": answer.flatten()[:MOST].tolist()}
            say({"seconds": seconds, "stages": stages, **found})
            del answer


if __name__ == "__main__":
    main()
