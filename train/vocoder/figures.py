"""How near the vocoder comes to recordings of voices that taught it nothing: figures.py SOUNDS.npz RUN SPEAKER.onnx [FOLDER]

SPEAKER.onnx is models/voice/speaker.onnx. Beside the network stand the same mel spectrogram made sound by Griffin and Lim (60 passes), and with random phases. Into FOLDER goes a picture
of spectrograms, of the first recording, as it was and as it came out.
"""

import json
import pathlib
import sys
import time

import numpy as np
import openvino
import torch

from network import MelSpectrogram, Vocoder, sound_of
from train import Distances, Sounds

HERE = pathlib.Path(__file__).resolve().parent


class Speaker:
    """Numbers of who speaks, as src/features/speaker has them: the mean over moments of 1.6 s, every 0.8 s."""

    def __init__(self, path):
        self.network = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})

        def mel(hz):
            return np.where(hz < 1000, hz * 3 / 200, 15 + np.log(np.maximum(hz, 1) / 1000) / (np.log(6.4) / 27))

        grid = np.arange(0, 8001, 0.5)
        edges = np.interp(np.arange(42) * mel(np.array(8000.0)) / 41, mel(grid), grid)
        bins = np.arange(201) * 40.0
        self.bank = np.stack([np.clip(np.minimum((bins - a) / (b - a), (c - bins) / (c - b)), 0, None) * 2 / (c - a) for a, b, c in zip(edges, edges[1:], edges[2:])])

    def numbers(self, samples):
        samples = samples * max(1, 10 ** (-30 / 20) / np.sqrt(np.mean(samples**2) + 1e-12))
        frames = np.lib.stride_tricks.sliding_window_view(samples, 400)[::160] * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400))
        mels = (np.abs(np.fft.rfft(frames, 400)) ** 2) @ self.bank.T
        moments = [mels[start : start + 160] for start in range(0, len(mels) - 159, 80)]
        return self.network(np.stack(moments).astype(np.float32))[0].mean(0) if moments else None


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def griffin_lim(magnitudes, mel, passes):
    """From random phases; with no pass, those are kept."""
    phases = torch.rand(magnitudes.shape, generator=torch.Generator().manual_seed(1)) * 2 * torch.pi
    guess, before = torch.polar(magnitudes, phases), 0
    for _ in range(passes):
        sound = torch.istft(guess, mel.frame, mel.hop, window=mel.window, center=True)
        found = torch.stft(sound, mel.frame, mel.hop, window=mel.window, center=True, pad_mode="constant", return_complex=True)
        ahead, before = found + 0.99 * (found - before), found
        guess = magnitudes * ahead / ahead.abs().clamp(min=1e-9)
    return torch.istft(guess, mel.frame, mel.hop, window=mel.window, center=True)


def spread(logarithms, triangles):
    """Magnitudes at the bins of a mel spectrogram, between the bands' middles (src/forge/voice/mel_bands.h)."""
    weights = triangles / triangles.amax(1, keepdim=True)
    weights[0, : weights[0].argmax()] = 1
    weights[-1, weights[-1].argmax() :] = 1
    return (weights / weights.sum(0).clamp(min=1e-6)).T @ logarithms.exp()


def picture(sounds, path):
    """Spectrograms one below the other, dark is loud, 0 to 8 kHz, 70 dB; a PNG without a library for it."""
    import struct
    import zlib

    rows = []
    for sound in sounds:
        spectrum = torch.stft(sound, 512, 96, window=torch.hann_window(512), return_complex=True).abs()[0]
        level = 20 * torch.log10(spectrum.clamp(min=1e-6) / spectrum.max())
        rows += [(-level.clamp(-70, 0) / 70 * 255).round().byte().flip(0), torch.zeros(4, level.shape[1], dtype=torch.uint8)]
    image = torch.cat(rows).numpy()

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    raw = b"".join(b"\0" + row.tobytes() for row in image)
    header = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    mel = MelSpectrogram(*(config[name] for name in ("rate_hz", "frame_samples", "hop_samples", "bands", "least_level")))
    distances, sounds, speaker = Distances(mel), Sounds(sys.argv[1], config | {"speeds": []}), Speaker(sys.argv[3])
    network = Vocoder(config)
    network.load_state_dict(torch.load(pathlib.Path(sys.argv[2]) / "checkpoint.pt", weights_only=True)["average"])
    network.eval()
    ways = {
        "neural": lambda given: sound_of(network(given), mel.frame, mel.hop, mel.window),
        "griffin-lim": lambda given: griffin_lim(spread(given[0], mel.triangles.clone())[None], mel, 60),
        "random phases": lambda given: griffin_lim(spread(given[0], mel.triangles.clone())[None], mel, 0),
    }
    rows, shown = {name: [] for name in ways}, []
    for sound in sounds.held_out:
        wanted = torch.from_numpy(sound[: len(sound) // mel.hop * mel.hop].copy())[None]
        given, who = mel(wanted), speaker.numbers(wanted[0].numpy())
        if who is None:
            continue
        shown = shown or [wanted]
        for name, way in ways.items():
            started = time.process_time()
            made = way(given)
            spent = time.process_time() - started
            a, b = distances.magnitudes(made, 1024), distances.magnitudes(wanted, 1024)
            apart = 20 * (torch.log10(a.clamp(min=b.max() / 1000)) - torch.log10(b.clamp(min=b.max() / 1000)))
            rows[name].append([float((mel(made) - given).abs().mean()), float(apart.pow(2).mean(1).sqrt().mean()), cosine(speaker.numbers(made[0].numpy()), who), wanted.shape[1] / 16000 / spent])
            if len(shown) <= len(ways):
                shown.append(made)
    for name, values in rows.items():
        of_mel, of_spectrum, likeness, speed = np.mean(values, 0)
        worst = np.min(values, 0)[2]
        print(f"{name:14} {len(values)} recordings: mel {of_mel:.3f}, log spectra {of_spectrum:.2f} dB, likeness of the speaker {likeness:.3f} (least {worst:.3f}), {speed:.0f} times real time")
    if len(sys.argv) > 4:
        picture(shown, pathlib.Path(sys.argv[4]) / "spectrograms.png")


if __name__ == "__main__":
    main()
