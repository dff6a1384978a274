#!/usr/bin/env python3
"""What a network over frames says of groups of corpora that it never met, alone and joined to the discriminants.

usage: judge.py PROGRAM PACK CONDITIONS NETWORK OUT [NETWORK OUT ...]

After train.py, with the same arguments. Several networks are added up, each in the unit of its spread. Every OUT keeps its network's scores,
the last one gets judge.log.
"""
import pathlib
import sys

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
import judging as discriminants  # noqa: E402
import linear  # noqa: E402
import measures  # noqa: E402
import windows  # noqa: E402
from images import Images  # noqa: E402
from network import Network, image_of, settings  # noqa: E402
from train import Log  # noqa: E402

SHARED = discriminants.CONFIG


def network_of(path, config):
    """The averaged weights of a checkpoint, and the steps it has seen."""
    state = torch.load(path, weights_only=False)
    network = Network(config)
    network.load_state_dict({name.removeprefix("module."): value for name, value in state["mean"].items() if name != "n_averaged"})
    return network.eval(), state["step"]


@torch.no_grad()
def pooled(network, images, rows, config):
    """What the last weights of the network are for, of the windows `rows`, each at its own length."""
    statistics = numpy.zeros((len(rows), network.standard.num_features), "float32")
    for count in numpy.unique(images.frames[rows]):
        same = numpy.flatnonzero(images.frames[rows] == count)
        for first in range(0, len(same), 16):
            part = same[first : first + 16]
            logarithms = torch.from_numpy(images.logarithms[rows[part], :count].astype("float32"))
            active = torch.from_numpy(images.active[rows[part], :count].astype("float32"))
            statistics[part] = network.pooled(image_of(logarithms, active, config), active).numpy()
    return statistics


@torch.no_grad()
def own_head(network, statistics):
    """The scores that the network was trained to give."""
    return network.head(network.standard(torch.from_numpy(statistics)))[:, 0].numpy()


def discriminant(statistics, table, rows, config):
    """The last weights anew, by Fisher inside sources and conditions, as the discriminants of the 342 statistics have them: trained by
    gradients, they follow rooms and voices of the sources that they were trained on."""
    model = linear.LinearModel(statistics.mean(0), statistics.std(0) + 1e-9, None, 0.0, SHARED["clip"])
    scatter, groups, difference, middle, pairs = linear.sums_inside(model.standard(statistics), table.spoof[rows], table.source_number[rows], table.condition[rows])
    difference, middle = difference / pairs, middle / pairs
    return linear.pointed(model, scatter / groups, difference, middle, difference, config["head_ridge"])


def network_scores(table, group, program, conditions, out, config):
    """Of each window by the network that never met its group, with the head that it was trained with and with the discriminant; kept."""
    kept = out / "scores.npz"
    if kept.exists():
        return dict(numpy.load(kept))
    images, rows_of, first = {}, {}, 0
    for name in config["judged_conditions"]:
        images[name] = Images(program, conditions, name)
        rows_of[name] = numpy.arange(first, first + len(images[name].clip))
        if not numpy.array_equal(images[name].clip, table.clip[rows_of[name]]):
            sys.exit(name + ": images and statistics are of different windows")
        first += len(images[name].clip)
    scores = {"own head": numpy.zeros(len(table.clip)), "discriminant": numpy.zeros(len(table.clip))}
    for fold in SHARED["corpora"]:
        network, steps = network_of(out / (fold.replace(" ", "_") + ".pt"), config)
        if steps != config["steps"]:
            print(f"{out}, {fold}: {steps} steps of {config['steps']}", flush=True)
        parts, rows = [], []
        for name in SHARED["training_conditions"]:
            met = numpy.flatnonzero((group[rows_of[name]] != fold) & images[name].speech)[:: config["head_every"]]
            parts.append(pooled(network, images[name], met, config))
            rows.append(rows_of[name][met])
        model = discriminant(numpy.concatenate(parts), table, numpy.concatenate(rows), config)
        for name in images:
            own = numpy.flatnonzero((group[rows_of[name]] == fold) & images[name].speech)
            statistics = pooled(network, images[name], own, config)
            scores["own head"][rows_of[name][own]] = own_head(network, statistics)
            scores["discriminant"][rows_of[name][own]] = model.scores(statistics)
    numpy.savez(kept, **scores)
    return scores


def group_of(source):
    names = {each: group for group, sources in SHARED["corpora"].items() for each in sources}
    return numpy.array([names[each] for each in source])


def linear_scores(table, group, manifest, program, conditions):
    """Smoothness and roughness of the discriminants without each group; kept, since they take a while."""
    kept = conditions / "discriminants.npz"
    if not kept.exists():
        learned = SHARED["copies_learned"]
        copies = windows.Copies(program, manifest, conditions, learned, SHARED["copies_every"][learned])
        smooth, rough = numpy.zeros(len(table.clip)), numpy.zeros(len(table.clip))
        for name in SHARED["corpora"]:
            model = discriminants.movement(copies)(table, discriminants.usable(table) & (group != name))
            smooth[group == name] = model.smooth.scores(table.statistics[group == name])
            rough[group == name] = model.rough.scores(table.statistics[group == name])
        numpy.savez(kept, smooth=smooth, rough=rough)
    with numpy.load(kept) as arrays:
        return arrays["smooth"], numpy.minimum(arrays["rough"], SHARED["most_rough"])


def joined(table, smooth, network, share):
    """The discriminants and `share` of the network, each in the unit of its spread, in the unit of the discriminants. No label is looked at."""
    rows = discriminants.usable(table)
    sum_ = smooth / smooth[rows].std() + share * network / network[rows].std()
    return (sum_ - sum_[rows].mean()) / sum_[rows].std() * smooth[rows].std() + smooth[rows].mean()


def log_odds(table, group, scores):
    """Each group in the unit and from the zero that the other groups give."""
    odds = numpy.zeros(len(scores))
    for name in numpy.unique(group):
        rows = discriminants.usable(table) & (group != name)
        weights = numpy.zeros(len(scores))
        for condition in SHARED["training_conditions"]:
            own = rows & (table.condition == condition)
            weights[own] = linear.balanced_weights(table.spoof[own], table.source[own])
        unit, zero = linear.log_odds(scores[rows], table.spoof[rows], weights[rows])
        odds[group == name] = unit * scores[group == name] + zero
    return odds


def inside(scores, spoof, source):
    return numpy.mean([measures.area(scores[source == each], spoof[source == each]) for each in numpy.unique(source) if 0 < spoof[source == each].mean() < 1])


def found(scores, spoof):
    """Share of the synthetic above all but 1 % of the recordings, in percent."""
    return 100 * numpy.mean(scores[spoof == 1] > numpy.quantile(scores[spoof == 0], 0.99))


def percent_equal(scores, spoof):
    return 100 * measures.equal_error_rate(scores, spoof)


def change(measure, before, after, spoof, source):
    differs = lambda pair, label: measure(pair[:, 1], label) - measure(pair[:, 0], label)
    pair = numpy.stack([before, after], 1)
    low, high = measures.interval(differs, pair, spoof, source)
    return f"{measure(before, spoof):.3g} {measure(after, spoof):.3g} {differs(pair, spoof):+.3f} [{low:+.3f}, {high:+.3f}]"


def judged(table, config):
    for name in config["judged_conditions"]:
        rows = (table.condition == name) & table.judged
        yield name, rows, table.spoof[rows], table.source[rows]


def report(log, table, group, smooth, rough, network, config):
    log("condition | network alone: EER, AUC, AUC inside a source")
    for name, rows, spoof, source in judged(table, config):
        s = network[rows]
        log(f"{name:9s} | {percent_equal(s, spoof):.1f} {measures.area(s, spoof):.3f} {inside(s, spoof, source):.3f}")
    before = numpy.logaddexp(smooth, rough)
    for share in config["shares_of_spread"]:
        together = joined(table, smooth, network, share)
        after = numpy.logaddexp(together, rough)
        calibrated = [numpy.logaddexp(log_odds(table, group, scores), rough) for scores in (smooth, together)]
        log(f"joined at {share} of its spread: condition | EER before, after, points [95 %, sources drawn] | AUC | found at 1 % false alarms | AUC inside | actDCF, Cllr before, after")
        for name, rows, spoof, source in judged(table, config):
            cells = [change(measure, before[rows], after[rows], spoof, source) for measure in (percent_equal, measures.area, found)]
            cells.append(f"{inside(before[rows], spoof, source):.3f} {inside(after[rows], spoof, source):.3f}")
            cells.append(" ".join(f"{measures.detection_costs(odds[rows], spoof)[1]:.2f} {measures.cllr(odds[rows], spoof):.2f}" for odds in calibrated))
            log(f"{name:9s} | " + " | ".join(cells))
        thresholds = [max(numpy.quantile(scores[rows][spoof == 0], 0.99) for _, rows, spoof, _ in judged(table, config)) for scores in (before, after)]
        log("one threshold, at which 1 % of the recordings are accused in the worst condition: condition | recordings, of the worst source, synthetic, before | after")
        for name, rows, spoof, source in judged(table, config):
            cells = []
            for scores, threshold in zip((before, after), thresholds):
                over = scores[rows] >= threshold
                recorded = [over[(spoof == 0) & (source == each)] for each in numpy.unique(source)]
                worst = max(each.mean() for each in recorded if len(each) >= 10)
                cells.append(f"{100 * over[spoof == 0].mean():.1f} {100 * worst:.1f} {100 * over[spoof == 1].mean():.1f}")
            log(f"{name:9s} | " + " | ".join(cells))
    log("by source, all trained conditions: AUC inside: network, discriminants, joined")
    for each in numpy.unique(table.source):
        rows = table.judged & (table.source == each) & discriminants.usable(table)
        if 0 < table.spoof[rows].mean() < 1:
            log(f"{each:42s}", *(f"{measures.area(scores[rows], table.spoof[rows]):.2f}" for scores in (network, before, after)))


def main():
    program, pack, conditions = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    chosen = [(settings(name), pathlib.Path(out)) for name, out in zip(sys.argv[4::2], sys.argv[5::2])]
    torch.set_num_threads(1)
    config, out = chosen[-1]
    log = Log(out / "judge.log")
    manifest = windows.Manifest(pack / "manifest.csv")
    names = config["judged_conditions"]
    table = discriminants.Table(manifest, {name: windows.extract(program, conditions / (name + ".list"), conditions / (name + ".f32")) for name in names}, names)
    group = group_of(table.source)
    smooth, rough = linear_scores(table, group, manifest, program, conditions)
    scores = [network_scores(table, group, program, conditions, each, own) for own, each in chosen]
    rows = discriminants.usable(table)
    for head in ("own head", "discriminant"):
        log(f"\n# {' and '.join(sys.argv[4::2])}, groups of corpora left out, judged windows; head: {head}")
        report(log, table, group, smooth, rough, sum(each[head] / each[head][rows].std() for each in scores), config)


if __name__ == "__main__":
    main()
