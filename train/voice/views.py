#!/usr/bin/env python3
"""Other judges of the same statistics beside the discriminants, groups of corpora left out: parts of the statistics judged by themselves and
added up, subspaces and bags of sources, support vectors on statistics less each source's middle.

usage: views.py PROGRAM PACK CONDITIONS

Arguments as for train.py. Prints, for windows that are judged in each condition of training, equal error rate, AUC and mean AUC inside a source:
alone, and added to the discriminants at half their spread. None has won (src/analyzers/voice/synthetic/README.md).
"""
import pathlib
import sys

import numpy
from sklearn.svm import SVC

import linear
import measures
import windows
from judging import CONFIG, Table

FAMILIES = [range(0, 90), range(90, 150), range(150, 222), range(222, 342), range(342, 486)]  # linear, high, mel cepstra, modulation, constant-Q cepstra
ORDERS = [[n for family, each in ((FAMILIES[0], 30), (FAMILIES[1], 20), (FAMILIES[2], 24)) for n in family if (n - family[0]) // each == order] for order in range(3)]


def mixture(statistics, spoof, source, condition):
    return linear.fit_mixture(statistics, spoof, source, condition, CONFIG["clean_condition"], CONFIG["ridge"], CONFIG["clip"], CONFIG["gate_sharpness"])


class Sum:
    """Discriminants of several choices of statistics, each learned from several choices of windows, in the unit of their spread."""

    def __init__(self, choices, bags, statistics, spoof, source, condition):
        self.parts = []
        for columns, rows in zip(choices, bags):
            columns = list(columns)
            model = mixture(statistics[rows][:, columns], spoof[rows], source[rows], condition[rows])
            self.parts.append((columns, model, model.scores(statistics[:, columns]).std()))

    def scores(self, statistics):
        return sum(model.scores(statistics[:, columns]) / spread for columns, model, spread in self.parts)


def of_parts(choices):
    return lambda *windows_: Sum(choices, [slice(None)] * len(choices), *windows_)


def of_bags(statistics, spoof, source, condition, count=12):
    """Each of a third of the statistics and seven tenths of the sources."""
    random, names = numpy.random.default_rng(CONFIG["seed"]), numpy.unique(source)
    choices = [random.choice(statistics.shape[1], statistics.shape[1] // 3, replace=False) for _ in range(count)]
    bags = [numpy.isin(source, random.choice(names, int(0.7 * len(names)), replace=False)) for _ in range(count)]
    return Sum(choices, bags, statistics, spoof, source, condition)


class SupportVectors:
    def __init__(self, statistics, spoof, source, condition):
        random = numpy.random.default_rng(CONFIG["seed"])
        self.mean, self.scale = statistics.mean(0), statistics.std(0) + 1e-9
        standard = self.standard(statistics)
        for name in numpy.unique(source):
            for kind in numpy.unique(condition):
                own = (source == name) & (condition == kind)
                standard[own] -= numpy.mean([standard[own & (spoof == label)].mean(0) for label in (0, 1) if (own & (spoof == label)).any()], 0)
        half = random.random(len(spoof)) < 0.5
        weights = numpy.minimum(linear.balanced_weights(spoof[half], source[half]), 5)
        self.model = SVC(C=0.3, gamma=0.3 / statistics.shape[1], cache_size=1000).fit(standard[half], spoof[half], sample_weight=weights)

    def standard(self, statistics):
        return numpy.clip((statistics - self.mean) / self.scale, -CONFIG["clip"], CONFIG["clip"])

    def scores(self, statistics):
        return self.model.decision_function(self.standard(statistics))


JUDGES = {
    "discriminants": mixture,
    "four families": of_parts(FAMILIES),
    "three orders and modulation": of_parts([*ORDERS, FAMILIES[3]]),
    "without mel cepstra": of_parts([[*FAMILIES[0], *FAMILIES[1], *FAMILIES[3]]]),
    "cepstra alone": of_parts([range(222)]),
    "subspaces and bags": of_bags,
    "support vectors": SupportVectors,
}


def main():
    program, pack, conditions = (pathlib.Path(argument) for argument in sys.argv[1:4])
    manifest = windows.Manifest(pack / "manifest.csv")
    names = CONFIG["training_conditions"]
    table = Table(manifest, {name: windows.extract(program, conditions / (name + ".list"), conditions / (name + ".f32")) for name in names}, names)
    scores = {}
    for title, fit in JUDGES.items():
        scores[title] = numpy.zeros(len(table.clip))
        for group in CONFIG["corpora"].values():
            out = numpy.isin(table.source, group)
            rows = table.speech & ~out
            model = fit(table.statistics[rows], table.spoof[rows], table.source_number[rows], table.condition[rows])
            scores[title][out] = model.scores(table.statistics[out])
        own = scores[title] / scores[title][table.speech].std()
        both = scores["discriminants"] / scores["discriminants"][table.speech].std() + 0.5 * own
        for words, each in ((title, own), ("  and discriminants", both)):
            print(f"{words:28s}", *(cell(table, each, name) for name in names), flush=True)


def cell(table, scores, condition):
    rows = table.judged & (table.condition == condition)
    s, spoof, source = scores[rows], table.spoof[rows], table.source[rows]
    inside = [measures.area(s[source == each], spoof[source == each]) for each in numpy.unique(source) if 0 < spoof[source == each].mean() < 1]
    return f"| {condition} {100 * measures.equal_error_rate(s, spoof):.1f} {measures.area(s, spoof):.3f} {numpy.mean(inside):.3f}"


if __name__ == "__main__":
    main()
