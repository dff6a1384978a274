"""Several exported networks as one whose logits are the mean of theirs: merge.py NETWORK.onnx NETWORK.onnx... OUTPUT.onnx.

Prints the log odds of the crops of a reference picture, to which the analyzer's test holds the C++ (crops, preprocessing and networks).
"""

import sys

import numpy as np
import onnx
import openvino
from onnx import compose, helper

from data import grid_crops, normalised


def merged(models):
    """Nodes and weights of all, under prefixes; one input, one output."""
    first = models[0].graph
    answers, nodes, weights = [], [], []
    for number, model in enumerate(models):
        part = compose.add_prefix(model, f"{number}.", rename_inputs=False, rename_functions=False).graph
        given = model.graph.input[0].name
        for node in part.node:
            node.input[:] = [first.input[0].name if name in (given, f"{number}.{given}") else name for name in node.input]
        nodes += part.node
        weights += part.initializer
        answers.append(part.output[0].name)
    nodes.append(helper.make_node("Mean", answers, [first.output[0].name]))
    graph = helper.make_graph(nodes, "mean", [first.input[0]], [first.output[0]], weights)
    model = helper.make_model(graph, opset_imports=models[0].opset_import, ir_version=models[0].ir_version)
    onnx.checker.check_model(model)
    return model


def answers_of(file, crops):
    network = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.stack([network(crop[None])[0][0] for crop in crops])


def reference_picture():
    """430 x 260 px made of integers, so that every language makes the same: waves of pixels in pairs, as the simplest up-sampling leaves them, under a little noise."""
    row, column, channel = np.meshgrid(np.arange(260), np.arange(430), np.arange(3), indexing="ij")
    half_row, half_column = row // 2, column // 2
    waves = (half_row * 2 + half_column * 4 + channel * 15) % 220
    return (waves + (half_row * row * 7 + half_column * 31 + channel * 57 + half_row * column) % 23 // 9).astype(np.uint8)


def main():
    *files, output = sys.argv[1:]
    onnx.save(merged([onnx.load(file) for file in files]), output)
    crops = np.stack([normalised(crop) for crop in grid_crops(reference_picture(), 128, 16)])
    wanted = np.mean([answers_of(file, crops) for file in files], axis=0)
    print("log odds of the reference picture's crops:", ", ".join(f"{odds:.4f}" for odds in wanted[:, 1] - wanted[:, 0]))
    if np.abs(answers_of(output, crops) - wanted).max() > 1e-3:
        sys.exit("the merged networks answer differently")


if __name__ == "__main__":
    main()
