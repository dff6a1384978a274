#!/usr/bin/env python3
"""Which recordings of the voices pack ring at multiples of a rate although nobody made them: foreign_tones.py VOICES

For each recording and rate, how far its tones (reference.py) stand above those at rates 2 to 30 Hz beside it, in standard deviations of these. 600 Hz is 24 kHz by 40, the last layers of EnCodec; 100 and 125 Hz are
multiples of the mains and a part of USB's 1 kHz. Prints those at 6 and more, and how many recordings of each source are.
"""
import collections
import csv
import pathlib
import sys

import numpy
import soundfile

import reference

RATES, LEAST = (100, 125, 600), 6
BESIDE = numpy.array([shift for shift in numpy.linspace(-30, 30, 41) if abs(shift) > 2])


def stands_out(samples, rate):
    tones = reference.frame_rate_traces(samples, [rate, *(rate + BESIDE)])[1]
    return (tones[0] - numpy.mean(tones[1:])) / numpy.std(tones[1:])


def main():
    voices = pathlib.Path(sys.argv[1])
    of, found = collections.Counter(), collections.Counter()
    for row in csv.DictReader(open(voices / "manifest.csv", encoding="utf-8")):
        if row["label"] != "bona_fide":
            continue
        samples = soundfile.read(voices / row["file"])[0][:63920]
        of[row["source"]] += 1
        for rate in RATES:
            height = stands_out(samples, rate)
            if height >= LEAST:
                found[row["source"], rate] += 1
                print(f"{row['file']} {row['source']}: {rate} Hz at {height:.1f}", flush=True)
    for (source, rate), count in sorted(found.items()):
        print(f"{source}: {count} of {of[source]} at {rate} Hz")


if __name__ == "__main__":
    main()
