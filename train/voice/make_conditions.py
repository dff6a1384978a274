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
    "opus16": (".ogg", ["-c:a", "libopus", "-b:a", "16k"]),
    "mp3_64": (".mp3", ["-c:a", "libmp3lame", "-b:a", "64k"]),
    "mp3_32": (".mp3", ["-c:a", "libmp3lame", "-b:a", "32k"]),
    "aac32": (".m4a", ["-c:a", "aac", "-b:a", "32k"]),
    "aac48": (".m4a", ["-c:a", "aac", "-b:a", "48k"]),
    "film64": (".m4a", ["-ar", "48000", "-c:a", "aac", "-b:a", "64k"]),
    "phone": (".wav", ["-af", TELEPHONE, "-ar", "8000", "-c:a", "pcm_mulaw"]),
}
UNSEEN = {
    "opus32": (".ogg", ["-c:a", "libopus", "-b:a", "32k"]),
    "mp3_48": (".mp3", ["-c:a", "libmp3lame", "-b:a", "48k"]),
    "aac64": (".m4a", ["-c:a", "aac", "-b:a", "64k"]),
    "film96": (".m4a", ["-ar", "44100", "-c:a", "aac", "-b:a", "96k"]),
    "vorbis48": (".ogg", ["-c:a", "libvorbis", "-b:a", "48k"]),
}
UNSEEN_EVERY = 3
FILES_A_CALL = 50
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


def coded(sources, folder, condition):
    """Files through a coder, many a call of ffmpeg: starting it takes longer than coding a clip."""
    ending, options = (CODECS | UNSEEN)[condition]
    targets = [folder / (source.parent.name + "_" + source.stem + ending) for source in sources]
    for first in range(0, len(sources), FILES_A_CALL):
        inputs, outputs = [], []
        for number, (source, target) in enumerate(zip(sources[first : first + FILES_A_CALL], targets[first : first + FILES_A_CALL])):
            inputs += ["-i", str(source)]
            outputs += ["-map", str(number), *options, "-bitexact", str(target)]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-threads", "1", *inputs, *outputs], check=True)
    return targets


def noisy(source, folder, condition):
    samples, rate_hz = soundfile.read(source)
    target = folder / (source.parent.name + "_" + source.stem + ".flac")
    mixed = with_noise(samples, NOISES_DB[condition], zlib.crc32(str(source.name).encode()))
    soundfile.write(target, numpy.clip(mixed * min(1.0, 0.99 / numpy.max(numpy.abs(mixed))), -1, 1), rate_hz, subtype="PCM_16")
    return target


def main():
    pack, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = [row["file"] for row in csv.DictReader(open(pack / "manifest.csv"))]
    for condition in ["native", *(sys.argv[3:] or [*CODECS, *NOISES_DB, *UNSEEN])]:
        folder = out / condition
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [pack / file for file in (files[::UNSEEN_EVERY] if condition in UNSEEN else files)]
        if condition == "native":
            made = chosen
        elif condition in NOISES_DB:
            made = [noisy(file, folder, condition) for file in chosen]
        else:
            made = coded(chosen, folder, condition)
        (out / (condition + ".list")).write_text("".join(f"{path}\n" for path in made))
        print(condition, len(made), flush=True)


if __name__ == "__main__":
    main()
