#!/usr/bin/env python3
"""Trains a network over frames without each group of corpora in turn, and on all sources.

usage: train.py PROGRAM PACK CONDITIONS OUT NETWORK [FOLD...]

PROGRAM, PACK and CONDITIONS as for ../train.py; NETWORK is one of those of config.json; without FOLDs (groups of corpora, and "all") all groups are
trained without. OUT gets a checkpoint and a log a fold, from which a run that was broken off goes on. What a
step draws depends on the seed, the fold and the step alone. Folds are trained in turns of a round each, so that all stand equally far.
"""
import json
import math
import os
import pathlib
import sys
import time
import zlib

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import windows  # noqa: E402
from images import Images  # noqa: E402
from network import GAP_ROWS, LINEAR_BANDS, Network, image_of, settings  # noqa: E402

CONFIG = {}  # settings() of the network that was chosen
SHARED = json.loads((HERE.parent / "config.json").read_text())
BAND_HZ = numpy.concatenate([8000 / (LINEAR_BANDS + 1) * numpy.arange(1, LINEAR_BANDS + 1), 4000 + 4000 / 31 * numpy.arange(1, 31)])


class Windows:
    """The windows of speech of all training conditions by source, condition and class; and white noise."""

    def __init__(self, program, manifest, conditions, left_out, images, noise):
        self.noise = noise
        self.images = images
        self.members = {}
        for name, part in images.items():
            source, spoof = manifest.source[part.clip], manifest.spoof[part.clip]
            for each in numpy.unique(source):
                if each in left_out:
                    continue
                for label in (0, 1):
                    self.members[each, name, label] = numpy.flatnonzero((source == each) & (spoof == label) & part.speech)
        self.conditions = list(images)
        sources = sorted({key[0] for key in self.members})
        count = lambda each, label: min(len(self.members[each, name, label]) for name in self.conditions)
        self.paired = [each for each in sources if count(each, 0) >= 3 and count(each, 1) >= 3]
        self.lone = [each for each in sources if each not in self.paired and count(each, 0) >= 3]

    def crop(self, random, condition, member):
        part = self.images[condition]
        count, length = int(part.frames[member]), CONFIG["crop_frames"]
        first = int(random.integers(0, max(count - length, 0) + 1))
        logarithms = numpy.zeros((length, part.logarithms.shape[2]), numpy.float32)
        active = numpy.zeros(length, numpy.float32)
        rows = min(count, length)
        logarithms[:rows] = part.logarithms[member, first : first + rows]
        active[:rows] = part.active[member, first : first + rows]
        if active.sum() < 20:
            active[:rows] = 1
        if random.random() < CONFIG["noise_probability"]:
            logarithms[:rows] = self.noisy(random, logarithms[:rows])
        logarithms[rows:] = logarithms[active > 0].mean(0)  # nothing, once the mean is taken away
        return logarithms, active

    def noisy(self, random, logarithms):
        """Power of white noise with a random slope added, as if the two were independent."""
        pick = int(random.integers(0, len(self.noise.frames)))
        first = int(random.integers(0, int(self.noise.frames[pick]) - len(logarithms) + 1))
        noise = self.noise.logarithms[pick, first : first + len(logarithms)].astype(numpy.float32)
        level = random.uniform(*CONFIG["noise_db"]) * numpy.log(10) / 10
        slope = -random.uniform(0, 1.2) * numpy.log(BAND_HZ / 1000)
        return numpy.logaddexp(logarithms, noise + level + slope)

    def batch(self, random):
        """Crops, active frames, classes, numbers of the source."""
        rows = []
        chosen = random.permutation(len(self.paired))[: CONFIG["sources_a_batch"]]
        for number in chosen:
            shared = self.conditions[random.integers(0, len(self.conditions))] if random.random() < CONFIG["same_condition"] else None
            for label in (0, 1):
                for _ in range(CONFIG["windows_a_class"]):
                    condition = shared or self.conditions[random.integers(0, len(self.conditions))]
                    members = self.members[self.paired[number], condition, label]
                    rows.append((*self.crop(random, condition, members[random.integers(0, len(members))]), label, number))
        for number, each in enumerate(self.lone):
            condition = self.conditions[random.integers(0, len(self.conditions))]
            members = self.members[each, condition, 0]
            rows.append((*self.crop(random, condition, members[random.integers(0, len(members))]), 0, -1 - number))
        return [numpy.stack(column) for column in zip(*rows)]


def gaps(random, image):
    """Bands of frequency without movement, in both banks alike."""
    for each in image:
        if random.random() < CONFIG["gap_probability"]:
            width = random.uniform(*CONFIG["gap_hz"])
            low = random.uniform(0, 8000 - width)
            # A third are cut off above instead, as coders of few bits do.
            gone = BAND_HZ > 8000 - 2 * width if random.random() < 0.33 else (BAND_HZ > low) & (BAND_HZ < low + width)
            rows = numpy.flatnonzero(gone)
            each[:, torch.from_numpy(rows + GAP_ROWS * (rows >= LINEAR_BANDS))] = 0
    return image


def loss_of(scores, label, source):
    """Every pair of a source in the right order, and the odds of each window; genuine windows of sources without synthetic speech weigh less."""
    order = torch.nn.functional.softplus
    pairs = (source[:, None] == source[None]) & (label[:, None] == 1) & (label[None] == 0)
    differences = scores[:, None] - scores[None]
    weight = torch.where(source < 0, CONFIG["lone_weight"], 1.0)
    odds = (weight * order(torch.where(label == 1, -scores, scores))).sum() / weight.sum()
    return CONFIG["pairs_weight"] * order(-differences[pairs]).mean() + (1 - CONFIG["pairs_weight"]) * odds


class Fold:
    def __init__(self, name, data, out):
        self.name, self.data, self.out = name, data, out
        torch.manual_seed(CONFIG["seed"])
        self.network = Network(CONFIG).to(memory_format=torch.channels_last)
        self.mean = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(CONFIG["averaging"]), use_buffers=True
        )
        self.optimiser = torch.optim.AdamW(self.network.parameters(), CONFIG["learning_rate"], weight_decay=CONFIG["weight_decay"])
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, rate)
        self.step = 0
        if self.path.exists():
            state = torch.load(self.path, weights_only=False)
            self.step = state["step"]
            for part in ("network", "mean", "optimiser", "schedule"):
                getattr(self, part).load_state_dict(state[part])

    @property
    def path(self):
        return self.out / (self.name.replace(" ", "_") + ".pt")

    def round(self, log):
        began, losses = time.time(), []
        for _ in range(CONFIG["steps_a_round"]):
            random = numpy.random.default_rng([CONFIG["seed"], zlib.crc32(self.name.encode()), self.step])
            torch.manual_seed(zlib.crc32(f"{CONFIG['seed']} {self.name} {self.step}".encode()))
            logarithms, active, label, source = (torch.from_numpy(column) for column in self.data.batch(random))
            image = gaps(random, image_of(logarithms, active, CONFIG)).contiguous(memory_format=torch.channels_last)
            self.network.train()
            loss = loss_of(self.network(image, active), label, source)
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            self.schedule.step()
            self.mean.update_parameters(self.network)
            self.step += 1
            losses.append(float(loss.detach()))
        state = {part: getattr(self, part).state_dict() for part in ("network", "mean", "optimiser", "schedule")}
        torch.save({**state, "step": self.step}, str(self.path) + ".part")
        os.replace(str(self.path) + ".part", self.path)
        log(f"{self.name:10s} step {self.step:5d} loss {numpy.mean(losses):.3f}, {(time.time() - began) / len(losses):.3f} s a step")


def rate(step):
    warm, all_steps = CONFIG["warm_up_steps"], CONFIG["schedule_steps"]
    if step < warm:
        return (step + 1) / warm
    return 0.5 + 0.5 * math.cos(math.pi * min(1.0, (step - warm) / (all_steps - warm)))


def main():
    program, pack, conditions, out = (pathlib.Path(argument).resolve() for argument in sys.argv[1:5])
    CONFIG.update(settings(sys.argv[5]))
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    manifest = windows.Manifest(pack / "manifest.csv")
    images = {name: Images(program, conditions, name) for name in SHARED["training_conditions"]}
    noise = white_noise(program, conditions)
    groups = {**SHARED["corpora"], "all": []}
    log = lambda line: (print(line, flush=True), open(out / "train.log", "a").write(line + "\n"))
    folds = [Fold(name, Windows(program, manifest, conditions, groups[name], images, noise), out) for name in sys.argv[6:] or SHARED["corpora"]]
    while any(fold.step < CONFIG["steps"] for fold in folds):
        for fold in folds:
            if fold.step < CONFIG["steps"]:
                fold.round(log)


def white_noise(program, conditions):
    import soundfile

    path = conditions / "white.flac"
    if not path.exists():
        samples = 0.1 * numpy.random.default_rng(SHARED["seed"]).standard_normal(120 * 16000)
        soundfile.write(path, numpy.clip(samples, -1, 1), 16000, subtype="PCM_16")
        (conditions / "white.list").write_text(f"{path}\n")
    return Images(program, conditions, "white")


if __name__ == "__main__":
    main()
