"""What the vocoder's network shapes: pulses where the voice has a pitch, noise everywhere; the same as src/forge/voice/pitch.cpp and excitation.cpp.

A mel spectrogram does not say when a pulse comes, and a network that looks at some frames cannot count periods over a vowel; so the pitch is given besides, as in Wang, Takaki and Yamagishi, "Neural
source-filter waveform models for statistical parametric speech synthesis", TASLP 28, 2020."""

import numpy as np

RATE_HZ, PITCH_HOP, WINDOW = 16000, 80, 400
SHORTEST, LONGEST = 40, 266  # lags: 400 to 60 Hz
MOST_CRESTS, LEAST_CREST, SWITCH_COST, LEAP_COST, LAG_COST, SILENCE = 6, 0.3, 0.15, 1.0, 0.06, 0.003
# More than WORLD's 0.45, which takes four voiced frames in ten for breath: the network can make noise of pulses that are not wanted, but no pulses where there are none.
UNVOICED_COST = 0.75
HIGHEST_HARMONIC_HZ = 7900
# The network is told the pitch in octaves from here.
MIDDLE_PITCH_HZ = 150


def correlations(samples):
    """Normalised, of two stretches of WINDOW samples around every PITCH_HOP-th sample: frames x lags from SHORTEST - 1 to LONGEST + 1."""
    frames, margin = len(samples) // PITCH_HOP + 1, WINDOW + LONGEST + 2
    padded = np.pad(samples.astype(np.float64), (margin, margin + PITCH_HOP))
    silence = WINDOW * SILENCE * np.abs(samples).max() ** 2 + np.finfo(np.float32).tiny
    power = np.concatenate([[0], np.cumsum(padded**2)])
    result = np.empty((frames, LONGEST - SHORTEST + 3))
    for column, lag in enumerate(range(SHORTEST - 1, LONGEST + 2)):
        both = np.concatenate([[0], np.cumsum(padded[:-lag] * padded[lag:])])
        start = margin + np.arange(frames) * PITCH_HOP - (WINDOW + lag) // 2
        one, other = power[start + WINDOW] - power[start], power[start + WINDOW + lag] - power[start + lag]
        # Where the second stretch ends beyond the recording, the first one's end counts for nothing either.
        beyond = np.maximum(0, start + WINDOW + lag - (margin + len(samples)))
        one -= power[start + WINDOW] - power[start + WINDOW - np.minimum(beyond, WINDOW)]
        before = np.clip(margin - start, 0, WINDOW)
        other -= power[start + lag + before] - power[start + lag]
        result[:, column] = (both[start + WINDOW] - both[start]) / np.sqrt((np.maximum(one, 0) + silence) * (np.maximum(other, 0) + silence))
    return result


def pitch_of(samples):
    """Hz at every PITCH_HOP-th sample, 0 where it is not voiced."""
    values, crests = correlations(samples), []
    for row in values:
        here, before, after = row[1:-1], row[:-2], row[2:]
        at = np.flatnonzero((here >= LEAST_CREST) & (here >= before) & (here > after))
        bend = before[at] - 2 * here[at] + after[at]
        lag = at + SHORTEST + np.where(bend < 0, np.clip((before[at] - after[at]) / (2 * np.minimum(bend, -1e-30)), -0.5, 0.5), 0)
        cost = 1 - here[at] + LAG_COST * lag / LONGEST
        chosen = np.argsort(cost)[:MOST_CRESTS]
        crests.append((np.concatenate([[0], lag[chosen]]), np.concatenate([[UNVOICED_COST], cost[chosen]])))
    totals, came_from = np.zeros(1), []
    for number, (lags, costs) in enumerate(crests):
        if number == 0:
            totals = costs
            continue
        earlier = crests[number - 1][0]
        voiced, voiced_before = lags[:, None] > 0, earlier[None] > 0
        leaps = LEAP_COST * np.abs(np.log2(np.maximum(earlier[None], 1) / np.maximum(lags[:, None], 1)))
        steps = totals[None] + np.where(voiced != voiced_before, SWITCH_COST, np.where(voiced & voiced_before, leaps, 0))
        came_from.append(steps.argmin(1))
        totals = steps.min(1) + costs
    at, pitch = int(totals.argmin()), np.zeros(len(crests))
    for number in range(len(crests) - 1, -1, -1):
        lag = crests[number][0][at]
        pitch[number] = RATE_HZ / lag if lag > 0 else 0
        at = came_from[number - 1][at] if number else at
    return pitch


def pulses_of(pitch, length):
    """All harmonics of the pitch up to HIGHEST_HARMONIC_HZ in phase, their sum in closed form; silence where it is not voiced."""
    marks = np.arange(length) / PITCH_HOP
    nearest = np.minimum(np.floor(marks + 0.5).astype(int), len(pitch) - 1)
    low = np.minimum(marks.astype(int), len(pitch) - 1)
    high = np.minimum(low + 1, len(pitch) - 1)
    share = marks - low
    # On a straight line between two voiced marks, else what the nearest has.
    hertz = np.where((pitch[low] > 0) & (pitch[high] > 0), (1 - share) * pitch[low] + share * pitch[high], pitch[nearest])
    phase = 2 * np.pi * np.remainder(np.cumsum(hertz / RATE_HZ), 1)
    count = np.floor(HIGHEST_HARMONIC_HZ / np.maximum(hertz, 1))
    half = np.sin(phase / 2)
    sums = np.where(np.abs(half) < 1e-6, count, np.sin((count + 0.5) * phase) / (2 * np.where(np.abs(half) < 1e-6, 1, half)) - 0.5)
    return np.where(hertz > 0, sums / np.sqrt(np.maximum(count, 1)), 0).astype(np.float32)


def told_of(pitch, places):
    """Two rows for the network: voiced or not, and octaves of the pitch from MIDDLE_PITCH_HZ, at samples `places`."""
    nearest = pitch[np.clip(np.floor(places / PITCH_HOP + 0.5).astype(int), 0, len(pitch) - 1)]
    return np.stack([nearest > 0, np.log2(np.where(nearest > 0, nearest, MIDDLE_PITCH_HZ) / MIDDLE_PITCH_HZ)]).astype(np.float32)
