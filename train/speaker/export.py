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
    """Partials as loud as speech at -30 dB of full scale, in places."""
    partial, frame, band = np.meshgrid(np.arange(3), np.arange(FRAMES), np.arange(BANDS), indexing="ij")
    levels = (frame * (partial + 3) + band * 7 + (frame * band) % 11) % 61
    return (levels.astype(np.float32) / 61) ** 4 * np.float32(0.05)


def mel_bank():
    """40 triangles of one area each, evenly spaced from 0 Hz to 8 kHz on the mel scale of Slaney's Auditory Toolbox, over 201 bins of 40 Hz."""
    knee, step = 15, np.log(6.4) / 27
    mels = np.linspace(0, knee + np.log(8) / step, BANDS + 2)
    edges = np.where(mels < knee, mels * 200 / 3, 1000 * np.exp((mels - knee) * step))
    bins = np.arange(201) * 40.0
    rising = (bins[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins[:, None]) / np.diff(edges)[1:]
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])


def reference_sound():
    """398 frames of a wavering tone with a syllable's rhythm, at about -40 dB of full scale."""
    seconds = np.arange(397 * 160 + 400) / 16000
    waver = 2 * np.sin(2 * np.pi * 3 * seconds)
    tone = sum(np.sin(harmonic * (2 * np.pi * 120 * seconds + waver)) / harmonic for harmonic in range(1, 13))
    return (0.015 * tone * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * seconds))).astype(np.float32)


def numbers_of_sound(state, samples, is_speech):
    """Of a moment, as features/speaker/encoder.h says."""
    gain = max(1.0, 10 ** (-30 / 20) / np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = np.lib.stride_tricks.sliding_window_view(samples * gain, 400)[::160][is_speech] * window
    mels = (np.abs(np.fft.rfft(frames)) ** 2 @ mel_bank()).astype(np.float32)
    starts = list(range(0, len(mels) - FRAMES + 1, FRAMES // 2))
    if len(mels) - FRAMES - starts[-1] >= FRAMES // 4:
        starts.append(len(mels) - FRAMES)
    mean = answers_of_pytorch(state, np.stack([mels[start : start + FRAMES] for start in starts])).mean(0)
    return mels, mean / np.linalg.norm(mean)


def largest(numbers):
    return ", ".join(f"{{{i}, {numbers[i]:.5f}F}}" for i in np.argsort(-numbers)[:6])


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
    # What src/features/speaker/encoder_test.cpp holds the C++ to.
    sound = reference_sound()
    mels, whole = numbers_of_sound(state, sound, np.ones(398, bool))
    _, parted = numbers_of_sound(state, sound, np.arange(398) % 7 != 0)
    print("mel of frame 100:", ", ".join(f"{{{i}, {mels[100, i]:.6g}F}}" for i in (0, 3, 8, 20, 39)))
    print("numbers of the reference sound:", largest(whole))
    print("without every seventh frame:", largest(parted))
    print(f"cosine of the two: {float(whole @ parted):.5f}")
    if max(difference, one) > LARGEST_DIFFERENCE:
        sys.exit("the exported network answers differently")


if __name__ == "__main__":
    main()
