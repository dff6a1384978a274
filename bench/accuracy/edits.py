"""Exact edits of genuine photographs: what was changed is known to the pixel.

A picture is an array of shape (height, width, 3), RGB, uint8. Every function is pure: picture(s) and a numpy random generator in, an `Edit` out; the
same generator state gives the same bytes. Outside an edit's mask the edited picture equals the given one bit for bit, which `draw_edit` asserts.

    edit = draw_edit(picture, donors, numpy.random.default_rng(1))
    edit.picture, edit.mask, edit.kind, edit.variant

The patch-based fill is the exemplar idea of Criminisi, Perez and Toyama (IEEE TIP 2004), with blocks taken in the order of the distance from the
hole's edge and not by priority, and a search in a window at half the size. Deviations do not matter here: what counts is that the hole is filled with
pixels copied from elsewhere in the picture, as the fills of picture editors do.
"""

import io
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image

from outlines import Impossible, blended, drawn_area, outline, placed, weights

KINDS = ("splice", "clone", "inpaint", "retouch")
RETOUCHES = ("median", "bilateral", "blur", "sharpen", "contrast", "colour", "healing")
# Shares of the mask whose pixels must differ, and by how many levels on average: an edit that changes nothing is none.
LEAST_CHANGED_SHARE = 0.4
LEAST_MEAN_CHANGE = 1.5
INTERPOLATIONS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)


@dataclass(frozen=True)
class Edit:
    """One edited picture: `mask` is uint8 of shape (height, width), 255 where pixels may differ from the original and 0 where they are equal.
    `source_mask` is the place that a clone was taken from, None for other kinds. `variant` says how, in words: "rotated, soft"."""

    picture: np.ndarray
    mask: np.ndarray
    kind: str
    variant: str
    source_mask: np.ndarray | None = field(default=None)


def texture(pixels):
    """Standard deviation of the luma of a few pixels."""
    return float(pixels[::4, ::4].mean(2).std()) if pixels.size else 0.0


# ---------------------------------------------------------------------------------------------------------------- splice and clone


@dataclass(frozen=True)
class Motion:
    """Similarity from the source to the target: turned by `angle_degrees`, enlarged by `scale`, mirrored."""

    angle_degrees: float = 0.0
    scale: float = 1.0
    mirrored: bool = False

    def is_plain(self):
        return self.angle_degrees == 0 and self.scale == 1

    def matrix(self, source_centre, target_shape):
        """2 x 3 matrix from target pixels to source pixels, as cv2.warpAffine takes with WARP_INVERSE_MAP; centres are (x, y)."""
        turn, step = np.deg2rad(self.angle_degrees), 1 / self.scale
        linear = step * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        if self.mirrored:
            linear = linear @ np.diag([-1.0, 1.0])
        middle = np.array([(target_shape[1] - 1) / 2, (target_shape[0] - 1) / 2])
        return np.hstack([linear, (np.asarray(source_centre) - linear @ middle)[:, None]])

    def source_size(self, target_shape):
        """(width, height) of the box in the source that holds what the target shape takes."""
        linear = np.abs(self.matrix((0, 0), target_shape)[:, :2])
        return linear @ np.array([target_shape[1], target_shape[0]])


def taken(rng, source, motion, centre, shape):
    """What stands at `centre` (x, y) of the source, moved to an array of `shape`."""
    rows, columns = shape
    if motion.is_plain():
        left, top = int(centre[0] - (columns - 1) / 2), int(centre[1] - (rows - 1) / 2)
        piece = source[top : top + rows, left : left + columns]
        return piece[:, ::-1] if motion.mirrored else piece
    flags = int(rng.choice(INTERPOLATIONS)) | cv2.WARP_INVERSE_MAP
    # Only the part around the centre, since warpAffine is limited to 32,767 pixels a side and reads faster from a small piece.
    half = np.ceil(motion.source_size(shape) / 2).astype(int) + 4
    left, top = np.maximum(np.floor(np.asarray(centre)).astype(int) - half, 0)
    piece = source[top : int(centre[1]) + half[1] + 1, left : int(centre[0]) + half[0] + 1]
    matrix = motion.matrix((centre[0] - left, centre[1] - top), shape)
    return cv2.warpAffine(np.ascontiguousarray(piece), matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REFLECT_101)


def drawn_centre(rng, source_shape, motion, shape):
    """A random centre (x, y) in the source around which everything that is taken lies inside."""
    size = motion.source_size(shape) / 2 + (1 if motion.is_plain() else 3)
    height, width = source_shape[:2]
    if 2 * size[0] >= width or 2 * size[1] >= height:
        raise Impossible
    centre = np.array([rng.uniform(size[0], width - size[0]), rng.uniform(size[1], height - size[1])])
    # On the grid that makes a plain copy land on whole pixels.
    return np.floor(centre) + np.array([(shape[1] - 1) % 2, (shape[0] - 1) % 2]) / 2


def toned(piece, window):
    """`piece` with the mean colour and the contrast of the window that it goes to, half way: what somebody does who wants it to fit."""
    piece = piece.astype(np.float32)
    mean, deviation = piece.mean((0, 1)), piece.std((0, 1)) + 1
    wanted_mean, wanted_deviation = window.mean((0, 1)), window.std((0, 1)) + 1
    gain = np.clip(np.sqrt(wanted_deviation / deviation), 0.6, 1.5)
    return (piece - mean) * gain + (mean + wanted_mean) / 2


def splice(picture, donor, rng, area=(0.01, 0.2), soft=None, moved=None):
    """Lays an object of irregular outline from `donor` over the picture; `moved`: scaled by .5 to 1.6 and turned by up to 40 degrees."""
    soft = rng.random() < 0.5 if soft is None else soft
    moved = rng.random() < 0.5 if moved is None else moved
    height, width = picture.shape[:2]
    shape = outline(rng, drawn_area(rng, height, width, area))
    top, left, alpha = placed(rng, weights(rng, shape, soft), height, width)
    motion = Motion(rng.uniform(-40, 40), np.exp(rng.uniform(np.log(0.5), np.log(1.6)))) if moved else Motion()
    # A small donor is enlarged until its object is large enough.
    need = max(motion.source_size(alpha.shape) / (np.array(donor.shape[1::-1]) - 8))
    if need > 0.95:
        if need > 2.5:
            raise Impossible
        motion, moved = Motion(motion.angle_degrees, motion.scale * need / 0.9), True
    # The most structured of a few pieces: objects have texture, sky has not.
    centres = [drawn_centre(rng, donor.shape, motion, alpha.shape) for _ in range(4)]
    half = motion.source_size(alpha.shape) / 3
    centre = max(centres, key=lambda c: texture(donor[int(c[1] - half[1]) : int(c[1] + half[1]), int(c[0] - half[0]) : int(c[0] + half[0])]))
    piece = taken(rng, donor, motion, centre, alpha.shape)
    tone = rng.random() < 0.3
    if tone:
        piece = toned(piece, picture[top : top + alpha.shape[0], left : left + alpha.shape[1]])
    edited, mask = blended(picture, piece, alpha, top, left)
    words = ["moved" if moved else "plain", "soft" if soft else "hard"] + (["toned"] if tone else [])
    return Edit(edited, mask, "splice", ", ".join(words))


def clone(picture, rng, area=(0.01, 0.2), soft=None, motion_name=None):
    """Copies an object within the picture. `motion_name`: plain, rotated, scaled or mirrored. Source and copy do not overlap."""
    soft = rng.random() < 0.4 if soft is None else soft
    motion_name = str(rng.choice(["plain", "rotated", "scaled", "mirrored"], p=[0.4, 0.25, 0.25, 0.1])) if motion_name is None else motion_name
    motion = {
        "plain": lambda: Motion(),
        "rotated": lambda: Motion(angle_degrees=rng.choice([-1, 1]) * rng.uniform(5, 180)),
        "scaled": lambda: Motion(scale=np.exp(rng.choice([-1, 1]) * rng.uniform(np.log(1.1), np.log(1.6)))),
        "mirrored": lambda: Motion(mirrored=True),
    }[motion_name]()
    height, width = picture.shape[:2]
    pixels = drawn_area(rng, height, width, area)
    best = None
    for attempt in range(40):
        if attempt % 10 == 9:
            pixels = max(pixels * 0.7, height * width * area[0])
        try:
            top, left, alpha = placed(rng, weights(rng, outline(rng, pixels), soft), height, width)
            centre = drawn_centre(rng, picture.shape, motion, alpha.shape)
        except Impossible:
            continue
        size = motion.source_size(alpha.shape)
        middle = np.array([left + alpha.shape[1] / 2, top + alpha.shape[0] / 2])
        apart = np.abs(middle - centre) - (size + np.array(alpha.shape[1::-1])) / 2
        if max(apart) < 1:
            continue
        source = picture[int(centre[1] - size[1] / 3) : int(centre[1] + size[1] / 3), int(centre[0] - size[0] / 3) : int(centre[0] + size[0] / 3)]
        structure = texture(source)
        if best is None or structure > best[0]:
            best = (structure, top, left, alpha, centre)
        if structure > 12:
            break
    if best is None:
        raise Impossible
    _, top, left, alpha, centre = best
    piece = taken(rng, picture, motion, centre, alpha.shape)
    edited, mask = blended(picture, piece, alpha, top, left)
    source_mask = cv2.warpAffine((alpha > 0).astype(np.uint8) * 255, motion.matrix(centre, alpha.shape), (width, height), flags=cv2.INTER_NEAREST)
    return Edit(edited, mask, "clone", f"{motion_name}, {'soft' if soft else 'hard'}", source_mask)


# ---------------------------------------------------------------------------------------------------------------- inpainting


def patch_fill(window, hole, rng, block=20, reach=160):
    """Fills `hole` (bool) of a window (RGB) with blocks copied from its known part, from the edge inwards; returns the filled window."""
    filled, known = window.copy(), ~hole
    original = known.copy()
    height, width = hole.shape
    depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
    half = block // 2
    centres = [(y, x) for y in range(half, height - half + 1, half) for x in range(half, width - half + 1, half) if depth[y - half : y + half, x - half : x + half].any()]
    centres.sort(key=lambda c: (depth[min(c[0], height - 1), min(c[1], width - 1)], rng.random()))
    feather = np.minimum(1, np.outer(np.hanning(block + 2)[1:-1], np.hanning(block + 2)[1:-1]) * 4)[..., None]
    # Where a block may be taken from: blocks without a pixel of the hole.
    free = cv2.erode(original.astype(np.uint8), np.ones((block, block), np.uint8), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    for y, x in centres:
        rows, columns = slice(y - half, y + half), slice(x - half, x + half)
        missing = ~known[rows, columns]
        if not missing.any():
            continue
        top, left = max(0, y - reach), max(0, x - reach)
        area = filled[top : y + reach, left : x + reach]
        allowed = free[top : y + reach, left : x + reach][: area.shape[0] - block + 1 : 2, : area.shape[1] - block + 1 : 2] > 0
        if not allowed.any():
            continue
        small, template = np.ascontiguousarray(area[::2, ::2]), np.ascontiguousarray(filled[rows, columns][::2, ::2])
        valid = np.ascontiguousarray(known[rows, columns][::2, ::2].astype(np.float32))
        if valid.any():
            cost = cv2.matchTemplate(small.astype(np.float32), template.astype(np.float32), cv2.TM_SQDIFF, mask=np.repeat(valid[..., None], 3, 2))
            cost = cost[: allowed.shape[0], : allowed.shape[1]]
            allowed = allowed[: cost.shape[0], : cost.shape[1]]
        else:
            cost = rng.random(allowed.shape)
        if not allowed.any():
            continue
        row, column = np.unravel_index(int(np.argmin(np.where(allowed, cost, np.inf))), cost.shape)
        piece = area[2 * row : 2 * row + block, 2 * column : 2 * column + block].copy()
        target, in_hole = filled[rows, columns], hole[rows, columns]
        mixed = np.rint(piece * feather + target * (1 - feather)).astype(np.uint8)
        overlap = in_hole & ~missing
        target[missing] = piece[missing]
        target[overlap] = mixed[overlap]
        known[rows, columns] = True
    if not known.all():
        filled = cv2.inpaint(filled, (~known).astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return filled


def inpaint(picture, rng, area=(0.01, 0.2), soft=None, method=None):
    """Removes what stands in an irregular region: `method` telea, navier-stokes or patch."""
    soft = rng.random() < 0.3 if soft is None else soft
    method = str(rng.choice(["telea", "navier-stokes", "patch"], p=[0.25, 0.25, 0.5])) if method is None else method
    height, width = picture.shape[:2]
    # Large holes are rarely filled: nothing plausible comes of it.
    pixels = drawn_area(rng, height, width, (area[0], max(area[0], min(area[1], 0.1))))
    top, left, alpha = placed(rng, weights(rng, outline(rng, pixels), soft), height, width, may_be_cut=False)
    rows, columns = alpha.shape
    margin = max(40, min(rows, columns) // 2) if method == "patch" else 12
    y0, x0 = max(0, top - margin), max(0, left - margin)
    window = np.ascontiguousarray(picture[y0 : top + rows + margin, x0 : left + columns + margin])
    hole = np.zeros(window.shape[:2], bool)
    hole[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns] = alpha > 0
    if method == "patch":
        filled = patch_fill(window, hole, rng)
    else:
        flag = cv2.INPAINT_TELEA if method == "telea" else cv2.INPAINT_NS
        filled = cv2.inpaint(window, hole.astype(np.uint8), int(rng.integers(3, 7)), flag)
    content = filled[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns]
    edited, mask = blended(picture, content, alpha, top, left)
    return Edit(edited, mask, "inpaint", f"{method}, {'soft' if soft else 'hard'}")


# ---------------------------------------------------------------------------------------------------------------- retouching


def filtered(window, rng, method):
    """A window under one of the local filters, float32 or uint8."""
    if method == "median":
        return cv2.medianBlur(window, int(rng.choice([5, 7, 9, 11])))
    if method == "bilateral":
        return cv2.bilateralFilter(window, 9, float(rng.uniform(25, 80)), float(rng.uniform(3, 8)))
    if method == "blur":
        return cv2.GaussianBlur(window, (0, 0), float(rng.uniform(1.0, 4.0)))
    values = window.astype(np.float32)
    if method == "sharpen":
        return values + rng.uniform(0.8, 2.0) * (values - cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.8, 2.0))))
    if method == "contrast":
        gain = float(rng.choice([rng.uniform(0.55, 0.8), rng.uniform(1.25, 1.7)]))
        return (values - values.mean()) * gain + values.mean() + rng.uniform(-20, 20)
    shift = rng.uniform(8, 35, 3) * rng.choice([-1, 1], 3)
    return values * rng.uniform(0.85, 1.15, 3).astype(np.float32) + shift.astype(np.float32)


def healing(picture, rng, area):
    """Many small spots, each covered by the fine structure of a place near by over the spot's own shade: what a healing brush does."""
    height, width = picture.shape[:2]
    wanted = drawn_area(rng, height, width, (area[0], max(area[0], min(area[1], 0.04))))
    edited, mask = picture.copy(), np.zeros((height, width), np.uint8)
    radius_limit = max(12.0, 0.05 * min(height, width))
    for _ in range(200):
        radius = rng.uniform(8, radius_limit)
        alpha = weights(rng, outline(rng, np.pi * radius * radius), True)
        top, left, alpha = placed(rng, alpha, height, width, may_be_cut=False)
        rows, columns = alpha.shape
        turn, distance = rng.uniform(0, 2 * np.pi), rng.uniform(1.2, 3) * max(alpha.shape)
        y, x = int(top + distance * np.sin(turn)), int(left + distance * np.cos(turn))
        if y < 0 or x < 0 or y + rows > height or x + columns > width:
            continue
        source, target = (picture[r : r + rows, c : c + columns].astype(np.float32) for r, c in ((y, x), (top, left)))
        sigma = max(2.0, radius / 2)
        content = source - cv2.GaussianBlur(source, (0, 0), sigma) + cv2.GaussianBlur(target, (0, 0), sigma)
        edited, spot = blended(edited, content, alpha, top, left)
        mask |= spot
        if np.count_nonzero(mask) >= wanted:
            break
    return edited, mask


def retouch(picture, rng, area=(0.01, 0.2), soft=None, method=None):
    """Changes how a region looks, not what it shows: one of RETOUCHES."""
    method = str(rng.choice(RETOUCHES)) if method is None else method
    if method == "healing":
        return Edit(*healing(picture, rng, area), "retouch", "healing, soft")
    soft = rng.random() < 0.5 if soft is None else soft
    height, width = picture.shape[:2]
    alpha = weights(rng, outline(rng, drawn_area(rng, height, width, area)), soft)
    top, left, alpha = placed(rng, alpha, height, width)
    rows, columns = alpha.shape
    y0, x0 = max(0, top - 16), max(0, left - 16)
    window = np.ascontiguousarray(picture[y0 : top + rows + 16, x0 : left + columns + 16])
    content = filtered(window, rng, method)[top - y0 : top - y0 + rows, left - x0 : left - x0 + columns]
    edited, mask = blended(picture, content, alpha, top, left)
    return Edit(edited, mask, "retouch", f"{method}, {'soft' if soft else 'hard'}")


# ---------------------------------------------------------------------------------------------------------------- the whole


def is_exact(original, edit):
    """Whether nothing changed outside the mask."""
    return bool(np.array_equal(original[edit.mask == 0], edit.picture[edit.mask == 0]))


def is_visible(original, edit):
    """Whether enough changed inside the mask to call it an edit."""
    inside = edit.mask > 0
    if not inside.any():
        return False
    difference = np.abs(original[inside].astype(np.int16) - edit.picture[inside])
    return bool((difference.max(1) > 0).mean() >= LEAST_CHANGED_SHARE and difference.mean() >= LEAST_MEAN_CHANGE)


def draw_edit(picture, donors, rng, kind=None, area=(0.01, 0.2), tries=12):
    """One edit of a picture, of `kind` or of a random one. `donors`: pictures of other cameras, for splices only; without any, none are drawn.

    Raises Impossible where none of a dozen draws gave a visible edit (a black picture, a tiny one).
    """
    kinds = [k for k in KINDS if k != "splice" or len(donors)]
    for _ in range(tries):
        chosen = str(rng.choice(kinds)) if kind is None else kind
        try:
            if chosen == "splice":
                edit = splice(picture, donors[int(rng.integers(len(donors)))], rng, area)
            else:
                edit = {"clone": clone, "inpaint": inpaint, "retouch": retouch}[chosen](picture, rng, area)
        except Impossible:
            continue
        assert is_exact(picture, edit), f"a {edit.kind} changed pixels outside its mask"
        if is_visible(picture, edit):
            return edit
    raise Impossible(f"no visible {kind or 'edit'} after {tries} draws")


def drawn_frame(picture, rng, most_pixels=2_000_000, crop=(1536, 1152)):
    """The picture as it is where it is small, else a crop at its own resolution (on the 8-pixel grid in half the cases) or a smaller version.

    Returns (picture, how it came about in words).
    """
    height, width = picture.shape[:2]
    if height * width <= most_pixels:
        return picture, "whole"
    if rng.random() < 0.5:
        columns, rows = (crop if width >= height else crop[::-1])
        columns, rows = min(columns, width), min(rows, height)
        top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
        on_grid = rng.random() < 0.5
        if on_grid:
            top, left = top // 8 * 8, left // 8 * 8
        return np.ascontiguousarray(picture[top : top + rows, left : left + columns]), "crop on the grid" if on_grid else "crop"
    # A picture of 10 megapixels at .8 would cost more time than it teaches.
    scale = rng.uniform(0.4, max(0.42, min(0.8, np.sqrt(1.25 * most_pixels / (height * width)))))
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    filters = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    return np.asarray(Image.fromarray(picture).resize(size, filters[int(rng.integers(3))])), f"scaled by {scale:.2f}"


def drawn_save(rng):
    """How a picture is saved: (quality, subsampling), 75 to 95, 4:2:0 or 4:4:4."""
    return int(rng.integers(75, 96)), "4:2:0" if rng.random() < 0.5 else "4:4:4"


def jpeg_bytes(picture, quality, subsampling):
    """A JPEG without metadata."""
    output = io.BytesIO()
    Image.fromarray(picture).save(output, "JPEG", quality=quality, subsampling={"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}[subsampling])
    return output.getvalue()


def jpeg_round_trip(picture, quality, subsampling):
    """The pixels after such a save."""
    return np.asarray(Image.open(io.BytesIO(jpeg_bytes(picture, quality, subsampling))).convert("RGB"))
