"""Fits models/calibration.json: measured values to log10 likelihood ratios.

Reads reports (JSON lines, bonafide.report/1) and manifests (CSV: file,label,kind,group), takes the curves listed in config.json, and
replaces the ones "set by judgement" wherever the data suffices. Method:

1. Values are put into bins of equal mass; every group (source) weighs the same, however many files it has.
2. Pool adjacent violators (Ayer et al. 1955; Brummer & du Preez 2013) makes the likelihood ratio monotone in the value.
3. Pseudo-counts pull each block's ratio towards 0, and a cap by the number of groups keeps a small sample from shouting.

Deterministic: the same input gives the same bytes.
"""
import argparse
import csv
import fnmatch
import json
import math
import re
import sys
from pathlib import Path

import numpy

GENUINE = {"real", "authentic", "bona_fide"}
FALSE = {"fake", "generated", "inpainted", "splice", "copy-move", "spoof", "manipulated", "synthetic"}
MOST_BINS = 16
FEWEST_GROUPS = 25


def read_manifest(path):
    """file name -> (class, kind, group); rows with another label are left out and counted by the caller."""
    root = Path(path).parent
    rows = {}
    with open(path, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            label = row["label"]
            if label not in GENUINE | FALSE:
                continue
            name = str((root / row["file"]).resolve())
            rows[name] = (int(label in FALSE), row.get("kind") or label, row.get("group") or row.get("source") or row["file"])
    return rows


def read_measurements(path):
    """Yields (file name, {(analyzer, measurement): value}) from each report's first finding of every analyzer that ran."""
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            if not line.strip():
                continue
            report = json.loads(line)
            values, seen = {}, set()
            for finding in report["findings"]:
                if finding["analyzer"] in seen:
                    continue
                seen.add(finding["analyzer"])
                if finding["outcome"] != "ran":
                    continue
                for measurement in finding["measurements"]:
                    values[finding["analyzer"], measurement["name"]] = float(measurement["value"])
            yield str(Path(report["input"]["path"]).resolve()), values


class Sample:
    """Values of one measurement with class and a weight that makes every group count once within its class."""

    def __init__(self, rows):
        rows = sorted(rows)
        self.value = numpy.array([row[0] for row in rows], dtype=float)
        self.label = numpy.array([row[1] for row in rows], dtype=int)
        self.group = numpy.array([row[2] for row in rows])
        self.weight = numpy.zeros(len(rows))
        for label in (0, 1):
            names, index, counts = numpy.unique(self.group[self.label == label], return_inverse=True, return_counts=True)
            if len(names):
                self.weight[self.label == label] = 1.0 / counts[index]

    def groups(self, label):
        return len(set(self.group[self.label == label]))

    def only(self, keep):
        return Sample(list(zip(self.value[keep], self.label[keep], self.group[keep])))


def equal_mass_bins(sample):
    """Lists of indices, equal values never split."""
    total, bins, current, mass = sample.weight.sum(), [], [], 0.0
    order = numpy.argsort(sample.value, kind="stable")
    for position, index in enumerate(order):
        current.append(index)
        mass += sample.weight[index]
        last = position + 1 == len(order)
        if last or (mass >= total / MOST_BINS and sample.value[order[position + 1]] > sample.value[index]):
            bins.append(current)
            current, mass = [], 0.0
    return bins


def pool_adjacent_violators(bins, sample, falling):
    """Blocks with [indices, weight of h1, weight of h0] whose share of h1 is monotone."""
    sign = -1 if falling else 1
    blocks = []
    for indices in bins:
        h1 = sample.weight[[i for i in indices if sample.label[i] == 1]].sum()
        h0 = sample.weight[[i for i in indices if sample.label[i] == 0]].sum()
        blocks.append([list(indices), h1, h0])
        while len(blocks) > 1 and sign * blocks[-2][1] * blocks[-1][2] >= sign * blocks[-1][1] * blocks[-2][2]:
            top = blocks.pop()
            blocks[-1] = [blocks[-1][0] + top[0], blocks[-1][1] + top[1], blocks[-1][2] + top[2]]
    return blocks


def fit_knots(sample, pseudo_groups, curve, falling=False):
    n1, n0 = sample.weight[sample.label == 1].sum(), sample.weight[sample.label == 0].sum()
    by_size = max(0.0, math.log10(min(n1, n0) / 10))
    cap_above, cap_below = min(curve["cap"], by_size), min(curve.get("cap_below", curve["cap"]), by_size)
    knots = []
    blocks = pool_adjacent_violators(equal_mass_bins(sample), sample, falling)
    for position, (indices, h1, h0) in enumerate(blocks):
        share = (h1 / n1 + h0 / n0) / 2
        llr = math.log10((h1 + pseudo_groups * share) / (n1 + pseudo_groups)) - math.log10((h0 + pseudo_groups * share) / (n0 + pseudo_groups))
        llr = round(max(-cap_below, min(cap_above, llr)), 3) + 0.0
        values = sample.value[indices]
        # A block is flat inside; half a block's width on either side leads over to the next.
        low, high = numpy.quantile(values, 0.25), numpy.quantile(values, 0.75)
        low = values.min() if position == 0 else low
        high = values.max() if position + 1 == len(blocks) else high
        for value in (round(float(low), 4), round(float(high), 4)):
            if not knots or value > knots[-1][0]:
                knots.append([value, llr])
    # A knot between two equal ones says nothing.
    return [knot for i, knot in enumerate(knots) if not (0 < i < len(knots) - 1 and knots[i - 1][1] == knot[1] == knots[i + 1][1])]


def apply(knots, value):
    return numpy.interp(value, [knot[0] for knot in knots], [knot[1] for knot in knots])


def cllr(sample, llr):
    """Cost of the log likelihood ratio in bits (Brummer & du Preez 2006), groups weighing alike; 1 is what saying nothing costs."""
    cost = numpy.log2(1 + 10.0 ** numpy.where(sample.label == 1, -llr, llr))
    return sum((cost * sample.weight)[sample.label == label].sum() / sample.weight[sample.label == label].sum() for label in (0, 1)) / 2


def held_out_cllr(sample, pseudo_groups, curve, falling):
    """Five folds by group, so that no source teaches and tests."""
    names = sorted(set(sample.group))
    shuffled = numpy.random.default_rng(7).permutation(len(names))
    fold_of = {name: int(shuffled[position]) % 5 for position, name in enumerate(names)}
    fold = numpy.array([fold_of[name] for name in sample.group])
    llr = numpy.zeros(len(sample.value))
    for number in range(5):
        knots = fit_knots(sample.only(fold != number), pseudo_groups, curve, falling)
        llr[fold == number] = apply(knots, sample.value[fold == number])
    return cllr(sample, llr)


def area_under_curve(value, label):
    order = numpy.argsort(value, kind="stable")
    ranks = numpy.empty(len(value))
    sorted_values = value[order]
    start = 0
    while start < len(value):
        end = start
        while end + 1 < len(value) and sorted_values[end + 1] == sorted_values[start]:
            end += 1
        ranks[order[start : end + 1]] = (start + end) / 2 + 1
        start = end + 1
    n1, n0 = (label == 1).sum(), (label == 0).sum()
    return (ranks[label == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)


def bootstrap_interval(sample, rounds=500):
    """95 % interval of the area under the curve, drawing groups."""
    generator = numpy.random.default_rng(11)
    members = {name: numpy.flatnonzero(sample.group == name) for name in sorted(set(sample.group))}
    names, areas = list(members), []
    for _ in range(rounds):
        drawn = numpy.concatenate([members[names[i]] for i in generator.integers(len(names), size=len(names))])
        label = sample.label[drawn]
        if 0 < label.sum() < len(label):
            areas.append(area_under_curve(sample.value[drawn], label))
    return numpy.quantile(areas, [0.025, 0.975])


def fit_curve(curve, rows, pseudo_groups, about, log):
    """The shipped form of `curve`, and its knots' data where it was fitted."""
    key = (curve["analyzer"], curve["measurement"])
    kinds = curve["h1_kinds"]
    data = []
    for values, label, kind, group in rows:
        if key in values and (label == 0 or any(fnmatch.fnmatchcase(kind, pattern) for pattern in kinds)):
            data.append((values[key], label, group))
    shipped = {name: curve[name] for name in ("analyzer", "measurement", "group", "forgeable", "synthetic", "confirms") if name in curve}
    sample = Sample(data)
    groups = [sample.groups(label) for label in (0, 1)]
    name = " ".join(key)
    falling = curve["knots"][0][1] > curve["knots"][-1][1]
    if min(groups) < FEWEST_GROUPS or len(set(sample.value)) < 2:
        shipped["knots"] = curve["knots"]
        shipped["fitted_on"] = "set by judgement: " + curve["reason"]
        log(f"{name}: set by judgement ({groups[0]} genuine and {groups[1]} other groups, {FEWEST_GROUPS} of each needed)")
    else:
        shipped["knots"] = fit_knots(sample, pseudo_groups, curve, falling)
        if len(shipped["knots"]) < 2:
            low, high = float(sample.value.min()), float(sample.value.max())
            shipped["knots"] = [[round(low, 4), shipped["knots"][0][1]], [round(high, 4) + 1e-4, shipped["knots"][0][1]]]
        counts = [int((sample.label == label).sum()) for label in (0, 1)]
        shipped["fitted_on"] = f"{counts[0]} genuine files of {groups[0]} sources, {counts[1]} changed files of {groups[1]} sources"
        if about:
            shipped["fitted_on"] += "; " + about
        area = area_under_curve(sample.value, sample.label)
        low, high = bootstrap_interval(sample)
        log(f"{name}: {shipped['fitted_on']}")
        log(f"  AUC {area:.3f} [{low:.3f}, {high:.3f}], Cllr held out by source {held_out_cllr(sample, pseudo_groups, curve, falling):.3f}")
        for kind in sorted({row[2] for row in rows if row[1] == 1}):
            part = [(v[key], l, g) for v, l, k, g in rows if key in v and (l == 0 or k == kind)]
            values, labels = numpy.array([p[0] for p in part]), numpy.array([p[1] for p in part])
            if 0 < labels.sum() < len(labels):
                log(f"  {kind}: {labels.sum()} files, AUC {area_under_curve(values, labels):.3f}")
        log(f"  knots {shipped['knots']}")
    if "trusted_knots" in curve:
        shipped["trusted_knots"] = curve["trusted_knots"]
    return shipped


def measured_correlation(curves, rows):
    """Largest correlation of any two curves of a group, within a class, over files that have both; nothing below 50 files a class."""
    worst = None
    for first in range(len(curves)):
        for second in range(first + 1, len(curves)):
            pair = [curves[first], curves[second]]
            keys = [(curve["analyzer"], curve["measurement"]) for curve in pair]
            for label in (0, 1):
                both = [[apply(c["knots"], v[k]) for c, k in zip(pair, keys)] for v, l, _, _ in rows if l == label and all(k in v for k in keys)]
                table = numpy.array(both)
                if len(both) < 50 or (table.std(axis=0) < 1e-9).any():
                    continue
                found = float(numpy.corrcoef(table.T)[0, 1])
                worst = found if worst is None else max(worst, found)
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default=str(Path(__file__).with_name("config.json")))
    parser.add_argument("--manifest", action="append", default=[], help="CSV: file,label,kind,group; repeatable")
    parser.add_argument("--reports", action="append", default=[], help="JSON lines of reports; repeatable")
    parser.add_argument("--about", help="names the data, for the fitted curves' fitted_on")
    parser.add_argument("--output", required=True)
    parser.add_argument("--log")
    arguments = parser.parse_args()
    lines = []

    def log(line):
        lines.append(line)
        print(line)

    config = json.loads(Path(arguments.config).read_text(encoding="utf-8"))
    labels = {}
    for path in arguments.manifest:
        labels.update(read_manifest(path))
    rows, unknown = [], 0
    for path in arguments.reports:
        for name, values in read_measurements(path):
            if name in labels:
                rows.append((values, *labels[name]))
            else:
                unknown += 1
    log(f"{len(labels)} labelled files, {len(rows)} reports used, {unknown} reports without a label")
    if arguments.reports and not rows:
        sys.exit("no report belongs to a file of the manifests")

    curves = [fit_curve(curve, rows, config["pseudo_groups"], arguments.about, log) for curve in config["curves"]]
    groups = {}
    for name, group in config["groups"].items():
        worst = measured_correlation([c for c in curves if c["group"] == name], rows)
        groups[name] = dict(group)
        if worst is not None:
            groups[name] = {"correlation": round(max(0.0, worst), 2), "basis": "measured on the files of the fit, largest over pairs and classes"}
        log(f"group {name}: correlation {groups[name]['correlation']} ({groups[name]['basis']})")
    document = {
        "schema": "bonafide.calibration/1",
        "version": config["version"],
        "forgeable_cap": config["forgeable_cap"],
        "groups": groups,
        "curves": curves,
    }
    # One line a curve's knots, so that a change can be read.
    text = re.sub(r"\[\s+(-?[\d.e-]+),\s+(-?[\d.e-]+)\s+\]", r"[\1, \2]", json.dumps(document, indent=2))
    text = re.sub(r"\],\s+\[", "], [", re.sub(r"\[\s+\[", "[[", re.sub(r"\]\s+\]", "]]", text)))
    Path(arguments.output).write_text(text + "\n", encoding="utf-8")
    if arguments.log:
        Path(arguments.log).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
