#!/usr/bin/env python3
"""Figures of the face pipeline out of what bonafide-faces-bench writes (measure.cpp).

    bench/faces/figures.py FACES_MANIFEST LINES...

FACES_MANIFEST: the CSV that names kind and source_path of every picture of faces/. Prints tables of detection, landmarks, clips and
recognition, and the two numbers of src/evidence/same_face.cpp. Intervals are 95 %: Wilson's for shares, a bootstrap over people for the
error rates of recognition, whose pairs are not independent. No package beyond Python's own is needed.
"""

import csv
import math
import random
import re
import sys
from pathlib import Path

RESAMPLES = 400
FOLDS = 10


def wilson(hits, count):
    """95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def shown(hits, count):
    low, high = wilson(hits, count)
    return f"{hits} of {count} ({100 * hits / max(1, count):.1f} %, {100 * low:.1f} to {100 * high:.1f})"


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def fit(genuine, impostor):
    """Logistic regression of one variable, both kinds weighing alike: llr = at_zero + slope * distance, log10."""
    at_zero, slope = 0.0, 0.0
    pairs = [(d, 1, 1 / len(genuine)) for d in genuine] + [(d, 0, 1 / len(impostor)) for d in impostor]
    for _ in range(60):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for d, label, weight in pairs:
            p = 1 / (1 + math.exp(-max(-60.0, min(60.0, at_zero + slope * d))))
            error, curve = weight * (label - p), weight * p * (1 - p)
            g0 += error
            g1 += error * d
            h00 += curve
            h01 += curve * d
            h11 += curve * d * d
        # A breath of ridge keeps two kinds that hardly overlap from pulling the slope to infinity.
        g1 -= 1e-4 * slope
        h00, h11 = h00 + 1e-9, h11 + 1e-4
        determinant = h00 * h11 - h01 * h01
        step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        at_zero, slope = at_zero + step0, slope + step1
        if abs(step0) + abs(step1) < 1e-9:
            break
    return at_zero / math.log(10), slope / math.log(10)


def cost(llrs_genuine, llrs_impostor):
    """Bruemmer's Cllr, bits: 0 perfect, 1 says nothing."""

    def bits(llrs, sign):
        return sum(math.log2(1 + 10 ** (-sign * llr)) for llr in llrs) / len(llrs)

    return (bits(llrs_genuine, 1) + bits(llrs_impostor, -1)) / 2


def equal_error(genuine, impostor):
    """Equal error rate and the distance where it lies."""
    genuine, impostor = sorted(genuine), sorted(impostor)
    best, at, i, j = 1.0, 0.0, 0, 0
    for threshold in sorted(set(genuine) | set(impostor)):
        while i < len(genuine) and genuine[i] <= threshold:
            i += 1
        while j < len(impostor) and impostor[j] <= threshold:
            j += 1
        misses, alarms = 1 - i / len(genuine), j / len(impostor)
        if max(misses, alarms) < best:
            best, at = max(misses, alarms), threshold
    return best, at


def pairs_of(people, chosen):
    """Distances between two looks at one person, and between different people, of the people `chosen` (with repeats)."""
    genuine = [math.dist(*people[name]) for name in chosen]
    impostor = [math.dist(a, b) for k, one in enumerate(chosen) for other in chosen[k + 1 :] if one != other for a in people[one] for b in people[other]]
    return genuine, impostor


def recognition(numbers, manifest):
    people, strangers = {}, []
    for name, row in manifest.items():
        shot = re.search(r"(?:neutral|smiling)_front/(\d+)_", row["source_path"])
        if name not in numbers:
            continue
        if shot:
            people.setdefault(shot.group(1), []).append(numbers[name])
        elif row["kind"] == "ffhq":
            strangers.append(numbers[name])
    people = {name: looks for name, looks in people.items() if len(looks) == 2}
    names = sorted(people)
    genuine, impostor = pairs_of(people, names)
    print(f"\nRecognition, London set: {len(names)} people, two looks each; {len(impostor)} impostor pairs")
    for kind, values in (("genuine", genuine), ("impostor", impostor)):
        print(f"  {kind}: 1 % {quantile(values, .01):.3f}, median {quantile(values, .5):.3f}, 99 % {quantile(values, .99):.3f}, "
              f"least {min(values):.3f}, largest {max(values):.3f}")
    error, at = equal_error(genuine, impostor)
    random.seed(1)
    table = {(a, b): math.dist(a_look, b_look) for a in names for b in names for a_look, b_look in [(people[a][0], people[b][1])]}
    rates = []
    for _ in range(RESAMPLES):
        drawn = [random.choice(names) for _ in names]
        rates.append(equal_error([table[n, n] for n in drawn], [table[a, b] for a in drawn for b in drawn if a != b])[0])
    print(f"  equal error rate {100 * error:.2f} % at {at:.3f}; 95 % over people {100 * quantile(rates, .025):.2f} to {100 * quantile(rates, .975):.2f} %")
    print(f"  and by Wilson, of {len(genuine)} genuine pairs: {100 * wilson(round(error * len(genuine)), len(genuine))[0]:.2f} to "
          f"{100 * wilson(round(error * len(genuine)), len(genuine))[1]:.2f} %")
    random.shuffle(names)
    held_genuine, held_impostor = [], []
    for fold in range(FOLDS):
        out = set(names[fold::FOLDS])
        at_zero, slope = fit(*pairs_of(people, [n for n in names if n not in out]))
        inside_genuine, inside_impostor = pairs_of(people, sorted(out))
        held_genuine += [max(-2.0, min(2.0, at_zero + slope * d)) for d in inside_genuine]
        held_impostor += [max(-2.0, min(2.0, at_zero + slope * d)) for d in inside_impostor]
    print(f"  held-out people ({FOLDS} folds): Cllr {cost(held_genuine, held_impostor):.3f} bits; genuine at or above +1: "
          f"{shown(sum(l >= 1 for l in held_genuine), len(held_genuine))}; impostors at or above +1: "
          f"{shown(sum(l >= 1 for l in held_impostor), len(held_impostor))}; genuine at or below -1: "
          f"{shown(sum(l <= -1 for l in held_genuine), len(held_genuine))}")
    at_zero, slope = fit(genuine, impostor)
    print(f"  kAtZero = {at_zero:.3f}, kSlope = {slope:.3f}: 0 at {-at_zero / slope:.3f}, +1 at {(1 - at_zero) / slope:.3f}, "
          f"-1 at {(-1 - at_zero) / slope:.3f}")
    if strangers:
        apart = [math.dist(a, b) for k, a in enumerate(strangers) for b in strangers[k + 1 :]]
        alarms = sum(at_zero + slope * d >= 1 for d in apart)
        print(f"  FFHQ, {len(strangers)} pictures, {len(apart)} pairs (a few may show one person): at or above +1 "
              f"{shown(alarms, len(apart))}; 1 % {quantile(apart, .01):.3f}, median {quantile(apart, .5):.3f}")


def main():
    manifest = {Path(row["file"]).name: row for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")) if row["label"] == "real"}
    pictures, clips, speeds, numbers = {}, {}, [], {}
    for path in sys.argv[2:]:
        for line in open(path, encoding="utf-8"):
            kind, name, *values = line.rstrip("\n").split("\t")
            if kind == "picture":
                pictures.setdefault((int(values[0]), int(values[1])), []).append((float(values[2]), float(values[3])))
            elif kind == "clip":
                clips.setdefault((int(values[0]), int(values[1])), []).append((name, *map(float, values[2:])))
            elif kind == "speed":
                speeds.append(tuple(map(float, values)))
            elif kind == "numbers":
                numbers[Path(name).name] = tuple(map(float, values))
    print("Pictures: divisor, JPEG 30, found, median height px, landmarks against full size: median, 95 % (share of the height)")
    for (divisor, poor), rows in sorted(pictures.items()):
        heights = [h for h, _ in rows if h > 0]
        apart = [d for _, d in rows if d >= 0]
        print(f"  1/{divisor} {'JPEG 30' if poor else 'as it is'}: {shown(len(heights), len(rows))}, {quantile(heights, .5):.0f} px, "
              f"{100 * quantile(apart, .5):.2f} %, {100 * quantile(apart, .95):.2f} %")
    print("Clips: divisor, JPEG 30, frames with a face, tracks, median height px")
    for (divisor, poor), rows in sorted(clips.items()):
        frames, seen = int(sum(r[1] for r in rows)), int(sum(r[2] for r in rows))
        drifts = [r[5] for r in rows if r[5] >= 0]
        print(f"  1/{divisor} {'JPEG 30' if poor else 'as it is'}: {shown(seen, frames)}, {int(sum(r[3] for r in rows))} tracks in {len(rows)} clips, "
              f"{quantile([r[4] for r in rows], .5):.0f} px" + (f"; drift median {quantile(drifts, .5):.3f}, largest {max(drifts):.3f}" if drifts else ""))
        for name, count, with_face, *_ in rows:
            if divisor == 1 and with_face < 0.97 * count:
                print(f"    {Path(name).name}: {int(with_face)} of {int(count)}")
    if speeds:
        for words, count, ms in (("followed", 0, 1), ("looked at for new faces", 2, 3)):
            total = sum(row[count] for row in speeds)
            print(f"720p frames {words}: {sum(row[count] * row[ms] for row in speeds) / max(1, total):.2f} ms of processor time, over {total:.0f} frames")
        total = sum(row[0] + row[2] for row in speeds)
        print(f"720p frames in all: {sum(row[0] * row[1] + row[2] * row[3] for row in speeds) / total:.2f} ms, over {total:.0f} frames")
    if numbers:
        recognition(numbers, manifest)


if __name__ == "__main__":
    main()
