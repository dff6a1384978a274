#!/usr/bin/env python3
"""Makes a set of exact edits, each with an authentic twin, from a folder of genuine photographs.

    bench/accuracy/make_edits.py PHOTOS OUTPUT [--edits N] [--seed S] [--limit N] [--exclude NAME]... [--native MEGAPIXELS]

PHOTOS holds JPEGs and a manifest.csv with the columns file and camera. OUTPUT gets authentic/, manipulated/, mask/ and manifest.csv, whose columns
are file, label (authentic or manipulated), kind, group (the camera), mask, split (fit or test, by camera), and for people variant, frame, quality,
subsampling, source (the mask of the place a clone was taken from). An edit and its twin have the same number, frame and save. Splices take their
objects from cameras of the same split. The same seed gives the same files. With --native only photographs of so many megapixels and more are edited, as
large as they are, rather than crops and smaller versions of about two megapixels.
"""

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

import edits

# Two splices and two clones a photograph, since those two are what is most often done, one of each other kind.
PLAN = ("splice", "clone", "inpaint", "retouch", "splice", "clone")
# Below this side a picture has no room for objects.
LEAST_SIDE = 480
COLUMNS = ["file", "label", "kind", "group", "mask", "split", "variant", "frame", "quality", "subsampling", "source"]


def upright(path):
    """The picture as it is to be seen, RGB."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def usable(picture):
    """Large enough, and showing something."""
    return min(picture.shape[:2]) >= LEAST_SIDE and picture[::4, ::4].mean() > 12 and edits.texture(picture) > 8


def listed(folder, excluded):
    """[(file name, camera)] of a folder of photographs, sorted."""
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = [(row["file"], row["camera"]) for row in csv.DictReader(file)]
    return sorted(row for row in rows if row[0] not in excluded)


def split_of_cameras(cameras, seed):
    """{camera: fit or test}, half each."""
    names = sorted(set(cameras))
    order = np.random.default_rng([seed, 1]).permutation(len(names))
    return {names[index]: "fit" if place < len(names) / 2 else "test" for place, index in enumerate(order)}


def write_pair(output, name, picture, edit, rng):
    """Saves an edit and its twin alike; returns what the manifest says of both."""
    quality, subsampling = edits.drawn_save(rng)
    (output / "manipulated" / f"{name}.jpg").write_bytes(edits.jpeg_bytes(edit.picture, quality, subsampling))
    (output / "authentic" / f"{name}.jpg").write_bytes(edits.jpeg_bytes(picture, quality, subsampling))
    cv2.imwrite(str(output / "mask" / f"{name}.png"), edit.mask)
    source = ""
    if edit.source_mask is not None:
        source = f"mask/{name}.source.png"
        cv2.imwrite(str(output / source), edit.source_mask)
    save = {"quality": quality, "subsampling": subsampling}
    return [
        {"file": f"authentic/{name}.jpg", "label": "authentic", "kind": "authentic", "mask": "", **save},
        {"file": f"manipulated/{name}.jpg", "label": "manipulated", "kind": edit.kind, "mask": f"mask/{name}.png", "variant": edit.variant, "source": source, **save},
    ]


def make(photos, output, edits_a_photo, seed, limit, excluded, least_megapixels=None):
    """Writes the whole set; returns the manifest's rows. `least_megapixels`: edit whole photographs, and none that is smaller."""
    for folder in ("authentic", "manipulated", "mask"):
        (output / folder).mkdir(parents=True)
    pictures = {}
    for file, camera in listed(photos, excluded)[:limit]:
        picture = upright(photos / file)
        if usable(picture):
            pictures[file] = (picture, camera)
        else:
            print(f"left out: {file}", file=sys.stderr)
    splits = split_of_cameras([camera for _, camera in pictures.values()], seed)
    rows, number = [], 0
    for photo_number, (file, (photo, camera)) in enumerate(pictures.items()):
        if least_megapixels is not None and photo.shape[0] * photo.shape[1] < least_megapixels * 1e6:
            continue
        donors = [picture for picture, other in pictures.values() if other != camera and splits[other] == splits[camera]]
        for edit_number in range(edits_a_photo):
            rng = np.random.default_rng([seed, 2, photo_number, edit_number])
            picture, frame = edits.drawn_frame(photo, rng) if least_megapixels is None else (photo, "whole")
            try:
                edit = edits.draw_edit(picture, donors, rng, PLAN[edit_number % len(PLAN)])
            except edits.Impossible as reason:
                print(f"{file}: {reason}", file=sys.stderr)
                continue
            number += 1
            for row in write_pair(output, f"{number:04}-{edit.kind}", picture, edit, rng):
                rows.append({"group": camera, "split": splits[camera], "frame": frame, **row})
        if sys.stderr.isatty():
            print(f"\r{photo_number + 1}/{len(pictures)}", end="", file=sys.stderr)
    return rows


def report(rows):
    """How many of which kind, a line each."""
    counts = defaultdict(int)
    for row in rows:
        counts[row["split"], row["kind"]] += 1
    return "\n".join(f"{split:5} {kind:10} {count}" for (split, kind), count in sorted(counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--edits", type=int, default=len(PLAN), help="edits a photograph (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="only the first photographs")
    parser.add_argument("--exclude", action="append", default=["Pentax ist D.jpg"], help="a file to leave out; the default one shows a screen")
    parser.add_argument("--native", type=float, metavar="MEGAPIXELS", help="edit whole photographs of at least so many megapixels")
    arguments = parser.parse_args()
    if arguments.output.exists():
        parser.error(f"{arguments.output} exists already")
    cv2.setNumThreads(1)
    rows = make(arguments.photos, arguments.output, arguments.edits, arguments.seed, arguments.limit, set(arguments.exclude), arguments.native)
    with open(arguments.output / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(report(rows))


if __name__ == "__main__":
    main()
