"""MONAI's side of the warm comparison: python monai_warm.py BUNDLE IMAGE OUTPUT_DIR THREADS

Loads the bundle's own network, weights, transforms and inferer through ConfigParser. Prints a line of settings, then
answers each line of standard input with one evaluation from file to file, as {"seconds": ..., "stages": {...}}.
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
from monai.bundle import ConfigParser  # noqa: E402
from monai.data import decollate_batch, list_data_collate  # noqa: E402


def say(answer):
    print(json.dumps(answer), flush=True)


def main():
    bundle, image, output, threads = sys.argv[1:]
    # SaveImaged and LoadImaged print; the answers own standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    torch.set_num_threads(int(threads))
    bundle = pathlib.Path(bundle)
    config = ConfigParser()
    config.read_config(str(bundle / "configs" / "inference.json"))
    config.read_meta(str(bundle / "configs" / "metadata.json"))
    config["bundle_root"] = str(bundle)
    config["output_dir"] = output
    config["device"] = "$torch.device('cpu')"
    config.parse()
    network = config.get_parsed_content("network").eval()
    network.load_state_dict(torch.load(bundle / "models" / "model.pt", map_location="cpu", weights_only=True))
    preprocessing = config.get_parsed_content("preprocessing")
    postprocessing = config.get_parsed_content("postprocessing")
    inferer = config.get_parsed_content("inferer")

    def evaluate():
        stages, since = {}, time.perf_counter()

        def stage(name):
            nonlocal since
            now = time.perf_counter()
            stages[name], since = now - since, now

        batch = list_data_collate([preprocessing({"image": image})])
        stage("preprocess")
        batch["pred"] = inferer(batch["image"], network)
        stage("infer")
        for sample in decollate_batch(batch):
            postprocessing(sample)
        stage("postprocess")
        return stages

    sys.stdout = answers
    say({"monai": monai.__version__, "torch": torch.__version__, "threads": torch.get_num_threads()})
    with torch.inference_mode():
        for _ in sys.stdin:
            sys.stdout = sys.stderr
            start = time.perf_counter()
            stages = evaluate()
            seconds = time.perf_counter() - start
            sys.stdout = answers
            say({"seconds": seconds, "stages": stages})


if __name__ == "__main__":
    main()
