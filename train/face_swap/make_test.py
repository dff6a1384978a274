#!/usr/bin/env python3
"""Lists what face.swap is tested on: every clip as it is and laundered (H.264, CRF 28, 480 lines), two frames of each as JPEG, and portraits.

usage: make_test.py DATA OUT
OUT gets the laundered films, the frames, test.csv (file, label, kind, pair, source, version) and paths.txt in the same order.
"""
import argparse
import csv
import pathlib
import subprocess

import cv2

PORTRAITS = {"lab": 3, "ffhq": 6}  # every how many-th
MOMENTS = (0.3, 0.7)
QUALITIES = (95, 70)


def launder(source, target):
    fit = "scale='if(gt(iw,ih),-2,trunc(min(480,iw)/2)*2)':'if(gt(iw,ih),trunc(min(480,ih)/2)*2,-2)'"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), "-an", "-vf", fit, "-c:v", "libx264", "-crf", "28", "-preset", "medium", "-threads", "1",
                    "-pix_fmt", "yuv420p", str(target)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    files = []
    clips = list(csv.DictReader(open(options.data / "clips/manifest.csv")))
    for version in ("native", "laundered"):
        for row in clips:
            path = options.data / "clips" / row["file"]
            if version == "laundered":
                launder(path, options.out / path.name)
                path = options.out / path.name
            files.append((path, row, version))
    for row in clips:
        film = cv2.VideoCapture(str(options.data / "clips" / row["file"]))
        for moment in MOMENTS:
            film.set(cv2.CAP_PROP_POS_FRAMES, int(film.get(cv2.CAP_PROP_FRAME_COUNT) * moment))
            _, frame = film.read()
            for quality in QUALITIES:
                path = options.out / f"{pathlib.Path(row['file']).stem}-{moment}-{quality}.jpg"
                cv2.imwrite(str(path), frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
                files.append((path, row, f"still-{quality}"))
    portraits = [row for row in csv.DictReader(open(options.data / "faces/manifest.csv")) if row["label"] == "real"]
    for kind, step in PORTRAITS.items():
        for row in [row for row in portraits if row["kind"] == kind][1::step]:
            files.append((options.data / "faces" / row["file"], {"label": "real", "kind": f"photo-{kind}", "pair": "", "source": row["file"]}, "native"))
    (options.out / "paths.txt").write_text("".join(f"{path.resolve()}\n" for path, _, _ in files))
    with open(options.out / "test.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "label", "kind", "pair", "source", "version"])
        for path, row, version in files:
            table.writerow([path.name, "fake" if row["label"] == "fake" else "real", row["kind"], row["pair"], row["source"], version])


if __name__ == "__main__":
    main()
