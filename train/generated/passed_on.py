#!/usr/bin/env python3
"""What the networks of image.generated say of pictures that the net passed on: passed_on.py RUN, the folder of train.sh.

Every held-out picture goes through one profile of `bonafide forge launder`, by turns, and is judged by the network that has not met its source. Needs the Python package of
Bonafide. A social network, a messenger and a forum shrink pictures and save them again; a screenshot and a repost also scale and cut.
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np
import openvino

from bonafide import forge
from calibrate import ANALYZER, ROWS, Line, bound, interval
from score import FULL_AREA_PX, mean

HERE = pathlib.Path(__file__).resolve().parent
SHOWN = ("no films", "faces")


def scored(run, name):
    network = openvino.Core().compile_model(str(run / f"{name}.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    folder, profiles = run / "held" / name, list(forge.PROFILES)
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as stream:
        entries = [entry for entry in csv.DictReader(stream) if entry["kind"].endswith(" native")]
    for number, entry in enumerate(entry for entry in entries if entry["kind"].split()[0] in set().union(*(ROWS[row] for row in SHOWN))):
        profile = profiles[number % len(profiles)]
        picture = forge.launder(np.ascontiguousarray(cv2.imread(str(folder / entry["file"]), cv2.IMREAD_COLOR)[:, :, ::-1]), profile)
        said, share = mean(network, picture), min(1, picture.shape[0] * picture.shape[1] / FULL_AREA_PX)
        if said is not None:
            yield Line(entry["kind"].split()[0], profile, entry["label"] == "generated", entry["group"], said * (share if said > 0 else 1), share, name, entry["file"])


def main():
    run = pathlib.Path(sys.argv[1])
    config = json.loads((HERE / "config.json").read_text())
    curve = next(entry for entry in json.loads((run / "calibration.json").read_text())["curves"] if entry["analyzer"] == ANALYZER)
    last_knot = curve["knots"][-1][0]
    lines = [line for name in config["held_out"] for line in scored(run, name)]
    for row in SHOWN:
        for profile in ("all", *forge.PROFILES):
            part = [line for line in lines if line.pool in ROWS[row] and profile in ("all", line.version)]
            genuine, made = (np.array([line.score for line in part if line.generated == label]) for label in (False, True))
            print(f"{row:8s} {profile:10s} AUC %.3f [%.3f, %.3f]" % interval(part), f"found at 2 % {(made > bound(genuine)).mean():.2f}, at the last knot {(genuine >= last_knot).mean():.3f} of {len(genuine)} genuine "
                  f"and {(made >= last_knot).mean():.3f} of {len(made)} generated", flush=True)


if __name__ == "__main__":
    main()
