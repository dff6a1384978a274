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

from network import MelSpectrogram, Vocoder, sound_of

HERE = pathlib.Path(__file__).resolve().parent
EVERY_STEPS = 200
RESOLUTIONS = (2048, 1024, 512, 256, 128)


class Distances(torch.nn.Module):
    """Of magnitudes at several resolutions (Yamamoto, Song and Kim, "Parallel WaveGAN", ICASSP 2020), and of mel spectrograms."""

    def __init__(self, mel):
        super().__init__()
        self.mel = mel
        for size in RESOLUTIONS:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)

    def magnitudes(self, samples, size):
        spectrum = torch.stft(samples, size, size // 4, window=getattr(self, f"window_{size}"), return_complex=True)
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9)

    def spectral(self, made, wanted):
        total = 0
        for size in RESOLUTIONS:
            a, b = self.magnitudes(made, size), self.magnitudes(wanted, size)
            total = total + (a - b).norm() / b.norm() + (a.log() - b.log()).abs().mean()
        return total / len(RESOLUTIONS)


class Sounds:
    """Segments drawn from recordings at several speeds, which make voices higher and lower, longer and shorter."""

    def __init__(self, path, config):
        stored = np.load(path)
        self.config, self.held_out = config, [stored[name] for name in stored.files if name.startswith("held_out")]
        training = [stored[name] for name in stored.files if name.startswith("training")]
        self.pools = [[resample_poly(s, 20, round(20 * speed)).astype(np.float32) for s in training] for speed in config["speeds"]]
        self.length = config["segment_frames"] * config["hop_samples"]

    def batch(self, step, count):
        rng, chosen = np.random.default_rng([self.config["seed"], step]), []
        for _ in range(count):
            pool = self.pools[rng.integers(len(self.pools))]
            sound = pool[rng.integers(len(pool))]
            # Some begin and end in silence, as recordings do.
            start = int(rng.integers(-self.length // 4, max(1, len(sound) - self.length * 3 // 4)))
            piece = np.zeros(self.length, np.float32)
            inside = sound[max(0, start) : start + self.length]
            piece[max(0, -start) : max(0, -start) + len(inside)] = inside
            level = float(10 ** rng.uniform(-1.3, -0.05))
            chosen.append(piece * (level / max(1e-3, np.abs(piece).max())))
        return torch.from_numpy(np.stack(chosen))


@torch.no_grad()
def held_out_figures(network, mel, distances, sounds, config, most=8):
    """Mean absolute difference of mel logarithms, and log spectral distance in dB over what lies within 60 dB of the loudest."""
    of_mel, of_spectrum = [], []
    for sound in sounds.held_out[:most]:
        frames = (len(sound) // config["hop_samples"])
        wanted = torch.from_numpy(sound[: frames * config["hop_samples"]].copy())[None]
        made = sound_of(network(mel(wanted)), config["frame_samples"], config["hop_samples"], mel.window)
        of_mel.append(float((mel(made) - mel(wanted)).abs().mean()))
        a, b = distances.magnitudes(made, 1024), distances.magnitudes(wanted, 1024)
        apart = 20 * (torch.log10(a.clamp(min=b.max() / 1000)) - torch.log10(b.clamp(min=b.max() / 1000)))
        of_spectrum.append(float(apart.pow(2).mean(1).sqrt().mean()))
    return np.mean(of_mel), np.mean(of_spectrum)


def main():
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    run = pathlib.Path(sys.argv[2])
    run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config["seed"])
    sounds = Sounds(sys.argv[1], config)
    mel = MelSpectrogram(*(config[name] for name in ("rate_hz", "frame_samples", "hop_samples", "bands", "least_level")))
    distances, network, average = Distances(mel), Vocoder(config), Vocoder(config)
    average.load_state_dict(network.state_dict())
    optimiser = torch.optim.AdamW(network.parameters(), config["learning_rate"], betas=(0.8, 0.99), weight_decay=1e-4)
    parts = {"network": network, "average": average, "optimiser": optimiser}
    steps, first, checkpoint = config["steps"], 0, run / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(state[name])
        first = state["step"]
    file = open(run / "train.log", "a")

    def log(line):
        print(line, flush=True)
        file.write(line + "\n")
        file.flush()

    if first == 0:
        log(f"{sum(p.numel() for p in network.parameters())} weights")
    started, sums = time.process_time(), []
    for step in range(first, steps):
        wanted = sounds.batch(step, config["batch"])
        for group in optimiser.param_groups:
            group["lr"] = config["learning_rate"] * min(1, (step + 1) / 100) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        mel_of_wanted = mel(wanted)
        made = sound_of(network(mel_of_wanted), config["frame_samples"], config["hop_samples"], mel.window)
        of_mel, of_spectrum = (mel(made) - mel_of_wanted).abs().mean(), distances.spectral(made, wanted)
        optimiser.zero_grad()
        (config["mel_weight"] * of_mel + config["spectral_weight"] * of_spectrum).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimiser.step()
        with torch.no_grad():
            for kept, new in zip(average.parameters(), network.parameters()):
                kept.lerp_(new, 1 - min(config["average"], (step + 1) / (step + 10)))
        sums.append([of_mel.item(), of_spectrum.item()])
        if (step + 1) % EVERY_STEPS == 0 or step + 1 == steps:
            draft = run / "checkpoint.part"
            torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step + 1}, draft)
            draft.replace(checkpoint)
            of_mel, of_spectrum = np.mean(sums, 0)
            figures = held_out_figures(average, mel, distances, sounds, config)
            log(f"step {step + 1}: mel {of_mel:.3f}, spectra {of_spectrum:.3f}; held out: mel {figures[0]:.3f}, spectra {figures[1]:.2f} dB; {time.process_time() - started:.0f} s of the processor")
            sums = []


if __name__ == "__main__":
    main()
