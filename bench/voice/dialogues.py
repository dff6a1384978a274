#!/usr/bin/env python3
"""What speaker turns change in voice.synthetic: dialogues.py PROGRAM VOICES WORK [--turns PROGRAM] [--half chosen|reported] [--count N]

VOICES is the voices pack (manifest.csv). Dialogues of a minute are pieced together from clips whose speaker the pack's file names tell: turns of 4 to 12 s, each of several clips of one
speaker (and, where synthetic, one system) in a row, without a pause between; half of the dialogues take all speakers from one source, so that rooms, microphones and coders do not give them
away, the others each from a source of its own. The draw is the same each time. Constants of features/voice/turns.cpp and of the judge were chosen on the first half of the sources, the second
is what README.md reports.

Prints, as it is and after Opus 24, the share of recordings next to a verdict and at one (models/calibration.json) by the mean of all windows (score_of_all) and by turns (score), with
bootstrap intervals over dialogues. With --turns (bonafide-voice-turns, built with BONAFIDE_TRAIN) also how well turns are found: change points within a second, the number of voices, and how much
of the speech is given to the right one. The clips taught the weights: only before against after counts.
"""

import argparse
import collections
import csv
import itertools
import json
import pathlib
import re
import subprocess

import numpy
import soundfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RATE_HZ = 16000
LENGTH_S, SHORTEST_TURN_S, LONGEST_TURN_S = 60, 4, 12
LEAST_SPOKEN_S = 6  # of a speaker, in two clips at least
NEAR_S = 1
NEAR, VERDICT = 0.94, 0.955  # log10 likelihood ratios
DRAWS = 2000
REPORTED = (
    "auspicious3000/autovc-demo",
    "gemelo-ai/vocos",
    "jaywalnut310/vits-demo",
    "kan-bayashi/ParallelWaveGAN",
    "neonbjb/tortoise-tts",
    "resemble-ai/Resemblyzer",
    "styletts2/styletts2.github.io",
    "OlaWod/FreeVC-demo",
)
SPEAKERS = (  # the first that fits a path names its speaker
    (r"(?:^|/)(LJ)(?:Speech)?[/0-9]", "{0}"),
    (r"ravdess/", "ravdess"),
    (r"(?:^|[/_])(?:ss|e2e|sv)[_/]", "LJ"),
    (r"p(\d+)_to_p(\d+)/(?:reference|original)", "p{0} or p{1}"),  # nobody: see below
    (r"p(\d+)x?p(\d+)/source", "p{0}"),
    (r"p\d+xp(\d+)/", "p{0}"),
    (r"_to_(p?\d+)_", "{0}"),
    (r"p\d+_p(\d+)_\d", "p{0}"),
    (r"-[FM]_p(\d+)_", "p{0}"),
    (r"-[FM]_(\d+)_\d+_\d+", "{0}"),
    (r"/p(\d+)/", "p{0}"),
    (r"(?:^|[/_])p(\d+)_\d+", "p{0}"),
    (r"(?:^|[/_])(\d+)_\d+_\d{6}_\d{6}", "{0}"),
    (r"(?:^|[/_])(\d+)[-_]\d+[-_]\d{4,6}", "{0}"),
    (r"/MLS-PT/(\d+)/", "{0}"),
    (r"GT/Speaker_Adaptation/([a-z]+-[a-z]+-\d+)/", "{0}"),
    (r"encodec.*/([fm]\d+)_script", "{0}"),
    (r"(jsut|csmsc)/", "{0}"),
    (r"tortoise/voices/(\w+)/", "{0}"),
    (r"^examples/(?:various/\w+|favorites|riding_hood)/(\w+)\.mp3", "{0}"),
)


def speaker_of(path):
    for pattern, name in SPEAKERS:
        found = re.search(pattern, path)
        if found:
            name = name.format(*found.groups())
            return None if " or " in name else name
    return None


def voices_of(rows, half):
    """Clips by (source, system or None where genuine, speaker), of those with enough of them."""
    voices = collections.defaultdict(list)
    for row in rows:
        speaker = speaker_of(row["source_path"])
        if speaker and (row["source"] in REPORTED) == (half == "reported"):
            voices[row["source"], None if row["label"] == "bona_fide" else row["system"], speaker].append(row)
    return {key: clips for key, clips in voices.items() if len(clips) >= 2 and sum(float(clip["seconds"]) for clip in clips) >= LEAST_SPOKEN_S}


class Speech:
    """Clips of one speaker one after the other, in an order of its own."""

    def __init__(self, folder, clips, draw):
        order = draw.permutation(len(clips))
        self.clips = itertools.cycle([folder / clips[number]["file"] for number in order])
        self.rest = numpy.zeros(0, numpy.float32)

    def take(self, seconds):
        while len(self.rest) < seconds * RATE_HZ:
            self.rest = numpy.concatenate([self.rest, soundfile.read(next(self.clips), dtype="float32")[0]])
        taken, self.rest = numpy.split(self.rest, [round(seconds * RATE_HZ)])
        return taken


def draw_speakers(voices, draw, synthetic, genuine, one_source):
    """As many different speakers; of one source, or no two of one."""
    kinds = [True] * synthetic + [False] * genuine
    for _ in range(10000):
        chosen = []
        for is_synthetic in kinds:
            fitting = [key for key in sorted(voices, key=str) if (key[1] is not None) == is_synthetic]
            sources = sorted({key[0] for key in fitting})
            source = chosen[0][0] if one_source and chosen else sources[draw.integers(len(sources))]
            fitting = [key for key in fitting if key[0] == source]
            if not fitting:
                break
            chosen.append(fitting[draw.integers(len(fitting))])
        if len(chosen) == len(kinds) and len({key[2] for key in chosen}) == len(kinds) and (one_source or len({key[0] for key in chosen}) == len(kinds)):
            return chosen
    raise SystemExit("no such speakers")


KINDS = {  # synthetic voices, genuine voices, share of the time that is synthetic
    "genuine, one voice": (0, 1, 0),
    "genuine, two voices": (0, 2, 0),
    "genuine, three voices": (0, 3, 0),
    "one of two synthetic, half of the time": (1, 1, 1 / 2),
    "one of two synthetic, a third of it": (1, 1, 1 / 3),
    "one of three synthetic, a third of it": (1, 2, 1 / 3),
    "synthetic, one voice": (1, 0, 1),
}


def make(folder, voices, draw, kind, one_source, target):
    """Writes a dialogue and returns its turns, (start, end, number of the speaker), and who speaks."""
    synthetic, genuine, share = KINDS[kind]
    chosen = draw_speakers(voices, draw, synthetic, genuine, one_source)
    speech = [Speech(folder, voices[key], draw) for key in chosen]
    spoken, turns, pieces, at, last = numpy.zeros(len(chosen)), [], [], 0, None
    wanted = numpy.array([share / max(synthetic, 1)] * synthetic + [(1 - share) / max(genuine, 1)] * genuine)
    while at < LENGTH_S:
        length = draw.uniform(SHORTEST_TURN_S, LONGEST_TURN_S)
        # Who has had the least of what is wanted, not the same twice; the first by lot.
        lag = wanted * (at + length) - spoken + (draw.uniform(0, 1e-3, len(chosen)) if last is None else 0)
        if last is not None and len(chosen) > 1:
            lag[last] = -numpy.inf
        last = int(numpy.argmax(lag))
        # With two voices it is the length of turns that makes the share.
        length = numpy.clip(length * (2 * wanted[last] if len(chosen) == 2 else 1), SHORTEST_TURN_S, LONGEST_TURN_S)
        pieces.append(speech[last].take(length))
        spoken[last] += length
        turns.append((at, at + length, last))
        at += length
    soundfile.write(target, numpy.concatenate(pieces), RATE_HZ)
    if len(chosen) == 1:
        turns = [(0, at, 0)]
    return turns, [" ".join(str(part) for part in key if part) for key in chosen]
