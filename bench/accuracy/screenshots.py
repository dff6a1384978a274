#!/usr/bin/env python3
"""What a check says of screenshots with photographs in them, and how many pictures are taken for one: screenshots.py PROGRAM DATA FOLDER [--count 48] [--every 1]

DATA is the development pack. Screenshots (dark or light, of three sizes, text between photographs of DATA) go to FOLDER as PNG or JPEG 85; each is checked as it is and as a
social network passes it on (`forge launder --profile social`). Then every picture of DATA/pictures and DATA/photos is shown on a page of its own, and what image.generated says
of the page is compared with what it says of the file (two of its three networks know each source). At last the bands of features/page_layout.h are counted in every still picture of DATA.
"""

import argparse
import collections
import csv
import json
import pathlib
import subprocess

import cv2
import numpy as np
from sklearn.metrics import roc_auc_score

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


def empty_page(number, rng):
    """A page without anything on it, the colour of its words, their size."""
    (width, height), size = SHAPES[number % len(SHAPES)]
    dark = rng.random() < 0.3
    return np.full((height, width, 3), (24, 22, 21) if dark else (255, 255, 255), np.uint8), (230, 230, 230) if dark else (25, 20, 15), size


def screenshot(photographs, number, rng):
    picture, ink, size = empty_page(number, rng)
    height, width = picture.shape[:2]
    top = 60
    while top < height - 50:
        lines = int(rng.integers(80, 300))
        written(picture, top + 30, min(top + lines, height - 20), size, ink, rng)
        top += lines + 20
        photograph = cv2.imread(str(photographs[rng.integers(len(photographs))]))
        shown = min(width - 120, int(rng.integers(400, 1000)))
        photograph = cv2.resize(photograph, (shown, int(photograph.shape[0] * shown / photograph.shape[1])), interpolation=cv2.INTER_AREA)[:max(0, height - top - 30)]
        if photograph.shape[0] > 50 and rng.random() < 0.75:
            picture[top:top + photograph.shape[0], 60:60 + shown] = photograph
            top += photograph.shape[0] + 30
    return picture


def shown_alone(photograph, number, rng):
    """A page with words above and below `photograph`, which is shrunk until it fits; its corners are round on one page in three."""
    picture, ink, size = empty_page(number, rng)
    height, width = picture.shape[:2]
    scale = min(1, (width - 120) / photograph.shape[1], (height - 500) / photograph.shape[0])
    photograph = cv2.resize(photograph, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tall, wide = photograph.shape[:2]
    shape = np.full((tall, wide), 255, np.uint8)
    if rng.random() < 1 / 3:
        radius = 24
        shape[:] = 0
        cv2.rectangle(shape, (radius, 0), (wide - radius - 1, tall - 1), 255, cv2.FILLED)
        cv2.rectangle(shape, (0, radius), (wide - 1, tall - radius - 1), 255, cv2.FILLED)
        for corner in ((radius, radius), (wide - radius - 1, radius), (radius, tall - radius - 1), (wide - radius - 1, tall - radius - 1)):
            cv2.circle(shape, corner, radius, 255, cv2.FILLED)
    written(picture, 90, 280, size, ink, rng)
    place = picture[300:300 + tall, 60:60 + wide]
    place[shape > 0] = photograph[shape > 0]
    written(picture, 350 + tall, height - 20, size, ink, rng)
    return picture


def generated_score(program, path):
    """The verdict, the score of image.generated and its ratio; None for what it did not judge."""
    report = report_of(program, path)
    finding = next((finding for finding in report["findings"] if finding["analyzer"] == "image.generated"), {})
    measured = {measurement["name"]: measurement["value"] for measurement in finding.get("measurements", [])}
    return report["verdict"], measured.get("score"), finding.get("llr")


def compare_pages(options, rng):
    with open(options.data / "pictures/manifest.csv", newline="", encoding="utf-8") as stream:
        pictures = [(options.data / "pictures" / row["file"], row["label"] == "generated") for row in csv.DictReader(stream)]
    pictures += [(path, False) for path in sorted((options.data / "photos").glob("*.jpg"))]
    said, labels = {"by itself": [], "on a page": []}, []
    for number, (path, generated) in enumerate(pictures[::options.every]):
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < 200:
            continue
        page = options.folder / f"page-{number:03}.{'jpg' if number % 2 else 'png'}"
        cv2.imwrite(str(page), shown_alone(picture, number, rng), [cv2.IMWRITE_JPEG_QUALITY, 85] if number % 2 else [])
        labels.append(generated)
        said["by itself"].append(generated_score(options.program, path))
        said["on a page"].append(generated_score(options.program, page))
    labels = np.array(labels)
    for where, answers in said.items():
        scores = np.array([-9 if score is None else score for _, score, _ in answers])
        ratios = np.array([llr or 0 for *_, llr in answers])
        called = np.array([verdict in ("likely_manipulated", "likely_synthetic") for verdict, *_ in answers])
        print(f"{np.sum(~labels)} genuine and {np.sum(labels)} generated pictures {where}: AUC of image.generated {roc_auc_score(labels, scores):.3f}, not judged {np.sum(scores == -9)}, "
              f"ratio of .3 or more {np.mean(ratios[~labels] >= 0.3):.1%} and {np.mean(ratios[labels] >= 0.3):.1%}, called {np.sum(called[~labels])} and {np.sum(called[labels])}", flush=True)
    (options.folder / "pages.json").write_text(json.dumps({"generated": labels.tolist(), **said}) + "\n")


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
    parser.add_argument("--every", type=int, default=1, help="of the pictures shown by themselves, so many are passed over but one")
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
    compare_pages(options, rng)
    counted = collections.Counter()
    for path in sorted(path for folder in ("photos", "pictures", "faces", "splices") for path in (options.data / folder).rglob("*.jpg")):
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is not None:
            counted[min(bands(grey), LAID_OUT)] += 1
    print("bands in the pictures of DATA:", ", ".join(f"{number}{' or more' if number == LAID_OUT else ''}: {count}" for number, count in sorted(counted.items())))


if __name__ == "__main__":
    main()
