#!/usr/bin/env python3
"""Fits the curve of image.generated: calibrate.py BENCH.json CALIBRATION.json.

BENCH.json is what `bonafide bench` says about the files of held_out.py; none of them was trained on. The knots follow the contract of
docs/adr/0004-fusion.md: the last one, just short of a verdict, is a score that at most 2 % of the genuine files of any pool and version reach, and
no lower than where the smoothed ratio of both classes asks for it. Prints what that costs. Same inputs, same bytes.
"""

import json
import pathlib
import sys

import numpy as np

ANALYZER, MEASUREMENT = "image.generated", "score"
MOST_FALSE, LARGEST_LLR, SMALLEST_LLR = 0.02, 0.94, -0.3
BASIS = "{genuine} genuine files and {generated} generated files of sources left out of training, as they are, after JPEG 85 and after scaling to 70 % (train/generated/calibrate.py): the last knot is the score that at most 2 % of the genuine files of any pool and version reach; a single analyzer does not decide alone, and a generator unlike those of the training can pass, so that a low score says little"


def scored(bench):
    """[(pool, version, generated, group, score)]"""
    lines = []
    for entry in bench["passes"][0]["files"]:
        pool, version = entry["kind"].split()
        said = entry["analyzers"].get(ANALYZER, {}).get("measurements", {})
        if MEASUREMENT in said:
            lines.append((pool, version, entry["label"] == "generated", entry["group"], said[MEASUREMENT]))
    return lines


def bound(scores):
    """A score, to three decimals, that at most MOST_FALSE of `scores` reach."""
    ordered = np.sort(scores)[::-1]
    return np.floor(ordered[int(MOST_FALSE * len(ordered))] * 1000) / 1000 + 0.001


def area(genuine, generated):
    return float((generated[:, None] > genuine[None]).mean() + 0.5 * (generated[:, None] == genuine[None]).mean())


def interval(lines):
    """Area under the curve, with a 95 % interval over whole groups."""
    rng = np.random.default_rng(1)
    groups = [[[line[4] for line in lines if line[3] == name and line[2] == label] for name in sorted({line[3] for line in lines if line[2] == label})]
              for label in (False, True)]
    whole = area(*[np.concatenate(side) for side in groups])
    drawn = [area(*[np.concatenate([side[i] for i in rng.integers(0, len(side), len(side))]) for side in groups]) for _ in range(500)]
    return whole, *np.quantile(drawn, [0.025, 0.975])


def main():
    bench, calibration = map(pathlib.Path, sys.argv[1:])
    lines = scored(json.loads(bench.read_text()))
    pools = sorted({line[0] for line in lines if not line[2]})
    versions = ("native", "resaved", "resized")

    def chosen(test):
        return np.array([line[4] for line in lines if test(line)])

    bounds = {(pool, version): bound(chosen(lambda line: line[:3] == (pool, version, False))) for pool in pools for version in versions}
    last = max(bounds.values())
    # Where both classes are equally likely: the same share of the one above as of the other below, in the worst version.
    neutral = low = None
    for version in versions:
        real, made = (chosen(lambda line: line[1] == version and line[2] == label) for label in (False, True))
        candidates = np.sort(np.concatenate([real, made]))
        equal = min(candidates, key=lambda value: abs((real >= value).mean() - (made < value).mean()))
        neutral = equal if neutral is None else max(neutral, equal)
        low = np.median(real) if low is None else min(low, np.median(real))
    knots = [[low, SMALLEST_LLR], [neutral, 0.0], [(neutral + last) / 2, 0.3], [last, LARGEST_LLR]]
    knots = [[round(float(value), 3), llr] for value, llr in knots]
    print("knots", knots)
    print("at the last knot, of each pool and version: share of genuine files, share of generated ones")
    for pool in sorted({line[0] for line in lines}):
        shares = [f"{version} {(chosen(lambda line: line[0] == pool and line[1] == version) >= knots[-1][0]).mean():.3f}" for version in versions]
        print(f"{pool:10s}", " ".join(shares), "files", len(chosen(lambda line: line[0] == pool and line[1] == "native")))
    for name, test in (("any picture", {"generated", "pictures", "photos", "casia", "frames"}), ("pictures alone", {"generated", "pictures"}), ("faces", {"faces", "ffhq", "lab"}), ("all", None)):
        for version in versions:
            part = [line for line in lines if line[1] == version and (test is None or line[0] in test)]
            real, made = (np.array([line[4] for line in part if line[2] == label]) for label in (False, True))
            print(f"{name:14s} {version:8s} AUC %.3f [%.3f, %.3f]" % interval(part), f"found at 2 % {(made > bound(real)).mean():.2f} ({len(real)} genuine, {len(made)} generated)")
    print("by source, native: files, median score, share above the last knot")
    for group in sorted({line[3] for line in lines if line[0] in ("generated", "pictures")}):
        part = chosen(lambda line: line[3] == group and line[1] == "native")
        print(f"{group:60s} {len(part):3d} {np.median(part):6.2f} {(part >= knots[-1][0]).mean():.2f}")
    document = json.loads(calibration.read_text())
    document["groups"].setdefault("generators", {"correlation": 0.5, "basis": "set by judgement: one curve so far"})
    native = [line for line in lines if line[1] == "native"]
    curve = {"analyzer": ANALYZER, "measurement": MEASUREMENT, "group": "generators", "forgeable": False, "synthetic": True, "knots": knots,
             "fitted_on": BASIS.format(genuine=sum(not line[2] for line in native), generated=sum(line[2] for line in native))}
    document["curves"] = [entry for entry in document["curves"] if (entry["analyzer"], entry["measurement"]) != (ANALYZER, MEASUREMENT)] + [curve]
    rows = json.dumps(document, indent=2)
    calibration.write_text(compact(rows) + "\n")


def compact(text):
    """Knots on one line each curve, as the file has them."""
    result, depth, inside = [], 0, False
    for line in text.split("\n"):
        stripped = line.strip()
        if not inside and stripped.endswith("knots\": ["):
            inside, depth, kept = True, 1, line
        elif inside:
            depth += stripped.count("[") - stripped.count("]")
            kept += stripped + (" " if stripped.endswith(",") else "")
            if depth == 0:
                result.append(kept.rstrip())
                inside = False
        else:
            result.append(line)
    return "\n".join(result)


if __name__ == "__main__":
    main()
