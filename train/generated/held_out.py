#!/usr/bin/env python3
"""Collects what image.generated was not trained on, for `bonafide bench`: held_out.py DATA OUTPUT.

DATA is the development pack. Every picture stands in OUTPUT three times: native (a link to the file), resaved (JPEG 85) and resized (to 70 %, JPEG 92).
Beside the held-out files of the training's split stand the authentic pictures of DATA/splices, which no training reads.
manifest.csv: file, label, kind ("POOL VERSION"), group (the source).
"""

import csv
import json
import pathlib
import sys

import cv2

from data import GENERATED, listed, rows

HERE = pathlib.Path(__file__).resolve().parent


def held_out_files(data, config):
    """Yields (pool, label, source, path)."""
    for pool, label, source, path, held_out in listed(data, config, permissive=False):
        if held_out:
            yield pool, label, source, path
    for row in rows(data / "splices/manifest.csv"):
        if row["label"] == "authentic":
            yield "casia", 0, row["file"], data / "splices" / row["file"]


def main():
    data, output = map(pathlib.Path, sys.argv[1:])
    config = json.loads((HERE / "config.json").read_text())
    lines = []
    for number, (pool, label, source, path) in enumerate(held_out_files(data, config)):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None or min(picture.shape[:2]) * 0.7 < config["crop_px"]:
            continue
        for version in ("native", "resaved", "resized"):
            file = output / version / f"{pool}-{number:04}{path.suffix if version == 'native' else '.jpg'}"
            file.parent.mkdir(parents=True, exist_ok=True)
            if version == "native":
                file.symlink_to(path.resolve())
            elif version == "resaved":
                cv2.imwrite(str(file), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
            else:
                small = cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
                cv2.imwrite(str(file), small, [cv2.IMWRITE_JPEG_QUALITY, 92])
            lines.append([file.relative_to(output), "generated" if label == GENERATED else "real", f"{pool} {version}", f"{pool} {source}"])
    with open(output / "manifest.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", "label", "kind", "group"])
        writer.writerows(lines)
    print(f"{len(lines)} files")


if __name__ == "__main__":
    main()
