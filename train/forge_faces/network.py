"""The two small networks of `bonafide forge face`: faces of 64 px from numbers, and what is needed to train them."""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm


def up_nearest(inputs, outputs):
    return [nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(inputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]


def up_transposed(inputs, outputs):
    return [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]


class Painter(nn.Module):
    """Numbers to a picture in [-1, 1], red first: the decoder of the VAE (nearest neighbours and convolutions) and the generator of the GAN (transposed ones)."""

    def __init__(self, latent, widths, up):
        super().__init__()
        self.widths = widths
        self.start = nn.Sequential(nn.Linear(latent, widths[0] * 16), nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(
            *[layer for a, b in zip(widths, widths[1:]) for layer in up(a, b)], nn.Conv2d(widths[-1], 3, 3, 1, 1), nn.Tanh()
        )

    def forward(self, numbers):
        return self.layers(self.start(numbers).view(-1, self.widths[0], 4, 4))


class Encoder(nn.Module):
    """A picture to the mean and the logarithm of the variance of its numbers."""

    def __init__(self, latent, widths):
        super().__init__()
        widths = [3, *reversed(widths[1:])]
        steps = []
        for a, b in zip(widths, widths[1:]):
            steps += [nn.Conv2d(a, b, 4, 2, 1), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*steps, nn.Flatten(), nn.Linear(widths[-1] * 16, 2 * latent))

    def forward(self, picture):
        return self.layers(picture).chunk(2, 1)


def make_discriminator(widths):
    layers = []
    for a, b in zip([3, *widths], widths):
        layers += [spectral_norm(nn.Conv2d(a, b, 4, 2, 1)), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), spectral_norm(nn.Linear(widths[-1] * 16, 1)))


def changed(pictures, generator):
    """Differentiable augmentation (Zhao et al., NeurIPS 2020): colour, place and a hidden quarter, drawn for each picture."""
    count, side = len(pictures), pictures.shape[-1]

    def even(low, high, *shape):
        return torch.empty(count, *shape).uniform_(low, high, generator=generator)

    pictures = pictures + even(-0.5, 0.5, 1, 1, 1)
    grey = pictures.mean(1, keepdim=True)
    pictures = grey + (pictures - grey) * even(0, 2, 1, 1, 1)
    level = pictures.mean((1, 2, 3), keepdim=True)
    pictures = level + (pictures - level) * even(0.5, 1.5, 1, 1, 1)
    most = side // 8
    rows, columns = (torch.randint(0, 2 * most + 1, (count,), generator=generator) for _ in range(2))
    padded = nn.functional.pad(pictures, (most, most, most, most))
    pictures = torch.stack([padded[i, :, r : r + side, c : c + side] for i, (r, c) in enumerate(zip(rows.tolist(), columns.tolist()))])
    hidden = torch.ones(count, 1, side, side)
    for i in range(count):
        row, column = torch.randint(-side // 4, side, (2,), generator=generator).tolist()
        hidden[i, :, max(0, row) : row + side // 2, max(0, column) : column + side // 2] = 0
    return pictures * hidden
