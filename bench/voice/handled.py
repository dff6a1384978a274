#!/usr/bin/env python3
"""How often genuine voices are pointed at or called after what people, telephones and programs do to sound: handled.py PROGRAM VOICES WORK [--every N]

VOICES is the voices pack (manifest.csv). Each N-th genuine recording is sent through each treatment (ffmpeg; those named "blocks" are a Wiener filter in NumPy, as noise suppression in a call works), and PROGRAM
listens with voice.synthetic alone. Prints a row a treatment: recordings that are judged, share next to a verdict and at one (models/calibration.json), the mean score, and what the traces of
frame rates add to it. The recordings taught the weights, the treatments did not: what rises against "as it is" is what to look at.
"""

import argparse
import csv
import json
import pathlib
import subprocess

import numpy
import soundfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILTERS = {
    "as it is": "anull",
    "noise taken off (FFT), 12 dB": "afftdn=nr=12",
    "noise taken off (FFT), 40 dB": "afftdn=nr=40:nf=-40",
    "noise taken off (non-local means)": "anlmdn=s=0.001",
    "noise gate": "agate=threshold=0.03:ratio=8",
    "compressor": "acompressor=threshold=0.05:ratio=8:makeup=4",
    "evened out": "dynaudnorm",
    "loudness of broadcast": "loudnorm",
    "faster by a quarter": "atempo=1.25",
    "slower by a tenth": "atempo=0.9",
    "higher by a semitone": "asetrate=16952,atempo=0.9439,aresample=16000",
    "echo": "aecho=0.8:0.7:60:0.4",
    "bass and treble raised": "bass=g=8,treble=g=8",
    "hum of the mains, -40 dB": "aeval='val(0)+0.01*sin(2*PI*50*t)+0.003*sin(2*PI*100*t)+0.002*sin(2*PI*150*t)+0.001*sin(2*PI*1000*t)'",
}
CODERS = {
    "MP3 128 at 44.1 kHz": (".mp3", ["-ar", "44100", "-c:a", "libmp3lame", "-b:a", "128k"]),
    "AAC 128 at 48 kHz": (".m4a", ["-ar", "48000", "-c:a", "aac", "-b:a", "128k"]),
    "Opus 12, for speech": (".ogg", ["-c:a", "libopus", "-b:a", "12k", "-application", "voip"]),
    "Opus 32, frames of 60 ms": (".ogg", ["-c:a", "libopus", "-b:a", "32k", "-frame_duration", "60"]),
    "Vorbis 64": (".ogg", ["-ar", "44100", "-c:a", "libvorbis", "-b:a", "64k"]),
    "SBC, as Bluetooth": (".sbc", ["-ar", "44100", "-c:a", "sbc", "-b:a", "200k"]),
    "mSBC, as a headset": (".sbc", ["-ar", "16000", "-c:a", "sbc", "-msbc", "1"]),
    "G.722": (".wav", ["-c:a", "adpcm_g722"]),
    "ADPCM": (".wav", ["-c:a", "adpcm_ima_wav"]),
    "Speex 28": (".ogg", ["-c:a", "libspeex", "-b:a", "28k"]),
    "AC-3 96 at 48 kHz": (".ac3", ["-ar", "48000", "-c:a", "ac3", "-b:a", "96k"]),
    "WMA 64": (".wma", ["-ar", "44100", "-c:a", "wmav2", "-b:a", "64k"]),
}
NEAR, VERDICT = 0.94, 0.955  # log10 likelihood ratios
BLOCKS = {"blocks of 16 ms": 256, "blocks of 10 ms": 160, "blocks of 20 ms": 320}


def wiener(samples, hop):
    """Noise suppression in windows of two hops: each bin by how far it stands above its quiet moments, at most 30 dB down."""
    window = numpy.sqrt(numpy.hanning(2 * hop + 1)[:-1])
    frames = numpy.stack([samples[i : i + 2 * hop] * window for i in range(0, len(samples) - 2 * hop, hop)])
    spectrum = numpy.fft.rfft(frames, axis=1)
    power = numpy.abs(spectrum) ** 2
    noise = 4 * numpy.quantile(power, 0.1, axis=0)
    spectrum *= numpy.maximum(1 - noise / (power + 1e-12), 10 ** (-30 / 20))
    out = numpy.zeros(len(samples))
    for number, frame in enumerate(numpy.fft.irfft(spectrum, axis=1)):
        out[number * hop : number * hop + 2 * hop] += frame * window
    return out


def treated(name, source, target):
    if name in BLOCKS:
        samples, rate_hz = soundfile.read(source)
        target = target.with_suffix(".flac")
        soundfile.write(target, wiener(samples, BLOCKS[name]), rate_hz)
        return target
    if name in CODERS:
        ending, options = CODERS[name]
        coded = target.with_suffix(ending)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, str(coded)], check=True)
        source = coded
    target = target.with_suffix(".flac")  # the program does not read every coder's files
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), "-af", FILTERS.get(name, "anull"), "-ac", "1", "-ar", "16000", str(target)], check=True)
    return target


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("voices", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=5)
    given = parser.parse_args()
    rows = csv.DictReader(open(given.voices / "manifest.csv", encoding="utf-8"))
    genuine = [given.voices / row["file"] for row in rows if row["label"] == "bona_fide"][:: given.every]
    curves = json.loads((ROOT / "models/calibration.json").read_text(encoding="utf-8"))["curves"]
    knots = next(curve["knots"] for curve in curves if curve["analyzer"] == "voice.synthetic")
    near, decided = (next(score for score, llr in knots if llr >= least) for least in (NEAR, VERDICT))
    print(f"{len(genuine)} genuine recordings; next to a verdict from a score of {near}, a verdict from {decided}")
    for name in [*FILTERS, *BLOCKS, *CODERS]:
        folder = given.work / name.replace(" ", "_").replace(",", "").replace(".", "")
        folder.mkdir(parents=True, exist_ok=True)
        files = [treated(name, source, folder / source.stem) for source in genuine]
        lines = subprocess.run([given.program, "check", *map(str, files), "--analyzer", "voice.synthetic", "--format", "jsonl"], stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
        measured = []
        for line in lines:
            for finding in json.loads(line)["findings"]:
                if finding["analyzer"] == "voice.synthetic" and finding["outcome"] == "ran":
                    measured.append({each["name"]: each["value"] for each in finding["measurements"]})
        if not measured:
            print(f"{name:36s} none judged", flush=True)
            continue
        score = numpy.array([each["score"] for each in measured if "score" in each])
        traces = numpy.array([each["frame_traces"] for each in measured if "frame_traces" in each])
        print(f"{name:36s} {len(score):4d} | {100 * numpy.mean(score >= near):5.1f} {100 * numpy.mean(score >= decided):5.1f} % | {score.mean():+.2f} | {traces.mean():+.2f}", flush=True)


if __name__ == "__main__":
    main()
