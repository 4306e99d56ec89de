"""Ways to run a PyTorch network on the CPU, for forward.py and monai_warm.py.

Each takes a network, its first input, a folder for files and the number of threads, and returns a function from an input of
that same size to the output. All are to be called under torch.inference_mode. OpenVINO reads the file that ONNX Runtime, which
always runs before it, has written of the same network to the same folder.
"""

import torch

# The network as ONNX.
FILE = "network.onnx"


def torch_eager(network, image, folder, threads):
    return network


def torch_compile(network, image, folder, threads):
    import torch._inductor.config

    # For inference on a CPU: weights become constants, laid out as its kernels read them.
    torch._inductor.config.freezing = True
    return torch.compile(network, dynamic=False)


def onnxruntime(network, image, folder, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    path = str(folder / FILE)
    torch.onnx.export(network, (image,), path, opset_version=17, dynamo=False)
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda image: torch.from_numpy(session.run(None, {name: image.numpy()})[0])


def openvino(network, image, folder, threads):
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = openvino.Core().compile_model(str(folder / FILE), "CPU", settings).create_infer_request()

    def run(image):
        # The result's memory is the request's own until the next one.
        return torch.from_numpy(request.infer({0: image.numpy()}, share_inputs=True, share_outputs=True)[0])

    return run


ENGINES = {"torch": torch_eager, "compile": torch_compile, "onnxruntime": onnxruntime, "openvino": openvino}
