#!/usr/bin/env python3
"""Collects what networks of image.generated were not trained on, for `bonafide bench`: held_out.py DATA OUTPUT first|second, the set of config.json.

DATA is the development pack. Every picture stands in OUTPUT three times: native (a link to the file), resaved (JPEG 85) and resized (to 70 %, JPEG 92).
Beside the held-out files of the training's split stand frames of genuine films of DATA/clips (as PNG), which no training reads.
manifest.csv: file, label, kind ("POOL VERSION"), group (the source).
"""

import csv
import json
import pathlib
import sys

import cv2

from data import GENERATED, listed, rows

HERE = pathlib.Path(__file__).resolve().parent


FRAMES_OF_A_FILM = 3


def frames(film, folder):
    """Evenly spaced frames of a film, as files."""
    stream = cv2.VideoCapture(str(film))
    count = int(stream.get(cv2.CAP_PROP_FRAME_COUNT))
    for number in range(count):
        read, frame = stream.read()
        if read and number in [count * (2 * i + 1) // (2 * FRAMES_OF_A_FILM) for i in range(FRAMES_OF_A_FILM)]:
            file = folder / f"{film.stem}-{number}.png"
            cv2.imwrite(str(file), frame)
            yield file


def held_out_files(data, config, held_out_set, folder):
    """Yields (pool, label, source, path); what has to be written first lies in `folder`."""
    for pool, label, source, path, held_out in listed(data, config, held_out_set, permissive=False):
        if held_out:
            yield pool, label, source, path
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows(data / "clips/manifest.csv"):
        if row["label"] != "fake":
            for file in frames(data / "clips" / row["file"], folder):
                yield "frames", 0, row["file"], file


def main():
    data, output, held_out_set = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    config = json.loads((HERE / "config.json").read_text())
    lines = []
    for number, (pool, label, source, path) in enumerate(held_out_files(data, config, held_out_set, output / "frames")):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None or min(picture.shape[:2]) * 0.7 < config["crop_px"]:
            continue
        for version in ("native", "resaved", "resized"):
            file = output / version / f"{pool}-{number:04}{path.suffix if version == 'native' else '.jpg'}"
            file.parent.mkdir(parents=True, exist_ok=True)
            if version == "native":
                file.unlink(missing_ok=True)
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
