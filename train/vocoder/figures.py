"""How near vocoders come to recordings of voices that taught them nothing: figures.py SOUNDS.npz SPEAKER.onnx NETWORK.onnx... [--pictures FOLDER]

SPEAKER.onnx is models/voice/speaker.onnx; NETWORK.onnx are exported vocoders (models/forge/vocoder.onnx, an earlier one), run as src/forge/voice/neural_vocoder.cpp runs them. Beside them stand the same
mel spectrogram made sound by Griffin and Lim (60 passes), and with random phases. Each recording goes through all of them before the next. Figures are means over recordings, with 95 % intervals by
drawing voices again. With --pictures, spectrograms of the first recording of three voices go into FOLDER, as it was and as it came out of each.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import openvino
import torch

from excitation import pulses_of, told_of
from heard import heard_errors
from network import MelSpectrogram, sound_of
from train import Distances

HERE = pathlib.Path(__file__).resolve().parent
MARGIN = 24  # frames of a piece that are not kept on either side
DRAWS = 2000


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


class Network:
    """An exported vocoder, piece by piece. One whose input is the mel spectrogram alone (1 x 80 x 256) is what there was before pulses, and gives real and imaginary parts of the spectrum itself."""

    def __init__(self, path, mel):
        self.network = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
        (_, self.rows, self.piece), self.mel = self.network.input(0).shape, mel

    def __call__(self, known, pitch):
        frames, core, bands = known.shape[2], self.piece - 2 * MARGIN, known.shape[1]
        pieces = -(-frames // core)
        padded = np.zeros((self.rows, pieces * core + 2 * MARGIN), np.float32)
        padded[:bands] = np.log(self.mel.least)
        padded[:, MARGIN : MARGIN + frames] = np.concatenate([known[0].numpy(), told_of(pitch, np.arange(frames) * self.mel.hop)])[: self.rows]
        made = [self.network(padded[None, :, first * core : first * core + self.piece])[0][0, MARGIN:-MARGIN].copy() for first in range(pieces)]
        shape, length = torch.from_numpy(np.concatenate(made)[None, :frames]), (frames - 1) * self.mel.hop
        if self.rows == bands:
            real, imaginary = shape.transpose(1, 2).chunk(2, dim=1)
            return torch.istft(torch.complex(real.contiguous(), imaginary.contiguous()), self.mel.frame, self.mel.hop, window=self.mel.window, center=True)
        noise = torch.rand((1, length), generator=torch.Generator().manual_seed(1)) * 2 - 1
        return sound_of(shape, torch.from_numpy(pulses_of(pitch, length))[None], noise, self.mel)


def measured(made, wanted, mel, distances, speaker):
    a, b = distances.magnitudes(made, 1024), distances.magnitudes(wanted, 1024)
    apart = 20 * (torch.log10(a.clamp(min=b.max() / 1000)) - torch.log10(b.clamp(min=b.max() / 1000)))
    of_speaker = cosine(speaker.numbers(made[0].numpy()), speaker.numbers(wanted[0].numpy()))
    figures = {"mel": float((mel(made) - mel(wanted)).abs().mean()), "spectra": float(apart.pow(2).mean(1).sqrt().mean()), "speaker": of_speaker}
    return figures | heard_errors(made[0].numpy().astype(np.float64), wanted[0].numpy().astype(np.float64))


def intervals(values, voices):
    """Of each column's mean, drawing voices with all their recordings."""
    rng, names = np.random.default_rng(1), sorted(set(voices))
    of = [values[[voice == name for voice in voices]] for name in names]
    drawn = [np.nanmean(np.concatenate([of[index] for index in rng.integers(len(of), size=len(of))]), 0) for _ in range(DRAWS)]
    return np.percentile(drawn, (2.5, 97.5), axis=0)


def table(rows, voices):
    """A row for each figure, a column for each way; and the first way's difference from each other one, where zero lies outside the interval with an asterisk."""
    names, ways = list(next(iter(rows.values()))[0]), list(rows)
    values = {way: np.array([[row[name] for name in names] for row in rows[way]]) for way in ways}
    print(f"{len(voices)} recordings of {len(set(voices))} voices")
    for title, shown in (("", values), (f"{ways[0]} less ", {way: values[ways[0]] - values[way] for way in ways[1:]})):
        bounds = {way: intervals(of, voices) for way, of in shown.items()}
        print("\n" + f"{'':12}" + "".join(f"{title + way:>36}" for way in shown))
        for index, name in enumerate(names):
            cells = ""
            for way, of in shown.items():
                low, high = bounds[way][:, index]
                star = "*" if title and low * high > 0 else " "
                cells += f"{np.nanmean(of[:, index]):12.3f} ({low:.3f} to {high:.3f}){star}".rjust(36)
            print(f"{name:12}{cells}")


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds")
    parser.add_argument("speaker")
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--pictures", type=pathlib.Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    config = json.loads((HERE / "config.json").read_text())
    mel = MelSpectrogram(*(config[name] for name in ("rate_hz", "frame_samples", "hop_samples", "bands", "least_level")))
    distances, speaker = Distances([1024]), Speaker(given.speaker)
    ways = {pathlib.Path(path).stem: Network(path, mel) for path in given.networks}
    ways["griffin-lim"] = lambda known, pitch: griffin_lim(spread(known[0], mel.triangles.clone())[None], mel, 60)
    ways["random phases"] = lambda known, pitch: griffin_lim(spread(known[0], mel.triangles.clone())[None], mel, 0)
    rows, spent, voices, length_s = {name: [] for name in ways}, dict.fromkeys(ways, 0.0), [], 0
    stored = np.load(given.sounds)
    for name in stored.files:
        side, clip = name.split("/")[0], name.split("/")[-1]
        voice = name[len(side) + 1 : -len(clip) - 1]
        sound = stored[name][: len(stored[name]) // mel.hop * mel.hop]
        if side != "held_out" or len(sound) < 2 * config["rate_hz"]:
            continue
        pitch = stored["pitch/" + name[len(side) + 1 :]]
        wanted, shown = torch.from_numpy(sound.copy())[None], []
        known = mel(wanted)
        for way, make in ways.items():
            started = time.process_time()
            made = make(known, pitch)
            spent[way] += time.process_time() - started
            rows[way].append(measured(made, wanted, mel, distances, speaker))
            shown.append(made)
        if given.pictures and voice not in voices and len(set(voices)) % 7 == 0:
            picture([wanted, *shown], given.pictures / f"{clip}.png")
        voices.append(voice)
        length_s += len(sound) / config["rate_hz"]
    table(rows, voices)
    print("\ntimes real time: " + ", ".join(f"{way} {length_s / seconds:.0f}" for way, seconds in spent.items()))


if __name__ == "__main__":
    main()
