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

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def eager(network, image, folder, threads):
    torch.save(network.state_dict(), folder / "state.pt")
    image.numpy().tofile(folder / "input.bin")
    return lambda: network(image).numpy()


def compiled(network, image, folder, threads):
    import torch._inductor.config

    # For inference on a CPU: weights become constants, laid out as its kernels read them.
    torch._inductor.config.freezing = True
    fast = torch.compile(network)
    return lambda: fast(image).numpy()


def exported(network, image, path):
    torch.onnx.export(network, (image,), str(path), opset_version=17, dynamo=False)
    return str(path)


def onnxruntime(network, image, folder, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    path = exported(network, image, folder / "onnxruntime.onnx")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs = {session.get_inputs()[0].name: image.numpy()}
    return lambda: session.run(None, inputs)[0]


def openvino(network, image, folder, threads):
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
    path = exported(network, image, folder / "openvino.onnx")
    request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()
    inputs = {0: image.numpy()}
    # The result's memory is the request's own, as it is for the other engines.
    return lambda: request.infer(inputs, share_inputs=True, share_outputs=True)[0]


ENGINES = {"torch": eager, "compile": compiled, "onnxruntime": onnxruntime, "openvino": openvino}


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
        run = ENGINES[engine](network, image, folder, threads)
        numpy.ascontiguousarray(run(), dtype=numpy.float32).tofile(folder / f"{engine}.bin")
        say({"threads": threads})
        for _ in sys.stdin:
            start = time.perf_counter()
            for _ in range(model["repeats"]):
                run()
            say({"seconds": (time.perf_counter() - start) / model["repeats"]})


if __name__ == "__main__":
    main()
