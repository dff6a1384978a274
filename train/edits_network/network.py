"""What image.edits.network computes from planes, in NumPy and PyTorch: the same as src/analyzers/image/edits_network/{surprise,network}.cpp, which a
reference in its test ties to this."""

import cv2
import numpy as np
import torch
from torch import nn

PLANES = 56
LUMA, DEVIATION, CLIPPED, COLOUR = 0, 1, 2, 3
OF_THE_PICTURE = (42, 43, 44)
COMPARED = [plane for plane in range(PLANES) if plane not in (LUMA, CLIPPED, *OF_THE_PICTURE)]
PLAIN = [0, 1, 2, 3, 10, 14, 6, 7, 45, 42, 43, 44, 50, 51, 52, 53, 54]
WINDOWS = (3, 7, 15)
PLAIN_WINDOW = 7
INPUTS = len(COMPARED) * len(WINDOWS) + len(PLAIN)
FARTHEST, LARGEST_INPUT, RIDGE = 6.0, 5.0, 1e-3
QUANTILES = (0.5, 0.9, 0.97, 0.99, 1.0)
PICTURE_WINDOWS = (3, 7)


def surprises(planes, floor):
    """How far each compared plane is from what the picture's own blocks of like content lead to expect, rows x columns x compared."""
    rows, columns, _ = planes.shape
    x = planes.reshape(-1, PLANES).astype(np.float64)
    luma, deviation, clipped, colour = (x[:, k] for k in (LUMA, DEVIATION, CLIPPED, COLOUR))
    terms = np.stack([np.ones_like(luma), luma, luma**2, deviation, deviation**2, deviation * luma, colour, clipped], 1)
    normal = terms.T @ terms
    normal[np.diag_indices(8)] += RIDGE * len(x) * np.array([1e-6] + [1] * 7)
    rest = x[:, COMPARED] - terms @ np.linalg.solve(normal, terms.T @ x[:, COMPARED])
    scale = 1.2533 * np.abs(rest).mean(0) + floor
    return np.clip(rest / scale, -FARTHEST, FARTHEST).astype(np.float32).reshape(rows, columns, -1)


def averaged(values, window):
    """Box average over window x window blocks; four channels at once is what OpenCV takes from Python."""
    parts = [np.atleast_3d(cv2.blur(np.ascontiguousarray(values[..., k : k + 4]), (window, window), borderType=cv2.BORDER_REPLICATE)) for k in range(0, values.shape[2], 4)]
    return np.concatenate(parts, 2)


def inputs_of(planes, floor):
    """rows x columns x INPUTS."""
    compared = surprises(planes, floor)
    return np.concatenate([averaged(compared, window) for window in WINDOWS] + [averaged(planes[..., PLAIN].astype(np.float32), PLAIN_WINDOW)], 2)


def layers(hidden, dropout=0.0):
    first, second = hidden
    return nn.Sequential(nn.Linear(INPUTS, first), nn.ReLU(), nn.Dropout(dropout), nn.Linear(first, second), nn.ReLU(), nn.Linear(second, 1))


class Network:
    """Trained layers with what belongs to them, for whole pictures."""

    def __init__(self, state):
        self.floor, self.mean, self.deviation = state["floor"], state["mean"], state["deviation"]
        self.layers = layers((state["layers"]["0.weight"].shape[0], state["layers"]["3.weight"].shape[0]))
        self.layers.load_state_dict(state["layers"])
        self.layers.eval()
        self.picture, self.picture_bias = state.get("picture"), state.get("picture_bias")

    def logits(self, planes):
        inputs = inputs_of(planes, self.floor)
        flat = np.clip((inputs - self.mean) / self.deviation, -LARGEST_INPUT, LARGEST_INPUT).reshape(-1, INPUTS).astype(np.float32)
        with torch.no_grad():
            return self.layers(torch.from_numpy(flat))[:, 0].numpy().reshape(inputs.shape[:2])

    @staticmethod
    def statistics(logits):
        out = []
        for window in PICTURE_WINDOWS:
            ordered = np.sort(cv2.blur(logits, (window, window), borderType=cv2.BORDER_REPLICATE).ravel())
            out += [ordered[int(quantile * (ordered.size - 1))] for quantile in QUANTILES]
        return np.array(out, np.float32)

    def judge(self, planes):
        """(block logits, picture logit)."""
        logits = self.logits(planes)
        return logits, float(self.statistics(logits) @ self.picture + self.picture_bias)
