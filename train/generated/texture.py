#!/usr/bin/env python3
"""A linear model on statistics of texture, set beside the networks: texture.py DATA HELD SCORES WORK. Nothing of it is shipped (README.md says why).

Second-order statistics carry synthetic voices from source to source better than a network does; here is their counterpart for pictures. Of a part of at most
384 px, of brightness and two colour differences: log variance and kurtosis of differences of the first to third order, correlation with neighbours and between
colours, the slope of the spectrum by radius and angle and its peaks on a grid, and how often triples of rounded differences occur together. Logistic regression,
strongly shrunk, each kind of picture centred on the mean of its two classes, the same augmentation as for the networks, each file judged by a model that had not
met its source. HELD holds the sets of held_out.py, SCORES what the networks said of them (score.py).
"""

import csv
import json
import pathlib
import sys
import warnings

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression

from calibrate import ROWS, VERSIONS, area, scored
from data import GENUINE, augmented_crop, listed, member_of

HERE = pathlib.Path(__file__).resolve().parent
PART_PX, CROP_PX, VERSIONS_IN_TRAINING, SHRINKAGE = 384, 256, 3, 0.003
FACES = {"faces", "ffhq", "lab"}
PORTRAITS_OF_A_POOL = 200  # in training: they would outnumber everything else, and take as long


def correlation(first, second):
    first, second = first - first.mean(), second - second.mean()
    return float((first * second).mean() / (first.std() * second.std() + 1e-3))


def moments(residual):
    squares = np.square(residual - residual.mean())
    variance = float(squares.mean())
    return [np.log(variance + 0.01), np.log(float(np.square(squares).mean()) / (variance + 0.01) ** 2 + 0.5)]


def neighbours(residual):
    return [correlation(residual[down:, right:], residual[:residual.shape[0] - down, :residual.shape[1] - right])
            for down, right in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0))]


def spectrum(plane, side=64):
    """Log power by radius (less its mean), by angle in the finest third, and at the frequencies of grids of 2, 4 and 8 px against those about them."""
    window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    power = np.mean([np.abs(np.fft.rfft2(window * (block - block.mean()))) ** 2
                     for block in (plane[y:y + side, x:x + side] for y in range(0, plane.shape[0] - side + 1, side) for x in range(0, plane.shape[1] - side + 1, side))], axis=0)
    power = np.log(power + 1)
    y, x = np.minimum(np.arange(side), side - np.arange(side))[:, None], np.arange(side // 2 + 1)[None]
    radius, angle = np.hypot(y, x), np.arctan2(y, x)
    rings = np.array([power[(radius >= low) & (radius < low + 3)].mean() for low in range(2, 44, 3)])
    fine = radius > side / 3
    angles = np.array([power[fine & (angle >= turn) & (angle < turn + np.pi / 12 + 1e-6)].mean() for turn in np.arange(6) * np.pi / 12])
    peaks = []
    for period in (2, 4, 8):
        at = side // period
        for row, column in ((0, at), (at, 0), (at, at)):
            around = power[max(row - 3, 0):row + 4, max(column - 3, 0):column + 4]
            peaks.append(power[row, column] - np.median(around))
    return [*(rings - rings.mean()), *(angles - angles.mean()), *peaks]


def triples(residual, step):
    """Log share of each triple of neighbours, rounded to -1, 0 or 1 steps, along rows and columns together."""
    rounded = np.clip(np.rint(residual / step), -1, 1).astype(np.int32) + 1
    counts = sum(np.bincount((9 * part[:, :-2] + 3 * part[:, 1:-1] + part[:, 2:]).ravel(), minlength=27) for part in (rounded, rounded.T))
    return list(np.log(counts / counts.sum() + 1e-3))


def features(rgb):
    red, green, blue = (rgb[:, :, channel].astype(np.float32) for channel in range(3))
    bright = 0.299 * red + 0.587 * green + 0.114 * blue
    values = []
    for plane in (bright, blue - bright, red - bright):
        across, down = np.diff(plane, axis=1), np.diff(plane, axis=0)
        curved, bent = np.diff(across, axis=1), np.diff(down, axis=0)
        diagonal, round_ = np.diff(across, axis=0), cv2.Laplacian(plane, cv2.CV_32F)
        for residual in (across, down, curved, bent, diagonal, np.diff(curved, axis=1), np.diff(bent, axis=0), round_):
            values += moments(residual)
        for residual in (across, curved, round_):
            values += neighbours(residual)
        if plane is not bright:
            continue
        for step in (2.0, 0.5 * float(curved.std()) + 0.1):
            values += triples(curved, step)
        values += triples(across, 2.0)
    details = [cv2.Laplacian(plane, cv2.CV_32F) for plane in (red, green, blue)]
    for first, second in ((0, 1), (1, 2), (0, 2)):
        values += [correlation(details[first], details[second]), correlation(np.abs(details[first]), np.abs(details[second]))]
    return np.array(values + spectrum(bright) + spectrum(blue - bright), np.float32)


def middle(rgb):
    height, width = min(PART_PX, rgb.shape[0]), min(PART_PX, rgb.shape[1])
    top, left = (rgb.shape[0] - height) // 2, (rgb.shape[1] - width) // 2
    return rgb[top:top + height, left:left + width]


def read(path):
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return None if image is None or min(image.shape[:2]) < 128 else image[:, :, ::-1]


def taught(data, config):
    """{path: features of augmented versions}, of everything that some network may learn from."""
    settings = member_of(config, "first")
    result, counts = {}, {}
    for pool, _, _, path, held_out in listed(data, config, "first", permissive=False):
        counts[pool] = counts.get(pool, 0) + 1
        if pool in FACES and counts[pool] > PORTRAITS_OF_A_POOL:
            continue
        image = read(path)
        if image is not None:
            rng = np.random.default_rng([3, len(result)])
            side = min(CROP_PX, *image.shape[:2])
            result[str(path)] = np.stack([features(augmented_crop(image, side, settings, rng)) for _ in range(VERSIONS_IN_TRAINING)])
    return result


def tested(held, sets):
    """{(set, file): features}"""
    result = {}
    for name in sets:
        with open(held / name / "manifest.csv", newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                result[f"{name} {row['file']}"] = features(middle(read(held / name / row["file"])))
    return result


def fitted(data, config, held_out_set, known):
    """What judges features, learned from what `held_out_set` does not hold."""
    rows = [(pool, label, source, features) for pool, label, source, path, held_out in listed(data, config, held_out_set, permissive=False)
            if not held_out and str(path) in known for features in known[str(path)]]
    values = np.stack([row[3] for row in rows])
    labels, faces = np.array([row[1] for row in rows]), np.array([row[0] in FACES for row in rows])
    names = [f"{row[0]} {row[2] if row[0] in ('pictures', 'generated') else ''}" for row in rows]
    centre, scale = values.mean(0), values.std(0) + 1e-6
    values = np.clip((values - centre) / scale, -5, 5)
    weights = np.zeros(len(rows))
    for kind in (False, True):
        here = faces == kind
        values[here] -= (values[here & (labels == GENUINE)].mean(0) + values[here & (labels != GENUINE)].mean(0)) / 2
        for label in set(labels):
            of = {name: [i for i in np.flatnonzero(here & (labels == label)) if names[i] == name] for name in set(np.array(names)[here & (labels == label)])}
            for members in of.values():
                weights[members] = len(members) ** -0.5
            weights[here & (labels == label)] /= weights[here & (labels == label)].sum()
    model = LogisticRegression(C=SHRINKAGE, max_iter=2000).fit(values, labels, sample_weight=weights * len(rows) / weights.sum())
    return lambda given: model.decision_function(np.clip((given - centre) / scale, -5, 5))


def main():
    data, held, scores_, work = map(pathlib.Path, sys.argv[1:])
    config = json.loads((HERE / "config.json").read_text())
    sets = list(config["held_out"])
    warnings.filterwarnings("ignore")
    kept = work / "texture.npz"
    if not kept.exists():
        work.mkdir(parents=True, exist_ok=True)
        np.savez(kept, known=np.array(taught(data, config), dtype=object), test=np.array(tested(held, sets), dtype=object))
    stored = np.load(kept, allow_pickle=True)
    known, test = stored["known"].item(), stored["test"].item()
    lines, linear = [], []
    for name in sets:
        model = fitted(data, config, name, known)
        here = scored(scores_, config, name)
        linear += list(model(np.stack([test[f"{name} {line.file}"] for line in here])))
        lines += here
    linear, networks = np.array(linear), np.array([line.mean() for line in lines])
    linear = linear / linear.std() * networks.std()
    print("area under the curve, over all sets: the linear model; the networks; both, the linear model weighing a quarter, a half, as much")
    for row, pools in ROWS.items():
        for version in VERSIONS:
            chosen = np.array([line.version == version and (pools is None or line.pool in pools) for line in lines])
            made = np.array([line.generated for line in lines])
            print(f"{row:14s} {version:8s}", *(f"{area(scores[chosen & ~made], scores[chosen & made]):.3f}"
                                                for scores in (linear, networks, networks + linear / 4, networks + linear / 2, networks + linear)))
    for name in sets:
        chosen = np.array([line.held_out_set == name and line.version == "native" and line.pool in ROWS["no films"] for line in lines])
        print(f"no films, native, the {name} set alone: linear {area(linear[chosen & ~made], linear[chosen & made]):.3f}, networks {area(networks[chosen & ~made], networks[chosen & made]):.3f}")


if __name__ == "__main__":
    main()
