"""How often `check` finds the forge's marks again: forge_marks.py PROGRAM FOLDER [--voices DIR] [--every 40] [--copies NAMES...] [--films FILES...] [--seed 1]

Voices: DIR holds manifest.csv (file, seconds, ...). Every N-th clip of 3.2 s at least is passed through `forge voice splice`, cut to 3.0 s anywhere, coded or disturbed by FFmpeg,
and checked; the clips themselves are checked as well. Films: each is passed through `forge animal`, saved again as H.264 (rate factor 28, preset veryfast), at full and at half
size, and checked. Everything is written to FOLDER. Prints a row for each kind: how many were found (95 % interval, Wilson), and the least and median exponent of the
bound on a false alarm. Last, what `voice.synthetic` says of the same voices passed through the forge's vocoders; with --copies that alone, of those vocoders.
"""

import argparse
import collections
import csv
import json
import math
import pathlib
import random
import statistics
import subprocess

CUT_S = 3.0
VOCODERS = ("griffin-lim", "lpc", "world", "neural")
NEXT_TO_A_VERDICT, VERDICT = 0.94, 0.955  # log10 likelihood ratios, models/calibration.json
# What is done to a marked cut: FFmpeg's options for the file between, its ending, and a filter before.
DISTURBED = {
    "as it is": None,
    "mp3-64": (["-c:a", "libmp3lame", "-b:a", "64k"], "mp3", None),
    "mp3-32": (["-c:a", "libmp3lame", "-b:a", "32k"], "mp3", None),
    "aac-48": (["-c:a", "aac", "-b:a", "48k"], "m4a", None),
    "opus-24": (["-c:a", "libopus", "-b:a", "24k"], "ogg", None),
    "opus-12": (["-c:a", "libopus", "-b:a", "12k"], "ogg", None),
    "44.1 kHz, -20 dB": (["-ar", "44100"], "wav", "volume=-20dB"),
    "telephone": (["-ar", "8000", "-c:a", "pcm_mulaw"], "wav", "highpass=f=300,lowpass=f=3400"),
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def forged(program, keys, *arguments):
    """What was made, or nothing where the forge refuses."""
    done = subprocess.run([program, "forge", *map(str, arguments), "--keys", keys, "--json"], capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def first_findings(program, paths, analyzer):
    """By path: the analyzer's first finding, which speaks for the file. Further ones point at places and have no ratio."""
    done = subprocess.run([program, "check", *map(str, paths), "--analyzer", analyzer, "--format", "jsonl"], capture_output=True, text=True, check=False)
    found = {}
    for line in done.stdout.splitlines():
        report = json.loads(line)
        for finding in report["findings"]:
            if finding["analyzer"] == analyzer:
                found.setdefault(report["input"]["path"], finding)
    return found


def reports(program, paths, analyzer):
    """By path: the analyzer's measurements, where it ran."""
    found = first_findings(program, paths, analyzer)
    return {path: {m["name"]: m["value"] for m in finding["measurements"]} for path, finding in found.items() if finding["outcome"] == "ran"}


def interval(found, count):
    """95 %, Wilson."""
    z, share = 1.96, found / count
    middle, reach = share + z * z / (2 * count), z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return tuple(max(0, min(1, (middle + sign * reach) / (1 + z * z / count))) for sign in (-1, 1))


def row(kind, rows, mark, exponent):
    if not rows:
        print(f"{kind:24} none could be looked at")
        return
    found, exponents = sum(each[mark] == 1 for each in rows), [each[exponent] for each in rows]
    low, high = interval(found, len(rows))
    print(f"{kind:24} {found:4} of {len(rows):4} ({low:4.0%} to {high:4.0%})   exponent {min(exponents):6.1f} {statistics.median(exponents):6.1f}, largest {max(exponents):6.1f}")


def entries_of(given):
    with open(given.voices / "manifest.csv", newline="", encoding="utf-8") as manifest:
        return [entry for entry in csv.DictReader(manifest) if float(entry["seconds"]) >= CUT_S + 0.2][:: given.every]


def voices(given, keys, entries):
    chance, kinds, ratios = random.Random(given.seed), {kind: [] for kind in DISTURBED}, []
    for number, entry in enumerate(entries):
        marked = given.folder / f"{number:04}.wav"
        made = forged(given.program, keys, "voice", "splice", given.voices / entry["file"], "--moves", 1, "--seed", number, "-o", marked)
        if made is None:
            continue
        ratios.append(made["watermark_psnr_db"])
        cut = given.folder / f"{number:04}.cut.wav"
        ffmpeg("-ss", f"{chance.uniform(0, made['duration_s'] - CUT_S):.3f}", "-t", CUT_S, "-i", marked, "-c:a", "pcm_s16le", cut)
        for kind, how in DISTURBED.items():
            kinds[kind].append(cut)
            if how is not None:
                options, ending, before = how
                kinds[kind][-1] = given.folder / f"{number:04}.{kind.replace(' ', '')}.{ending}"
                ffmpeg("-i", cut, *(["-af", before] if before else []), *options, kinds[kind][-1])
    print(f"voices marked: {len(ratios)} of {len(entries)}; the mark lies {statistics.mean(ratios):.1f} dB below the sound in the mean, {min(ratios):.1f} at least")
    for kind, paths in kinds.items():
        row(kind, list(reports(given.program, paths, "provenance.forge_marks").values()), "sound_watermark_found", "sound_false_alarm_exponent")
    clips = [given.voices / entry["file"] for entry in entries]
    row("never marked", list(reports(given.program, clips, "provenance.forge_marks").values()), "sound_watermark_found", "sound_false_alarm_exponent")


def copies(given, keys, entries):
    genuine = [given.voices / entry["file"] for entry in entries if entry["label"] == "bona_fide"]
    made = {"genuine": genuine}
    for vocoder in given.copies or VOCODERS:
        paths = [given.folder / f"{number:04}.{vocoder}.wav" for number in range(len(genuine))]
        made[vocoder] = [path for clip, path in zip(genuine, paths) if forged(given.program, keys, "voice", "resynthesise", clip, "--vocoder", vocoder, "-o", path)]
    for kind, paths in made.items():
        judged_row(kind, first_findings(given.program, paths, "voice.synthetic").values())


def judged_row(kind, findings):
    ratios = [finding["llr"] for finding in findings if finding["outcome"] == "ran"]
    reasons = collections.Counter(finding["reason"].split(":")[0] for finding in findings if finding["outcome"] != "ran")
    print(
        f"voice.synthetic of {kind:12} judged {len(ratios)} of {len(findings)}"
        + (f", log10 ratio {min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}, {sum(ratio >= NEXT_TO_A_VERDICT for ratio in ratios)} at {NEXT_TO_A_VERDICT}, {sum(ratio >= VERDICT for ratio in ratios)} at a verdict" if ratios else "")
        + "".join(f"; {count} {reason}" for reason, count in reasons.items())
    )


def films(given, keys):
    for number, film in enumerate(given.films):
        marked = given.folder / f"film{number}.mp4"
        if forged(given.program, keys, "animal", film, "--animal", "fox", "-o", marked, "--timeout", 3600) is None:
            print(f"{film}: the forge refuses it")
            continue
        saved = {"as made": marked}
        for kind, scale in (("saved again", 1), ("saved at half size", 2)):
            saved[kind] = given.folder / f"film{number}.{scale}.mp4"
            ffmpeg("-i", marked, "-vf", f"scale=trunc(iw/{2 * scale})*2:-2", "-c:v", "libx264", "-preset", "veryfast", "-crf", 28, "-c:a", "copy", saved[kind])
        for kind, path in saved.items():
            told = reports(given.program, [path], "provenance.forge_marks").get(str(path))
            print(f"{film}, {kind}: " + (f"{told['frames_found']:.0f} of {told['frames']:.0f} frames by themselves, exponent {told['false_alarm_exponent']:.0f}" if told else "not looked at"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--voices", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=40)
    parser.add_argument("--copies", nargs="+", choices=VOCODERS, default=[])
    parser.add_argument("--films", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    keys = given.folder / "keys"
    if given.voices:
        entries = entries_of(given)
        if not given.copies:
            voices(given, keys, entries)
        copies(given, keys, entries)
    films(given, keys)


if __name__ == "__main__":
    main()
