#!/usr/bin/env python3
"""Draws edits of genuine pictures and their authentic twins, and keeps what the network sees of them.

    make_samples.py --data DATA --edits FOLDER_OF_edits.py --output FOLDER --pairs N [--seed S] [--all-cameras]

Sample number i depends on seed and i alone; what is there already is not made again, so an interrupted run goes on where it was. Each sample is one
.npz: `edited` and `twin` (planes, float16, rows x columns x planes), `share` (edited share of each block, uint8, 255 all), `kind`.

Nothing but the edit may tell the twins apart: history, frame, scale and last save are drawn once for both. FFHQ and CASIA are never read.
"""

import argparse
import csv
import io
import sys
from pathlib import Path

import bonafide
import cv2
import numpy as np
from PIL import Image, ImageOps

BLOCK = 8
LONGEST = 1024
LICENCES_LEFT_OUT = ("NC", "non-commercial", "none stated", "SA")


def block_share(mask, rows, columns):
    """Share of each whole block that is edited, 0 to 255."""
    cut = mask[: rows * BLOCK, : columns * BLOCK].astype(np.float32)
    return np.rint(cut.reshape(rows, BLOCK, columns, BLOCK).mean((1, 3))).astype(np.uint8)


def upright(path):
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def genuine(data, split, edits):
    """[(weight, picture)] to draw from, with the camera's or source's name."""
    pools = {"photos": [], "pictures": [], "lab": []}
    cameras_of = {}
    with open(data / "photos" / "manifest.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cameras_of[row["file"]] = row["camera"]
    for name, camera in sorted(cameras_of.items()):
        if name == "Pentax ist D.jpg" or (split is not None and camera not in split):
            continue
        picture = upright(data / "photos" / name)
        if min(picture.shape[:2]) >= 480 and picture[::4, ::4].mean() > 12 and edits.texture(picture) > 8:
            pools["photos"].append(picture)
    with open(data / "pictures" / "manifest.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["label"] == "real" and not any(word in row["licence"] for word in LICENCES_LEFT_OUT):
                pools["pictures"].append(upright(data / "pictures" / row["file"]))
    with open(data / "faces" / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "lab"]
    for row in rows[::3]:
        pools["lab"].append(upright(data / "faces" / row["file"]))
    return pools


def saved(picture, quality, subsampling):
    output = io.BytesIO()
    Image.fromarray(picture).save(output, "JPEG", quality=quality, subsampling=subsampling)
    return np.asarray(Image.open(output).convert("RGB"))


def with_history(picture, rng):
    """A piece of the picture with a past of its own: as the camera left it, made smaller, or saved once more, on the grid or off it."""
    height, width = picture.shape[:2]
    choice = rng.random()
    if choice < 0.35 and max(height, width) > LONGEST * 1.3:
        scale = rng.uniform(max(0.3, 600 / max(height, width)), 0.8)
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=int(rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])))
        height, width = picture.shape[:2]
    rows = min(height, int(rng.integers(512, LONGEST)))
    columns = min(width, int(rng.integers(512, LONGEST)))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    if rng.random() < 0.5:
        top, left = top // 8 * 8, left // 8 * 8
    piece = np.ascontiguousarray(picture[top : top + rows, left : left + columns])
    if rng.random() < 0.35:
        piece = saved(piece, int(rng.integers(60, 99)), int(rng.integers(0, 3)))
        if rng.random() < 0.5 and min(piece.shape[:2]) > 400:
            cut = rng.integers(1, 8, 2)
            piece = np.ascontiguousarray(piece[cut[0] :, cut[1] :])
    return piece


def own_shape(rng, height, width):
    """Weights in [0, 1] of one to three polygons, ellipses, boxes or strokes, hard or feathered."""
    mask = np.zeros((height, width), np.uint8)
    area = height * width * np.exp(rng.uniform(np.log(0.008), np.log(0.22)))
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        side = np.sqrt(area) * rng.uniform(0.6, 1.1)
        centre = np.array([rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height])
        form = int(rng.integers(4))
        if form == 0:
            angle = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(4, 12))))
            points = centre + np.stack([np.cos(angle), np.sin(angle)], 1) * side * rng.uniform(0.35, 0.75, (angle.size, 1))
            cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
        elif form == 1:
            axes = side * np.exp(rng.uniform(-0.5, 0.5)) / 2, side / 2
            cv2.ellipse(mask, tuple(map(int, centre)), (int(axes[0]) + 3, int(axes[1]) + 3), float(rng.uniform(0, 180)), 0, 360, 1, -1)
        elif form == 2:
            half = side * np.exp(rng.uniform(-0.5, 0.5, 2)) / 2
            cv2.rectangle(mask, tuple(np.rint(centre - half).astype(int).tolist()), tuple(np.rint(centre + half).astype(int).tolist()), 1, -1)
        else:
            steps = np.cumsum(rng.normal(0, side * 0.5, (int(rng.integers(3, 7)), 2)), 0) + centre
            cv2.polylines(mask, [np.rint(steps).astype(np.int32)], False, 1, int(max(12, side * rng.uniform(0.15, 0.4))))
    share = mask.mean()
    if not 0.004 < share < 0.45:
        return None
    if rng.random() < 0.5:
        return mask.astype(np.float32)
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), float(rng.uniform(1, 6)))
    alpha[alpha < 0.1] = 0
    return alpha


def own_content(picture, donor, rng):
    """Another look of the picture, or another picture of its size, and its name."""
    kind = str(rng.choice(["paste", "paste", "paste", "blur", "median", "sharpen", "noise", "denoise", "resample", "recompress", "tone", "shift"]))
    values = picture.astype(np.float32)
    height, width = picture.shape[:2]
    if kind == "paste":
        scale = max(height / donor.shape[0], width / donor.shape[1], 1e-3)
        if scale > 1 or rng.random() < 0.4:
            scale = max(scale, float(np.exp(rng.uniform(-0.5, 0.5))))
            donor = cv2.resize(donor, None, fx=scale * 1.001, fy=scale * 1.001, interpolation=int(rng.choice([1, 2, 4])))
        top, left = int(rng.integers(donor.shape[0] - height + 1)), int(rng.integers(donor.shape[1] - width + 1))
        content = donor[top : top + height, left : left + width]
        if rng.random() < 0.3:
            content = cv2.GaussianBlur(content, (0, 0), float(rng.uniform(0.4, 1.2)))
        return content, kind
    if kind == "blur":
        return cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.7, 4))), kind
    if kind == "median":
        return cv2.medianBlur(picture, int(rng.choice([3, 5, 7]))), kind
    if kind == "sharpen":
        return values + rng.uniform(0.5, 2) * (values - cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.6, 2.5)))), kind
    if kind == "noise":
        return values + rng.normal(0, rng.uniform(2, 9), values.shape).astype(np.float32), kind
    if kind == "denoise":
        return cv2.bilateralFilter(picture, 7, float(rng.uniform(12, 60)), 3), kind
    if kind == "resample":
        factor = float(np.exp(rng.uniform(np.log(0.6), np.log(1.7))))
        flag = int(rng.choice([1, 2, 4]))
        if rng.random() < 0.5:
            moved = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-25, 25)), max(factor, 1.02))
            return cv2.warpAffine(picture, moved, (width, height), flags=flag, borderMode=cv2.BORDER_REFLECT_101), kind
        return cv2.resize(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=flag), (width, height), interpolation=flag), kind
    if kind == "recompress":
        return saved(picture, int(rng.integers(45, 85)), int(rng.integers(0, 3))), kind
    if kind == "shift":
        dx, dy = (int(v) for v in rng.integers(-200, 201, 2))
        return np.roll(picture, (dy, dx), (0, 1)), kind
    gamma = float(np.exp(rng.uniform(0.2, 0.6) * rng.choice([-1, 1])))
    return 255 * (values / 255) ** gamma, kind


def own_edit(picture, donor, rng):
    alpha = own_shape(rng, *picture.shape[:2])
    if alpha is None:
        return None
    content, kind = own_content(picture, donor, rng)
    if kind == "paste" and rng.random() < 0.4:
        content = saved(np.ascontiguousarray(content), int(rng.integers(55, 97)), int(rng.integers(0, 3)))
    edited = np.rint(np.clip(content * alpha[..., None] + picture * (1 - alpha[..., None]), 0, 255)).astype(np.uint8)
    edited[alpha == 0] = picture[alpha == 0]
    if np.abs(edited.astype(np.int16) - picture)[alpha > 0].mean() < 0.7:
        return None
    return edited, (alpha > 0).astype(np.uint8) * 255, f"own {kind}"


def encoder(rng):
    """One last save for both twins: JPEG as a rule, now and then without loss, now and then made smaller first."""
    scale = float(rng.uniform(0.5, 0.95)) if rng.random() < 0.08 else 1.0
    kind = int(rng.integers(0, 3))
    quality = int(rng.integers(70, 99)) if rng.random() < 0.92 else 0

    def encode(picture):
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if kind else cv2.INTER_LINEAR)
        output = io.BytesIO()
        if quality:
            Image.fromarray(picture).save(output, "JPEG", quality=quality, subsampling=kind)
        else:
            Image.fromarray(picture).save(output, "PNG", compress_level=1)
        return output.getvalue()

    return encode, scale


def drawn(pools, weights, rng):
    pool = pools[str(rng.choice(list(weights), p=list(weights.values())))]
    return pool[int(rng.integers(len(pool)))]


def sample(pools, edits, rng):
    weights = {"photos": 0.7, "pictures": 0.2, "lab": 0.1}
    picture = with_history(drawn(pools, weights, rng), rng)
    if min(picture.shape[:2]) < 256:
        return None
    donor = with_history(drawn(pools, weights, rng), rng)
    if rng.random() < 0.5:
        try:
            edit = edits.draw_edit(picture, [donor], rng, str(rng.choice(["splice", "splice", "clone", "inpaint", "retouch"])))
        except edits.Impossible:
            return None
        changed = edit.picture, edit.mask, edit.kind
    else:
        changed = own_edit(picture, donor, rng)
        if changed is None:
            return None
    encode, scale = encoder(rng)
    edited, twin = (bonafide.features.edit_planes(encode(each)) for each in (changed[0], picture))
    mask = changed[1] if scale == 1 else cv2.resize(changed[1], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return {
        "edited": edited.astype(np.float16),
        "twin": twin.astype(np.float16),
        "share": block_share(mask, *edited.shape[:2]),
        "kind": changed[2],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--edits", type=Path, required=True, help="the folder of bench/accuracy/edits.py")
    parser.add_argument("--split", type=Path, help="manifest.csv with group and split: only cameras that it puts into fit")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.edits))
    import edits

    cv2.setNumThreads(1)
    split = None
    if arguments.split:
        with open(arguments.split, newline="", encoding="utf-8") as file:
            split = {row["group"] for row in csv.DictReader(file) if row["split"] == "fit"}
    pools = genuine(arguments.data, split, edits)
    print({name: len(pool) for name, pool in pools.items()}, flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.pairs):
        path = arguments.output / f"{number:05}.npz"
        if path.exists():
            continue
        made = sample(pools, edits, np.random.default_rng([arguments.seed, number]))
        if made is not None:
            partial = path.with_suffix(".part")
            with open(partial, "wb") as file:
                np.savez(file, **made)
            partial.rename(path)


if __name__ == "__main__":
    main()
