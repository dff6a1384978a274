"""The vocoder of `bonafide forge voice`: a mel spectrogram in, a short-time spectrum out, after Siuzdak, "Vocos: closing the gap between time-domain
and Fourier-based neural vocoders for high-quality audio synthesis", ICLR 2024. Smaller, magnitudes are given as a factor of what the mel spectrogram
says of them, and no layer looks at more than some frames around, so that a long recording can be made piece by piece."""

import torch
from torch import nn
from torch.nn import functional


def mel_of(frequency_hz):
    return 2595 * torch.log10(1 + frequency_hz / 700)


def mel_triangles(rate_hz, transform, bands):
    """bands x bins; each band's weights sum to 1 (src/forge/voice/mel_bands.h)."""
    places = mel_of(torch.arange(transform // 2 + 1, dtype=torch.float64) * rate_hz / transform)
    places = places / (mel_of(torch.tensor(rate_hz / 2, dtype=torch.float64)) / (bands + 1)) - 1
    weights = (1 - (places[None] - torch.arange(bands, dtype=torch.float64)[:, None]).abs()).clamp(min=0)
    return (weights / weights.sum(1, keepdim=True)).float()


def between_middles(rate_hz, transform, bands):
    """bins x bands: magnitudes at bins, on straight lines between the bands' middles (MelBands::spread)."""
    places = mel_of(torch.arange(transform // 2 + 1, dtype=torch.float64) * rate_hz / transform)
    places = (places / (mel_of(torch.tensor(rate_hz / 2, dtype=torch.float64)) / (bands + 1)) - 1).clamp(0, bands - 1)
    return (1 - (places[:, None] - torch.arange(bands, dtype=torch.float64)[None]).abs()).clamp(min=0).float()


class MelSpectrogram(nn.Module):
    """Logarithm of the mean magnitude in each band; frame n has sample n * hop in its middle. Samples beyond the ends are silent."""

    def __init__(self, rate_hz, frame, hop, bands, least):
        super().__init__()
        self.frame, self.hop, self.least = frame, hop, least
        self.register_buffer("window", torch.hann_window(frame), persistent=False)
        self.register_buffer("triangles", mel_triangles(rate_hz, frame, bands), persistent=False)

    def forward(self, samples):
        spectrum = torch.stft(samples, self.frame, self.hop, window=self.window, center=True, pad_mode="constant", return_complex=True)
        return torch.log((self.triangles @ spectrum.abs()).clamp(min=self.least))


class Block(nn.Module):
    """Liu et al., "A ConvNet for the 2020s", CVPR 2022, in one dimension."""

    def __init__(self, width, hidden, blocks):
        super().__init__()
        self.along_time = nn.Conv1d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.widen = nn.Linear(width, hidden)
        self.narrow = nn.Linear(hidden, width)
        self.scale = nn.Parameter(torch.full((width,), 1 / blocks))

    def forward(self, frames):
        inner = self.norm(self.along_time(frames.transpose(1, 2)).transpose(1, 2))
        return frames + self.scale * self.narrow(functional.gelu(self.widen(inner), approximate="tanh"))


class Vocoder(nn.Module):
    """batch x bands x frames, as MelSpectrogram gives them -> batch x frames x 2 bins: real parts, then imaginary ones."""

    def __init__(self, config):
        super().__init__()
        width, bins = config["width"], config["frame_samples"] // 2 + 1
        self.enter = nn.Conv1d(config["bands"], width, 7, padding=3)
        self.first_norm = nn.LayerNorm(width, eps=1e-6)
        self.blocks = nn.ModuleList(Block(width, config["hidden"], config["blocks"]) for _ in range(config["blocks"]))
        self.last_norm = nn.LayerNorm(width, eps=1e-6)
        self.leave = nn.Linear(width, 2 * bins)
        self.register_buffer("between", between_middles(config["rate_hz"], config["frame_samples"], config["bands"]), persistent=False)

    def forward(self, mel):
        frames = self.first_norm(self.enter((mel + 5) / 3).transpose(1, 2))
        for block in self.blocks:
            frames = block(frames)
        # What the bands say of a bin is known; the network says by how much it is more or less.
        known = torch.exp(mel).transpose(1, 2) @ self.between.T
        factor, phase = self.leave(self.last_norm(frames)).chunk(2, dim=2)
        magnitude = known * torch.exp(factor.clamp(-6, 6))
        return torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase)], dim=2)


def sound_of(spectrum, frame, hop, window):
    """What Vocoder gives, as samples: overlapped and added by least squares; (frames - 1) * hop of them."""
    real, imaginary = spectrum.transpose(1, 2).chunk(2, dim=1)
    return torch.istft(torch.complex(real.contiguous(), imaginary.contiguous()), frame, hop, window=window, center=True)
