#!/usr/bin/env python3
"""Whether `image.generated` points at what its score rests on: hide_places.py PROGRAM MANIFEST FOLDER [--kind SUFFIX]

MANIFEST is what `train/generated/held_out.py` wrote (file, label, kind, group). Of every generated picture that the analyzer points into, the place it points at
is hidden under the picture's mean colour and the score taken again; and so for every other place of the same size on a grid that
does not touch it. Prints how often the place pointed at lowers the score more than the mean and than the most of the others, with
the fall of each. Changed pictures are written to FOLDER as PNG.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess

import cv2

ANALYZER, SIDE = "image.generated", 128


def judged(program, file):
    """(score, box or None), or None where the analyzer does not speak."""
    done = subprocess.run([program, "check", str(file), "--analyzer", ANALYZER, "--format", "json", "--quiet"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout) if done.stdout else {}
    findings = [finding for finding in report.get("findings", []) if finding["analyzer"] == ANALYZER]
    scores = [value["value"] for finding in findings for value in finding["measurements"] if value["name"] == "score"]
    boxes = [finding["where"]["box_px"] for finding in findings if finding["where"]["box_px"]]
    return (scores[0], boxes[0] if boxes else None) if scores else None


def hidden(picture, box, file):
    left, top, width, height = box
    changed = picture.copy()
    changed[top:top + height, left:left + width] = picture.reshape(-1, 3).mean(0)
    cv2.imwrite(str(file), changed)
    return file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("manifest", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--kind", default="generated native", help="of the manifest's column (default: %(default)s)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with open(given.manifest, newline="", encoding="utf-8") as manifest:
        files = [row["file"] for row in csv.DictReader(manifest) if row["label"] == "generated" and row["kind"] == given.kind]
    falls, others, most = [], [], []
    for file in files:
        path = given.manifest.parent / file
        answer = judged(given.program, path)
        if answer is None or answer[1] is None:
            continue
        picture, (score, box) = cv2.imread(str(path)), answer
        elsewhere = [(x, y, SIDE, SIDE)
                     for y in range(0, picture.shape[0] - SIDE + 1, SIDE) for x in range(0, picture.shape[1] - SIDE + 1, SIDE)
                     if abs(x - box[0]) >= SIDE or abs(y - box[1]) >= SIDE]
        scores = [judged(given.program, hidden(picture, place, given.folder / "hidden.png")) for place in elsewhere]
        lowered = [score - each[0] for each in scores if each]
        without = judged(given.program, hidden(picture, box, given.folder / "hidden.png"))
        if without and lowered:
            falls.append(score - without[0])
            others.append(statistics.mean(lowered))
            most.append(max(lowered))
    if not falls:
        parser.error("the analyzer points into none of these pictures")
    above_mean = sum(fall > other for fall, other in zip(falls, others))
    above_most = sum(fall >= other for fall, other in zip(falls, most))
    print(f"{len(falls)} of {len(files)} generated pictures are pointed into")
    print(f"hiding the place pointed at lowers the score by {statistics.mean(falls):.3f} nat in the mean; any other place by {statistics.mean(others):.3f}")
    print(f"more than the mean of the others in {above_mean} of {len(falls)}, more than each of the others in {above_most}")


if __name__ == "__main__":
    main()
