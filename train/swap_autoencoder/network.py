"""One encoder for two people, and a decoder for each; and what is done to faces on the way in."""

import torch
from torch import nn
from torch.nn import functional

HALVINGS = 4


def larger(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, 4 * outputs, 3, 1, 1), nn.LeakyReLU(0.1), nn.PixelShuffle(2))


class Encoder(nn.Module):
    """A face in [-1, 1], red first, to what both decoders take: all of it through `code` numbers."""

    def __init__(self, config):
        super().__init__()
        widths = [3, *config["widths"]]
        assert len(widths) == HALVINGS + 1 and config["side_px"] % 2**HALVINGS == 0
        self.least = config["side_px"] // 2**HALVINGS
        self.width = widths[-1]
        self.smaller = nn.Sequential(*[layer for a, b in zip(widths, widths[1:]) for layer in (nn.Conv2d(a, b, 5, 2, 2), nn.LeakyReLU(0.1))])
        numbers = self.width * self.least**2
        self.through = nn.Sequential(nn.Linear(numbers, config["code"]), nn.Linear(config["code"], numbers))
        self.larger = larger(self.width, self.width)

    def forward(self, face):
        numbers = self.through(self.smaller(face).flatten(1))
        return self.larger(numbers.view(-1, self.width, self.least, self.least))


class Decoder(nn.Module):
    """One person's."""

    def __init__(self, config):
        super().__init__()
        widths = [config["widths"][-1], *reversed(config["widths"][: HALVINGS - 1])]
        self.layers = nn.Sequential(*[larger(a, b) for a, b in zip(widths, widths[1:])], nn.Conv2d(widths[-1], 3, 3, 1, 1), nn.Tanh())

    def forward(self, numbers):
        return self.layers(numbers)


def smooth_field(count, points, side, share, generator):
    """(count, side, side, 2): shifts of up to about `share` of the side, drawn at points x points places and smooth between."""
    drawn = torch.randn(count, 2, points, points, generator=generator) * share
    return functional.interpolate(drawn, size=(side, side), mode="bicubic", align_corners=True).permute(0, 2, 3, 1)


def straight(count, side, generator):
    """Sampling grids of small turns, scalings and shifts."""
    angle, scale = torch.randn(count, generator=generator) * 0.06, torch.exp(torch.randn(count, generator=generator) * 0.03)
    shift = torch.randn(2, count, generator=generator) * 0.03
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    matrix = torch.stack([torch.stack([cosine, -sine, shift[0]], 1), torch.stack([sine, cosine, shift[1]], 1)], 1)
    return functional.affine_grid(matrix, (count, 3, side, side), align_corners=False)


def changed(faces, config, generator):
    """What the encoder is given, bent and with other colours, and what the decoder should answer: the same unbent."""
    count, side = len(faces), faces.shape[-1]
    if config["mirrored"]:
        flips = torch.rand(count, 1, 1, 1, generator=generator) < 0.5
        faces = torch.where(flips, faces.flip(3), faces)
    share = config["colour_share"]
    faces = faces * (1 + share * torch.randn(count, 1, 1, 1, generator=generator)) + 0.5 * share * torch.randn(count, 3, 1, 1, generator=generator)
    grid = straight(count, side, generator)
    bent = grid + 2 * smooth_field(count, 5, side, config["warp_share"], generator)

    def sampled(at):
        return functional.grid_sample(faces, at, mode="bilinear", padding_mode="border", align_corners=False).clamp(-1, 1)

    return sampled(bent), sampled(grid)
