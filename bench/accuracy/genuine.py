#!/usr/bin/env python3
"""Collects genuine media as they are, saved once more, and made smaller: what must not be called manipulated.

    bench/accuracy/genuine.py DATA OUTPUT [--faces N] [--seed S]

DATA is a folder with faces/real, photos, clips/real, pictures/real and splices/authentic, of which any may be missing. Each picture stands in OUTPUT
three times: native (a link to the file; a frame of a clip as PNG), resaved (JPEG 85) and resized (to 70 %, JPEG 92). manifest.csv: file, label
(always authentic), kind ("photos native", ...), group (the source picture or clip).
"""

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

import edits

FOLDERS = {"faces": "faces/real", "photos": "photos", "pictures": "pictures/real", "splices": "splices/authentic"}
ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def pictures_of(data, faces, seed):
    """Yields (set, path) of the still pictures; of the faces a sample."""
    for name, folder in FOLDERS.items():
        files = sorted(path for path in (data / folder).glob("*") if path.suffix.lower() in ENDINGS)
        if name == "faces" and len(files) > faces:
            chosen = np.random.default_rng(seed).permutation(len(files))[:faces]
            files = [files[index] for index in sorted(chosen)]
        for path in files:
            yield name, path


def frame_of(clip):
    """The frame in the middle of a clip, RGB; None where it cannot be read."""
    video = cv2.VideoCapture(str(clip))
    video.set(cv2.CAP_PROP_POS_FRAMES, int(video.get(cv2.CAP_PROP_FRAME_COUNT)) // 2)
    read, frame = video.read()
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB) if read else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--faces", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.output.exists():
        parser.error(f"{arguments.output} exists already")
    rows = []

    def add(name, source, picture, link=None):
        stem = f"{name}-{source}"
        for version in ("native", "resaved", "resized"):
            folder = arguments.output / version
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / (stem + (link.suffix if version == "native" and link else ".png" if version == "native" else ".jpg"))
            if version == "native" and link:
                file.symlink_to(link.resolve())
            elif version == "native":
                Image.fromarray(picture).save(file)
            elif version == "resaved":
                file.write_bytes(edits.jpeg_bytes(picture, 85, "4:2:0"))
            else:
                height, width = picture.shape[:2]
                small = Image.fromarray(picture).resize((round(width * 0.7), round(height * 0.7)), Image.Resampling.LANCZOS)
                file.write_bytes(edits.jpeg_bytes(np.asarray(small), 92, "4:2:0"))
            rows.append([file.relative_to(arguments.output), "authentic", f"{name} {version}", stem])

    for name, path in pictures_of(arguments.data, arguments.faces, arguments.seed):
        with Image.open(path) as image:
            add(name, path.stem, np.asarray(ImageOps.exif_transpose(image).convert("RGB")), path)
    for clip in sorted((arguments.data / "clips/real").glob("*.mp4")):
        frame = frame_of(clip)
        if frame is not None:
            add("clips", clip.stem, frame)
    with open(arguments.output / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "label", "kind", "group"])
        writer.writerows(rows)
    print(f"{len(rows)} files")


if __name__ == "__main__":
    main()
