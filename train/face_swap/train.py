#!/usr/bin/env python3
"""Fits face.swap on genuine faces, tests it on forged pairs and on clips that it has not seen, and writes weights and figures.

usage: train.py PAIRS TEST OUT [--all-sources]
PAIRS: folder of make_pairs.py with features.bin (bonafide-face-swap-features over the films in the order of pairs.csv).
TEST: folder with test.csv (file, label, kind, pair, source, version) and features.bin in the same order; it teaches nothing.
OUT gets swap.json (weights) and scores.npz; figures go to standard output.
"""
import argparse
import csv
import json
import pathlib

import numpy as np
from sklearn.metrics import roc_auc_score

import linear

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = json.loads((HERE / "config.json").read_text())["bootstrap_rounds"]


def table_of(folder, name, names):
    rows = list(csv.DictReader(open(folder / name)))
    seen = linear.load(folder / "features.bin", names)
    kept = [(row, *seen[line]) for line, row in enumerate(rows) if line in seen]
    return [each[0] for each in kept], np.array([each[3] for each in kept]), np.array([each[4] for each in kept]), len(rows) - len(kept)


def interval(statistic, groups, rounds, seed=5):
    """95 % bootstrap over whole groups."""
    random = np.random.default_rng(seed)
    names = np.unique(groups)
    members = {name: np.flatnonzero(groups == name) for name in names}
    values = []
    for _ in range(rounds):
        drawn = np.concatenate([members[name] for name in random.choice(names, len(names))])
        try:
            values.append(statistic(drawn))
        except ValueError:
            continue
    values = [value for value in values if np.isfinite(value)]
    return np.percentile(values, [2.5, 97.5]) if values else (np.nan, np.nan)


def auc_with_interval(scores, fake, groups):
    if fake.all() or not fake.any():
        return "-"
    low, high = interval(lambda rows: roc_auc_score(fake[rows], scores[rows]), groups, ROUNDS)
    return f"{roc_auc_score(fake, scores):.3f} [{low:.3f}, {high:.3f}]"


def paired_order(scores, fake, pairs):
    right, total = 0.0, 0
    for pair in np.unique(pairs[pairs != ""]):
        swapped, own = scores[(pairs == pair) & fake], scores[(pairs == pair) & ~fake]
        if len(swapped) and len(own):
            right += (swapped[:, None] > own[None]).mean()
            total += 1
    return right / max(1, total), total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=pathlib.Path)
    parser.add_argument("test", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--all-sources", action="store_true", help="use FFHQ too, which is noncommercial")
    options = parser.parse_args()
    config = json.loads((HERE / "config.json").read_text())
    names = [line.split("\t") for line in (options.pairs / "names.txt").read_text().splitlines()]
    places = [name[0] for name in names[::linear.CHANNELS]]
    channels = [name[1] for name in names[:linear.CHANNELS]]

    rows, heights, textures, missed = table_of(options.pairs, "pairs.csv", names)
    values = linear.against_surroundings(textures, places).reshape(len(rows), -1)
    fake = np.array([row["label"] == "fake" for row in rows])
    source = np.array([row["source"] for row in rows])
    both = [s for s in np.unique(source) if fake[source == s].any() and (~fake[source == s]).any()]
    allowed = np.array([options.all_sources or row["licence"] != "FFHQ" for row in rows])
    good = np.isin(source, both) & allowed
    rows = [row for row, use in zip(rows, good) if use]
    values, fake, source = values[good], fake[good], source[good]
    both = sorted(set(source))
    photo = np.array([row["kind"].startswith("photo") for row in rows])
    print(f"{len(rows)} pictures of {len(both)} sources ({missed} without a face that can be measured or left out)")

    def fitted(rows_used):
        use = rows_used & ~fake
        return linear.fit(values[use], source[use], config, places, channels)[0]

    folds = {name: i % config["folds"] for i, name in enumerate(np.random.default_rng(config["seed"]).permutation(both))}
    fold = np.array([folds[name] for name in source])
    held = np.zeros(len(rows))
    for number in range(config["folds"]):
        held[fold == number] = fitted(fold != number)(values[fold == number])
    order, count = paired_order(held, fake, source)
    print(f"own pairs, sources held out: AUC {auc_with_interval(held, fake, source)}, clips {auc_with_interval(held[~photo], fake[~photo], source[~photo])}, "
          f"photographs {auc_with_interval(held[photo], fake[photo], source[photo])}; in the right order {order:.3f} of {count} sources")

    test_rows, test_heights, test_textures, test_missed = table_of(options.test, "test.csv", names)
    test_values = linear.against_surroundings(test_textures, places).reshape(len(test_rows), -1)
    test_fake = np.array([row["label"] == "fake" for row in test_rows])
    pair = np.array([row["pair"] for row in test_rows])
    kind = np.array([row["kind"] for row in test_rows])
    group = np.array([row["pair"] or row["source"] or row["file"] for row in test_rows])
    version = np.array([row["version"] for row in test_rows])
    whole = fitted(np.ones(len(rows), bool))
    scores = np.zeros(len(test_rows))
    cache = {}
    for i, name in enumerate(group):  # no source is judged by weights that saw its own genuine footage
        if name not in cache:
            cache[name] = fitted(source != name) if name in both else whole
        scores[i] = cache[name](test_values[i:i + 1])[0]
    print(f"test: {len(test_rows)} files, {test_missed} without a face that can be measured")
    for one in sorted(set(version)):
        here = version == one
        swap = here & (pair != "")
        genuine = here & ~test_fake & (np.char.find(kind, "photo") < 0)
        swaps = here & test_fake & (pair != "")
        order, count = paired_order(scores[swap], test_fake[swap], pair[swap])
        against = swaps | genuine
        heads = (here & test_fake & (pair == "")) | (genuine & (pair == ""))
        print(f"{one}: swaps against own sources {auc_with_interval(scores[swap], test_fake[swap], group[swap])}, in order {order:.2f} of {count}; "
              f"against all genuine clips {auc_with_interval(scores[against], test_fake[against], group[against])}; "
              f"talking heads {auc_with_interval(scores[heads], test_fake[heads], group[heads])}")
        for label in sorted(set(kind[here])):
            own = scores[here & (kind == label)]
            print(f"    {label:24s} {len(own):4d}  median {np.median(own):6.2f}  10 % {np.percentile(own, 10):6.2f}  90 % {np.percentile(own, 90):6.2f}  most {own.max():6.2f}")

    print("expected from", linear.fit(values[~fake], source[~fake], config, places, channels)[1])
    options.out.mkdir(parents=True, exist_ok=True)
    terms = [{"place": places[i // linear.CHANNELS], "channel": channels[i % linear.CHANNELS], "mean": round(float(whole.mean[i]), 5),
              "scale": round(float(whole.scale[i]), 5), "weight": round(float(whole.weight[i]), 6)} for i in np.flatnonzero(whole.weight)]
    (options.out / "swap.json").write_text(json.dumps({"schema": "bonafide.face_swap/1", "clip": config["clip"], "offset": round(float(whole.offset), 5), "terms": terms}, indent=1) + "\n")
    print(f"{len(terms)} terms; the strongest:")
    for term in sorted(terms, key=lambda each: -abs(each["weight"]))[:16]:
        print(f"    {term['place']:12s} {term['channel']:10s} {term['weight']:+.3f}")
    np.savez(options.out / "scores.npz", held=held, fake=fake, source=source, photo=photo, scores=scores, test_fake=test_fake, kind=kind, version=version, group=group, pair=pair)


if __name__ == "__main__":
    main()
