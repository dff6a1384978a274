#!/usr/bin/env python3
"""One network's scores of the files of held_out.py: score.py NETWORK.onnx FOLDER OUTPUT.json

As the analyzer takes them: crops on a grid, even ones left out, the mean of the others' log odds (generated_test.cpp holds the C++ to these crops and to the
merged networks' answers), and how much of it the picture's size lets count. The program itself can only be asked with all networks at once, and would load them anew for every file.
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np
import openvino

from data import grid_crops, normalised

MOST_CROPS, LEAST_CONTRAST, FULL_AREA_PX = 16, 3, 16 * 128**2  # as in src/analyzers/image/generated/generated.h


def mean(network, picture):
    """None where all crops are even."""
    odds = []
    for crop in grid_crops(picture, 128, MOST_CROPS):
        if cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY).std() >= LEAST_CONTRAST:
            logits = network(normalised(crop)[None])[0][0]
            odds.append(float(logits[1]) - float(logits[0]))
    return float(np.mean(odds)) if odds else None


def main():
    network, folder, output = map(pathlib.Path, sys.argv[1:])
    compiled = openvino.Core().compile_model(str(network), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as stream:
        files = list(csv.DictReader(stream))
    for entry in files:
        picture = cv2.imread(str(folder / entry["file"]), cv2.IMREAD_COLOR)[:, :, ::-1]
        entry["mean"], entry["share"] = mean(compiled, picture), min(1, picture.shape[0] * picture.shape[1] / FULL_AREA_PX)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps([entry for entry in files if entry["mean"] is not None], indent=1) + "\n")


if __name__ == "__main__":
    main()
