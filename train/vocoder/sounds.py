"""Recordings of the voices pack that teach the vocoder, and those held out: sounds.py DATA OUT.npz [needs ffmpeg]

Genuine ones whose licence is permissive, one voice either in training or held out as a whole (train/speaker/speakers.py tells who speaks).
OUT holds samples under SIDE/VOICE/CLIP, and under pitch/VOICE/CLIP what excitation.pitch_of says of them."""

import csv
import json
import pathlib
import subprocess
import sys

import numpy as np

from excitation import pitch_of

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "speaker"))
from speakers import speaker_of  # noqa: E402


def samples_of(path, rate_hz):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "1", "-ar", str(rate_hz), "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.float32)


def main():
    config = json.loads((HERE / "config.json").read_text())
    pack = pathlib.Path(sys.argv[1]) / "voices"
    rows = [row for row in csv.DictReader(open(pack / "manifest.csv")) if row["label"] == "bona_fide" and row["licence"] in config["permissive_licences"]]
    # A voice that the path does not name stands with the others of its page.
    voices = {row["file"]: (speaker_of(row) or (row["source"],))[0] for row in rows}
    held_out = set(sorted(set(voices.values()))[:: config["held_out_every"]])
    sounds = {}
    for row in rows:
        side = "held_out" if voices[row["file"]] in held_out else "training"
        samples = samples_of(pack / row["file"], config["rate_hz"])
        name = f"{voices[row['file']]}/{pathlib.Path(row['file']).stem}"
        sounds[f"{side}/{name}"], sounds[f"pitch/{name}"] = samples, pitch_of(samples)
    np.savez(sys.argv[2], **sounds)
    for side in ("training", "held_out"):
        chosen = [values for name, values in sounds.items() if name.startswith(side)]
        names = {voices[row["file"]] for row in rows if (voices[row["file"]] in held_out) == (side == "held_out")}
        print(f"{side}: {len(chosen)} recordings of {len(names)} voices, {sum(map(len, chosen)) / config['rate_hz'] / 60:.1f} minutes")
        if side == "held_out":
            print("held out: " + ", ".join(sorted(names)))


if __name__ == "__main__":
    main()
