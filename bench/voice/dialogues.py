#!/usr/bin/env python3
"""What speaker turns change in voice.synthetic: dialogues.py PROGRAM VOICES WORK [--turns PROGRAM] [--half chosen|reported] [--count N]

VOICES is the voices pack (manifest.csv). Dialogues of a minute are pieced together from clips whose speaker the pack's file names tell: turns of 4 to 12 s, each of several clips of one
speaker (and, where synthetic, one system) in a row, without a pause between. Every other dialogue takes all its speakers from one source, so that neither room nor microphone nor coder gives
them away; in the others each is from another source. The draw is the same each time. The constants of features/voice/turns.cpp and analyzers/voice/synthetic/voices.cpp were chosen on the
first half of the sources; README.md reports the second.

Prints for each kind of dialogue, as it is and after Opus 24, the share next to a verdict and at one (models/calibration.json) by the mean of all windows (score_of_all) and by turns
(score), in percent with 95 % intervals (bootstrap, all dialogues of a first speaker together). With --turns (bonafide-voice-turns, built where BONAFIDE_BENCH is on) also how well turns are heard:
changes within a second of a true one and the reverse, how many voices, and to whom windows of four seconds are given. The clips taught the weights: only before against after counts.
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
WINDOW_S, LEAST_SHARE = 4, 0.75
LEAST_VOICE_S = 5  # of a voice that counts
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


def checked(program, files):
    """The measurements of voice.synthetic by file; nothing where it did not judge."""
    lines = subprocess.run([program, "check", *map(str, files), "--analyzer", "voice.synthetic", "--format", "jsonl"], stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    found = []
    for line in lines:
        first = next(finding for finding in json.loads(line)["findings"] if finding["analyzer"] == "voice.synthetic")
        found.append({each["name"]: each["value"] for each in first["measurements"]} if first["outcome"] == "ran" else None)
    return found


def with_interval(values, groups, draw):
    """The mean of values in percent, whole groups drawn."""
    names = sorted(set(groups))
    sums = numpy.array([[sum(v for v, g in zip(values, groups) if g == name), groups.count(name)] for name in names], float)
    drawn = sums[draw.integers(len(names), size=(DRAWS, len(names)))].sum(axis=1)
    low, high = numpy.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    return f"{100 * numpy.mean(values):5.1f} [{100 * low:5.1f}, {100 * high:5.1f}]"


def print_scores(kind, dialogues, found, near, decided):
    judged = [(dialogue, each) for dialogue, each in zip(dialogues, found) if each]
    groups = [dialogue["who"][0] for dialogue, _ in judged]
    draw = numpy.random.default_rng(1)
    row = []
    for least in (near, decided):
        for name in ("score_of_all", "score"):
            row.append(with_interval([each[name] >= least for _, each in judged], groups, draw))
    print(f"{kind:40s} | {len(judged):3d} | " + " | ".join(row), flush=True)


def joined(turns):
    """Neighbours of one voice are one turn."""
    result = []
    for start, end, voice in turns:
        if result and result[-1][2] == voice:
            result[-1] = (result[-1][0], end, voice)
        else:
            result.append((start, end, voice))
    return result


def windows_of(turns, length):
    """The voice in whose turn each window lies; -1 where in none."""
    voices = []
    for start in range(int(length) - WINDOW_S + 1):
        inside = [voice for begin, end, voice in turns if min(end, start + WINDOW_S) - max(begin, start) >= LEAST_SHARE * WINDOW_S]
        voices.append(inside[0] if inside else -1)
    return numpy.array(voices)


def near_any(times, others):
    return sum(any(abs(time - other) <= NEAR_S for other in others) for time in times)


def best_share(heard, true):
    """Of windows in one turn by both, how many are of the right voice, voices matched one to one as is best."""
    both = (heard >= 0) & (true >= 0)
    named, actual = sorted(set(heard[both])), sorted(set(true[both]))
    short, long = (named, actual) if len(named) <= len(actual) else (actual, named)
    pairs = collections.Counter(zip(heard[both], true[both]) if short is named else zip(true[both], heard[both]))
    return max((sum(pairs[pair] for pair in zip(short, chosen)) for chosen in itertools.permutations(long, len(short))), default=0), int(both.sum())


def print_turns(kind, dialogues, heard):
    hit = true_changes = right = changes = windows = given = correct = 0
    counts = collections.Counter()
    for dialogue, turns in zip(dialogues, heard):
        turns, length = joined(turns), dialogue["turns"][-1][1]
        found, actual = [turn[0] for turn in turns[1:]], [turn[0] for turn in dialogue["turns"][1:]]
        hit, true_changes = hit + near_any(actual, found), true_changes + len(actual)
        right, changes = right + near_any(found, actual), changes + len(found)
        spoken = collections.Counter()
        for start, end, voice in turns:
            spoken[voice] += end - start
        counts[sum(seconds >= LEAST_VOICE_S for seconds in spoken.values())] += 1
        true = windows_of(dialogue["turns"], length)
        good, both = best_share(windows_of(turns, length), true)
        correct, given, windows = correct + good, given + both, windows + int((true >= 0).sum())
    share = [f"{100 * a / b:4.0f}" if b else "   -" for a, b in ((hit, true_changes), (right, changes), (given, windows), (correct, given))]
    voices = ", ".join(f"{count}: {number}" for count, number in sorted(counts.items()))
    print(f"{kind:40s} | {share[0]} | {share[1]} | {changes / len(dialogues):4.1f} | {voices:30s} | {share[2]} | {share[3]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("voices", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--turns")
    parser.add_argument("--half", choices=("chosen", "reported"), default="reported")
    parser.add_argument("--count", type=int, default=120, help="dialogues of a kind")
    given = parser.parse_args()
    voices = voices_of(csv.DictReader(open(given.voices / "manifest.csv", encoding="utf-8")), given.half)
    curves = json.loads((ROOT / "models/calibration.json").read_text(encoding="utf-8"))["curves"]
    knots = next(curve["knots"] for curve in curves if curve["analyzer"] == "voice.synthetic")
    near, decided = (next(score for score, llr in knots if llr >= least) for least in (NEAR, VERDICT))
    folder = given.work / given.half
    folder.mkdir(parents=True, exist_ok=True)
    dialogues = {}
    for number, kind in enumerate(KINDS):
        draw = numpy.random.default_rng(1)
        dialogues[kind] = []
        for each in range(given.count):
            path = folder / f"{number}-{each}.flac"
            turns, who = make(given.voices, voices, draw, kind, each % 2 == 0, path)
            dialogues[kind].append({"path": path, "turns": turns, "who": who, "one_source": each % 2 == 0})
    print(f"{len(voices)} voices; next to a verdict from {near}, a verdict from {decided}: mean of all windows, by turns; twice")
    for coder in ("as it is", "Opus 24"):
        print(coder)
        for kind, made in dialogues.items():
            for dialogue in made if coder == "Opus 24" else ():
                coded = dialogue["path"].with_suffix(".ogg")
                subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(dialogue["path"]), "-c:a", "libopus", "-b:a", "24k", str(coded)], check=True)
                dialogue["path"] = coded
            print_scores(kind, made, checked(given.program, [dialogue["path"] for dialogue in made]), near, decided)
        if not given.turns:
            continue
        print("changes found, changes that are true, changes a minute, dialogues by voices, windows of one speaker that are given to one voice, of them to the right one, %")
        for kind, made in dialogues.items():
            for one_source in (True, False):
                chosen = [dialogue for dialogue in made if dialogue["one_source"] == one_source]
                if KINDS[kind][0] + KINDS[kind][1] == 1:
                    chosen = made if one_source else []
                if chosen:
                    heard = subprocess.run([given.turns, *(str(dialogue["path"]) for dialogue in chosen)], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
                    print_turns(kind + ("" if chosen is made else ", one source" if one_source else ", several"), chosen, [json.loads(line) for line in heard])


if __name__ == "__main__":
    main()
