"""Trains the vocoder: train.py SOUNDS.npz RUN

Goes on where it was stopped (RUN/checkpoint.pt); what a step sees depends on the seed and the step alone. Log in RUN/train.log.
"""

import json
import math
import pathlib
import sys
import time

import numpy as np
import torch
from scipy.signal import resample_poly

from excitation import PITCH_HOP, pulses_of, told_of
from heard import heard_errors
from network import MelSpectrogram, Vocoder, sound_of

HERE = pathlib.Path(__file__).resolve().parent
EVERY_STEPS = 500


class Distances(torch.nn.Module):
    """Of magnitudes at several resolutions (Yamamoto, Song and Kim, "Parallel WaveGAN", ICASSP 2020)."""

    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        for size in sizes:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def magnitudes(self, samples, size):
        spectrum = torch.stft(samples, size, size // 4, window=getattr(self, f"window_{size}"), return_complex=True)
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9)

    def spectral(self, made, wanted):
        total = 0
        for size in self.sizes:
            a, b = self.magnitudes(made, size), self.magnitudes(wanted, size)
            total = total + (a - b).norm() / b.norm() + (a.log() - b.log()).abs().mean()
        return total / len(self.sizes)


class Modulations(torch.nn.Module):
    """How strongly the envelope of each band of 1 kHz beats at each frequency, within 64 ms: whether pulses stand out and breath flickers, wherever in the stretch they lie. A short chain of what
    Anden and Mallat, "Deep scattering spectrum", IEEE Transactions on Signal Processing 62, 2014, do with wavelets."""

    SIZE, HOP, BAND, STRETCH, COMPRESSION = 64, 16, 4, 64, 0.3

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(self.SIZE), persistent=False)
        self.register_buffer("long_window", torch.hann_window(self.STRETCH), persistent=False)

    def forward(self, samples):
        spectrum = torch.stft(samples, self.SIZE, self.HOP, window=self.window, return_complex=True)[:, 1:]
        power = spectrum.real**2 + spectrum.imag**2
        envelopes = (power.unflatten(1, (-1, self.BAND)).mean(2) + 1e-7) ** (self.COMPRESSION / 2)
        beats = torch.fft.rfft(envelopes.unfold(2, self.STRETCH, self.STRETCH // 4) * self.long_window)
        beats = torch.sqrt(beats.real**2 + beats.imag**2 + 1e-9)
        return beats[..., 2:] / beats[..., :1]


class Sounds:
    """Segments drawn from recordings at several speeds, which make voices higher and lower, longer and shorter, at other levels and with another colour; with pulses, noise, and what the network is told
    of the pitch."""

    def __init__(self, path, config):
        stored = np.load(path)
        self.config = config

        def of(side):
            return [(stored[name], stored["pitch/" + name.split("/", 1)[1]]) for name in stored.files if name.startswith(side + "/")]

        self.held_out, training = of("held_out"), of("training")
        self.pools = [[self.at_speed(*each, speed) for each in training] for speed in config["speeds"]]
        self.length = config["segment_frames"] * config["hop_samples"]

    @staticmethod
    def at_speed(samples, pitch, speed):
        sound = resample_poly(samples, 100, round(100 * speed)).astype(np.float32)
        marks = np.floor(np.arange(len(sound) // PITCH_HOP + 1) * speed + 0.5).astype(int)
        quicker = pitch[np.minimum(marks, len(pitch) - 1)] * speed
        return sound, quicker, pulses_of(quicker, len(sound)).astype(np.float16)

    def batch(self, step, count):
        """Recordings, pulses, noise: count x samples each; and count x 2 x frames of what is told of the pitch."""
        rng, hop = np.random.default_rng([self.config["seed"], step]), self.config["hop_samples"]
        wanted, pulses, told = [], [], []
        for _ in range(count):
            pool = self.pools[rng.integers(len(self.pools))]
            sound, pitch, all_pulses = pool[rng.integers(len(pool))]
            # Some begin and end in silence, as recordings do.
            start = int(rng.integers(-self.length // 4, max(1, len(sound) - self.length * 3 // 4)))
            inside, before = slice(max(0, start), start + self.length), max(0, -start)
            pieces = np.zeros((2, self.length), np.float32)
            for piece, source in zip(pieces, (sound, all_pulses)):
                piece[before : before + len(source[inside])] = source[inside]
            # As another microphone hears it: gains at five places from 0 Hz to the top, on straight lines between, phases as they were.
            gains = rng.uniform(-self.config["tilt_db"], self.config["tilt_db"], 5)
            places = np.linspace(0, 4, self.length // 2 + 1)
            piece = np.fft.irfft(np.fft.rfft(pieces[0]) * 10 ** (np.interp(places, np.arange(5), gains) / 20)).astype(np.float32)
            level = float(10 ** rng.uniform(-1.3, -0.05))
            wanted.append(piece * (level / max(1e-3, np.abs(piece).max())))
            pulses.append(pieces[1])
            frames = start + np.arange(self.config["segment_frames"] + 1) * hop
            told.append(told_of(pitch, frames) * ((frames >= 0) & (frames < len(sound))))
        noise = rng.standard_normal((count, self.length), np.float32)
        return tuple(torch.from_numpy(np.stack(each).astype(np.float32)) for each in (wanted, pulses, noise, told))


def copy_of(network, sound, pitch, mel, seed=1):
    """A whole recording (1 x samples) through the network, at once."""
    pulses = torch.from_numpy(pulses_of(pitch, sound.shape[1]))[None]
    noise = torch.randn(sound.shape, generator=torch.Generator().manual_seed(seed))
    known = mel(sound)
    told = torch.from_numpy(told_of(pitch, np.arange(known.shape[2]) * mel.hop))[None]
    return sound_of(network(torch.cat([known, told], 1)), pulses, noise, mel)


def learning_rate(config, step):
    """As a share: a rise, a level stretch, and a cosine down to 2 %."""
    fallen = max(0, step - config["level_steps"]) / config["falling_steps"]
    return min(1, (step + 1) / 300) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * fallen)))


@torch.no_grad()
def held_out_figures(network, mel, distances, sounds, config, most=8):
    """Mean absolute difference of mel logarithms, log spectral distance in dB over what lies within 60 dB of the loudest, and what heard.py has."""
    of_mel, of_spectrum, heard = [], [], []
    for sound, pitch in sounds.held_out[:most]:
        frames = len(sound) // config["hop_samples"]
        wanted = torch.from_numpy(sound[: frames * config["hop_samples"]].copy())[None]
        made = copy_of(network, wanted, pitch, mel)
        of_mel.append(float((mel(made) - mel(wanted)).abs().mean()))
        a, b = distances.magnitudes(made, 1024), distances.magnitudes(wanted, 1024)
        apart = 20 * (torch.log10(a.clamp(min=b.max() / 1000)) - torch.log10(b.clamp(min=b.max() / 1000)))
        of_spectrum.append(float(apart.pow(2).mean(1).sqrt().mean()))
        heard.append(heard_errors(*(each[0].numpy().astype(np.float64) for each in (made, wanted))))
    means = {name: np.nanmean([each[name] for each in heard]) for name in ("cents", "rougher", "dull")}
    return {"mel": np.mean(of_mel), "spectra": np.mean(of_spectrum)} | means


def main():
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    run = pathlib.Path(sys.argv[2])
    run.mkdir(parents=True, exist_ok=True)
    sounds = Sounds(sys.argv[1], config)
    mel = MelSpectrogram(*(config[name] for name in ("rate_hz", "frame_samples", "hop_samples", "bands", "least_level")))
    # Where pulses lie within a frame the vocoder is not told: short windows would hold it to what it cannot know, and teach it to have none.
    distances, modulations = Distances(config["sizes_of_distances"]), Modulations()
    torch.manual_seed(config["seed"])
    network, average = Vocoder(config), Vocoder(config)
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), config["learning_rate"], betas=(0.8, 0.99), weight_decay=1e-4)
    parts = {"network": network, "average": average, "optimiser": optimiser}
    steps, first, checkpoint = config["level_steps"] + config["falling_steps"], 0, run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        first = state["step"]
        for name, part in parts.items():
            part.load_state_dict(state[name])
    file = open(run / "train.log", "a")

    def log(line):
        print(line, flush=True)
        file.write(line + "\n")
        file.flush()

    if first == 0:
        log(f"{sum(p.numel() for p in network.parameters())} weights")
    spent, started, sums = (state["spent"] if first else 0), time.process_time(), []
    for step in range(first, steps):
        wanted, pulses, noise, pitch = sounds.batch(step, config["batch"])
        optimiser.param_groups[0]["lr"] = config["learning_rate"] * learning_rate(config, step)
        mel_of_wanted = mel(wanted)
        made = sound_of(network(torch.cat([mel_of_wanted, pitch], 1)), pulses, noise, mel)
        of_mel, of_spectrum = (mel(made) - mel_of_wanted).abs().mean(), distances.spectral(made, wanted)
        of_beats = (modulations(made) - modulations(wanted)).abs().sum(3).mean()
        loss = config["mel_weight"] * of_mel + config["spectral_weight"] * of_spectrum + config["modulations_weight"] * of_beats
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), network.parameters()):
                kept.lerp_(new, 1 - min(config["average"], (step + 1) / (step + 10)))
        sums.append([of_mel.item(), of_spectrum.item(), of_beats.item()])
        if (step + 1) % EVERY_STEPS == 0 or step + 1 == steps:
            total, draft = spent + time.process_time() - started, run / "checkpoint.part"
            torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step + 1, "spent": total}, draft)
            draft.replace(checkpoint)
            of_mel, of_spectrum, of_beats = np.mean(sums, 0)
            figures = held_out_figures(average, mel, distances, sounds, config)
            told_of_held_out = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
            log(f"step {step + 1}: mel {of_mel:.3f}, spectra {of_spectrum:.3f}, modulations {of_beats:.3f}; held out: {told_of_held_out}; {total:.0f} s of the processor")
            sums = []


if __name__ == "__main__":
    main()
