#!/usr/bin/env python3
"""Sends the recordings of the voices pack through codecs, a telephone and noise, one folder a condition.

usage: make_conditions.py PACK OUT [CONDITION...]

Every file keeps its number, so that the manifest's labels apply. Noise is pink and drawn from the file's name. Of the conditions that
are only tested (UNSEEN), every third file is made.
"""
import csv
import pathlib
import subprocess
import sys
import zlib

import numpy
import soundfile

TELEPHONE = "highpass=f=300:poles=2,lowpass=f=3400:poles=2"
CODECS = {
    "opus24": (".ogg", ["-c:a", "libopus", "-b:a", "24k"]),
    "mp3_64": (".mp3", ["-c:a", "libmp3lame", "-b:a", "64k"]),
    "phone": (".wav", ["-af", TELEPHONE, "-ar", "8000", "-c:a", "pcm_mulaw"]),
}
UNSEEN = {
    "opus16": (".ogg", ["-c:a", "libopus", "-b:a", "16k"]),
    "mp3_32": (".mp3", ["-c:a", "libmp3lame", "-b:a", "32k"]),
    "aac48": (".m4a", ["-c:a", "aac", "-b:a", "48k"]),
}
UNSEEN_EVERY = 3
NOISES_DB = {"noise30": 30, "noise20": 20}


def with_noise(samples, snr_db, seed):
    """`samples` with pink noise above 50 Hz, at `snr_db` against the power of all samples."""
    generator = numpy.random.default_rng(seed)
    spectrum = numpy.fft.rfft(generator.standard_normal(len(samples)))
    lowest = max(1.0, len(samples) * 50 / 16000)
    spectrum /= numpy.sqrt(numpy.maximum(numpy.arange(len(spectrum)), lowest))
    noise = numpy.fft.irfft(spectrum, len(samples))
    scale = numpy.sqrt(numpy.mean(samples**2) / numpy.mean(noise**2)) * 10 ** (-snr_db / 20)
    return samples + scale * noise


def convert(source, folder, condition):
    if condition not in NOISES_DB:
        ending, options = (CODECS | UNSEEN)[condition]
        target = folder / (source.parent.name + "_" + source.stem + ending)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", str(source), *options, "-bitexact", str(target)], check=True)
        return target
    samples, rate_hz = soundfile.read(source)
    target = folder / (source.parent.name + "_" + source.stem + ".flac")
    noisy = with_noise(samples, NOISES_DB[condition], zlib.crc32(str(source.name).encode()))
    soundfile.write(target, numpy.clip(noisy * min(1.0, 0.99 / numpy.max(numpy.abs(noisy))), -1, 1), rate_hz, subtype="PCM_16")
    return target


def main():
    pack, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = [row["file"] for row in csv.DictReader(open(pack / "manifest.csv"))]
    for condition in ["native", *(sys.argv[3:] or [*CODECS, *NOISES_DB, *UNSEEN])]:
        folder = out / condition
        folder.mkdir(parents=True, exist_ok=True)
        chosen = files[::UNSEEN_EVERY] if condition in UNSEEN else files
        made = [pack / file if condition == "native" else convert(pack / file, folder, condition) for file in chosen]
        (out / (condition + ".list")).write_text("".join(f"{path}\n" for path in made))
        print(condition, len(made), flush=True)


if __name__ == "__main__":
    main()
