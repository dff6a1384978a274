#!/usr/bin/env python3
"""Re-encodes both classes of a set of spliced pictures alike, so that no quantisation table tells them apart.

    bench/accuracy/splices.py SPLICES OUTPUT [--quality Q] [--seed S]

SPLICES holds a manifest.csv with the columns file, label (splice, copy-move or authentic) and mask. Every picture loses the same number of pixels at
its left and top, drawn so that the old 8-pixel grid does not fall on the new one, and is saved once at the same quality (4:2:0, no metadata); masks are
cropped alike. OUTPUT gets pictures, masks and manifest.csv (file, label, kind, group, mask): the group is the source picture where the name tells it.
"""

import argparse
import csv
import re
from pathlib import Path

import numpy as np
from PIL import Image

import edits


def source_of(file):
    """CASIA names a tampered picture after the ones it was made from, "Sp_D_..._pla0094_pla0042_0540", and an authentic one "Au_pla_0094": the first
    source, "pla0094"; the whole name where it is built otherwise."""
    found = re.search(r"_([a-z]{3})_?(\d{4,5})", Path(file).stem)
    return f"{found.group(1)}{found.group(2)[-4:]}" if found else Path(file).stem


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("splices", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--quality", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.output.exists():
        parser.error(f"{arguments.output} exists already")
    with open(arguments.splices / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng(arguments.seed)
    written = []
    for row in rows:
        left, top = (int(value) for value in rng.integers(1, 8, 2))
        picture = np.asarray(Image.open(arguments.splices / row["file"]).convert("RGB"))
        edited = row["label"] != "authentic"
        target = Path("manipulated" if edited else "authentic") / (Path(row["file"]).stem + ".jpg")
        (arguments.output / target).parent.mkdir(parents=True, exist_ok=True)
        (arguments.output / target).write_bytes(edits.jpeg_bytes(np.ascontiguousarray(picture[top:, left:]), arguments.quality, "4:2:0"))
        mask = ""
        if edited:
            values = np.asarray(Image.open(arguments.splices / row["mask"]).convert("L"))
            if values.shape != picture.shape[:2]:
                raise SystemExit(f"{row['mask']} is {values.shape}, {row['file']} is {picture.shape[:2]}")
            mask = Path("mask") / (Path(row["file"]).stem + ".png")
            (arguments.output / mask).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.where(values[top:, left:] > 127, 255, 0).astype(np.uint8)).save(arguments.output / mask)
        written.append([target, "manipulated" if edited else "authentic", row["label"], source_of(row["file"]), mask])
    with open(arguments.output / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "label", "kind", "group", "mask"])
        writer.writerows(written)
    print(f"{len(written)} pictures")


if __name__ == "__main__":
    main()
