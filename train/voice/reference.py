#!/usr/bin/env python3
"""An independent NumPy reading of features/voice/statistics and frame_rates: prints the numbers that their tests hold.

The sound is defined by integers, so that both languages make the same samples.
"""
import numpy

RATE, TRANSFORM, FRAME, HOP, FLOOR_DB, GATE_DB = 16000, 512, 400, 160, 70, 30
EDGES_HZ = [0.5, 2, 4, 8, 16, 32, 50]


def test_sound(count):
    state, samples = 12345, numpy.zeros(count)
    previous = 0.0
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        noise = state / 2**31 - 1
        saw = (i % (100 + (i // 4000) % 7 * 9)) / 100 - 0.5
        loud = ((i // 800) * 7919 % 13) / 13
        previous = 0.6 * previous + 0.4 * saw
        samples[i] = loud * previous + 0.05 * loud * noise + 0.0005 * noise
    return samples.astype("float32").astype(float)


def triangles(edges_hz):
    frequency = numpy.arange(TRANSFORM // 2 + 1) * RATE / TRANSFORM
    bank = [numpy.minimum((frequency - a) / (b - a), (c - frequency) / (c - b)) for a, b, c in zip(edges_hz, edges_hz[1:], edges_hz[2:])]
    return numpy.maximum(bank, 0)


def cosine_transform(values, count):
    size = values.shape[1]
    k, n = numpy.arange(count)[:, None], numpy.arange(size)[None]
    matrix = numpy.sqrt(2 / size) * numpy.cos(numpy.pi * k * (2 * n + 1) / (2 * size))
    matrix[0] /= numpy.sqrt(2)
    return values @ matrix.T


def statistics(samples):
    frames = numpy.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    frames = (frames - frames.mean(1, keepdims=True)) * (0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(FRAME) / FRAME))
    power = numpy.abs(numpy.fft.rfft(frames, TRANSFORM)) ** 2
    level = 10 * numpy.log10(power.sum(1) + 1e-12)
    loud = numpy.percentile(level, 95)
    kept = level >= loud - GATE_DB
    floor = 10 ** ((loud - FLOOR_DB) / 10) / power.shape[1]
    mel = lambda frequency: 2595 * numpy.log10(1 + frequency / 700)
    mel_edges = 700 * (10 ** (numpy.linspace(mel(20), mel(8000), 42) / 2595) - 1)
    banks = [(numpy.linspace(0, 8000, 42), 30), (numpy.linspace(4000, 8000, 32), 20), (mel_edges, 24)]
    out = []
    for edges, count in banks:
        rows = cosine_transform(numpy.log(power @ triangles(edges).T + floor), count)
        for _ in range(3):
            out.append(numpy.log(rows[kept].std(0) + 1e-6))
            rows = numpy.diff(rows, axis=0, prepend=rows[:1])
    movement = numpy.log(power @ triangles(mel_edges).T + floor).reshape(len(power), 20, 2).mean(2)
    movement = (movement - movement.mean(0)) * numpy.hanning(len(movement))[:, None]
    spectrum = numpy.abs(numpy.fft.rfft(movement, 512, axis=0)) ** 2
    frequency = numpy.fft.rfftfreq(512, HOP / RATE)
    bands = numpy.array([spectrum[(frequency >= a) & (frequency < b)].sum(0) + 1e-9 for a, b in zip(EDGES_HZ, EDGES_HZ[1:])])
    out.append(numpy.log(bands / bands.sum(0)).ravel())
    rows = constant_q(samples)
    rows = cosine_transform(numpy.log(rows + numpy.percentile(rows.sum(1), 95) * 10 ** (-FLOOR_DB / 10) / rows.shape[1]), 48)
    for _ in range(3):
        out.append(numpy.log(rows[kept[6:-6]].std(0) + 1e-6))
        rows = numpy.diff(rows, axis=0, prepend=rows[:1])
    return numpy.concatenate(out)


def constant_q(samples):
    """Powers of 120 tones, 24 an octave from 250 Hz on, each under a Hann window of 34 periods (at most 2,044 samples) around the frame's middle."""
    middles = numpy.arange(6, (len(samples) - FRAME) // HOP + 1 - 6) * HOP + FRAME // 2
    out = []
    for tone in 250 * 2 ** (numpy.arange(120) / 24):
        step = 4 if tone < 1091 else 1  # the low half is computed at a quarter of the rate
        half = step * int(min(RATE / step / tone / (2 ** (1 / 24) - 1) / 2, 255))
        n = numpy.arange(-half, half + 1)
        kernel = (0.5 + 0.5 * numpy.cos(numpy.pi * n / half)) / len(n) * numpy.exp(-2j * numpy.pi * tone * n / RATE)
        out.append(numpy.abs(samples[middles[:, None] + n] @ kernel) ** 2)
    return numpy.stack(out, 1)


RATES = [40, 22050 / 512, 46.875, 50, 62.5, 200 / 3, 75, 80, 22050 / 256, 93.75, 100, 125]
NEIGHBOURS = numpy.concatenate([numpy.arange(-14, -2), numpy.arange(3, 15)])


def around(power, width):
    """Mean over `width` steps from half of it before each step on, fewer at the ends."""
    sums = numpy.concatenate([numpy.zeros((1, power.shape[1])), numpy.cumsum(power, 0)])
    step = numpy.arange(len(power))
    first, last = numpy.maximum(step - width // 2, 0), numpy.minimum(step + width - width // 2, len(power))
    return (sums[last] - sums[first]) / (last - first)[:, None]


def frame_rate_traces(samples, rates=RATES):
    slices = numpy.lib.stride_tricks.sliding_window_view(samples, 64)[::8]
    wave = numpy.fft.rfft(slices * (0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(64) / 64)), axis=1)[:, 6:31:2]
    power = numpy.abs(wave) ** 2
    power = power + 1e-9 * power.mean() + 1e-15
    window = numpy.hanning(len(power))[:, None]
    beats = numpy.minimum(power / around(power, 40), 5)
    beats = numpy.abs(numpy.fft.rfft((beats - beats.mean(0)) * window, 8192, axis=0)) ** 2
    tones = numpy.abs(numpy.fft.fft(wave / numpy.sqrt(around(power, 20)) * window, 8192, axis=0)) ** 2
    traces = [[], []]
    for rate in rates:
        bins = numpy.round(numpy.arange(1, int(990 / rate) + 1) * rate / 2000 * 8192).astype(int)
        others = numpy.abs(bins[:, None] + NEIGHBOURS)
        others = numpy.where(others > 4096, 8192 - others, others)
        ratios = numpy.minimum(beats[bins] / numpy.median(beats[others], axis=1), 8).mean(1)
        traces[0].append(numpy.average(ratios, weights=numpy.arange(1, len(bins) + 1) ** -0.5))
        tone = numpy.arange(int(numpy.ceil(1500 / rate)), int(7750 / rate) + 1) * rate
        band = numpy.clip(numpy.floor(tone / 500 + 0.5).astype(int), 3, 15) - 3
        bins = numpy.round(tone % 2000 / 2000 * 8192).astype(int) % 8192
        others = (bins[:, None] + NEIGHBOURS) % 8192
        ratios = numpy.minimum(tones[bins, band] / numpy.median(tones[others, band[:, None]], axis=1), 8)
        traces[1].append(numpy.average(ratios, weights=tone**0.5))
    return traces


if __name__ == "__main__":
    values = statistics(test_sound(64000))
    print(", ".join(f"{value:.5f}" for value in values[::9]))
    print("sum", f"{values.sum():.4f}", "squares", f"{(values ** 2).sum():.4f}")
    for values in frame_rate_traces(test_sound(64000)):
        print(", ".join(f"{value:.4f}" for value in values))
