#!/usr/bin/env python3
"""What a check says of screenshots with photographs in them, and how many pictures are taken for one: screenshots.py PROGRAM DATA FOLDER [--count 48]

DATA is the development pack. Screenshots (dark or light, of three sizes, text between photographs of DATA) go to FOLDER as PNG or JPEG 85; each is checked as it is and as a
social network passes it on (`forge launder --profile social`). Then the bands of features/page_layout.h are counted in every still picture of DATA.
"""

import argparse
import collections
import pathlib
import subprocess

import cv2
import numpy as np

from drawn import WORDS, report_of

SHAPES = (((1170, 2532), 1.2), ((1440, 900), 0.6), ((1080, 1920), 1.0))  # a phone, a window, a phone; size of the letters
LEAST_BAND_PX, TOLERANCE, LEAST_SHARE, LAID_OUT = 4, 2, 0.995, 4  # as in src/features/page_layout.*


def written(picture, top, bottom, size, colour, rng):
    """Lines of words between two heights."""
    for baseline in range(top, bottom, int(34 * size)):
        left = 60
        while left < picture.shape[1] - 60 - 100 * size:
            word = str(rng.choice(WORDS))
            cv2.putText(picture, word, (left, baseline), cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1 if size < 0.9 else 2, cv2.LINE_AA)
            left += cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] + int(9 * size)


def screenshot(photographs, number, rng):
    (width, height), size = SHAPES[number % len(SHAPES)]
    dark = rng.random() < 0.3
    picture = np.full((height, width, 3), (24, 22, 21) if dark else (255, 255, 255), np.uint8)
    top = 60
    while top < height - 50:
        lines = int(rng.integers(80, 300))
        written(picture, top + 30, min(top + lines, height - 20), size, (230, 230, 230) if dark else (25, 20, 15), rng)
        top += lines + 20
        photograph = cv2.imread(str(photographs[rng.integers(len(photographs))]))
        shown = min(width - 120, int(rng.integers(400, 1000)))
        photograph = cv2.resize(photograph, (shown, int(photograph.shape[0] * shown / photograph.shape[1])), interpolation=cv2.INTER_AREA)[:max(0, height - top - 30)]
        if photograph.shape[0] > 50 and rng.random() < 0.75:
            picture[top:top + photograph.shape[0], 60:60 + shown] = photograph
            top += photograph.shape[0] + 30
    return picture


def bands(grey):
    count = 0
    for levels in (grey, np.ascontiguousarray(grey.T)):
        odd = np.abs(levels.astype(np.int16) - np.median(levels, axis=1, keepdims=True)) > TOLERANCE
        length = 0
        for empty in odd.mean(1) <= 1 - LEAST_SHARE:
            length = length + 1 if empty else 0
            count += length == LEAST_BAND_PX
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=48)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    photographs = sorted([*(options.data / "pictures/real").glob("*.jpg"), *(options.data / "photos").glob("*.jpg")])
    rng, said = np.random.default_rng(5), {"as they are": collections.Counter(), "laundered": collections.Counter()}
    for number in range(options.count):
        path = options.folder / f"{number:02}.{'jpg' if number % 2 else 'png'}"
        cv2.imwrite(str(path), screenshot(photographs, number, rng), [cv2.IMWRITE_JPEG_QUALITY, 85] if number % 2 else [])
        passed_on = options.folder / f"{number:02}-social.jpg"
        subprocess.run([options.program, "forge", "launder", str(path), "--output", str(passed_on), "--profile", "social"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        said["as they are"][report_of(options.program, path)["verdict"]] += 1
        said["laundered"][report_of(options.program, passed_on)["verdict"]] += 1
    for version, counts in said.items():
        print(f"{options.count} screenshots {version}:", ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    counted = collections.Counter()
    for path in sorted(path for folder in ("photos", "pictures", "faces", "splices") for path in (options.data / folder).rglob("*.jpg")):
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is not None:
            counted[min(bands(grey), LAID_OUT)] += 1
    print("bands in the pictures of DATA:", ", ".join(f"{number}{' or more' if number == LAID_OUT else ''}: {count}" for number, count in sorted(counted.items())))


if __name__ == "__main__":
    main()
