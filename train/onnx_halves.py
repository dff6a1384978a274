"""Networks exported for `infer`: weights stored in 16 bits, arithmetic in 32, held to what PyTorch answers."""

import sys

import numpy as np
import onnx
import openvino
import torch
from onnx import numpy_helper

MOST_DIFFERENCE = 1e-3


def halved(model):
    """Every large f32 weight as f16, followed by a cast to f32."""
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 256:
            continue
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), tensor.name + ".f16"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name + ".f16"], [tensor.name], to=onnx.TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    return model


def export(network, sample, path, names):
    """Writes `network` to `path`; exits where what was written answers otherwise than PyTorch with the same rounded weights."""
    network.eval()
    with torch.no_grad():
        # The weights in 16 bits are the network from here on, so that what is compared is the export.
        for values in network.state_dict().values():
            if values.dtype == torch.float32 and values.numel() >= 256:
                values.copy_(values.half().float())
        wanted = network(sample).numpy()
    torch.onnx.export(network, (sample,), path, input_names=[names[0]], output_names=[names[1]], dynamo=False, opset_version=17)
    onnx.save(halved(onnx.load(path)), path)
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    difference = float(np.abs(compiled(sample.numpy())[0] - wanted).max())
    print(f"{path}: largest difference from PyTorch {difference:.1e}")
    if difference > MOST_DIFFERENCE:
        sys.exit("the exported network answers differently")
