"""Pools of genuine and generated pictures, and the crops that the network learns from.

Both classes go through the same augmentation, drawn from the same distributions: what tells them apart must not be their size, their
JPEG settings or their metadata. Pictures are split by source (and portraits by every n-th), never at random.
"""

import csv
import pathlib

import cv2
import numpy as np

GENUINE, GENERATED = 0, 1


def rows(path):
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def listed(data, config, permissive):
    """Every usable file as (pool, label, source, path, held_out): what may be learned from, and what is kept to be tested on.

    Some files are neither: where a pool may not be learned from, only every n-th is tested on.
    """
    data = pathlib.Path(data)
    held, every = set(config["held_out_sources"]), config["held_out_every"]
    for row in rows(data / "pictures/manifest.csv"):
        generated = row["label"] == "generated"
        if generated and row["kind"] != "whole":
            continue
        held_out = row["source"] in held or (permissive and row["source"] in config["not_permissive_sources"])
        yield "generated" if generated else "pictures", GENERATED if generated else GENUINE, row["source"], data / "pictures" / row["file"], held_out
    counts = {}
    for row in rows(data / "faces/manifest.csv"):
        pool = "faces" if row["label"] == "fake" else row["kind"]
        # Portraits of the laboratory set come twice an identity: both shots have one source.
        identity = pathlib.Path(row["source_path"]).name.split("_")[0] if pool == "lab" else row["file"]
        number = counts.setdefault((pool, identity), len([key for key in counts if key[0] == pool]))
        held_out = number % every[pool] == 0
        if held_out or not (permissive and pool in config["not_permissive_pools"]):
            yield pool, GENERATED if pool == "faces" else GENUINE, identity, data / "faces" / row["file"], held_out
    for number, row in enumerate(rows(data / "photos/manifest.csv")):
        yield "photos", GENUINE, row["camera"], data / "photos" / row["file"], number % every["photos"] == 0


def load_pools(data, config, permissive):
    """{pool: {"label", "train": [(source, path, image)], "held_out": [...]}}; images are RGB uint8 at native size."""
    pools = {name: {"label": label, "train": [], "held_out": []}
             for name, label in (("generated", GENERATED), ("faces", GENERATED), ("pictures", GENUINE), ("photos", GENUINE), ("ffhq", GENUINE), ("lab", GENUINE))}
    for pool, _, source, path, held_out in listed(data, config, permissive):
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is not None and min(image.shape[:2]) >= config["crop_px"]:
            pools[pool]["held_out" if held_out else "train"].append((source, str(path), cv2.cvtColor(image, cv2.COLOR_BGR2RGB)))
    return pools


def save_jpeg(image, quality, rng):
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444][int(rng.random() < 0.3)]
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(quality), cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


KERNELS = [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4]


def augmented_crop(image, size, rng):
    """A crop of `size` px: taken at a random scale, saved, blurred, mirrored, at random."""
    height, width = image.shape[:2]
    scale = 1.0
    if rng.random() < 0.6:
        low = max(size / min(height, width), 0.3)
        scale = float(np.exp(rng.uniform(np.log(low), np.log(1.3))))
    need = min(height, width, int(np.ceil((size + 16) / scale)))
    top, left = rng.integers(0, height - need + 1), rng.integers(0, width - need + 1)
    part = image[top:top + need, left:left + need]
    if scale != 1.0:
        side = max(size, int(round(need * scale)))
        part = cv2.resize(part, (side, side), interpolation=KERNELS[rng.integers(len(KERNELS))])
    if rng.random() < 0.1:
        part = cv2.GaussianBlur(part, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.05:
        part = np.clip(part + rng.normal(0, rng.uniform(0.5, 3), part.shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        part = save_jpeg(part, rng.integers(50, 99), rng)
    if rng.random() < 0.1:
        part = cv2.imdecode(cv2.imencode(".webp", part, [cv2.IMWRITE_WEBP_QUALITY, int(rng.integers(50, 95))])[1], cv2.IMREAD_COLOR)
    top, left = rng.integers(0, part.shape[0] - size + 1), rng.integers(0, part.shape[1] - size + 1)
    part = part[top:top + size, left:left + size]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    return np.ascontiguousarray(part)


def normalised(crop):
    """H x W x 3 uint8, red first, to 3 x H x W f32 as the backbone was trained: (x - 127) / 128."""
    return ((crop.astype(np.float32) - 127.0) / 128.0).transpose(2, 0, 1)


class Sampler:
    """Draws a class, a pool by the configured share, a source, a picture: sources with many pictures do not drown the others."""

    def __init__(self, pools, config):
        self.size = config["crop_px"]
        self.choices = {}
        for label, mixture in ((GENUINE, "genuine"), (GENERATED, "generated")):
            names, shares, members = [], [], []
            for name, share in config["mixture"][mixture].items():
                pool = pools["generated" if (label == GENERATED and name == "pictures") else name]["train"]
                if not pool:
                    continue
                by_source = {}
                for source, _, image in pool:
                    by_source.setdefault(source, []).append(image)
                names.append(name)
                shares.append(share)
                groups = list(by_source.values())
                weights = np.sqrt([len(group) for group in groups])
                members.append((groups, weights / weights.sum()))
            self.choices[label] = (np.array(shares) / sum(shares), members)

    def draw(self, rng):
        label = int(rng.random() < 0.5)
        shares, members = self.choices[label]
        groups, weights = members[rng.choice(len(members), p=shares)]
        group = groups[rng.choice(len(groups), p=weights)]
        return augmented_crop(group[rng.integers(len(group))], self.size, rng), label


def grid_crops(image, size, most):
    """At most `most` crops of `size` px, evenly over the picture, as the analyzer takes them."""
    height, width = image.shape[:2]
    columns = min(max(int((most * width / height) ** 0.5 + 0.5), 1), width // size)
    rows_ = min(max(most // columns, 1), height // size)
    columns = min(max(most // rows_, 1), columns)
    crops = []
    for row in range(rows_):
        for column in range(columns):
            top = (height - size) // 2 if rows_ == 1 else (height - size) * row // (rows_ - 1)
            left = (width - size) // 2 if columns == 1 else (width - size) * column // (columns - 1)
            crops.append(image[top:top + size, left:left + size])
    return crops
