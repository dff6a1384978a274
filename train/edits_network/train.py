#!/usr/bin/env python3
"""Trains the network of image.edits.network on samples of make_samples.py, and writes the weights the program reads.

    train.py --samples FOLDER --output FOLDER [--config config.json]

OUTPUT gets blocks.npz (blocks drawn from the samples), checkpoint.pt (after each epoch; started again, training goes on there), train.log,
weights.bin and reference.json (what Python answers on invented planes, for the analyzer's test). Every tenth sample is kept for validation; cameras are
kept apart by make_samples.py --split.
"""

import argparse
import json
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import nn

from network import COMPARED, INPUTS, LARGEST_INPUT, Network, PLANES, inputs_of, layers

SMALLEST_BLOCKS = 16


def usable(paths):
    for number, path in enumerate(paths):
        with np.load(path) as made:
            if min(made["share"].shape) >= SMALLEST_BLOCKS:
                yield number, str(made["kind"]), made["edited"].astype(np.float32), made["twin"].astype(np.float32), made["share"]


def gathered(paths, config):
    """Blocks at random: from inside the edit, from outside, and from the same places of the twin."""
    rng = np.random.default_rng(config["seed"])
    spread = [twin.reshape(-1, PLANES).std(0) for _, _, _, twin, _ in usable(paths[:100])]
    floor = (0.1 * np.mean(spread, 0)[COMPARED] + 1e-3).astype(np.float32)
    x, y, sample, kinds = [], [], [], {}
    for number, kind, edited, twin, share in usable(paths):
        kinds[number] = kind
        edited, twin = inputs_of(edited, floor), inputs_of(twin, floor)
        for source, where, count, label in (
            (edited, share > 128, config["edited_inside"], 1),
            (edited, share == 0, config["edited_outside"], 0),
            (twin, share > 128, config["twin_inside"], 0),
            (twin, share == 0, config["twin_outside"], 0),
        ):
            rows, columns = np.nonzero(where)
            if rows.size:
                chosen = rng.choice(rows.size, min(count, rows.size), replace=False)
                x.append(source[rows[chosen], columns[chosen]].astype(np.float16))
                y.append(np.full(chosen.size, label, np.uint8))
                sample.append(np.full(chosen.size, number, np.int32))
    return {"x": np.concatenate(x), "y": np.concatenate(y), "sample": np.concatenate(sample), "floor": floor, "kinds": np.array([kinds.get(k, "") for k in range(len(paths))])}


def fit_blocks(blocks, config, checkpoint, log):
    y, held_out = blocks["y"], blocks["sample"] % config["validation_modulus"] == 7
    x = blocks["x"].astype(np.float32)
    mean, deviation = x[~held_out].mean(0), x[~held_out].std(0) + 1e-3
    x = torch.from_numpy(np.clip((x - mean) / deviation, -LARGEST_INPUT, LARGEST_INPUT))
    target = torch.from_numpy(y.astype(np.float32))
    teach, judge = (torch.from_numpy(np.nonzero(mask)[0]) for mask in (~held_out, held_out))
    network = layers(config["hidden"], config["dropout"])
    optimizer = torch.optim.AdamW(network.parameters(), lr=config["rate"], weight_decay=config["decay"])
    steps = len(teach) // config["batch"]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["rate"], total_steps=config["epochs"] * steps)
    begin = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=False)
        network.load_state_dict(kept["layers"])
        optimizer.load_state_dict(kept["optimizer"])
        schedule.load_state_dict(kept["schedule"])
        begin = kept["epoch"]
    for epoch in range(begin, config["epochs"]):
        torch.manual_seed(config["seed"] * 1000 + epoch)
        network.train()
        order, total = teach[torch.randperm(len(teach))], 0.0
        for step in range(steps):
            chosen = order[step * config["batch"] : (step + 1) * config["batch"]]
            values = x[chosen] + config["input_noise"] * torch.randn(len(chosen), INPUTS)
            loss = nn.functional.binary_cross_entropy_with_logits(network(values)[:, 0], target[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        network.eval()
        with torch.no_grad():
            scores = network(x[judge])[:, 0].numpy()
        log(f"epoch {epoch + 1} loss {total / steps:.4f} validation AUC of blocks {roc_auc_score(y[held_out], scores):.4f}")
        state = {"layers": network.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "epoch": epoch + 1}
        torch.save({**state, "mean": mean, "deviation": deviation, "floor": blocks["floor"]}, checkpoint)
    kinds = blocks["kinds"][blocks["sample"][held_out]]
    for kind in sorted(set(kinds)):
        of_kind = kinds == kind
        if 0 < y[held_out][of_kind].mean() < 1:
            log(f"  {kind:16} blocks {of_kind.sum():6} AUC {roc_auc_score(y[held_out][of_kind], scores[of_kind]):.3f}")


def fit_picture(paths, state, config, log):
    network = Network(state)
    x, y, sample = [], [], []
    for number, _, edited, twin, _ in usable(paths):
        for planes, label in ((edited, 1), (twin, 0)):
            x.append(network.statistics(network.logits(planes)))
            y.append(label)
            sample.append(number)
    x, y, held_out = np.array(x), np.array(y), np.array(sample) % config["validation_modulus"] == 7
    model = LogisticRegression(C=config["picture_inverse_decay"], max_iter=1000)
    model.fit(x[~held_out], y[~held_out])
    log(f"validation AUC of pictures {roc_auc_score(y[held_out], model.decision_function(x[held_out])):.4f} of {held_out.sum()}")
    state["picture"], state["picture_bias"] = model.coef_[0].astype(np.float32), float(model.intercept_[0])


def exported(state):
    def floats(values):
        return np.asarray(values, "<f4").tobytes()

    weights = state["layers"]
    out = [b"BFEDITS1", struct.pack("<3i", INPUTS, weights["0.weight"].shape[0], weights["3.weight"].shape[0])]
    out += [floats(state["floor"]), floats(state["mean"]), floats(state["deviation"])]
    for layer in ("0", "3", "5"):
        out += [floats(weights[f"{layer}.weight"].numpy().T), floats(weights[f"{layer}.bias"].numpy())]
    return b"".join(out + [floats(state["picture"]), floats([state["picture_bias"]])])


def invented_planes(rows=20, columns=26):
    """Numbers that anyone can make again without a generator; src/analyzers/image/edits_network/edits_network_test.cpp does."""
    row, column, plane = np.meshgrid(np.arange(rows), np.arange(columns), np.arange(PLANES), indexing="ij")
    return (np.sin(0.37 * row + 0.11 * plane) * np.cos(0.23 * column - 0.29 * plane) + 0.1 * np.sin(1.7 * row * column + plane)).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.json"))
    arguments = parser.parse_args()
    config = json.loads(arguments.config.read_text())
    torch.manual_seed(config["seed"])
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)

    def log(line):
        print(line, flush=True)
        with open(arguments.output / "train.log", "a", encoding="utf-8") as file:
            file.write(line + "\n")

    paths = sorted(arguments.samples.glob("*.npz"))
    if not paths:
        sys.exit(f"no samples below {arguments.samples}")
    kept = arguments.output / "blocks.npz"
    if not kept.exists():
        np.savez(kept, **gathered(paths, config))
    with np.load(kept) as file:
        blocks = {name: file[name] for name in file.files}
    log(f"{len(blocks['kinds'])} samples, {len(blocks['y'])} blocks, {blocks['y'].mean():.3f} of them edited")
    fit_blocks(blocks, config, arguments.output / "checkpoint.pt", log)
    state = torch.load(arguments.output / "checkpoint.pt", weights_only=False)
    fit_picture(paths[::3], state, config, log)
    torch.save(state, arguments.output / "final.pt")
    (arguments.output / "weights.bin").write_bytes(exported(state))
    logits, picture = Network(state).judge(invented_planes())
    places = [(0, 0), (3, 7), (10, 13), (19, 25), (12, 2), (5, 20)]
    reference = {"places": [[r, c, float(logits[r, c])] for r, c in places], "picture": picture}
    (arguments.output / "reference.json").write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
