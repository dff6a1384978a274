"""What a listener hears of a copy besides its spectrum: whether the pitch is there, and how regular the sound is from one period to the next.

Pitch after Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 1993 (without his search for the best path);
errors as Chu and Alwan, "Reducing F0 frame error of F0 tracking algorithms", ICASSP 2009, count them; periodicity, as a vocoder's fault that spectra do not show, after Morrison et al., "Chunked
autoregressive GAN for conditional waveform synthesis", ICLR 2022, with autocorrelation in place of a network's opinion. Heights are heard by their envelope, which beats with the pitch where phases
of neighbouring harmonics keep together from one period to the next: its autocorrelation stands for their coherence."""

import numpy as np
from scipy.signal import butter, hilbert, sosfiltfilt

RATE_HZ = 16000
WINDOW, HOP = 640, 160  # three periods of 75 Hz, every 10 ms
LOWEST_HZ, HIGHEST_HZ = 75, 500
VOICED, OCTAVE_COST = 0.45, 0.01  # Boersma's
QUIET = 10 ** (-35 / 20)  # of the loudest frame; what is below has no pitch
GROSS = 0.2
HEIGHTS = butter(4, (2000, 6000), "bandpass", fs=RATE_HZ, output="sos")


def autocorrelations(samples):
    """Of each frame, from lag 0 to that of the lowest pitch, as they would be without the window; and each frame's level."""
    window = np.hanning(WINDOW + 2)[1:-1]
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    frames = (frames - frames.mean(1, keepdims=True)) * window

    def correlated(rows):
        return np.fft.irfft(np.abs(np.fft.rfft(rows, 2 * WINDOW)) ** 2)[..., : RATE_HZ // LOWEST_HZ + 2]

    found, own = correlated(frames), correlated(window)
    return found / np.maximum(found[:, :1], 1e-12) / (own / own[0]), np.sqrt((frames**2).mean(1))


def pitch_of(correlations, levels):
    """Hz of each frame, 0 where it is not voiced."""
    lags = np.arange(RATE_HZ // HIGHEST_HZ, RATE_HZ // LOWEST_HZ + 1)
    at = correlations[:, lags]
    peak = (at > correlations[:, lags - 1]) & (at >= correlations[:, lags + 1])
    strength = np.where(peak, at - OCTAVE_COST * np.log2(lags * LOWEST_HZ / RATE_HZ), -1)
    lag, rows = lags[strength.argmax(1)], np.arange(len(at))
    before, middle, after = (correlations[rows, lag + shift] for shift in (-1, 0, 1))
    exact = lag + 0.5 * (before - after) / np.minimum(before - 2 * middle + after, -1e-9)
    voiced = (strength.max(1) > -1) & (middle > VOICED) & (levels > QUIET * levels.max())
    return np.where(voiced, RATE_HZ / exact, 0)


def at_period(correlations, pitch):
    """Autocorrelation at the period of `pitch`, between lags on a straight line."""
    lag = RATE_HZ / pitch
    whole, rows = lag.astype(int), np.arange(len(pitch))
    return correlations[rows, whole] * (1 - (lag - whole)) + correlations[rows, whole + 1] * (lag - whole)


def envelope_of_heights(samples):
    return np.abs(hilbert(sosfiltfilt(HEIGHTS, samples)))


def heard_errors(made, wanted):
    """By name, of a copy against its recording, over frames voiced in both, in the recording, or all:

    cents: mean distance of the pitch, without gross errors; gross: share of those, more than a fifth off; voicing: share of frames taken for voiced in one alone; rougher and
    dull: by how much the autocorrelation at the recording's period falls, of the sound and of the envelope of its heights (less than 0: the copy is smoother than the recording);
    periodicity and coherence: the root mean squares of the same differences. Not numbers where no frame is voiced in both.
    """
    of_wanted, levels = autocorrelations(wanted)
    of_made, levels_made = autocorrelations(made)
    pitch, pitch_made = pitch_of(of_wanted, levels), pitch_of(of_made, levels_made)
    voiced, both = pitch > 0, (pitch > 0) & (pitch_made > 0)
    if not both.any():
        return dict.fromkeys(("cents", "gross", "voicing", "rougher", "periodicity", "dull", "coherence"), np.nan)
    octaves = np.log2(pitch_made[both] / pitch[both])
    gross = np.abs(pitch_made[both] / pitch[both] - 1) > GROSS
    fall = at_period(of_wanted[voiced], pitch[voiced]) - at_period(of_made[voiced], pitch[voiced])
    heights = [autocorrelations(envelope_of_heights(each))[0][voiced] for each in (wanted, made)]
    fall_of_heights = at_period(heights[0], pitch[voiced]) - at_period(heights[1], pitch[voiced])
    return {
        "cents": 1200 * np.abs(octaves[~gross]).mean() if (~gross).any() else np.nan,
        "gross": gross.mean(),
        "voicing": (voiced != (pitch_made > 0)).mean(),
        "rougher": fall.mean(),
        "periodicity": np.sqrt((fall**2).mean()),
        "dull": fall_of_heights.mean(),
        "coherence": np.sqrt((fall_of_heights**2).mean()),
    }
