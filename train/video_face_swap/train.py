#!/usr/bin/env python3
"""Fits video.face.swap on genuine films, tests it on films of recordings that taught nothing, and writes weights and figures.

usage: train.py WORK OUT
WORK: folder of make_films.py with names.txt and moments.bin (bonafide-video-face-swap-features over paths.txt), and texture_names.txt and texture.bin
(bonafide-face-swap-features over the same). OUT gets video_swap.json (weights); figures go to standard output.
"""
import argparse
import csv
import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "face_swap"))
import linear  # noqa: E402

PLACES, BANDS, HEAD = 33, 4, 8
TRACK, FRAMES, TIME_S, FACE_PX, MOTION_PX, DETAIL, RESIDUE = range(1, HEAD)
EDGE_FROM, AROUND_FROM = 0.8, 1.25
LEAST_FLICKER = 0.01


def zones_of(places):
    """Rows of `places` inside the face, along its outline, around it: as features/faces/places.h has them."""
    ring = np.array([float(place.split()[1]) if " " in place else 0.0 for place in places])
    part = ring == 0
    inner = (part & (np.array(places) != "forehead")) | (~part & (ring < EDGE_FROM))
    return inner, ~part & (ring >= EDGE_FROM) & (ring < AROUND_FROM), ~part & (ring >= AROUND_FROM)


def contrasts(moments, zones):
    """Outline less the mean of inside and around: of the change's bands, then of the flicker's. As analyzers/video/face_swap has them."""
    change = np.nanmedian(moments[:, 0], 0)
    flicker = np.log(np.nanmedian(moments[:, 2], 0) + LEAST_FLICKER)
    inner, edge, around = (np.hstack([np.nanmean(change[zone], 0), np.nanmean(flicker[zone], 0)]) for zone in zones)
    return edge - (inner + around) / 2


def films(work, config):
    """[(row of films.csv, head, contrasts)] of those whose longest and largest face can be judged, and the others' rows."""
    rows = list(csv.DictReader(open(work / "films.csv")))
    places = [line.split("\t")[0] for line in (work / "names.txt").read_text().splitlines()][::BANDS]
    zones = zones_of(places)
    values = np.fromfile(work / "moments.bin", np.float32).reshape(-1, HEAD + 3 * PLACES * BANDS)
    judged, left_out = [], []
    for number, row in enumerate(rows):
        own = values[values[:, 0] == number]
        tracks = [own[own[:, TRACK] == track] for track in np.unique(own[:, TRACK])]
        main = max(tracks, key=lambda each: each[0, FRAMES] * each[:, FACE_PX].mean(), default=None)
        if main is None or len(main) < config["least_moments"] or np.median(main[:, FACE_PX]) < config["least_face_px"]:
            left_out.append(row)
            continue
        judged.append((row, np.median(main[:, :HEAD], 0), contrasts(main[:, HEAD:].reshape(-1, 3, PLACES, BANDS), zones)))
    return judged, left_out


def fit(values, source, config):
    """Weights, means, scales and offset. Each fine band, less what its coarse bands lead to expect of it in genuine films (ridge regression, every
    source the same say), in standard deviations; the mean of these, in standard deviations again."""
    _, number, count = np.unique(source, return_inverse=True, return_counts=True)
    say = 1 / count[number] / len(count)
    mean = say @ values
    scale = np.sqrt(say @ (values - mean) ** 2)
    standard = (values - mean) / scale
    weights = np.zeros(values.shape[1])
    for first in (0, BANDS):
        known = [first + band for band in config["expected_from"]]
        for wanted in [first + band for band in config["looked_at"]]:
            weighted = standard[:, known].T * say * len(count)
            slope = np.linalg.solve(weighted @ standard[:, known] + config["ridge"] * np.eye(len(known)), weighted @ standard[:, wanted])
            spread = np.sqrt(say @ (standard[:, wanted] - standard[:, known] @ slope) ** 2)
            weights[wanted] += 1 / spread
            weights[known] -= slope / spread
    scores = standard @ weights
    weights /= np.sqrt(say @ (scores - say @ scores) ** 2)
    return weights, mean, scale, -float(say @ (standard @ weights))


def score(model, values, config):
    weights, mean, scale, offset = model
    return np.clip((values - mean) / scale, -config["clip"], config["clip"]) @ weights + offset


def of_texture(work, rows):
    """What face.swap says of the same films, by the weights that it ships with, which saw genuine frames of these recordings."""
    names = [line.split("\t") for line in (work / "texture_names.txt").read_text().splitlines()]
    places, channels = [name[0] for name in names[::linear.CHANNELS]], [name[1] for name in names[:linear.CHANNELS]]
    model = json.loads((HERE.parent.parent / "models/face/swap.json").read_text())
    seen = linear.load(work / "texture.bin", names)
    scores = {}
    for number, row in enumerate(rows):
        if number in seen:
            relative = linear.against_surroundings(seen[number][3][None], places)[0]
            values = [((relative[places.index(term["place"]), channels.index(term["channel"])] - term["mean"]) / term["scale"], term["weight"]) for term in model["terms"]]
            scores[row["version"], row["file"]] = model["offset"] + sum(w * np.clip(v, -model["clip"], model["clip"]) for v, w in values if np.isfinite(v))
    return scores


def area_of(fake, scores):
    """Share of the pairs of a fake and a genuine film in which the fake scores higher; NaN where one kind is missing."""
    return float(np.mean(np.sign(scores[fake][:, None] - scores[~fake][None]) + 1) / 2) if 0 < fake.sum() < len(fake) else float("nan")


def interval(statistic, groups, config):
    """95 % bootstrap over whole recordings."""
    random = np.random.default_rng(config["seed"])
    names = np.unique(groups)
    members = {name: np.flatnonzero(groups == name) for name in names}
    values = [statistic(np.concatenate([members[name] for name in random.choice(names, len(names))])) for _ in range(config["bootstrap_rounds"])]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return f"[{low:.3f}, {high:.3f}]"


def area(fake, scores, groups, config):
    return f"{area_of(fake, scores):.3f} {interval(lambda rows: area_of(fake[rows], scores[rows]), groups, config)}"


def report(name, scores, fake, pair, source, config):
    paired = [one for one in np.unique(pair[pair != ""]) if (fake & (pair == one)).any() and (~fake & (pair == one)).any()]
    right = sum(scores[fake & (pair == one)][0] > scores[~fake & (pair == one)][0] for one in paired)
    swap, against, heads = np.isin(pair, paired), ~fake | (pair != ""), ~fake | (pair == "")
    print(f"  {name}: own sources {area(fake[swap], scores[swap], source[swap], config)}, in order {right} of {len(paired)}; "
          f"all genuine {area(fake[against], scores[against], source[against], config)}; talking heads {area(fake[heads], scores[heads], source[heads], config)}; "
          f"genuine at most {scores[~fake].max():.2f}, nine in ten below {np.percentile(scores[~fake], 90):.2f}; swaps' median {np.median(scores[fake & (pair != '')]):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    config = json.loads((HERE / "config.json").read_text())
    judged, left_out = films(options.work, config)
    rows = [row for row, _, _ in judged]
    values = np.array([contrast for _, _, contrast in judged])
    fake = np.array([row["label"] == "fake" for row in rows])
    pair, source, version = (np.array([row[key] for row in rows]) for key in ("pair", "source", "version"))
    print(f"{len(rows)} films, {(~fake).sum()} of them genuine, of {len(set(source[~fake]))} recordings; {len(left_out)} without a face that can be judged")

    scores = np.zeros(len(rows))
    for one in np.unique(source):  # no recording is judged by weights that saw it
        teach = ~fake & (source != one)
        scores[source == one] = score(fit(values[teach], source[teach], config), values[source == one], config)
    texture = of_texture(options.work, list(csv.DictReader(open(options.work / "films.csv"))))
    for name in config["versions"]:
        here = (version == name) & np.array([(row["version"], row["file"]) in texture for row in rows])
        own, other = scores[here], np.array([texture[row["version"], row["file"]] for row, use in zip(rows, here) if use])
        print(f"{name}: {here.sum()} films, {fake[here].sum()} of them fake")
        report("video.face.swap", own, fake[here], pair[here], source[here], config)
        report("face.swap", other, fake[here], pair[here], source[here], config)
        both = other + config["share_of_this"] * own
        report("both", both, fake[here], pair[here], source[here], config)
        used = ~fake[here] | (pair[here] != "")
        label, before, after, groups = fake[here][used], other[used], both[used], source[here][used]
        gain = lambda drawn: area_of(label[drawn], after[drawn]) - area_of(label[drawn], before[drawn])  # noqa: E731
        print(f"  gain over face.swap alone, against all genuine: {gain(np.arange(len(label))):+.3f} {interval(gain, groups, config)}; "
              f"correlation of the two on genuine films {np.corrcoef(own[~fake[here]], other[~fake[here]])[0, 1]:+.2f}")
    print("sign of each number, swap less its source, pairs in which it is positive:")
    for column, label in enumerate([f"change {band}" for band in range(BANDS)] + [f"flicker {band}" for band in range(BANDS)]):
        print(f"  {label}: " + ", ".join(f"{name} {sum(values[fake & (pair == one) & (version == name), column].sum() > values[~fake & (pair == one) & (version == name), column].sum() for one in np.unique(pair[pair != '']))}" for name in config["versions"]))

    weights, mean, scale, offset = fit(values[~fake], source[~fake], config)
    term = lambda column: {"mean": round(float(mean[column]), 5), "scale": round(float(scale[column]), 5), "weight": round(float(weights[column]), 5)}  # noqa: E731
    options.out.mkdir(parents=True, exist_ok=True)
    document = {"schema": "bonafide.video_face_swap/1", "clip": config["clip"], "offset": round(offset, 5),
                "change": [term(column) for column in range(BANDS)], "flicker": [term(BANDS + column) for column in range(BANDS)]}
    (options.out / "video_swap.json").write_text(json.dumps(document, indent=1) + "\n")
    print(json.dumps(document))


if __name__ == "__main__":
    main()
