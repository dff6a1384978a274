"""The vocoder of `bonafide forge voice`: a mel spectrogram and the pitch in, a short-time spectrum out, after Siuzdak, "Vocos: closing the gap between time-domain
and Fourier-based neural vocoders for high-quality audio synthesis", ICLR 2024. Smaller, magnitudes are given as a factor of what the mel spectrogram
says of them, phases as a turn of those of pulses (excitation.py), and no layer looks at more than some frames around, so that a long recording can be made piece by piece."""

import torch
from torch import nn
from torch.nn import functional

# Of a bin of the pulses' spectrum; below it there are none.
LEAST_MAGNITUDE = 1e-3


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
    """batch x (bands + 2) x frames, as MelSpectrogram and excitation.told_of give them -> batch x frames x 3 bins: what pulses are multiplied with (real parts, imaginary ones) and noise."""

    def __init__(self, config):
        super().__init__()
        width, bins = config["width"], config["frame_samples"] // 2 + 1
        self.bands = config["bands"]
        self.enter = nn.Conv1d(self.bands + 2, width, 7, padding=3)
        self.first_norm = nn.LayerNorm(width, eps=1e-6)
        self.blocks = nn.ModuleList(Block(width, config["hidden"], config["blocks"]) for _ in range(config["blocks"]))
        self.last_norm = nn.LayerNorm(width, eps=1e-6)
        self.leave = nn.Linear(width, 3 * bins)
        # The training begins with pulses as they are and little noise.
        with torch.no_grad():
            self.leave.weight[bins:] *= 0.1
            self.leave.bias[bins : 2 * bins] = 0
            self.leave.bias[2 * bins :] = -2
        self.register_buffer("between", between_middles(config["rate_hz"], config["frame_samples"], config["bands"]), persistent=False)

    def forward(self, given):
        mel, pitch = given[:, : self.bands], given[:, self.bands :]
        frames = self.first_norm(self.enter(torch.cat([(mel + 5) / 3, pitch], 1)).transpose(1, 2))
        for block in self.blocks:
            frames = block(frames)
        # What the bands say of a bin is known; the network says by how much it is more or less.
        known = torch.exp(mel).transpose(1, 2) @ self.between.T
        factor, phase, breath = self.leave(self.last_norm(frames)).chunk(3, dim=2)
        magnitude = known * torch.exp(factor.clamp(-6, 6))
        return torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase), known * torch.exp(breath.clamp(-8, 6))], dim=2)


def directions_of(samples, mel):
    """Of every bin of every frame the complex number of magnitude 1. Where there is nothing, that of a click in the frame's middle: there the network has phases to itself."""
    spectrum = torch.stft(samples, mel.frame, mel.hop, window=mel.window, center=True, pad_mode="constant", return_complex=True)
    magnitude = spectrum.abs()
    click = (1 - 2 * (torch.arange(spectrum.shape[1]) % 2)).to(spectrum.dtype)[None, :, None]
    return torch.where(magnitude > LEAST_MAGNITUDE, spectrum / magnitude.clamp(min=LEAST_MAGNITUDE), click)


def sound_of(shape, pulses, noise, mel):
    """What Vocoder gives, as samples: pulses and noise shaped by it, overlapped and added by least squares; (frames - 1) * hop of them."""
    real, imaginary, breath = shape.transpose(1, 2).chunk(3, dim=1)
    spectrum = torch.complex(real.contiguous(), imaginary.contiguous()) * directions_of(pulses, mel) + breath * directions_of(noise, mel)
    return torch.istft(spectrum, mel.frame, mel.hop, window=mel.window, center=True)
