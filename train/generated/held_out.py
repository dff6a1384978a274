#!/usr/bin/env python3
"""Collects what networks of image.generated were not trained on: held_out.py DATA OUTPUT SET, a set of config.json or "films".

DATA is the development pack. Every picture stands in OUTPUT three times: native (a link to the file), resaved (JPEG 85) and resized (to 70 %, JPEG 92).
Beside the held-out files of the training's split stand frames of genuine films of DATA/clips (as PNG), a quarter of the films with each set, and faces that the forge
makes up with genuine ones at their resolution; "films" are the frames alone of those films that no network was trained on. manifest.csv, as `bonafide bench` reads it: file, label, kind ("POOL VERSION"), group (the source). A generated picture's name says by what
it was made: generated-NUMBER-GENERATOR.
"""

import csv
import json
import pathlib
import re
import sys

import cv2

from data import GENERATED, GENUINE, enlarged_faces, films, frames, listed, made_up_faces, rows

HERE = pathlib.Path(__file__).resolve().parent


FRAMES_OF_A_FILM = 3


def films_of(data, config, held_out_set):
    """The films (name, path) of a set; of "films", those that no network was trained on."""
    wanted, any_set = ("kept", next(iter(config["held_out"]))) if held_out_set == "films" else ("held_out", held_out_set)
    return [(name, path) for name, path, part in films(data, config, any_set) if part == wanted]


def held_out_files(data, config, held_out_set, folder):
    """Yields (pool, label, source, path); what has to be written first lies in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if held_out_set != "films":
        portraits = []
        for pool, label, source, path, held_out in listed(data, config, held_out_set, permissive=False):
            if held_out:
                yield pool, label, source, path
                if pool == "lab":
                    portraits.append((source, path, cv2.imread(str(path), cv2.IMREAD_COLOR)))
        made_up = [("made_up", GENERATED, kind, name, image[:, :, ::-1]) for kind, name, image in made_up_faces(config, held_out_set, "held_out")]
        enlarged = [("enlarged", GENUINE, source, path.stem, image) for source, path, image in enlarged_faces(portraits, config, "held_out")]
        for pool, label, source, name, image in made_up + enlarged:
            file = folder / f"{pool}-{name}.png".replace(" ", "-")
            cv2.imwrite(str(file), image)
            yield pool, label, source, file
    for name, path in films_of(data, config, held_out_set):
        for number, frame in frames(path, FRAMES_OF_A_FILM):
            file = folder / f"{path.stem}-{number}.png"
            cv2.imwrite(str(file), frame)
            yield "frames", GENUINE, name, file


def main():
    data, output, held_out_set = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    config = json.loads((HERE / "config.json").read_text())
    generators = {data / "pictures" / row["file"]: "-" + re.sub("[^a-z0-9.]+", "-", row["generator"]) for row in rows(data / "pictures/manifest.csv") if row["generator"]}
    lines = []
    for number, (pool, label, source, path) in enumerate(held_out_files(data, config, held_out_set, output / "made")):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None or min(picture.shape[:2]) * 0.7 < config["crop_px"]:
            continue
        for version in ("native", "resaved", "resized"):
            file = output / version / f"{pool}-{number:04}{generators.get(path, '')}{path.suffix if version == 'native' else '.jpg'}"
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
