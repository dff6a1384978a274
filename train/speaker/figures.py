#!/usr/bin/env python3
"""How well voices are told apart, and the curve: figures.py PACK NATIVE.tsv [CONDITION.tsv...] [--mimics SPOOF.tsv]

PACK holds manifest.csv; the .tsv files are what bonafide-speaker-numbers writes of the clips, as they are and sent through codecs (train/voice/make_conditions.py).
A pair counts with one over the number of pairs of the same speaker, or of the same two speakers, so that nobody who spoke often decides alone. Pairs of
two people are taken inside one source only, where the recording condition does not tell them apart. Intervals: 95 %, bootstrap over speakers.
"""

import csv
import re
import sys
from pathlib import Path

import numpy as np

from speakers import speaker_of

RESAMPLES = 300
FOLDS = 10
MOST = 2.0


def read(path):
    """Mean numbers of every recording, by its label and number in the pack ("bona_fide", "0001")."""
    sums = {}
    for line in open(path, encoding="utf-8"):
        name, *fields = line.rstrip("\n").split("\t")
        if fields[0] != "none":
            key = re.search(r"(bona_fide|spoof)[_/](\d+)", name).groups()
            sums.setdefault(key, []).append(np.array(fields[4:], np.float64))
    return {key: np.mean(rows, 0) for key, rows in sums.items()}


class Clips:
    def __init__(self, manifest, numbers, others=None):
        keys = [key for key in manifest if key in numbers and (others is None or key in others)]
        self.speaker = np.array([manifest[key][0] for key in keys])
        self.utterance = np.array([manifest[key][1] for key in keys])
        self.source = np.array([manifest[key][2] for key in keys])
        self.one = np.array([numbers[key] for key in keys])
        self.other = self.one if others is None else np.array([others[key] for key in keys])

    def pairs(self, across=False):
        """Distances, whether of one person, names of the people; pairs of one person from two sources alone where `across`."""
        a, b = np.triu_indices(len(self.speaker), 1)
        same = self.speaker[a] == self.speaker[b]
        one_source = self.source[a] == self.source[b]
        # Clips of StarGAN's page do not say which utterance they are.
        kept = (self.utterance[a] != self.utterance[b]) & np.where(same, ~one_source if across else True, one_source)
        a, b, same = a[kept], b[kept], same[kept]
        distance = 1 - np.einsum("ij,ij->i", self.one[a], self.other[b])
        return distance, same, self.speaker[a], self.speaker[b]


def weights(first, second):
    """One over the number of pairs of the same people."""
    turned = first > second
    key = np.char.add(np.char.add(np.where(turned, second, first), "|"), np.where(turned, first, second))
    _, inverse, number = np.unique(key, return_inverse=True, return_counts=True)
    return 1.0 / number[inverse]


def equal_error(distance, same, weight):
    order = np.argsort(distance, kind="stable")
    w, s = weight[order], same[order]
    misses = 1 - np.cumsum(w * s) / np.sum(w * s)
    alarms = np.cumsum(w * ~s) / np.sum(w * ~s)
    at = int(np.argmin(np.abs(misses - alarms)))
    return (misses[at] + alarms[at]) / 2, distance[order][at]


def interval(distance, same, first, second):
    generator = np.random.default_rng(1)
    names = np.unique(np.concatenate([first, second]))
    base, rates = weights(first, second), []
    place = {name: i for i, name in enumerate(names)}
    i, j = np.array([place[n] for n in first]), np.array([place[n] for n in second])
    for _ in range(RESAMPLES):
        count = np.bincount(generator.integers(0, len(names), len(names)), minlength=len(names)).astype(float)
        weight = base * np.where(same, count[i], count[i] * count[j])
        if np.sum(weight * same) > 0:
            rates.append(equal_error(distance, same, weight)[0])
    return np.quantile(rates, [0.025, 0.975])


def fit(distance, same, weight):
    """Logistic regression, both kinds weighing alike: llr = at_zero + slope * distance, log10."""
    w = np.where(same, weight / np.sum(weight * same), weight / np.sum(weight * ~same))
    design = np.stack([np.ones_like(distance), distance], 1)
    beta = np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -60, 60)))
        step = np.linalg.solve((design * (w * p * (1 - p))[:, None]).T @ design + 1e-6 * np.eye(2), design.T @ (w * (same - p)) - 1e-6 * beta)
        beta += step
        if np.abs(step).sum() < 1e-9:
            break
    return beta / np.log(10)


def cost(llr, same, weight):
    """Bruemmer's Cllr, bits."""
    bits = np.log2(1 + 10 ** np.where(same, -llr, llr))
    return (np.sum(weight * bits * same) / np.sum(weight * same) + np.sum(weight * bits * ~same) / np.sum(weight * ~same)) / 2


def clipped(curve, distance):
    return np.clip(curve[0] + curve[1] * distance, -MOST, MOST)


def shares(llr, same, weight):
    def share(chosen, kind):
        return 100 * np.sum(weight * chosen * kind) / np.sum(weight * kind)

    return (f"one person: at or above +1 {share(llr >= 1, same):.1f} %, at or below -1 {share(llr <= -1, same):.2f} %; "
            f"two people: at or above +1 {share(llr >= 1, ~same):.2f} %, at or below -1 {share(llr <= -1, ~same):.1f} %")


def report(name, clips, across=False):
    distance, same, first, second = clips.pairs(across)
    weight = weights(first, second)
    rate, at = equal_error(distance, same, weight)
    low, high = interval(distance, same, first, second)
    quantiles = [np.quantile(distance[kind], [0.01, 0.5, 0.99]) for kind in (same, ~same)]
    print(f"{name}: EER {100 * rate:.1f} % ({100 * low:.1f} to {100 * high:.1f}) at {at:.3f}; {same.sum()} pairs of {len(set(first[same]))} people, "
          f"{(~same).sum()} pairs of two people; distances 1, 50, 99 %: one person {', '.join(f'{q:.2f}' for q in quantiles[0])}; "
          f"two {', '.join(f'{q:.2f}' for q in quantiles[1])}")
    return distance, same, first, second, weight


def held_out(distance, same, first, second, weight):
    """Every pair judged by a curve fitted without either of its people."""
    names = np.unique(np.concatenate([first, second]))
    fold = dict(zip(np.random.default_rng(2).permutation(names), np.arange(len(names)) % FOLDS))
    i, j = np.array([fold[n] for n in first]), np.array([fold[n] for n in second])
    llr = np.full(len(distance), np.nan)
    for a in range(FOLDS):
        for b in range(a, FOLDS):
            test = ((i == a) & (j == b)) | ((i == b) & (j == a))
            if test.any():
                train = ~np.isin(i, (a, b)) & ~np.isin(j, (a, b))
                llr[test] = clipped(fit(distance[train], same[train], weight[train]), distance[test])
    print(f"  held-out people: Cllr {cost(llr, same, weight):.3f} bits; {shares(llr, same, weight)}")


def are_split(numbers, curve, least_llr=-0.5):
    """Whether src/features/speaker/voices.cpp takes moments for those of two people, at its first step."""
    alike = numbers @ numbers.T
    one, other = np.unravel_index(np.argmin(alike), alike.shape)
    centres, halves = numbers[[one, other]], None
    for _ in range(20):
        likeness = numbers @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).T
        chosen = likeness[:, 1] > likeness[:, 0]
        if halves is not None and (chosen == halves).all():
            break
        halves = chosen
        centres = np.stack([numbers[chosen == side].mean(0) if (chosen == side).any() else centres[side] for side in (False, True)])
    distance = 1 - float(centres[0] @ centres[1])
    return min(halves.sum(), (~halves).sum()) >= 2 and clipped(curve, distance) <= least_llr


def splits(clips, curve):
    """How often one person's clips are taken for two people's, and two people's for one's."""
    people = {name: np.flatnonzero(clips.speaker == name)[:8] for name in np.unique(clips.speaker)}
    alone = {name: places for name, places in people.items() if len(places) >= 4}
    wrong = [name for name, places in alone.items() if are_split(clips.one[places], curve)]
    print(f"\nOne person's clips (4 to 8) taken for several people's: {len(wrong)} of {len(alone)} people ({', '.join(wrong)})")
    some = {name: places[:3] for name, places in people.items() if len(places) >= 3}
    names = sorted(some)
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
    found = sum(are_split(clips.one[np.concatenate([some[a], some[b]])], curve) for a, b in pairs)
    print(f"Three clips each of two people told apart: {found} of {len(pairs)} pairs")


def mimics(manifest_rows, numbers, genuine, genuine_numbers, curve):
    """How near synthetic speech comes to the person whom it imitates, by kind."""
    by_speaker = {}
    for key, (speaker, utterance, _) in genuine.items():
        if key in genuine_numbers:
            by_speaker.setdefault(speaker, []).append((utterance, genuine_numbers[key]))
    groups = {}
    for key, row in manifest_rows.items():
        target = speaker_of(row, last=True)
        if key in numbers and target and target[0] in by_speaker:
            others = [v for utterance, v in by_speaker[target[0]] if utterance != target[1]]
            if others:
                groups.setdefault(row["system"], []).append(1 - float(np.mean([numbers[key] @ v for v in others])))
    everything = [d for values in groups.values() for d in values]
    print(f"\nSynthetic speech against other recordings of the person it imitates: {len(everything)} clips, median distance {np.median(everything):.2f}, "
          f"at or above +1 {100 * np.mean(clipped(curve, np.array(everything)) >= 1):.0f} %, at or below -1 "
          f"{100 * np.mean(clipped(curve, np.array(everything)) <= -1):.0f} %")
    for system, values in sorted(groups.items()):
        if len(values) >= 4:
            llr = clipped(curve, np.array(values))
            print(f"  {system}: {len(values)} clips, median {np.median(values):.2f}, at or above +1 {100 * np.mean(llr >= 1):.0f} %")


def main():
    arguments = sys.argv[1:]
    spoof = arguments[arguments.index("--mimics") + 1] if "--mimics" in arguments else None
    files = [a for a in arguments[1:] if a not in ("--mimics", spoof)]
    rows = {(row["label"], Path(row["file"]).stem): row for row in csv.DictReader(open(Path(arguments[0]) / "manifest.csv", encoding="utf-8"))}
    genuine = {}
    for key, row in rows.items():
        known = speaker_of(row) if key[0] == "bona_fide" else None
        if known:
            genuine[key] = (*known, row["source"] + " " + row["system"])
    native = read(files[0])
    print(f"{len(genuine)} genuine clips whose speaker is known; {sum(key in native for key in genuine)} with enough speech")
    found = report("as they are", Clips(genuine, native))
    held_out(*found)
    report("as they are, one person from two sources", Clips(genuine, native), across=True)
    curve = fit(found[0], found[1], found[4])
    for path in files[1:]:
        numbers = read(path)
        for name, clips in ((f"{Path(path).stem} both", Clips(genuine, numbers)), (f"{Path(path).stem} against as they are", Clips(genuine, native, numbers))):
            distance, same, _, _, weight = report(name, clips)
            llr = clipped(curve, distance)
            print(f"  by the curve: Cllr {cost(llr, same, weight):.3f} bits; {shares(llr, same, weight)}")
    print(f"kAtZero = {curve[0]:.3f}, kSlope = {curve[1]:.3f}: 0 at {-curve[0] / curve[1]:.3f}, +1 at {(1 - curve[0]) / curve[1]:.3f}, "
          f"-1 at {(-1 - curve[0]) / curve[1]:.3f}")
    splits(Clips(genuine, native), curve)
    if spoof:
        mimics(rows, read(spoof), genuine, native, curve)


if __name__ == "__main__":
    main()
