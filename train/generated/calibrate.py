#!/usr/bin/env python3
"""Fits the curve of image.generated: calibrate.py SCORES CALIBRATION.json.

SCORES holds NETWORK-SET.json of score.py: of each set of config.json by the network of its name, which was not trained on any of it, so that every file is judged by
one that had not met its source; and the frames of films that none has met by each. The knots follow docs/adr/0004-fusion.md: the last but two, short of a verdict, is a
score that at most 2 % of the genuine files of any pool and version reach; the last but one the highest of all of them; the last one, a verdict, lies a little above.
Prints what that costs. Same inputs, same bytes.
"""

import json
import pathlib
import sys
import typing

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent

ANALYZER, MEASUREMENT = "image.generated", "score"
MOST_FALSE, SHORT_OF_A_VERDICT, JUST_SHORT, VERDICT, SMALLEST_LLR = 0.02, 0.94, 0.95, 1.1, -0.3
MARGIN = 0.05  # above the highest score of all genuine files: the next may be a little higher
LEAST_KEPT = 0.3  # fusion/fusion.h, kLeastKeptLlr
BASIS = "{genuine} genuine files and {generated} generated files, each judged by the network that had not met its source, as they are, after JPEG 85 and after scaling to 70 % (train/generated/calibrate.py): the last knot but two is the score that at most 2 % of the genuine files of any pool and version reach, the last but one the highest score of them all; a generator unlike those of the training can pass, so that a low score says little"


class Line(typing.NamedTuple):
    pool: str
    version: str
    generated: bool
    group: str
    score: float
    share: float
    held_out_set: str
    file: str

    def mean(self):
        """Of the crops, before the picture's size takes its share."""
        return self.score / self.share if self.score > 0 else self.score

    def generator(self):
        """By held_out.py's file names."""
        return pathlib.PurePath(self.file).stem.split("-", 2)[2]


def scored(folder, networks, held_out_set):
    """What the networks that have not met a set's sources say of its files in the mean."""
    said = [json.loads((folder / f"{name}-{held_out_set}.json").read_text()) for name in networks]
    lines = []
    for entries in zip(*said, strict=True):
        first, mean = entries[0], float(np.mean([entry["mean"] for entry in entries]))
        lines.append(Line(*first["kind"].split(), first["label"] == "generated", first["group"], mean * (first["share"] if mean > 0 else 1), first["share"], held_out_set, first["file"]))
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
    groups = [[[line.score for line in lines if line.group == name and line.generated == label]
               for name in sorted({line.group for line in lines if line.generated == label})] for label in (False, True)]
    whole = area(*[np.concatenate(side) for side in groups])
    drawn = [area(*[np.concatenate([side[i] for i in rng.integers(0, len(side), len(side))]) for side in groups]) for _ in range(500)]
    return whole, *np.quantile(drawn, [0.025, 0.975])


VERSIONS = ("native", "resaved", "resized")
ROWS = {"any picture": {"generated", "pictures", "photos", "casia", "frames"}, "no films": {"generated", "pictures", "photos", "casia"},
        "pictures alone": {"generated", "pictures"}, "faces": {"faces", "ffhq", "lab"}, "made up": {"made_up", "enlarged"},
        "all": {"generated", "pictures", "photos", "casia", "frames", "faces", "ffhq", "lab"}}


def areas(lines):
    """The table of areas under the curve."""
    for name, pools in ROWS.items():
        for version in VERSIONS:
            part = [line for line in lines if line.version == version and line.pool in pools]
            real, made = (np.array([line.score for line in part if line.generated == label]) for label in (False, True))
            if not len(real) or not len(made):
                continue  # the third set has met both of the forge's networks
            print(f"{name:14s} {version:8s} AUC %.3f [%.3f, %.3f]" % interval(part), f"found at 2 % {(made > bound(real)).mean():.2f} ({len(real)} genuine, {len(made)} generated)")


def spread(folder, sets):
    """How far the scores of frames lie apart that no network has met: the shipped mean is to be no wider than the networks that the curve was fitted on."""
    for name, networks in [(name, [name]) for name in sets] + [("their mean, as shipped", sets)]:
        lines = scored(folder, networks, "films")
        for version in VERSIONS:
            scores = [line.score for line in lines if line.version == version]
            print(f"films met by none, {version:8s} {name:22s} mean {np.mean(scores):5.2f}, deviation {np.std(scores):.2f}, 98 % below {np.quantile(scores, 0.98):5.2f} ({len(scores)} frames)")


def sizes(lines):
    """What is taken off small pictures, and why: the scores that few genuine pictures reach if nothing is."""
    print("before the share: room for crops of 128 px | genuine: files, 98 %, 99.5 %, all below | generated: files, share above 1.5")
    for low, high in ((1, 2), (2, 4), (4, 9), (9, 16), (16, 17)):
        part = [line for line in lines if low <= 16 * line.share < high]
        means = {label: np.array([line.mean() for line in part if line.generated == label]) for label in (False, True)}
        if len(means[False]):
            print(f"{low:2d} to {high:2d}", len(means[False]), "%.2f %.2f %.2f" % tuple(np.quantile(means[False], [0.98, 0.995, 1])), "|", len(means[True]), f"{(means[True] > 1.5).mean():.2f}" if len(means[True]) else "-")


def called(lines, knots):
    """What becomes of those that reach the last knot: the program asks whether it outlasts being saved and scaled (engine/worker/stability.h)."""
    by_file = {}
    for line in lines:
        by_file.setdefault((line.held_out_set, pathlib.PurePath(line.file).stem), {})[line.version] = line
    values, ratios = zip(*knots)
    for generated in (False, True):
        whole = [versions for versions in by_file.values() if len(versions) == len(VERSIONS) and versions["native"].generated == generated]
        reach = [versions for versions in whole if versions["native"].score >= values[-1]]
        outlast = [versions for versions in reach if all(np.interp(line.score, values, ratios) >= LEAST_KEPT for line in versions.values())]
        print("generated" if generated else "genuine", f"as they are: {len(whole)} files, at the last knot {len(reach)}, and after JPEG 85 and scaling to 70 % still at {LEAST_KEPT} or more {len(outlast)}")


def unforeseen(lines):
    """The last knot lies above all genuine files by its making. What stays honest: set without a source, or without a whole pool, how many of that one's files reach it."""
    genuine = [line for line in lines if not line.generated]
    for title, key in (("source", lambda line: line.group), ("pool", lambda line: line.pool)):
        reach, of = {}, 0
        for name in sorted({key(line) for line in genuine}):
            last = max(line.score for line in genuine if key(line) != name) + MARGIN
            for version in VERSIONS:
                left = [line.score for line in genuine if key(line) == name and line.version == version]
                of += len(left)
                if above := sum(score >= last for score in left):
                    reach[f"{name} {version}"] = f"{above} of {len(left)}"
        print(f"the last knot set without a {title}: reached by", ", ".join(f"{name} {count}" for name, count in reach.items()) or "none", f"({of} files and versions)")


def main():
    folder, calibration = map(pathlib.Path, sys.argv[1:])
    config = json.loads((HERE / "config.json").read_text())
    sets = list(config["held_out"])
    lines = [line for name in sets for line in scored(folder, [name], name)]
    pools = sorted({line.pool for line in lines if not line.generated})

    def chosen(test):
        return np.array([line.score for line in lines if test(line)])

    bounds = {(pool, version): bound(chosen(lambda line: line[:3] == (pool, version, False))) for pool in pools for version in VERSIONS}
    last = max(bounds.values())
    # Where both classes are equally likely: the same share of the one above as of the other below, in the worst version.
    neutral = low = None
    for version in VERSIONS:
        real, made = (chosen(lambda line: line.version == version and line.generated == label) for label in (False, True))
        candidates = np.sort(np.concatenate([real, made]))
        equal = min(candidates, key=lambda value: abs((real >= value).mean() - (made < value).mean()))
        neutral = equal if neutral is None else max(neutral, equal)
        low = np.median(real) if low is None else min(low, np.median(real))
    highest = chosen(lambda line: not line.generated).max()
    knots = [[low, SMALLEST_LLR], [neutral, 0.0], [(neutral + last) / 2, 0.3], [last, SHORT_OF_A_VERDICT], [highest, JUST_SHORT], [highest + MARGIN, VERDICT]]
    knots = [[round(float(value), 3), llr] for value, llr in knots]
    print("knots", knots)
    for knot in (knots[-3], knots[-1]):
        print(f"at {knot[0]}, of each pool and version: share of the files")
        for pool in sorted({line.pool for line in lines}):
            shares = [f"{version} {(chosen(lambda line: line.pool == pool and line.version == version) >= knot[0]).mean():.3f}" for version in VERSIONS]
            print(f"{pool:10s}", " ".join(shares), "files", len(chosen(lambda line: line.pool == pool and line.version == "native")))
    called(lines, knots)
    unforeseen(lines)
    sizes(lines)
    areas(lines)
    for name in sets:
        print(f"the {name} set alone")
        areas([line for line in lines if line.held_out_set == name])
    print("native, by source: files, median score, share above the last knot, and of generated ones the area against all genuine pictures but films")
    genuine = chosen(lambda line: not line.generated and line.version == "native" and line.pool in ROWS["no films"])
    for title, key, pool in (("generated", Line.generator, "generated"), ("generated", lambda line: line.group.split(" ", 1)[1], "generated"), ("genuine", lambda line: line.group.split(" ", 1)[1], "pictures")):
        for name in sorted({key(line) for line in lines if line.pool == pool}):
            part = chosen(lambda line: line.pool == pool and line.version == "native" and key(line) == name)
            print(f"{title:9s} {name:56s} {len(part):3d} {np.median(part):6.2f} {(part >= knots[-1][0]).mean():.2f}", f"{area(genuine, part):.2f}" if pool == "generated" else "")
    spread(folder, sets)
    document = json.loads(calibration.read_text())
    document["groups"].setdefault("generators", {"correlation": 0.5, "basis": "set by judgement: the same networks, on pictures and on films, of which an input is one"})
    native = [line for line in lines if line.version == "native"]
    curve = {"analyzer": ANALYZER, "measurement": MEASUREMENT, "group": "generators", "forgeable": False, "synthetic": True, "knots": knots,
             "fitted_on": BASIS.format(genuine=sum(not line.generated for line in native), generated=sum(line.generated for line in native))}
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
