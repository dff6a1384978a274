"""What is judged, and by what: windows of all conditions, the parts of a judgement, and fits that leave sources out."""
import json
import pathlib
import sys

import numpy

import frame_rates
import linear
import windows

CONFIG = json.loads((pathlib.Path(__file__).parent / "config.json").read_text())


class Table:
    """Windows of several conditions under one another."""

    def __init__(self, manifest, by_condition, names):
        parts = [by_condition[name] for name in names]
        self.clip = numpy.concatenate([part.clip for part in parts])
        self.statistics = numpy.concatenate([part.statistics for part in parts])
        self.traces = numpy.concatenate([part.traces for part in parts])
        self.condition = numpy.concatenate([[name] * len(part.clip) for name, part in zip(names, parts)])
        self.snr_db = numpy.concatenate([part.condition["snr_db"] for part in parts])
        self.bandwidth_hz = numpy.concatenate([part.condition["bandwidth_hz"] for part in parts])
        self.speech = numpy.concatenate([part.speech for part in parts])
        self.judged = (
            self.speech & (self.snr_db >= CONFIG["least_signal_to_noise_db"]) & (self.bandwidth_hz >= CONFIG["least_bandwidth_hz"])
        )
        self.spoof, self.source, self.system = manifest.spoof[self.clip], manifest.source[self.clip], manifest.system[self.clip]
        self.source_number = numpy.unique(self.source, return_inverse=True)[1]  # comparing numbers is fast
        self.licence = manifest.licence[self.clip]


def mixture(table, rows):
    return linear.fit_calibrated_mixture(
        table.statistics[rows], table.spoof[rows], table.source_number[rows], table.condition[rows],
        CONFIG["clean_condition"], CONFIG["ridge"], CONFIG["clip"], CONFIG["gate_sharpness"], CONFIG["calibration_parts"],
    )


def recipe(table, rows):
    rows = rows & (table.condition == "native")
    return linear.fit_regression(table.statistics[rows], table.spoof[rows], table.source[rows], CONFIG["regression_strength"], CONFIG["clip"])


class Heard:
    """What `rows` of a table measure."""

    def __init__(self, table, rows):
        self.statistics, self.traces = table.statistics[rows], table.traces[rows]


class Movement:
    """The odds of three kinds of synthetic speech, added up: smooth as today's generators, rough as simple vocoders, and such as moves
    like recordings."""

    def __init__(self, smooth, rough):
        self.smooth, self.rough = smooth, rough

    def scores(self, heard):
        rough = numpy.minimum(self.rough.scores(heard.statistics), CONFIG["most_rough"])
        return numpy.logaddexp(numpy.logaddexp(self.smooth.scores(heard.statistics), rough), CONFIG["as_recorded"])


class Judgement:
    """What the analyzer says: how the voice moves, and the traces of frame rates."""

    def __init__(self, movement, traces):
        self.movement, self.traces = movement, traces

    def scores(self, heard):
        return self.movement.scores(heard) + self.traces.scores(heard.traces)


class Alone:
    """One part by itself, to compare with; `of` is what it looks at: "statistics" or "traces"."""

    def __init__(self, model, of):
        self.model, self.of = model, of

    def scores(self, heard):
        return self.model.scores(getattr(heard, self.of))


def movement(copies):
    """A fit of both directions for fitted_without(); copies of sources without allowed rows are not learned from."""

    def fit(table, rows):
        smooth = mixture(table, rows)
        recorded = rows & (table.spoof == 0)
        known = numpy.isin(copies.source, numpy.unique(table.source[rows]))
        rough = linear.fit_roughness(
            smooth, table.statistics[recorded], table.source[recorded], table.condition[recorded], copies.statistics[known], copies.source[known], CONFIG["ridge"], CONFIG["spared"],
            windows.WITHOUT_CONSTANT_Q,  # with them a vocoder that taught nothing is found less often
        )
        return Movement(smooth, rough)

    return fit


def traces(table, rows):
    """Learned from recordings, in each condition alike."""
    return frame_rates.fit(CONFIG["frame_rates"], table.traces[rows & (table.spoof == 0)])


def judgement(copies):
    """The same with the traces."""
    moved = movement(copies)
    return lambda table, rows: Judgement(moved(table, rows), traces(table, rows))


def usable(table):
    """Rows that may be trained on."""
    return numpy.isin(table.condition, CONFIG["training_conditions"]) & table.speech


def fitted_without(table, fit, allowed=True):
    """For each source a model that never saw it, trained on the `allowed` of the usable rows."""
    return {name: fit(table, allowed & usable(table) & (table.source != name)) for name in numpy.unique(table.source)}


def scores_without(table, models):
    """Scores of every window by the model that never saw its source."""
    scores = numpy.zeros(len(table.clip))
    for name, model in models.items():
        scores[table.source == name] = model.scores(Heard(table, table.source == name))
    return scores


def leave_groups_out(table, fit):
    """The same with a whole group of sources left out that draw on the same corpora, so that neither rooms nor speakers return."""
    scores = numpy.zeros(len(table.clip))
    grouped = [name for group in CONFIG["corpora"].values() for name in group]
    if sorted(grouped) != sorted(numpy.unique(table.source)):
        sys.exit("config.json: 'corpora' must name every source once")
    for group in CONFIG["corpora"].values():
        left_out = numpy.isin(table.source, group)
        scores[left_out] = fit(table, usable(table) & ~left_out).scores(Heard(table, left_out))
    return scores
