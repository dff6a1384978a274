#!/usr/bin/env python3
"""Trains voice.synthetic.linear and says how well it does on sources left out.

usage: train.py PROGRAM PACK CONDITIONS OUT

PROGRAM is bonafide-voice-features, PACK the voices pack, CONDITIONS what make_conditions.py wrote. OUT gets synthetic.json (the
weights), curve.json (score -> log10 likelihood ratio) and train.log. Same inputs, same bytes.
"""
import json
import pathlib
import sys

import numpy

import judging
import linear
import measures
import windows
from judging import CONFIG, Alone, Heard, Table, fitted_without, leave_groups_out, scores_without


class Log:
    def __init__(self, path):
        self.file = open(path, "w")

    def __call__(self, *words):
        line = " ".join(str(word) for word in words)
        print(line, flush=True)
        self.file.write(line + "\n")
        self.file.flush()


def report(log, title, table, scores, details):
    log("\n## " + title)
    log("condition rows | EER [by source] [by system] | AUC, mean AUC inside a source | minDCF actDCF Cllr")
    for judged in (False, True):
        for name in CONFIG["tested_conditions"]:
            rows = (table.condition == name) & (table.judged if judged else table.speech)
            bona_fide = (table.condition == name) & (table.spoof == 0)
            if table.spoof[rows].sum() < 20 or (1 - table.spoof[rows]).sum() < 20:
                log(f"{name:9s} {'judged' if judged else 'all':6s} {rows.sum():5d} | too few")
                continue
            s, y, source, system = scores[rows], table.spoof[rows], table.source[rows], table.system[rows]
            # Bona fide recordings have no system: they stay one by one.
            system = numpy.where(y == 1, system, [f"bona fide {i}" for i in range(len(y))])
            by_source = measures.interval(measures.equal_error_rate, s, y, source)
            by_system = measures.interval(measures.equal_error_rate, s, y, system)
            inside = [measures.area(s[source == q], y[source == q]) for q in numpy.unique(source) if 0 < y[source == q].mean() < 1]
            least, acted = measures.detection_costs(s, y)
            log(
                f"{name:9s} {'judged' if judged else 'all':6s} {rows.sum():5d} | {100 * measures.equal_error_rate(s, y):.1f} "
                f"[{100 * by_source[0]:.1f}, {100 * by_source[1]:.1f}] [{100 * by_system[0]:.1f}, {100 * by_system[1]:.1f}] | "
                f"{measures.area(s, y):.3f} {numpy.mean(inside):.3f} | {least:.3f} {acted:.3f} {measures.cllr(s, y):.3f}"
                + (f" | abstains from {100 * (1 - numpy.mean(table.judged[bona_fide])):.0f} % of bona fide" if judged else "")
            )
    if not details:
        return
    for what, names in (("source", table.source), ("system", table.system)):
        log(f"\nby {what} (native, judged): rows, mean score of bona fide, of spoof, AUC inside, EER inside")
        for name in numpy.unique(names):
            rows = (table.condition == "native") & table.judged & (names == name)
            y, s = table.spoof[rows], scores[rows]
            means = [f"{s[y == label].mean():+.2f}" if (y == label).any() else "-" for label in (0, 1)]
            both = 0 < y.sum() < len(y)
            log(f"{name:42s} {rows.sum():4d} {means[0]:>6s} {means[1]:>6s}", f"{measures.area(s, y):.2f} {measures.equal_error_rate(s, y):.2f}" if both else "")


def report_gain(log, title, table, before, after):
    """Differences on the same windows, with 95 % bootstrap intervals when whole sources are drawn."""
    log("\n## " + title + ": condition | EER, points | Cllr")
    for name in CONFIG["tested_conditions"]:
        rows = (table.condition == name) & table.judged
        if not rows.any():
            continue
        cells = []
        for measure, unit in ((measures.equal_error_rate, 100), (measures.cllr, 1)):
            both = numpy.stack([before[rows], after[rows]], 1)
            differs = lambda scores, spoof: unit * (measure(scores[:, 1], spoof) - measure(scores[:, 0], spoof))
            low, high = measures.interval(differs, both, table.spoof[rows], table.source[rows])
            cells.append(f"{differs(both, table.spoof[rows]):+.2f} [{low:+.2f}, {high:+.2f}]")
        log(f"{name:9s} | " + " | ".join(cells))


def report_unseen(log, manifest, program, conditions, table, models, knots):
    """Coders that no training saw, on every third clip, and the trained conditions on the same clips: by models that never saw the source."""
    unseen = {}
    for name in CONFIG["unseen_conditions"]:
        part = windows.extract(program, conditions / (name + ".list"), conditions / (name + ".f32"))
        part.clip = part.clip * CONFIG["unseen_every"]
        unseen[name] = part
    for name in CONFIG["training_conditions"]:
        unseen[name] = table.by_condition[name].only(table.by_condition[name].clip % CONFIG["unseen_every"] == 0)
    tested = Table(manifest, unseen, list(unseen))
    log("\n## Coders that no training saw, and the trained conditions on the same clips (every third), sources left out, judged windows")
    log("condition rows | EER, AUC, mean AUC inside a source, actDCF, Cllr: movement alone | as shipped | of bona fide, spoof at the knot next to a verdict")
    scores = [scores_without(tested, {name: model.movement for name, model in models.items()}), scores_without(tested, models)]
    for name in unseen:
        rows = tested.judged & (tested.condition == name)
        spoof, source = tested.spoof[rows], tested.source[rows]
        cells = []
        for s in (each[rows] for each in scores):
            inside = [measures.area(s[source == q], spoof[source == q]) for q in numpy.unique(source) if 0 < spoof[source == q].mean() < 1]
            cells.append(
                f"{100 * measures.equal_error_rate(s, spoof):.1f} {measures.area(s, spoof):.3f} {numpy.mean(inside):.3f} "
                f"{measures.detection_costs(s, spoof)[1]:.3f} {measures.cllr(s, spoof):.3f}"
            )
        reach = [100 * numpy.mean(scores[1][rows][spoof == label] >= knots[-3][0]) for label in (0, 1)]
        log(f"{name:9s} {rows.sum():4d} | " + " | ".join(cells) + f" | {reach[0]:.1f} {reach[1]:.1f}")


def report_shares(log, table, models):
    """How much windows seem to be in each trained condition, by gates that never saw their source."""
    shares = numpy.zeros((len(table.clip), len(CONFIG["training_conditions"])))
    for name, model in models.items():
        shares[table.source == name] = model.movement.smooth.shares(table.statistics[table.source == name])
    log("\n## Share of each trained condition in the score, mean over windows of speech, sources left out:", " ".join(model.movement.smooth.names))
    for name in CONFIG["tested_conditions"]:
        for label, words in ((0, "bona fide"), (1, "spoof")):
            rows = (table.condition == name) & table.speech & (table.spoof == label)
            log(f"{name:9s} {words:9s}", " ".join(f"{share:.2f}" for share in shares[rows].mean(0)))


def report_copies(log, table, models, tested, last_knot):
    """What the parts say of recordings rebuilt by the forge's vocoders, by models that never saw the recording's source."""
    log("\n## Copies of recordings by the forge's vocoders, sources left out; learned from: " + CONFIG["copies_learned"])
    log("vocoder windows | mean score, AUC against recordings as they are, share at the knot next to a verdict: smoothness alone | movement | and traces")
    recorded = (table.condition == "native") & table.judged & (table.spoof == 0)
    for vocoder, copies in tested.items():
        cells = []
        for part in (lambda model: Alone(model.movement.smooth, "statistics"), lambda model: model.movement, lambda model: model):
            genuine, copied = numpy.zeros(len(table.clip)), numpy.zeros(len(copies.source))
            for name, model in models.items():
                genuine[table.source == name] = part(model).scores(Heard(table, table.source == name))
                copied[copies.source == name] = part(model).scores(Heard(copies, copies.source == name))
            both = numpy.concatenate([genuine[recorded], copied])
            label = numpy.concatenate([numpy.zeros(recorded.sum()), numpy.ones(len(copied))])
            cells.append(f"{copied.mean():+.2f} {measures.area(both, label):.3f} {numpy.mean(copied >= last_knot):.2f}")
        log(f"{vocoder:12s} {len(copies.source):4d} | " + " | ".join(cells))


def shortcut_audit(log, manifest, table, scores):
    """What can be told without listening: a logistic regression on it, sources left out, and inside each source."""
    from sklearn.linear_model import LogisticRegression

    native = table.by_condition["native"]
    clip = native.clip
    columns = {
        "duration": manifest.seconds[clip],
        "loudness": native.condition["level_db"],
        "bandwidth": native.condition["bandwidth_hz"],
        "silence": native.condition["active_share"],
        "sample rate": manifest.rate_hz[clip],
        "signal to noise": native.condition["snr_db"],
    }
    spoof, source = manifest.spoof[clip], manifest.source[clip]
    log("\n## Shortcut audit (AUC over all with sources left out; mean AUC inside a source)")
    for name, values in [*columns.items(), ("all together", None)]:
        features = numpy.stack([*columns.values()] if values is None else [values], axis=1)
        features = (features - features.mean(0)) / (features.std(0) + 1e-9)
        out = numpy.zeros(len(spoof))
        for left in numpy.unique(source):
            rows = source != left
            model = LogisticRegression(max_iter=2000)
            model.fit(features[rows], spoof[rows], sample_weight=linear.balanced_weights(spoof[rows], source[rows]))
            out[~rows] = model.decision_function(features[~rows])
        inside = {q: measures.area(out[source == q], spoof[source == q]) for q in numpy.unique(source) if 0 < spoof[source == q].mean() < 1}
        log(f"{name:16s} {measures.area(out, spoof):.3f} {numpy.mean([*inside.values()]):.3f}")
    log("inside each source, all together:", ", ".join(f"{q} {value:.2f}" for q, value in inside.items()))
    log("score against shortcuts, native: AUC of the score inside strata")
    rows = table.condition == "native"
    for name, values in columns.items():
        middle = numpy.median(values)
        parts = [measures.area(scores[rows][part], spoof[part]) for part in (values <= middle, values > middle) if 20 < part.sum() and 0 < spoof[part].mean() < 1]
        log(f"{name:16s} at most the median, above:", " ".join(f"{part:.3f}" for part in parts))


def alarms(table, scores, rows, threshold):
    """Share of bona fide windows at or above `threshold`: of all, and of the source (20 windows at least) where most are."""
    bona_fide = rows & (table.spoof == 0)
    by_source = [numpy.mean(scores[bona_fide & (table.source == name)] >= threshold) for name in numpy.unique(table.source) if (bona_fide & (table.source == name)).sum() >= 20]
    return numpy.mean(scores[bona_fide] >= threshold), max(by_source)


def curve(log, table, scores):
    """Knots from a score to log10 likelihood ratio. It leaves 0 at the highest score at which a condition's two errors are equal, gets next
    to a verdict, which takes log10(9), at the least score at which the allowed false alarms hold in every condition that is judged, over all
    and in the worst source, and to one at the least at which those of a verdict do."""
    conditions = {}
    for name in CONFIG["tested_conditions"]:
        rows = table.judged & (table.condition == name)
        if (rows & (table.spoof == 0)).sum() >= 100:
            conditions[name] = rows

    def least(most, most_of_a_source):
        score = 0.0
        while any(over_all > most or worst > most_of_a_source for over_all, worst in (alarms(table, scores, rows, score) for rows in conditions.values())):
            score += 0.05
        return score

    near = least(CONFIG["most_false_alarms"], CONFIG["most_false_alarms_of_a_source"])
    decided = least(CONFIG["most_false_alarms_of_a_verdict"], CONFIG["most_false_alarms_of_a_source_of_a_verdict"])
    neutral, low = -numpy.inf, numpy.inf
    for rows in conditions.values():
        threshold, missed, false = measures.rates(scores[rows], table.spoof[rows])
        neutral = max(neutral, threshold[numpy.argmin(numpy.abs(missed - false))])
        low = min(low, numpy.median(scores[rows & (table.spoof == 0)]))
    knots = [(low, CONFIG["smallest_llr"]), (neutral, 0.0), ((neutral + near) / 2, 0.3), (near, CONFIG["nearest_llr"]), (decided, CONFIG["verdict_llr"])]
    knots.append((decided + CONFIG["from_verdict_to_largest"], CONFIG["largest_llr"]))
    knots = [[round(float(score), 3), round(llr, 4)] for score, llr in knots]
    log("\n## Curve", knots)
    for words, score in (("next to a verdict", near), ("verdict", decided)):
        log(f"{words} knot: condition | bona fide that reach it: of the judged, of the worst source, of all | spoof: of the judged, of all | log10 ratio")
        for name, rows in conditions.items():
            spoof = rows & (table.spoof == 1)
            every = {label: ((table.condition == name) & (table.spoof == label)).sum() for label in (0, 1)}
            over_all, worst = alarms(table, scores, rows, score)
            hits = (scores[spoof] >= score).sum()
            false = (scores[rows & (table.spoof == 0)] >= score).sum()
            log(
                f"{name:9s} | {100 * over_all:.1f} {100 * worst:.1f} {100 * false / every[0]:.1f} | {100 * hits / spoof.sum():.1f} {100 * hits / every[1]:.1f} | "
                f"{numpy.log10((hits + 1) / (spoof.sum() + 2)) - numpy.log10((false + 1) / ((rows & (table.spoof == 0)).sum() + 2)):.2f}"
            )
    return knots


def save(model, path):
    numbers = lambda values: [float(f"{value:.6g}") for value in values]
    direction = lambda weight, offset: {"offset": float(f"{offset:.6g}"), "weight": numbers(weight)}
    smooth, rough = model.movement.smooth, model.movement.rough
    document = {
        "schema": "bonafide.voice_linear/5",
        "statistics": "features/voice/statistics, 486 numbers",
        "clip": smooth.clip,
        "most_rough": CONFIG["most_rough"],
        "as_recorded": CONFIG["as_recorded"],
        "mean": numbers(smooth.mean),
        "scale": numbers(smooth.scale),
        "rough": direction(rough.weight, rough.offset),
        "conditions": [
            {
                "name": name,
                "share": direction(smooth.gate_weight[number], smooth.gate_offset[number]),
                "mean": numbers(expert.mean),
                "scale": numbers(expert.scale),
                "smooth": direction(expert.weight, expert.offset),
            }
            for number, (name, expert) in enumerate(zip(smooth.names, smooth.experts))
        ],
        "frame_rates": CONFIG["frame_rates"]
        | {
            part: {"middle": numbers(middle), "scale": numbers(scale)}
            for part, middle, scale in zip(("beats", "tones"), numpy.split(model.traces.middle, 2), numpy.split(model.traces.scale, 2))
        },
    }
    path.write_text(json.dumps(document, indent=0) + "\n")


def main():
    program, pack, conditions, out = (pathlib.Path(argument) for argument in sys.argv[1:5])
    out.mkdir(parents=True, exist_ok=True)
    log = Log(out / "train.log")
    log("config", json.dumps(CONFIG))
    manifest = windows.Manifest(pack / "manifest.csv")
    names = list(dict.fromkeys(CONFIG["training_conditions"] + CONFIG["tested_conditions"]))
    by_condition = {name: windows.extract(program, conditions / (name + ".list"), conditions / (name + ".f32")) for name in names}
    table = Table(manifest, by_condition, names)
    table.by_condition = by_condition
    permissive = numpy.isin(table.licence, CONFIG["permissive_licences"])
    log(f"{len(table.clip)} windows; permissive sources:", ", ".join(numpy.unique(table.source[permissive])))

    copies = {vocoder: windows.Copies(program, manifest, conditions, vocoder, every) for vocoder, every in CONFIG["copies_every"].items()}
    learned = copies[CONFIG["copies_learned"]]

    without = lambda part: scores_without(table, {name: part(model) for name, model in models.items()})
    models = fitted_without(table, judging.judgement(learned))
    scores = scores_without(table, models)
    report(log, "As shipped, all sources, one left out", table, scores, True)
    moved = without(lambda model: model.movement)
    report(log, "Movement alone, all sources, one left out", table, moved, False)
    report_gain(log, "Against movement alone, one source left out", table, moved, scores)
    report(log, "Smoothness alone, all sources, one left out", table, without(lambda model: Alone(model.movement.smooth, "statistics")), False)
    report(log, "Traces alone, all sources, one left out", table, without(lambda model: Alone(model.traces, "traces")), True)
    grouped = leave_groups_out(table, judging.judgement(learned))
    report(log, "As shipped, all sources, a group of corpora left out", table, grouped, False)
    moved = leave_groups_out(table, judging.movement(learned))
    report(log, "Movement alone, a group of corpora left out", table, moved, False)
    report_gain(log, "Against movement alone, a group of corpora left out", table, moved, grouped)
    report_shares(log, table, models)
    fewer, fewer_learned = windows.without_constant_q(table), windows.without_constant_q(learned)
    for left_out, judge, all_scores in (
        ("one source", lambda fit: scores_without(fewer, fitted_without(fewer, fit)), scores),
        ("a group of corpora", lambda fit: leave_groups_out(fewer, fit), grouped),
    ):
        fewer_scores = judge(judging.judgement(fewer_learned))
        report(log, f"Without the constant-Q cepstra, {left_out} left out", table, fewer_scores, False)
        report_gain(log, f"Against the same without the constant-Q cepstra, {left_out} left out", table, fewer_scores, all_scores)
    for title, part, fit, of, allowed in (
        ("Recipe LRc, all sources", fewer, judging.recipe, "statistics", True),
        ("Smoothness, permissive sources", table, judging.mixture, "statistics", permissive),
        ("Traces alone, permissive sources", table, judging.traces, "traces", permissive),
    ):
        fitted = {name: Alone(model, of) for name, model in fitted_without(part, fit, allowed).items()}
        report(log, title + ", one left out", table, scores_without(part, fitted), False)
    shortcut_audit(log, manifest, table, scores)
    knots = curve(log, table, scores)
    report_copies(log, table, models, copies, knots[-3][0])
    report_unseen(log, manifest, program, conditions, table, models, knots)
    (out / "curve.json").write_text(json.dumps(knots) + "\n")
    model = judging.judgement(learned)(table, judging.usable(table))
    save(model, out / "synthetic.json")
    # Stability: how often the difference of the classes has, inside a source, the sign of all of them together.
    native = table.condition == "native"
    standard = model.movement.smooth.standard(table.statistics)
    signs = []
    for name in numpy.unique(table.source):
        rows = native & (table.source == name)
        if 0 < table.spoof[rows].mean() < 1:
            signs.append(standard[rows & (table.spoof == 1)].mean(0) - standard[rows & (table.spoof == 0)].mean(0))
    signs = numpy.array(signs)
    same = (numpy.sign(signs) == numpy.sign(signs.mean(0))).mean(0)
    log("\n## Share of sources in which a statistic differs in the same direction: mean, least, median", f"{same.mean():.2f} {same.min():.2f} {numpy.median(same):.2f}")


if __name__ == "__main__":
    main()
