"""How near `forge voice mimic` and `convert` come to the person: likeness.py PROGRAM VOICES FOLDER [--speakers 12] [--vocoder NAME]

VOICES holds manifest.csv (file, label, source, source_path, seconds). Of people with two recordings or more, told apart by train/speaker/speakers.py, the longest clip is the sample, the next
longest the person's other recording. A text is spoken in each voice, and the other recording of the person before is converted to it. Prints the cosine of the speakers' numbers (1 less the distance of
`voice compare`): before (as the forge tells it), with the sample, with the other recording, and of the person's two recordings, each as mean, least and largest; and
how many samples were refused. Everything is written to FOLDER.
"""

import argparse
import collections
import csv
import json
import pathlib
import re
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "train" / "speaker"))
from speakers import speaker_of  # noqa: E402

TEXT = "The sea was calm that morning, and nobody had expected the boat to come back before noon."


def run(*arguments):
    return subprocess.run([str(each) for each in arguments], capture_output=True, text=True, check=False)


def cosine(program, one, other):
    done = run(program, "voice", "compare", one, other, "--format", "json")
    answer = json.loads(done.stdout) if done.stdout else {}
    return 1 - answer["distance"] if answer.get("distance") is not None else None


def people(voices, most):
    """(sample, other recording) of each person, the longest clips of different utterances."""
    clips = collections.defaultdict(dict)
    with open(voices / "manifest.csv", newline="", encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest):
            known = speaker_of(row) if row["label"] == "bona_fide" else None
            if known:
                clips[known[0]].setdefault(known[1], (float(row["seconds"]), row["file"]))
    pairs = [[voices / file for _, file in sorted(of.values(), reverse=True)[:2]] for _, of in sorted(clips.items()) if len(of) >= 2]
    return pairs[:: max(1, len(pairs) // most)][:most]


def row(name, values):
    known = [value for value in values if value is not None]
    print(f"  {name:34} " + (f"{statistics.mean(known):.3f} ({min(known):.2f} to {max(known):.2f}), {len(known)}" if known else "none"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("voices", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--speakers", type=int, default=12)
    parser.add_argument("--vocoder")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    keys, record = given.folder / "keys", given.folder / "consent.json"
    run(given.program, "forge", "consent", "new", "--person", "P", "--purpose", "testing", "--until", "2999-01-01", "--for", "voice", "-o", record, "--keys", keys)
    common = ["--person", "P", "--consent", record, "--keys", keys, "--json"] + (["--vocoder", given.vocoder] if given.vocoder else [])
    pairs = people(given.voices, given.speakers)
    same = [cosine(given.program, *pair) for pair in pairs]
    for kind in ("mimic", "convert"):
        before, sample_cosines, other_cosines, refused = [], [], [], 0
        for number, (sample, other) in enumerate(pairs):
            out = given.folder / f"{kind}-{number:02}.wav"
            what = ["--text", TEXT, "--sample", sample] if kind == "mimic" else [pairs[number - 1][1], "--voice", sample]
            done = run(given.program, "forge", "voice", kind, *what, *common, "-o", out)
            if done.returncode != 0:
                refused += 1
                print(f"  refused: {done.stderr.strip()}", file=sys.stderr)
                continue
            told = re.search(r"\(cosine\) (-?[\d.]+) before", json.loads(done.stdout)["description"])
            before.append(float(told[1]) if told else None)
            sample_cosines.append(cosine(given.program, out, sample))
            other_cosines.append(cosine(given.program, out, other))
        print(f"{kind}: {len(pairs) - refused} of {len(pairs)} voices, {refused} refused")
        row("before, with the sample", before)
        row("with the sample", sample_cosines)
        row("with the person's other recording", other_cosines)
    print("the same person")
    row("sample with the other recording", same)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
