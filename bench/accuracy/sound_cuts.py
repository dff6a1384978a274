"""What voice.codec and voice.splice say of genuine, coded and cut recordings: sound_cuts.py PROGRAM VOICES FOLDER [--every 4] [--seed 1]

VOICES holds manifest.csv (file, label, ...); every N-th clip labelled bona_fide, of 2 s at least, is taken, as it is and coded by FFmpeg. A cut takes 0.05 to 0.6 s out of
the decoded clip, a join puts the end of the next clip behind its beginning; both sides meet in a cross-fade of 10 ms. Everything is written to FOLDER,
16 kHz mono, and checked. Prints, a row for each kind, how many show a trace of MP3 and of AAC blocks (at least 6), and a shift of blocks (at least 5).
"""

import argparse
import csv
import json
import pathlib
import random
import statistics
import subprocess

RATE_HZ, FADE = 16000, 160
SHORTEST_S = 2  # of which a cut leaves at least 0.5 s on either side
TRACE, SHIFT = 6, 5
CODERS = {"mp3-32": ("libmp3lame", 32, "mp3"), "mp3-64": ("libmp3lame", 64, "mp3"), "mp3-96": ("libmp3lame", 96, "mp3"),
          "aac-48": ("aac", 48, "m4a"), "opus-24": ("libopus", 24, "ogg")}


def ffmpeg(*arguments, given=None):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], input=given, capture_output=True, check=True).stdout


def decoded(path):
    """Samples of 16 bits, as a list of bytes pairs would be: a memoryview of shorts."""
    return memoryview(ffmpeg("-i", path, "-ac", 1, "-ar", RATE_HZ, "-f", "s16le", "-")).cast("h")


def coded(samples, coder, folder):
    encoder, rate, ending = CODERS[coder]
    path = folder / f"between.{ending}"
    ffmpeg("-f", "s16le", "-ar", RATE_HZ, "-ac", 1, "-i", "-", "-c:a", encoder, "-b:a", f"{rate}k", path, given=bytes(samples))
    return decoded(path)


def joined(before, after):
    """`after` behind `before`, cross-faded."""
    faded = [round(before[len(before) - FADE + i] * (1 - (i + 0.5) / FADE) + after[i] * (i + 0.5) / FADE) for i in range(FADE)]
    return memoryview(b"".join((bytes(before[:len(before) - FADE]), b"".join(v.to_bytes(2, "little", signed=True) for v in faded), bytes(after[FADE:])))).cast("h")


def cut(samples, chance):
    at = int(len(samples) * chance.uniform(0.4, 0.6))
    return joined(samples[:at], samples[at + int(RATE_HZ * chance.uniform(0.05, 0.6)):])


def noisy(samples, chance):
    """White noise, 30 dB below the clip."""
    deviation = (sum(v * v for v in samples) / len(samples)) ** 0.5 / 10 ** 1.5
    return memoryview(b"".join(max(-32768, min(32767, round(v + chance.gauss(0, deviation)))).to_bytes(2, "little", signed=True) for v in samples)).cast("h")


def versions(clip, following, chance, folder):
    """(kind, samples) of one clip."""
    yield "as it is", clip
    yield "noise 30 dB", noisy(clip, chance)
    mp3, mp3_64, aac = (coded(clip, coder, folder) for coder in ("mp3-32", "mp3-64", "aac-48"))
    yield "opus-24", coded(clip, "opus-24", folder)
    yield from (("mp3-32", mp3), ("mp3-64", mp3_64), ("aac-48", aac))
    once = cut(mp3, chance)
    yield "cut, mp3-32", once
    yield "cut, mp3-32, then mp3-96", coded(once, "mp3-96", folder)
    yield "cut, mp3-32, then opus-24", coded(once, "opus-24", folder)
    yield "cut, mp3-64", cut(mp3_64, chance)
    yield "cut, aac-48", cut(aac, chance)
    for coder, own in (("mp3-32", mp3), ("aac-48", aac)):
        other = coded(following, coder, folder)
        yield f"joined, {coder}", joined(own[:len(own) // 2], other[len(other) // 2:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("voices", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    with open(given.voices / "manifest.csv", newline="", encoding="utf-8") as manifest:
        names = [row["file"] for row in csv.DictReader(manifest) if row["label"] == "bona_fide" and float(row["seconds"]) >= SHORTEST_S][:: given.every]
    chance = random.Random(given.seed)
    clips = [decoded(given.voices / name) for name in names]
    kinds = {}
    for number, clip in enumerate(clips):
        for kind, samples in versions(clip, clips[(number + 1) % len(clips)], chance, given.folder):
            path = given.folder / f"{len(kinds):05}.wav"
            ffmpeg("-f", "s16le", "-ar", RATE_HZ, "-ac", 1, "-i", "-", path, given=bytes(samples))
            kinds[path.name] = kind
    for between in given.folder.glob("between.*"):
        between.unlink()
    done = subprocess.run([given.program, "check", given.folder, "--analyzer", "voice.codec", "--analyzer", "voice.splice", "--format", "jsonl"], capture_output=True, text=True, check=False)
    measured = {kind: [] for kind in kinds.values()}
    for line in done.stdout.splitlines():
        report = json.loads(line)
        values = {m["name"]: m["value"] for finding in report["findings"] for m in finding["measurements"] if finding["outcome"] == "ran"}
        measured[kinds[pathlib.Path(report["input"]["path"]).name]].append(values)
    print(f"{'kind':28} {'clips':>5}  {'MP3 blocks':>20}  {'AAC blocks':>20}  {'shift':>20}")
    for kind, rows in measured.items():
        cells = []
        for name, least in (("mp3_trace", TRACE), ("aac_trace", TRACE), ("grid_shift", SHIFT)):
            values = [row[name] for row in rows if name in row]
            cells.append(f"{sum(v >= least for v in values):3} of {len(values):3} ({statistics.median(values):4.1f}, {max(values):4.1f})" if values else "none could be measured")
        print(f"{kind:28} {len(rows):5}  " + "  ".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
