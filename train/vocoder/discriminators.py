"""What tells recorded from made sound in training, and is thrown away after it. Small ones of two known kinds: by periods (Kong, Kim and Bae, "HiFi-GAN", NeurIPS 2020)
and by spectra of several resolutions (Jang et al., "UnivNet", Interspeech 2021). Hinge losses and the distance of inner layers, as in Vocos."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

PERIODS = (2, 3, 5, 7, 11)
TRANSFORMS = (1024, 512, 256)


class ByPeriod(nn.Module):
    def __init__(self, period):
        super().__init__()
        self.period = period
        widths = (1, 16, 48, 96, 96)
        self.layers = nn.ModuleList(weight_norm(nn.Conv2d(a, b, (5, 1), (3, 1), (2, 0))) for a, b in zip(widths, widths[1:]))
        self.last = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), 1, (1, 0)))

    def forward(self, samples):
        samples = functional.pad(samples[:, None], (0, -samples.shape[-1] % self.period), mode="reflect")
        values, inner = samples.unflatten(2, (-1, self.period)), []
        for layer in self.layers:
            values = functional.leaky_relu(layer(values), 0.1)
            inner.append(values)
        return self.last(values), inner


class BySpectrum(nn.Module):
    def __init__(self, transform):
        super().__init__()
        self.transform = transform
        self.register_buffer("window", torch.hann_window(transform), persistent=False)
        self.layers = nn.ModuleList(weight_norm(nn.Conv2d(a, 16, (7, 3), (s, 1), (3, 1))) for a, s in ((2, 2), (16, 2), (16, 2), (16, 2)))
        self.last = weight_norm(nn.Conv2d(16, 1, 3, 1, 1))

    def forward(self, samples):
        spectrum = torch.stft(samples, self.transform, self.transform // 4, window=self.window, return_complex=True)
        # The square root of the magnitude, with the phase kept: weak parts are seen as well.
        spectrum = spectrum / (spectrum.abs() + 1e-4).sqrt()
        values, inner = torch.stack([spectrum.real, spectrum.imag], 1), []
        for layer in self.layers:
            values = functional.leaky_relu(layer(values), 0.1)
            inner.append(values)
        return self.last(values), inner


class Discriminators(nn.Module):
    def __init__(self):
        super().__init__()
        self.all = nn.ModuleList([ByPeriod(period) for period in PERIODS] + [BySpectrum(size) for size in TRANSFORMS])

    def loss(self, recorded, made):
        total = 0
        for one in self.all:
            # Both in one pass.
            answer = one(torch.cat([recorded, made]))[0]
            yes, no = answer.chunk(2)
            total = total + functional.relu(1 - yes.float()).mean() + functional.relu(1 + no.float()).mean()
        return total / len(self.all)

    def loss_of_maker(self, recorded, made):
        """(of being found out, of inner layers)"""
        found, apart = 0, 0
        for one in self.all:
            answer, inner = one(made)
            with torch.no_grad():
                wanted = one(recorded)[1]
            found = found + functional.relu(1 - answer.float()).mean()
            apart = apart + sum((a.float() - b.float()).abs().mean() for a, b in zip(inner, wanted)) / len(inner)
        return found / len(self.all), apart / len(self.all)
