"""Exports trained weights: export.py WEIGHTS.pt OUTPUT.onnx. f16 weights, f32 arithmetic; checked against PyTorch to 1e-3 in probability."""

import pathlib
import sys

import numpy as np
import onnx
import openvino
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from onnx_halves import halved

from model import make_network


def main():
    weights, output = sys.argv[1:]
    network = make_network(pretrained=False)
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    sample = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (1, 3, 128, 128)).astype(np.float32))
    torch.onnx.export(network, (sample,), output, input_names=["crop"], output_names=["logits"], dynamo=False, opset_version=17)
    onnx.save(halved(onnx.load(output)), output)
    with torch.no_grad():
        wanted = torch.softmax(network(sample), 1).numpy()
    core = openvino.Core()
    compiled = core.compile_model(output, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    logits = compiled(sample.numpy())[0]
    got = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    difference = float(np.abs(got - wanted).max())
    print(f"largest difference in probability: {difference:.2e}")
    if difference > 1e-3:
        sys.exit("the exported network answers differently")


if __name__ == "__main__":
    main()
