"""Where an edit lies: irregular outlines, the weights of their soft or hard edges, a place in the picture, and the blend.

Pure functions over numpy arrays; `rng` is a numpy random generator, whose state decides all that is drawn.
"""

import cv2
import numpy as np

# An edited pixel under less than this weight is left alone, so that the mask of a soft edge ends where a change can still be seen.
LEAST_WEIGHT = 0.1


class Impossible(Exception):
    """The picture has no room for such an edit; draw another one."""


def outline(rng, area_px):
    """An irregular closed outline of about `area_px` pixels: uint8 of its bounding box's shape, 1 inside."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.ones_like(angle)
    for wave in range(2, 10):
        radius += rng.normal(0, 0.3 / wave) * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    radius = np.maximum(radius, 0.3) * (1 + rng.normal(0, 0.015, angle.size))
    aspect, turn = np.exp(rng.uniform(-0.45, 0.45)), rng.uniform(0, np.pi)
    x, y = radius * np.cos(angle) * aspect, radius * np.sin(angle) / aspect
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    points = np.stack([x, y], 1) * np.sqrt(area_px / area)
    points = np.rint(points - points.min(0)).astype(np.int32)
    width, height = points.max(0) + 1
    shape = np.zeros((height, width), np.uint8)
    cv2.fillPoly(shape, [points], 1)
    return shape


def weights(rng, shape, soft):
    """The blending weights of a shape, float32 in [0, 1] with a rim for the feather; `soft` feathers by 1.5 to 6 pixels, else the edge is hard."""
    if not soft:
        return shape.astype(np.float32)
    sigma = float(rng.uniform(1.5, min(6.0, 1.5 + 0.04 * min(shape.shape))))
    rim = int(np.ceil(2 * sigma))
    alpha = cv2.GaussianBlur(np.pad(shape, rim).astype(np.float32), (0, 0), sigma)
    alpha[alpha < LEAST_WEIGHT] = 0
    return alpha


def placed(rng, alpha, height, width, may_be_cut=True):
    """The weights at a random place of a picture: (top, left, alpha), one in six cut by the picture's border."""
    rows, columns = alpha.shape
    if rows >= height or columns >= width:
        raise Impossible
    top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
    if may_be_cut and rng.random() < 1 / 6:
        side, share = int(rng.integers(4)), rng.uniform(0.1, 0.4)
        if side == 0:
            top, alpha = 0, alpha[int(rows * share):]
        elif side == 1:
            alpha = alpha[: rows - int(rows * share)]
            top = height - alpha.shape[0]
        elif side == 2:
            left, alpha = 0, alpha[:, int(columns * share):]
        else:
            alpha = alpha[:, : columns - int(columns * share)]
            left = width - alpha.shape[1]
    return top, left, alpha


def drawn_area(rng, height, width, area):
    """Pixels of an edit, log-uniform between two shares of the picture."""
    return height * width * float(np.exp(rng.uniform(np.log(area[0]), np.log(area[1]))))


def blended(picture, content, alpha, top, left):
    """`picture` with `content` (float or uint8, of alpha's shape) laid over it: (edited picture, mask)."""
    rows, columns = alpha.shape
    edited, mask = picture.copy(), np.zeros(picture.shape[:2], np.uint8)
    window = edited[top : top + rows, left : left + columns]
    weight = alpha[..., None]
    mixed = np.rint(np.clip(content * weight + window * (1 - weight), 0, 255)).astype(np.uint8)
    inside = alpha > 0
    window[inside] = mixed[inside]
    mask[top : top + rows, left : left + columns][inside] = 255
    return edited, mask
