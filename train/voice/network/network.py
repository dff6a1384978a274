"""The network over frames: two-dimensional filters whose weights are the same at every frequency."""
import json
import pathlib

import torch
from torch import nn

BANDS, LINEAR_BANDS = 70, 40
GAP_ROWS = 2  # of zeros between the two banks, so that no filter looks across


def settings(name):
    """Of one of the networks of config.json, with what all share."""
    given = json.loads((pathlib.Path(__file__).parent / "config.json").read_text())
    chosen = given.pop("networks")[name]
    return {**given, **chosen}


def image_of(logarithms, active, config):
    """B x frames x BANDS and B x frames (1 where active) to B x views x rows x frames: each band less its mean over the active frames, so
    that the microphone and the voice say little; then, where there are more views, how it changes from frame to frame, and so on."""
    share = active / active.sum(1, keepdim=True)
    less = logarithms - (logarithms * share[:, :, None]).sum(1, keepdim=True)
    rows = less.transpose(1, 2)
    gap = torch.zeros(rows.shape[0], GAP_ROWS, rows.shape[2])
    views = [torch.cat([rows[:, :LINEAR_BANDS], gap, rows[:, LINEAR_BANDS:]], 1)]
    while len(views) < len(config["view_scales"]):
        views.append(nn.functional.pad(views[-1][:, :, 1:] - views[-1][:, :, :-1], (1, 0)))
    return torch.stack([view * scale for view, scale in zip(views, config["view_scales"])], 1)


class Network(nn.Module):
    """Four layers of filters. What they answer is gathered over the active frames, then weighted and added up: of every layer the logarithm
    of the variance, by thirds of the rows, and of the last two the mean; or (`variances`: false) of the last two the mean over all rows of what
    is positive, so that it counts how often something moves in a way, and not in which band."""

    STEPS = ((2, 1), (2, 1), (2, 2), (1, 2))  # rows, frames
    SIZES = (5, 3, 3, 3)
    MEANS_FROM = 2
    GROUPS, LEAST_VARIANCE = 3, 0.01

    def __init__(self, config):
        super().__init__()
        self.variances = config["variances"]
        channels = [len(config["view_scales"]), *config["channels"]]
        self.filters = nn.ModuleList(
            nn.Conv2d(channels[n], channels[n + 1], size, step, size // 2, bias=False) for n, (size, step) in enumerate(zip(self.SIZES, self.STEPS))
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(count) for count in channels[1:])
        means = sum(channels[self.MEANS_FROM + 1 :])
        count = self.GROUPS * (means + sum(channels[1:])) if self.variances else means
        self.standard = nn.BatchNorm1d(count, affine=False)
        self.dropout = nn.Dropout(config["dropout"])
        self.head = nn.Linear(count, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def by_groups(self, values, shape):
        return values.reshape(shape[0], shape[1], self.GROUPS, shape[2] // self.GROUPS).mean(3).flatten(1)

    def pooled(self, image, active):
        x, parts = image, []
        for number, (layer, norm) in enumerate(zip(self.filters, self.norms)):
            x = norm(layer(x))
            if self.STEPS[number][1] == 2:
                active = active[:, ::2]
            share = active / active.sum(1, keepdim=True).clamp(min=1)
            if self.variances:
                flat = x.flatten(1, 2)
                mean = torch.bmm(flat, share[:, :, None])[:, :, 0]
                variance = (torch.bmm(flat * flat, share[:, :, None])[:, :, 0] - mean * mean).clamp(min=0)
                if number >= self.MEANS_FROM:
                    parts.append(self.by_groups(mean, x.shape))
                parts.append(self.by_groups(torch.log(variance + self.LEAST_VARIANCE), x.shape))
            x = torch.relu(x)
            if not self.variances and number >= self.MEANS_FROM:
                parts.append((x.mean(2) * share[:, None]).sum(2))
        return torch.cat(parts, 1)

    def forward(self, image, active):
        return self.head(self.dropout(self.standard(self.pooled(image, active))))[:, 0]
