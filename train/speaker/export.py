"""Writes the speaker encoder of Resemblyzer as ONNX: export.py RESEMBLYZER_WHEEL OUTPUT.onnx

Of the wheel only resemblyzer/pretrained.pt is read, as plain tensors. The graph is built here by hand, three LSTM layers, one linear layer, ReLU and
a division by the length, so that the same wheel gives the same bytes whatever version of PyTorch reads it. Weights are stored in 16 bits and
computed with in 32. What comes out is checked against PyTorch's own layers, in OpenVINO, to 1e-3.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import openvino
import torch
from onnx import TensorProto, helper, numpy_helper

WHEEL_SHA256 = "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f"
FRAMES, BANDS, WIDTH, LAYERS = 160, 40, 256, 3
LARGEST_DIFFERENCE = 1e-3


def weights_of(wheel):
    data = Path(wheel).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WHEEL_SHA256:
        sys.exit(f"{wheel} is not the wheel that was meant: {found}")
    checkpoint = zipfile.ZipFile(io.BytesIO(data)).read("resemblyzer/pretrained.pt")
    state = torch.load(io.BytesIO(checkpoint), map_location="cpu", weights_only=True)["model_state"]
    return {name: tensor.numpy() for name, tensor in state.items()}


def in_onnx_order(weights):
    """PyTorch keeps the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""
    gate_in, forget, cell, gate_out = np.split(weights, 4)
    return np.concatenate([gate_in, gate_out, forget, cell])


def build(state):
    nodes, stored = [], []

    def constant(name, values):
        """Large blocks in 16 bits, followed by a cast."""
        values = np.ascontiguousarray(values)
        if values.dtype == np.float32 and values.size >= 256:
            stored.append(numpy_helper.from_array(values.astype(np.float16), name + ".f16"))
            nodes.append(helper.make_node("Cast", [name + ".f16"], [name], to=TensorProto.FLOAT))
        else:
            stored.append(numpy_helper.from_array(values, name))
        return name

    nodes.append(helper.make_node("Transpose", ["mel"], ["steps"], perm=[1, 0, 2]))
    steps = "steps"
    for layer in range(LAYERS):
        inputs = [
            steps,
            constant(f"w{layer}", in_onnx_order(state[f"lstm.weight_ih_l{layer}"])[None]),
            constant(f"r{layer}", in_onnx_order(state[f"lstm.weight_hh_l{layer}"])[None]),
            constant(f"b{layer}", np.concatenate([in_onnx_order(state[f"lstm.bias_{kind}_l{layer}"]) for kind in ("ih", "hh")])[None]),
        ]
        last = layer == LAYERS - 1
        nodes.append(helper.make_node("LSTM", inputs, ["", "hidden"] if last else [f"all{layer}"], hidden_size=WIDTH))
        if not last:
            nodes.append(helper.make_node("Squeeze", [f"all{layer}", constant(f"direction{layer}", np.array([1]))], [f"steps{layer}"]))
            steps = f"steps{layer}"
    nodes.append(helper.make_node("Squeeze", ["hidden", constant("first", np.array([0]))], ["last"]))
    nodes.append(helper.make_node("Gemm", ["last", constant("linear", state["linear.weight"]), constant("offset", state["linear.bias"])], ["raw"], transB=1))
    nodes.append(helper.make_node("Relu", ["raw"], ["positive"]))
    nodes.append(helper.make_node("ReduceL2", ["positive"], ["length"], axes=[1], keepdims=1))
    nodes.append(helper.make_node("Add", ["length", constant("least", np.array([1e-6], np.float32))], ["divisor"]))
    nodes.append(helper.make_node("Div", ["positive", "divisor"], ["numbers"]))
    graph = helper.make_graph(
        nodes, "speaker",
        [helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["partials", FRAMES, BANDS])],
        [helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["partials", WIDTH])],
        stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="bonafide train/speaker")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


def answers_of_pytorch(state, mels):
    lstm = torch.nn.LSTM(BANDS, WIDTH, LAYERS, batch_first=True)
    lstm.load_state_dict({name[len("lstm."):]: torch.from_numpy(values) for name, values in state.items() if name.startswith("lstm.")})
    with torch.no_grad():
        last = lstm(torch.from_numpy(mels))[1][0][-1]
        raw = torch.relu(last @ torch.from_numpy(state["linear.weight"]).T + torch.from_numpy(state["linear.bias"]))
        return (raw / raw.norm(dim=1, keepdim=True)).numpy()


def reference_mels():
    """Partials made of integers, so that every language makes the same: as loud as speech at -30 dBFS, in places."""
    partial, frame, band = np.meshgrid(np.arange(3), np.arange(FRAMES), np.arange(BANDS), indexing="ij")
    levels = (frame * (partial + 3) + band * 7 + (frame * band) % 11) % 61
    return (levels.astype(np.float32) / 61) ** 4 * np.float32(0.05)


def main():
    wheel, output = sys.argv[1:]
    state = weights_of(wheel)
    onnx.save(build(state), output)
    mels = reference_mels()
    wanted = answers_of_pytorch(state, mels)
    compiled = openvino.Core().compile_model(output, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    difference = float(np.abs(compiled(mels)[0] - wanted).max())
    one = float(np.abs(compiled(mels[1:2])[0] - wanted[1:2]).max())
    print(f"{output}: {Path(output).stat().st_size} bytes, SHA-256 {hashlib.sha256(Path(output).read_bytes()).hexdigest()}")
    print(f"largest difference from PyTorch: {max(difference, one):.2e}")
    strongest = [int(i) for i in np.argsort(-wanted[0])[:4]]
    print("of the first reference partial:", ", ".join(f"number {i}: {wanted[0, i]:.5f}" for i in strongest))
    print("cosines of the reference partials:", ", ".join(f"{a} and {b}: {float(wanted[a] @ wanted[b]):.5f}" for a, b in ((0, 1), (0, 2), (1, 2))))
    if max(difference, one) > LARGEST_DIFFERENCE:
        sys.exit("the exported network answers differently")


if __name__ == "__main__":
    main()
