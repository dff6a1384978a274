#!/usr/bin/env python3
"""What image.copy_move makes of scanned print, and of the copies of CASIA v1: printed_pages.py PROGRAM SPLICES FOLDER [--pages 40]

Pages are drawn at three times the size with words that return, turned by up to 0.6 degrees, shrunk, lit unevenly, given noise and saved as JPEG 70 to 95, into FOLDER; SPLICES
is the folder of the development pack. Prints how many of either reach the threshold, how many pairs were taken for print, and the report's ratio for the pages.
"""

import argparse
import csv
import pathlib

import cv2
import numpy as np

from drawn import WORDS, report_of

FONTS = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
WIDTH_PX, HEIGHT_PX, FINER = 1240, 1754, 3  # A4 at 150 dots an inch
THRESHOLD, VERDICT = 25, np.log10(9)


def page(rng):
    """A scanned page (BGR), its letters 5 to 30 px high."""
    width, height = WIDTH_PX * FINER, HEIGHT_PX * FINER
    font, size = FONTS[rng.integers(len(FONTS))], float(np.exp(rng.uniform(np.log(0.8), np.log(4))))
    picture, baseline = np.full((height, width), 250, np.uint8), int(40 * size) + 200
    while baseline < height - 200:
        left = 240
        while left < width - 500:
            word = rng.choice(WORDS)
            cv2.putText(picture, word, (left + int(rng.integers(3)), baseline), font, size, 30, max(1, round(1.5 * size)), cv2.LINE_AA)
            left += cv2.getTextSize(word, font, size, 3)[0][0] + int(20 * size)
        baseline += int(70 * size)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.6, 0.6), 1)
    picture = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=250)
    picture = cv2.GaussianBlur(cv2.resize(picture, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA).astype(np.float32), (0, 0), rng.uniform(0.4, 0.9))
    picture *= np.linspace(1, rng.uniform(0.8, 1), WIDTH_PX)
    coloured = picture[:, :, None] * rng.uniform(0.95, 1, 3) + rng.normal(0, rng.uniform(1, 4), (HEIGHT_PX, WIDTH_PX, 1)) + rng.normal(0, 1.5, (HEIGHT_PX, WIDTH_PX, 3))
    return np.clip(coloured, 0, 255).astype(np.uint8)


def checked(program, path):
    """(report, what image.copy_move measured)"""
    report = report_of(program, path)
    found = next((finding for finding in report["findings"] if finding["analyzer"] == "image.copy_move"), None)
    return report, {each["name"]: each["value"] for each in found["measurements"]} if found else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("splices", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pages", type=int, default=40)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    rng, ratios, pages = np.random.default_rng(1), [], []
    for number in range(options.pages):
        path = options.folder / f"page-{number:02}.jpg"
        drawn, quality = page(rng), int(rng.integers(70, 96))
        if not path.exists():
            cv2.imwrite(str(path), drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])
        report, measured = checked(options.program, path)
        ratios.append(report["llr"])
        pages.append(measured)
    strengths = np.array([measured.get("strength", 0) for measured in pages])
    print(f"pages: {len(pages)}, strength at least {THRESHOLD} in {(strengths >= THRESHOLD).sum()} (largest {strengths.max():.0f}), pairs taken for print in {sum(measured.get('prints', 0) > 0 for measured in pages)}; "
          f"report's ratio at most {max(ratios):.2f} (a verdict takes {VERDICT:.2f}), at least 0.8 in {sum(ratio >= 0.8 for ratio in ratios)}")
    with open(options.splices / "manifest.csv", newline="", encoding="utf-8") as stream:
        copies = [checked(options.program, options.splices / row["file"])[1] for row in csv.DictReader(stream) if row["label"] == "copy-move"]
    print(f"copies of CASIA v1: {len(copies)}, strength at least {THRESHOLD} in {sum(measured.get('strength', 0) >= THRESHOLD for measured in copies)}, pairs taken for print in {sum(measured.get('prints', 0) > 0 for measured in copies)}")


if __name__ == "__main__":
    main()
