#!/usr/bin/env python3
"""Lists what video.face.swap is fitted and tested on: every clip as it is, laundered (H.264, CRF 28, 480 lines), and at half its size.

usage: make_films.py DATA OUT [--versions CONFIG]
CONFIG names the versions (config.json; strata.json has more). OUT gets the coded films, films.csv (file, label, kind, pair, source, version) and paths.txt in the same order. `source` is one recording.
"""
import argparse
import csv
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ONE_RECORDING = ("GRID", "wav2lip-source", "Intel-ASL")  # several clips of one session


def coded(source, target, how):
    if "scale" in how:
        fit = f"scale=trunc(iw*{how['scale']}/2)*2:trunc(ih*{how['scale']}/2)*2:flags=area"
    else:
        side = how["shorter_side_px"]
        fit = f"scale='if(gt(iw,ih),-2,trunc(min({side},iw)/2)*2)':'if(gt(iw,ih),trunc(min({side},ih)/2)*2,-2)'"
    cut = ["-t", str(how["length_s"])] if "length_s" in how else ["-sseof", str(-how["last_s"])] if "last_s" in how else []
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *cut, "-i", str(source), "-an", "-vf", fit, "-c:v", "libx264", "-crf", str(how["crf"]), "-preset", how.get("preset", "medium"),
                    "-threads", "1", "-pix_fmt", "yuv420p", str(target)], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--versions", type=pathlib.Path, default=HERE / "config.json")
    options = parser.parse_args()
    config = json.loads(options.versions.read_text())
    clips = list(csv.DictReader(open(options.data / "clips/manifest.csv")))
    rows, paths = [], []
    for version, how in config["versions"].items():
        folder = options.out / version
        folder.mkdir(parents=True, exist_ok=True)
        for clip in clips:
            path = options.data / "clips" / clip["file"]
            source = clip["pair"] or (clip["kind"] if clip["kind"] in ONE_RECORDING else path.stem)
            if how:
                coded(path, folder / path.name, how)
                path = folder / path.name
            rows.append([path.name, "fake" if clip["label"] == "fake" else "real", clip["kind"], clip["pair"], source, version])
            paths.append(f"{path.resolve()}\n")
    (options.out / "paths.txt").write_text("".join(paths))
    with open(options.out / "films.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "label", "kind", "pair", "source", "version"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
