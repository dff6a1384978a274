#!/usr/bin/env python3
"""Fits the learned fusion (models/fusion.json) on reports and maps of `bonafide check`, and says whether it is better than what it is made of.

    fit.py --edits ROOT --edits-maps FOLDER... --genuine ROOT --genuine-maps FOLDER... [--splices ROOT --splices-maps FOLDER...] --output fusion.json

ROOT holds manifest.csv and masks; a FOLDER holds KIND.jsonl and KIND/NAME/*.png (README.md says how to make them). Only rows of --split (default:
test) are fitted on: those whose cameras the network of image.edits.network has not seen. The table is cross-validated by camera, so that neither the
network nor the fusion has seen the cameras of a figure; the shipped model is fitted on all of them.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import nn

from maps import STEP, block_features, load, picture_features, squashed

LEAST_MAPS = 3
MOST_LLR = 2.0
# No trace of an edit is weak evidence for a camera: a generated picture has none either (docs/adr/0004-fusion.md).
LEAST_LLR = -0.5
BENT_LLR = -0.45  # from here on the curve falls but slowly, so that no two scores say the same
# As in src/fusion/learned_fusion.cpp: from which ratio an analyzer speaks alone, and how it is lowered below.
SPEAKS_UP, LOWERING = 0.1, 5.0


def best_f1(values, truth):
    values = values.ravel().astype(np.float32)  # whole numbers of 8 bits have no negative
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(truth.ravel()[order] > 127)
    if not hits[-1]:
        return 0.0
    f1 = 2 * hits / (np.arange(1, hits.size + 1) + hits[-1])
    last_of_equals = np.append(np.diff(values[order]) != 0, True)  # a threshold takes all of a shade or none
    return float(f1[last_of_equals].max())


def noisy_or(picture):
    """What src/fusion/fused_map.cpp makes of the maps, if the evidence of each weighs a decade."""
    below, unsuspicious = np.zeros(picture["grid"][::-1], np.float32), np.ones(picture["grid"][::-1], np.float32)
    for shade in picture["maps"].values():
        below = np.maximum(below, np.minimum(shade, 128))
        unsuspicious *= 1 - np.maximum(shade.astype(np.float32) - 128, 0) / 127
    return below + 127 * (1 - unsuspicious)


def without_some(features, rng, analyzers, chance):
    """Features as if some analyzers had said nothing, each place for itself."""
    features = features.copy()
    for index in range(analyzers):
        gone = rng.random(len(features)) < chance
        features[gone, 4 * index : 4 * index + 4] = 0
    return features


class Blocks:
    """A small network over the features of a block."""

    def __init__(self, pictures, analyzers, config):
        rng = np.random.default_rng(config["seed"])
        torch.manual_seed(config["seed"])
        self.analyzers, x, y = analyzers, [], []
        for picture in pictures:
            features = block_features(picture, analyzers).reshape(-1, 4 * len(analyzers))
            mask = picture["mask"].ravel() if picture["mask"] is not None else np.zeros(len(features), np.uint8)
            for where, count, label in ((mask > 200, config["inside"], 1), (mask == 0, config["outside"] if picture["mask"] is not None else config["genuine"], 0)):
                places = np.nonzero(where)[0]
                if places.size:
                    x.append(features[rng.choice(places, min(count, places.size), replace=False)])
                    y.append(np.full(len(x[-1]), label, np.float32))
        x, y = np.concatenate(x), np.concatenate(y)
        x = np.concatenate([x, without_some(x, rng, len(analyzers), config["missing"])])
        y = np.concatenate([y, y])
        self.mean, self.deviation = x.mean(0), x.std(0) + 0.05
        inputs, target = torch.from_numpy(self.scaled(x)), torch.from_numpy(y)
        self.network = nn.Sequential(nn.Linear(x.shape[1], config["hidden"]), nn.ReLU(), nn.Linear(config["hidden"], 1))
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=config["rate"], weight_decay=config["decay"])
        steps = config["epochs"] * (len(y) // config["batch"])
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["rate"], total_steps=steps)
        for step in range(steps):
            chosen = torch.randint(len(y), (config["batch"],))
            values = inputs[chosen] + config["noise"] * torch.randn(config["batch"], x.shape[1])
            loss = nn.functional.binary_cross_entropy_with_logits(self.network(values)[:, 0], target[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        self.network.eval()

    def scaled(self, x):
        return np.clip((x - self.mean) / self.deviation, -4, 4).astype(np.float32)

    def log_odds(self, picture):
        features = block_features(picture, self.analyzers)
        with torch.no_grad():
            out = self.network(torch.from_numpy(self.scaled(features.reshape(-1, features.shape[2]))))[:, 0]
        return out.numpy().reshape(features.shape[:2])


class Pictures:
    """A logistic model over a picture's statistics."""

    def __init__(self, pictures, log_odds, analyzers, config):
        self.analyzers, self.size = analyzers, config["size"]
        self.centre, self.spread = {}, {}
        for analyzer in analyzers:
            values = [squashed(p["values"][analyzer]) for p in pictures if analyzer in p["values"]] or [0.0]
            self.centre[analyzer], self.spread[analyzer] = float(np.median(values)), float(np.std(values) + 1e-2)
        x = np.array([self.features(p, o) for p, o in zip(pictures, log_odds)])
        y = np.array([p["label"] == "manipulated" for p in pictures])
        rng = np.random.default_rng(config["seed"])
        gone = x.copy()
        for index in range(len(analyzers)):
            gone[rng.random(len(x)) < config["missing"], 10 + 2 * index : 12 + 2 * index] = 0
        self.scale = np.concatenate([x, gone]).std(0) + 0.05
        weight = np.where(y, 1 / y.sum(), 1 / (~y).sum()) * len(y)
        self.model = LogisticRegression(C=config["picture_inverse_decay"], max_iter=2000)
        self.model.fit(np.concatenate([x, gone]) / self.scale, np.concatenate([y, y]), sample_weight=np.concatenate([weight, weight]))
        self.weights, self.bias = self.model.coef_[0] / self.scale, float(self.model.intercept_[0])

    def features(self, picture, log_odds):
        return picture_features(picture, log_odds, self.analyzers, self.centre, self.spread)

    def score(self, picture, log_odds):
        columns, rows = picture["grid"]
        larger = max(columns * rows * STEP**2 / 1e6 / self.size["from_megapixels"], 1)
        return float(self.features(picture, log_odds) @ self.weights + self.bias - self.size["per_doubling"] * np.log2(larger))


def fitted(edits, genuine, analyzers, config):
    blocks = Blocks(edits + genuine, analyzers, config)
    everything = edits + genuine
    return blocks, Pictures(everything, [blocks.log_odds(p) for p in everything], analyzers, config)


def bound_of(scores):
    """A score that at most 1 % of many, and at most 2 % of few pictures reach."""
    ordered = np.sort(scores)
    allowed = int((0.01 if len(ordered) > 150 else 0.02) * len(ordered))
    return ordered[len(ordered) - 1 - allowed] + 1e-3


def curve(genuine_sets, edited_scores):
    """Knots of score to log10 likelihood ratio: a logistic fit with equal priors, then lowered until of no set of genuine pictures more reach 0.954 than bound_of() allows."""
    genuine_scores, edited_scores = np.concatenate(genuine_sets), np.asarray(edited_scores)
    x = np.concatenate([genuine_scores, edited_scores])
    y = np.concatenate([np.zeros(genuine_scores.size), np.ones(edited_scores.size)])
    weight = np.where(y > 0, 0.5 / edited_scores.size, 0.5 / genuine_scores.size) * y.size
    model = LogisticRegression(C=100).fit(x[:, None], y, sample_weight=weight)
    slope, offset = model.coef_[0][0] / np.log(10), model.intercept_[0] / np.log(10)
    bound = max(bound_of(scores) for scores in genuine_sets)
    # The line bends so that it says 0.954 at the bound, or less.
    knots = []
    zero = -offset / slope
    turn = max(zero + 1e-3, bound)
    rate = min(slope, 0.954 / (turn - zero))
    low = x.min() - 4
    knots.append([low, max(LEAST_LLR, slope * low + offset)])
    if slope * low + offset < BENT_LLR:
        knots.append([(BENT_LLR - offset) / slope, BENT_LLR])
    knots += [[zero, 0.0], [turn, rate * (turn - zero)]]
    top = turn + (MOST_LLR - knots[-1][1]) / slope
    knots.append([top, MOST_LLR])
    knots.append([top + 50, MOST_LLR + 0.5])
    return [[round(a, 5), round(b, 5)] for a, b in knots]


def alone(picture, config, curves):
    """The largest ratio that an analyzer of config["alone"] supports by itself."""
    ratios = [-np.inf]
    for analyzer in config["alone"]:
        if analyzer in picture["values"]:
            ratio = np.interp(picture["values"][analyzer], *np.transpose(curves[analyzer, config["analyzers"][analyzer]]))
            ratios.append(ratio - LOWERING * max(SPEAKS_UP - ratio, 0))
    return max(ratios)


def found(scores, bound):
    return float(np.mean(np.array(scores) > bound))


def figures(pictures, maps_of, score_of, log):
    genuine = [p for p in pictures if p["label"] == "authentic"]
    edited = [p for p in pictures if p["label"] == "manipulated"]
    quiet = [score_of(p) for p in genuine]
    bound = np.quantile(quiet, 0.98) if quiet else 0
    for kind in ["all"] + sorted({p["kind"] for p in edited}):
        of_kind = [p for p in edited if kind in ("all", p["kind"])]
        f1 = np.mean([best_f1(maps_of(p), p["mask"]) for p in of_kind]) if maps_of else float("nan")
        scores = [score_of(p) for p in of_kind]
        auc = roc_auc_score([0] * len(quiet) + [1] * len(scores), quiet + scores) if quiet else float("nan")
        log(f"    {kind:10} {len(of_kind):4}  F1 {f1:.3f}  found at 2 % {found(scores, bound):.3f}  AUC {auc:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("edits", "genuine", "splices"):
        parser.add_argument(f"--{name}", type=Path, required=name != "splices")
        parser.add_argument(f"--{name}-maps", type=Path, nargs="+", default=[])
    parser.add_argument("--split", default="test")
    parser.add_argument("--calibration", type=Path, default=Path(__file__).parents[2] / "models/calibration.json", help="curves of what may speak alone")
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text())
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    lines = []

    def log(line):
        print(line, flush=True)
        lines.append(line)

    analyzers = list(config["analyzers"])
    edits = load(arguments.edits, arguments.edits_maps, config["analyzers"], lambda row: row["split"] == arguments.split)
    genuine = load(arguments.genuine, arguments.genuine_maps, config["analyzers"])
    log(f"edits: {len(edits)} files of {len({p['group'] for p in edits})} cameras; genuine: {len(genuine)}")
    cameras = sorted({p["group"] for p in edits})
    seeded = np.random.default_rng(config["seed"])
    fold_of = {camera: int(fold) for camera, fold in zip(cameras, seeded.permutation(len(cameras)) % config["folds"])}
    # Genuine files: by source; photographs of a camera of the edits are left out of the fit of its fold by dropping all photographs at random folds.
    groups = sorted({p["group"] for p in genuine})
    for group, fold in zip(groups, seeded.permutation(len(groups)) % config["folds"]):
        fold_of.setdefault(group, int(fold))
    held = {}
    for fold in range(config["folds"]):
        teach = [p for p in edits if fold_of[p["group"]] != fold], [p for p in genuine if fold_of[p["group"]] != fold]
        blocks, pictures = fitted(*teach, analyzers, config)
        for picture in edits + genuine:
            if fold_of[picture["group"]] == fold:
                odds = blocks.log_odds(picture)
                held[picture["file"], picture["label"]] = odds, pictures.score(picture, odds)
    for analyzer in analyzers:
        heard = [p for p in edits if analyzer in p["maps"]]
        log(f"{analyzer}: drew {len(heard)} of {len(edits)}")
        nothing = lambda p: np.zeros(p["grid"][::-1], np.uint8)
        figures(edits, lambda p: p["maps"].get(analyzer, nothing(p)), lambda p: p["values"].get(analyzer, -1e9), log)
    log("noisy-or of the maps, each at full weight:")
    figures(edits, noisy_or, lambda p: float(np.quantile(noisy_or(p), 0.99)), log)
    log("learned fusion, cross-validated by camera:")
    figures(edits, lambda p: held[p["file"], p["label"]][0], lambda p: held[p["file"], p["label"]][1], log)
    quiet = [held[p["file"], p["label"]][1] for p in genuine]
    twins = [held[p["file"], p["label"]][1] for p in edits if p["label"] == "authentic"]
    edited = [held[p["file"], p["label"]][1] for p in edits if p["label"] == "manipulated"]
    of_kind = {kind: np.array([held[p["file"], p["label"]][1] for p in genuine if p["kind"] == kind]) for kind in sorted({p["kind"] for p in genuine})}
    knots = curve([*of_kind.values(), np.array(twins)], edited)
    llr = lambda score: float(np.interp(score, [k[0] for k in knots], [k[1] for k in knots]))
    curves = {(curve["analyzer"], curve["measurement"]): curve["knots"] for curve in json.loads(arguments.calibration.read_text())["curves"]}
    said = lambda p, score: max(llr(score), alone(p, config, curves))
    log(f"the same, no smaller than what {', '.join(config['alone'])} says alone:")
    figures(edits, None, lambda p: said(p, held[p["file"], p["label"]][1]), log)
    for kind in sorted(of_kind):
        ratios = [said(p, held[p["file"], p["label"]][1]) for p in genuine if p["kind"] == kind]
        log(f"    {kind:20} {len(ratios):4} called manipulated {np.mean(np.array(ratios) >= 0.954):.3f}, highest {max(ratios):.2f}")
    log("without:")
    for kind, scores in of_kind.items():
        log(f"    {kind:20} {len(scores):4} called manipulated {np.mean([llr(s) >= 0.954 for s in scores]):.3f}, highest {max(map(llr, scores)):.2f}")
    log(f"    twins {len(twins)}: {np.mean([llr(s) >= 0.954 for s in twins]):.3f}; edits: {np.mean([llr(s) >= 0.954 for s in edited]):.3f}")

    blocks, pictures = fitted(edits, genuine, analyzers, config)
    if arguments.splices:
        splices = load(arguments.splices, arguments.splices_maps, config["analyzers"])
        log("CASIA, not fitted on:")
        odds = {p["file"]: blocks.log_odds(p) for p in splices}
        for analyzer in analyzers:
            for kind in sorted({p["kind"] for p in splices if p["mask"] is not None}):
                drawn = [p for p in splices if p["kind"] == kind]
                log(f"    {analyzer:30} {kind:10} F1 {np.mean([best_f1(p['maps'][analyzer], p['mask']) if analyzer in p['maps'] else 2 * (p['mask'] > 127).mean() / (1 + (p['mask'] > 127).mean()) for p in drawn]):.3f}")
        figures(splices, lambda p: odds[p["file"]], lambda p: pictures.score(p, odds[p["file"]]), log)
        log("    no smaller than what may speak alone:")
        figures(splices, None, lambda p: said(p, pictures.score(p, odds[p["file"]])), log)
    numbers = lambda values: [float(f"{value:.6g}") for value in np.asarray(values).ravel()]
    first, last = blocks.network[0], blocks.network[2]
    model = {
        "schema": "bonafide.fusion/1",
        "version": config["version"],
        "fitted_on": config["fitted_on"],
        "least_maps": LEAST_MAPS,
        "analyzers": [
            {"id": a, "measurement": config["analyzers"][a], "centre": pictures.centre[a], "spread": pictures.spread[a]} | ({"alone": True} if a in config["alone"] else {})
            for a in analyzers
        ],
        "blocks": {
            "threshold": config["block_threshold"],
            "mean": numbers(blocks.mean),
            "deviation": numbers(blocks.deviation),
            "hidden": numbers(first.weight.detach().numpy().T),
            "hidden_bias": numbers(first.bias.detach().numpy()),
            "last": numbers(last.weight.detach().numpy()),
            "last_bias": float(last.bias.detach()),
        },
        "picture": {"weights": numbers(pictures.weights), "bias": pictures.bias, "size": config["size"]},
        "knots": knots,
    }
    arguments.output.write_text(json.dumps(model, indent=1) + "\n")
    arguments.output.with_suffix(".log").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
