#!/usr/bin/env python3
"""Trains a network on the crops of network_pairs.py and tests it on clips that taught nothing; an attempt that does not ship (README.md).

usage: network.py PAIRS FILMS RUN --program FEATURES_PROGRAM [--view texture] [--permissive] [--minutes M]
PAIRS: folder of network_pairs.py. FILMS: folder of train/video_face_swap/make_films.py with what its train.sh measures, whose scores the network's are
set beside. RUN gets checkpoint.pt, which it goes on from, and log.txt. What a step draws depends on the seed and the step alone.
"""
import argparse
import csv
import json
import pathlib
import sys
import time
import zlib

import cv2
import numpy as np
import torch

from make_pairs import frames_of, landmarks_of
from network_pairs import KINDS
from rerender import OVAL

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "video_face_swap"), str(HERE.parent / "generated")]
from model import make_network  # noqa: E402

KEPT = [10, 152, 263, 362, 33, 133, *OVAL]  # as network_pairs.py keeps them
cv2.setNumThreads(1)


def upright(kept, side, margin, turn=0.0, shift=(0.0, 0.0)):
    """2 x 3 matrix to a square whose side is `margin` times the face's height."""
    eyes = kept[[2, 3]].mean(0) - kept[[4, 5]].mean(0)
    angle = np.arctan2(eyes[1], eyes[0]) + turn
    scale = side / (margin * np.linalg.norm(kept[0] - kept[1]))
    rotation = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.hstack([rotation, (side / 2 - rotation @ kept[6:].mean(0) + np.asarray(shift) * side)[:, None]]), 1 / scale


def window(kept, side, place):
    """2 x 3 matrix to a square of the picture's own pixels around a place of the face (faces' heights from its middle, across and down)."""
    height = np.linalg.norm(kept[0] - kept[1])
    corner = np.round(kept[6:].mean(0) + np.asarray(place) * height - side / 2)
    return np.array([[1.0, 0, -corner[0]], [0, 1, -corner[1]]]), 1.0


def cut(picture, matrix, shrink, side, flags=cv2.INTER_LINEAR):
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 * shrink) if shrink > 1.2 else picture
    return cv2.warpAffine(soft, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def as_input(crops, view):
    """N x 3 x side x side. The texture is what a blur takes away, so that persons and shading are not seen."""
    crops = np.stack(crops).astype(np.float32)
    if view == "texture":
        crops = np.clip(8 * (crops - np.stack([cv2.GaussianBlur(crop, (0, 0), 1.5) for crop in crops])), -127, 128) + 127
    return torch.from_numpy(((crops - 127) / 128).transpose(0, 3, 1, 2)).contiguous(memory_format=torch.channels_last)


def score(network, crops):
    logits = network(crops)
    return (logits[:, 1] - logits[:, 0]).float()


def levelled(crops, inner, spread, random):
    """Draws the fine detail's energy in the inner face of each crop around the genuine one's: which of them is sharper shall tell nothing."""
    inside, mask = inner > 0.5, inner[..., None]
    crops = [crop.astype(np.float32) for crop in crops]
    if inside.sum() < 100:
        return crops
    for width in (0.8, 2.0):
        fine = [crop - cv2.GaussianBlur(crop, (0, 0), width) for crop in crops]
        energy = [part[inside].std() + 0.1 for part in fine]
        crops = [crop + (np.clip(energy[0] * np.exp(random.normal(0, spread)) / own, 0.3, 3) - 1) * part * mask for crop, part, own in zip(crops, fine, energy)]
    return crops


class Quartets:
    """Genuine crops and their three twins, cut and changed alike."""

    def __init__(self, folder, config, view, permissive):
        self.config, self.view = config, view
        self.crops = np.memmap(folder / "crops.bin", np.uint8, "r")
        table = np.load(folder / "crops.npz")
        self.offset, self.side, self.landmarks, self.kind, self.source = (table[name] for name in ("offset", "side", "landmarks", "kind", "source"))
        first = np.flatnonzero(self.kind == "genuine")
        if permissive:
            first = first[table["licence"][first] != "FFHQ"]
        held = np.array([zlib.crc32(source.encode()) % 12 == 0 for source in self.source[first]])
        self.held, self.taught = first[held], first[~held]

    def picture(self, i):
        side = self.side[i]
        return self.crops[self.offset[i]:self.offset[i] + side * side * 3].reshape(side, side, 3)

    def plain(self, first):
        """Each of the four as it is looked at in a test: 4 x views x side x side x 3."""
        return [[cut(self.picture(first + i), *matrix, self.config["input_px"][self.view]) for matrix in views(self.landmarks[first], self.config, self.view)] for i in range(4)]

    def changed(self, first, random):
        side = self.config["input_px"][self.view]
        if self.view == "texture":
            matrix, shrink = window(self.landmarks[first], side, random.uniform(-0.4, 0.4, 2))
        else:
            matrix, shrink = upright(self.landmarks[first], side, self.config["input_margin"] * random.uniform(0.88, 1.12), random.normal(0, 0.05), random.normal(0, 0.02, 2))
        flip, flags = random.random() < 0.5, int(random.choice([cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        blur, detour, quality = (random.uniform(*bounds) if random.random() < share else 0 for bounds, share in (((0.3, 1.1), 0.2), ((0.45, 0.9), 0.3), ((40, 96), 0.4)))
        noise = random.choice([0, 0, 0, 1]) * random.uniform(0.5, 5)
        gain, lift, tint, saturation = random.uniform(0.8, 1.2), random.uniform(-20, 20), random.normal(0, 5, 3), random.choice([0, 1, 1, 1, 1, 1]) * random.uniform(0.7, 1.3)
        crops = [cut(self.picture(first + i), matrix, shrink, side, flags) for i in range(4)]
        if self.config["levelled_spread"]:
            outline = self.landmarks[first][6:] @ matrix[:, :2].T + matrix[:, 2]
            outline = outline.mean(0) + (outline - outline.mean(0)) * random.uniform(0.75, 1.0)
            inner = cv2.fillConvexPoly(np.zeros((side, side), np.float32), cv2.convexHull(outline.astype(np.int32)), 1.0)
            crops = levelled(crops, cv2.GaussianBlur(inner, (0, 0), random.uniform(2, 8)), self.config["levelled_spread"], random)
        result = []
        for crop in crops:
            if flip:
                crop = crop[:, ::-1]
            if detour:
                small = cv2.resize(crop, None, fx=detour, fy=detour, interpolation=cv2.INTER_AREA)
                crop = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
            if blur:
                crop = cv2.GaussianBlur(crop, (0, 0), blur)
            crop = np.asarray(crop, np.float32) * gain + lift + tint.astype(np.float32)
            grey = crop.mean(2, keepdims=True)
            crop = grey + (crop - grey) * saturation
            if noise:
                crop = crop + random.normal(0, noise, crop.shape[:2])[..., None]
            crop = np.clip(crop, 0, 255).astype(np.uint8)
            if quality:
                # As if red were blue; alike in all four.
                crop = cv2.imdecode(cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1], cv2.IMREAD_COLOR)
            result.append(crop)
        return result


def views(kept, config, view):
    """Matrices to what is looked at in a test: the face, or windows on its middle, sides, chin and forehead."""
    side = config["input_px"][view]
    return [window(kept, side, place) for place in config["places"]] if view == "texture" else [upright(kept, side, config["input_margin"])]


def area_of(fake, genuine):
    return float((np.sign(fake[:, None] - genuine[None]) + 1).mean() / 2)


def told_apart(values):
    """Of scores of quartets, {kind of twin: [AUC, share of the pairs in order]}."""
    return {kind: [round(area_of(values[:, i], values[:, 0]), 3), round(float((values[:, i] > values[:, 0]).mean()), 3)] for i, kind in enumerate(KINDS[1:], 1)}


@torch.no_grad()
def on_held_out(network, quartets, most=120):
    network.eval()
    view = quartets.view
    chosen = quartets.held[::max(1, len(quartets.held) // most)]
    values = np.array([[score(network, as_input(crops, view)).numpy().mean() for crops in quartets.plain(i)] for i in chosen])
    return told_apart(values)


def by_sharpness(quartets, changed, most=250):
    """What fine detail of the middle of the face alone tells about the held-out quartets: {kind: [AUC, share in order]}, the duller taken for the forged."""
    values = []
    for number, first in enumerate(quartets.held[:most]):
        crops = quartets.changed(first, np.random.default_rng(number)) if changed else [each[0] for each in quartets.plain(first)]
        middles = [crop[crop.shape[0] // 4:-crop.shape[0] // 4, crop.shape[1] // 4:-crop.shape[1] // 4].astype(np.float32) for crop in crops]
        values.append([-np.log((middle - cv2.GaussianBlur(middle, (0, 0), 0.8)).std() + 0.1) for middle in middles])
    return told_apart(np.array(values))


def test_crops(films, config, view, program, cache):
    """{version: [(row of films.csv, crops)]} of the longest seen face of each clip. The landmarks are those of the clip as it is, brought to the version's size."""
    rows = list(csv.DictReader(open(films / "films.csv")))
    paths = (films / "paths.txt").read_text().split("\n")
    places = dict(zip([row["file"] for row in rows if row["version"] == "native"],
                      landmarks_of([path for row, path in zip(rows, paths) if row["version"] == "native"], program, cache)))
    side, found = config["input_px"][view], {}
    for row, path in zip(rows, paths):
        track, film = places[row["file"]], frames_of(path)
        own = cv2.VideoCapture(paths[[r["file"] for r in rows].index(row["file"])])
        scale = np.array([film[0].shape[1] / own.get(cv2.CAP_PROP_FRAME_WIDTH), film[0].shape[0] / own.get(cv2.CAP_PROP_FRAME_HEIGHT)])
        moments = [moment for moment in sorted(track) if moment < len(film)]
        moments = [moments[i] for i in np.linspace(0, len(moments) - 1, config["test_moments"]).astype(int)]
        crops = [cut(film[i][..., ::-1], *matrix, side) for i in moments for matrix in views(track[i][KEPT] * scale, config, view)]
        found.setdefault(row["version"], []).append((row, np.stack(crops)))
    return found


@torch.no_grad()
def on_clips(network, test, view):
    network.eval()
    return {version: np.array([score(network, as_input(crops, view)).numpy().mean() for _, crops in clips]) for version, clips in test.items()}


def of_clips(rows, values, rounds, taught):
    fake, pair, kind, source = (np.array([row[name] for row in rows]) for name in ("label", "pair", "kind", "source"))
    fake, known = fake == "fake", np.isfinite(values)
    swaps, own = fake & (pair != "") & known, ~fake & (pair != "") & known
    genuine, heads = ~fake & ~np.isin(kind, taught) & known, fake & (pair == "") & known
    both = [one for one in np.unique(pair[swaps]) if (own & (pair == one)).any()]
    order = sum(float(values[swaps & (pair == one)][0] > values[own & (pair == one)][0]) for one in both)

    def interval(first, second):
        """95 % bootstrap over whole recordings; nothing for no rounds."""
        random, names, drawn = np.random.default_rng(5), np.unique(source[first | second]), []
        for _ in range(rounds):
            chosen = np.concatenate([np.flatnonzero(source == name) for name in random.choice(names, len(names))])
            a, b = values[chosen[first[chosen]]], values[chosen[second[chosen]]]
            if len(a) and len(b):
                drawn.append(area_of(a, b))
        return " [{:.3f}, {:.3f}]".format(*np.percentile(drawn, [2.5, 97.5])) if drawn else ""

    def area(first, second):
        return f"{area_of(values[first], values[second]):.3f}{interval(first, second)}"

    return f"own sources {area(swaps, own)}, in order {order:.0f} of {len(both)}; all genuine {area(swaps, genuine)}; talking heads {area(heads, genuine)}"


def standard(values):
    """z scores over the genuine and forged clips alike, which needs no label."""
    return (values - np.nanmean(values)) / np.nanstd(values)


def other_scores(films):
    """{(version, file): (face.swap, video.face.swap)}, as train/video_face_swap/train.py reports them."""
    import train as video  # video_face_swap's: its folder comes first

    config = json.loads((HERE.parent / "video_face_swap/config.json").read_text())
    judged, _ = video.films(films, config)
    values, source = np.array([each[2] for each in judged]), np.array([each[0]["source"] for each in judged])
    genuine = np.array([each[0]["label"] != "fake" for each in judged])
    texture = video.of_texture(films, list(csv.DictReader(open(films / "films.csv"))))
    scores = {}
    for i, (row, _, value) in enumerate(judged):
        teach = genuine & (source != source[i])
        moving = float(video.score(video.fit(values[teach], source[teach], config), value[None], config)[0])
        scores[row["version"], row["file"]] = (texture.get((row["version"], row["file"]), np.nan), moving)
    return scores


def figures(network, test, films, config, view, say):
    other = other_scores(films)
    for version, values in on_clips(network, test, view).items():
        rows = [row for row, _ in test[version]]
        texture, moving = np.array([other.get((version, row["file"]), (np.nan, np.nan)) for row in rows]).T
        judged = np.isfinite(texture) & np.isfinite(moving)
        values = np.where(judged, values, np.nan)  # all on the same clips
        names = {"network": [values], "face.swap": [texture], "video.face.swap": [moving], "the latter two": [texture, moving],
                 "network and face.swap": [values, texture], "all three": [values, texture, moving]}
        for name, parts in names.items():
            say(f"{version}, {name}: {of_clips(rows, sum(standard(np.where(judged, part, np.nan)) for part in parts), config['bootstrap_rounds'], config['taught_clips'])}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=pathlib.Path)
    parser.add_argument("films", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--program", required=True, help="bonafide-face-swap-features")
    parser.add_argument("--view", choices=("face", "texture"), default="face", help="the face at one size, or windows of fine detail at its own")
    parser.add_argument("--begin", type=pathlib.Path, help="checkpoint to begin from, in place of ImageNet")
    parser.add_argument("--permissive", action="store_true", help="without FFHQ, which is noncommercial")
    parser.add_argument("--minutes", type=float, default=1e9)
    options = parser.parse_args()
    config = json.loads((HERE / "network.json").read_text())
    options.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config["seed"])
    torch.set_num_threads(1)
    quartets = Quartets(options.pairs, config, options.view, options.permissive)
    test = test_crops(options.films, config, options.view, options.program, options.run / "clips.landmarks")
    network, average = (make_network(pretrained).to(memory_format=torch.channels_last) for pretrained in (True, False))
    torch.nn.init.normal_(network.classifier.weight, std=0.01)  # of differences nothing could be learnt from zero
    if options.begin:
        network.load_state_dict(torch.load(options.begin, weights_only=True)["average"])
    average.load_state_dict(network.state_dict())
    optimizer = torch.optim.AdamW(network.parameters(), lr=config["learning_rate"], weight_decay=config["weight_decay"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config["learning_rate"], total_steps=config["steps"], pct_start=0.04)
    checkpoint, first = options.run / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        first = state.pop("step")
        for name, part in (("network", network), ("average", average), ("optimizer", optimizer), ("schedule", schedule)):
            part.load_state_dict(state[name])
    log = open(options.run / "log.txt", "a")

    def say(line):
        print(line, flush=True)
        print(line, file=log, flush=True)

    say(f"{len(quartets.taught)} quartets teach, {len(quartets.held)} of other pictures are held out")
    say(f"by sharpness alone: {by_sharpness(quartets, False)}; as they are changed for training: {by_sharpness(quartets, True)}")
    started, losses = time.time(), []
    for step in range(first, config["steps"]):
        random = np.random.default_rng([config["seed"], step])
        crops = [crop for i in random.choice(quartets.taught, config["quartets_a_batch"], replace=False) for crop in quartets.changed(i, random)]
        network.train()
        values = score(network, as_input(crops, options.view)).reshape(-1, 4)
        genuine, forged = values[:, :1], values[:, 1:]
        loss = torch.nn.functional.softplus(genuine - forged).mean() + config["absolute_share"] * (
            torch.nn.functional.softplus(-forged).mean() + torch.nn.functional.softplus(genuine).mean())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(float((forged > genuine).float().mean()))
        with torch.no_grad():
            decay = min(config["average_decay"], (step + 1) / (step + 10))
            for ours, theirs in zip(average.state_dict().values(), network.state_dict().values()):
                ours.lerp_(theirs, 1 - decay) if ours.dtype.is_floating_point else ours.copy_(theirs)
        last = step + 1 == config["steps"] or time.time() - started > 60 * options.minutes
        if (step + 1) % 50 == 0:
            say(f"{step + 1} {time.time() - started:.0f} s, {time.process_time():.0f} s of a core: loss {loss.item():.3f}, in order {np.mean(losses):.3f}")
            losses = []
        if (step + 1) % config["report_steps"] == 0 or last:
            torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
                        "step": step + 1}, checkpoint)
            say(f"{step + 1} held out, AUC and share in order: {on_held_out(average, quartets)}")
            for version, values in on_clips(average, test, options.view).items():
                say(f"    {version}: {of_clips([row for row, _ in test[version]], values, 0, config['taught_clips'])}")
        if last:
            break
    figures(average, test, options.films, config, options.view, say)


if __name__ == "__main__":
    main()
