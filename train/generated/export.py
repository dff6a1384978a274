"""Exports trained weights: export.py WEIGHTS.pt [WEIGHTS.pt] OUTPUT.onnx. f16 weights, f32 arithmetic; checked against PyTorch to 1e-3 in probability.

Of several networks the mean of their logits is the answer. Prints the log odds of the crops of a reference picture, to which the
analyzer's test holds the C++ (crops, preprocessing and networks).
"""

import pathlib
import sys

import numpy as np
import onnx
import openvino
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from onnx_halves import halved

from data import grid_crops, normalised
from model import Mean, make_network


def reference_picture():
    """430 x 260 px made of integers, so that every language makes the same: waves under a little noise."""
    row, column, channel = np.meshgrid(np.arange(260), np.arange(430), np.arange(3), indexing="ij")
    return (((row * 3 + column * 2 + channel * 40) % 160) + (row * row * 7 + column * 31 + channel * 57 + row * column) % 23).astype(np.uint8)


def main():
    *weights, output = sys.argv[1:]
    networks = []
    for file in weights:
        networks.append(make_network(pretrained=False))
        networks[-1].load_state_dict(torch.load(file, weights_only=True))
    network = Mean(networks)
    network.eval()
    sample = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (1, 3, 128, 128)).astype(np.float32))
    torch.onnx.export(network, (sample,), output, input_names=["crop"], output_names=["logits"], dynamo=False, opset_version=17)
    onnx.save(halved(onnx.load(output)), output)
    crops = torch.from_numpy(np.stack([normalised(crop) for crop in grid_crops(reference_picture(), 128, 16)]))
    with torch.no_grad():
        wanted = torch.softmax(network(sample), 1).numpy()
        reference = network(crops).numpy()
    core = openvino.Core()
    compiled = core.compile_model(output, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    logits = compiled(sample.numpy())[0]
    got = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    difference = float(np.abs(got - wanted).max())
    print(f"largest difference in probability: {difference:.2e}")
    print("log odds of the reference picture's crops:", ", ".join(f"{odds:.4f}" for odds in reference[:, 1] - reference[:, 0]))
    if difference > 1e-3:
        sys.exit("the exported network answers differently")


if __name__ == "__main__":
    main()
