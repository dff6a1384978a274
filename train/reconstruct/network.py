"""The autoencoders of `bonafide forge reconstruct`: four times smaller each way in between, back up by one of the layers that generators use."""

import torch
from torch import nn


class Doubling(nn.Module):
    """Twice the size each way, in `kind`: the layer whose trace detectors are to learn."""

    def __init__(self, inputs, outputs, kind):
        super().__init__()
        if kind == "transposed":
            layers = [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)]
        elif kind == "shuffle":
            layers = [nn.Conv2d(inputs, 4 * outputs, 3, 1, 1), nn.PixelShuffle(2)]
        elif kind == "nearest":
            layers = [nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(inputs, outputs, 3, 1, 1)]
        elif kind == "bilinear":
            layers = [nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), nn.Conv2d(inputs, outputs, 3, 1, 1)]
        else:
            raise ValueError(kind)
        self.layers = nn.Sequential(*layers)

    def forward(self, planes):
        return self.layers(planes)


def make_network(config, kind):
    """Pictures in [-1, 1], red first, sides multiples of 4; the same out. No layer looks at a whole tile, so that tiles fit together."""
    fine, middle, coarse = config["widths"]
    latent = config["latent_channels"]
    return nn.Sequential(
        nn.Conv2d(3, fine, 3, 1, 1), nn.SiLU(),
        nn.Conv2d(fine, middle, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(middle, coarse, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(coarse, coarse, 3, 1, 1), nn.SiLU(),
        nn.Conv2d(coarse, latent, 1), nn.Tanh(),
        nn.Conv2d(latent, coarse, 3, 1, 1), nn.SiLU(),
        nn.Conv2d(coarse, coarse, 3, 1, 1), nn.SiLU(),
        Doubling(coarse, middle, kind), nn.SiLU(),
        Doubling(middle, fine, kind), nn.SiLU(),
        nn.Conv2d(fine, 3, 3, 1, 1),
    )


def distance(made, wanted, gradient_weight):
    """Mean difference of the pixels, and of their differences from their neighbours, which keeps fine detail."""
    value = (made - wanted).abs().mean()
    for axis in (2, 3):
        value = value + gradient_weight * (torch.diff(made, dim=axis) - torch.diff(wanted, dim=axis)).abs().mean()
    return value
