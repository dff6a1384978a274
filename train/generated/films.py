#!/usr/bin/env python3
"""What the networks say of films: films.py DATA RUN, the folder of train.sh with SET.onnx of each set. Prints the figures of video.generated.

Clips as the analyzer looks at them: median over twelve frames of the mean of four crops; genuine ones by the networks that have not met them (in the mean, where
there are several), fake ones by all. And what no clip of the pack is, films that a generator made: pictures of generators that a network has not met, as a
film that pans by a pixel a frame through H.264, beside genuine pictures of the same sets as such films.
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np
import openvino

from calibrate import area
from data import GENERATED, films, frames, grid_crops, listed, normalised, rows, through_h264

HERE = pathlib.Path(__file__).resolve().parent
FRAMES, CROPS, LEAST_CONTRAST = 12, 4, 3  # as in src/analyzers/video/generated and src/features/generated
RATES, LONGEST_PX = (20, 24, 28, 32), 1280


def score(network, pictures):
    """Median over the pictures (RGB) of the mean log odds of their crops; None where they hold nothing."""
    means = []
    for picture in pictures:
        odds = [network(normalised(crop)[None])[0][0] for crop in grid_crops(picture, 128, CROPS)
                if cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY).std() >= LEAST_CONTRAST]
        if odds:
            means.append(np.mean([logits[1] - logits[0] for logits in odds]))
    return float(np.median(means)) if means else None


def clips(data, config, networks):
    """[(kind, whether it is fake, score)]"""
    parts = {}
    for name in networks:
        for _, path, part in films(data, config, name):
            parts.setdefault(path, {})[name] = part
    for row in rows(data / "clips/manifest.csv"):
        path = data / "clips" / row["file"]
        seen = [frame[:, :, ::-1] for _, frame in frames(path, FRAMES)]
        said = [score(network, seen) for name, network in networks.items() if parts.get(path, {}).get(name) != "train"]
        if said and None not in said:
            yield row["kind"], row["label"] == "fake", float(np.mean(said))


def as_films(data, config, networks):
    """[(rate factor, whether it is generated, score)] of the pictures that each network has not met."""
    rng = np.random.default_rng(config["seed"])
    for name, network in networks.items():
        for pool, label, _, path, held_out in listed(data, config, name, permissive=False):
            picture = cv2.imread(str(path), cv2.IMREAD_COLOR) if held_out and pool in ("generated", "pictures", "photos") else None
            if picture is None:
                continue
            scale = min(1, LONGEST_PX / max(picture.shape[:2]))
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:, :, ::-1]
            height, width = ((side - 4) // 2 * 2 for side in picture.shape[:2])
            if min(height, width) < config["crop_px"]:
                continue
            rate = int(rng.choice(RATES))
            film = through_h264(np.ascontiguousarray([picture[i:i + height, i:i + width] for i in range(3)]), rate)
            said = score(network, film)
            if said is not None:
                yield rate, label == GENERATED, said


def main():
    data, run = map(pathlib.Path, sys.argv[1:])
    config = json.loads((HERE / "config.json").read_text())
    networks = {name: openvino.Core().compile_model(str(run / f"{name}.onnx"), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}) for name in config["held_out"]}
    seen = list(clips(data, config, networks))
    genuine = np.array([said for _, fake, said in seen if not fake])
    print(f"genuine clips: {len(genuine)}, scores {np.quantile(genuine, 0.05):.2f} to {genuine.max():.2f}, median {np.median(genuine):.2f}, above 0: {(genuine > 0).sum()}")
    for kind in sorted({kind for kind, fake, _ in seen if fake}):
        made = np.array([said for each, fake, said in seen if fake and each == kind])
        print(f"{kind:24s} {len(made):3d} AUC {area(genuine, made):.3f} scores", " ".join(f"{said:.2f}" for said in sorted(made)))
    drawn = list(as_films(data, config, networks))
    for rate in (*RATES, None):
        made, real = (np.array([said for each, generated, said in drawn if generated == wanted and rate in (each, None)]) for wanted in (True, False))
        print(f"pictures as films, rate factor {rate or 'any'}: {len(made)} generated, median {np.median(made):.2f}; AUC against {len(real)} genuine pictures as films {area(real, made):.3f}, "
              f"against genuine clips {area(genuine, made):.3f}; from 1 on: {(made >= 1).mean():.2f}, of genuine pictures {(real >= 1).mean():.2f}")
    with open(run / "films.csv", "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("kind", "fake", "score"), *seen, *drawn])


if __name__ == "__main__":
    main()
