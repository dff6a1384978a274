"""Crops at native resolution from photographs that anybody may use commercially: crops.py DATA OUTPUT.npy

Camera photographs (free to use), laboratory portraits (CC BY 4.0), and the genuine pictures whose source has a permissive licence. Neither FFHQ nor CASIA.
The first crops of the file come from pictures that no training crop comes from (`held_out_every`); OUTPUT.npy.json says how many.
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def sources(data, config):
    """The pictures' paths."""
    paths = []
    for row in csv.DictReader(open(data / "faces/manifest.csv")):
        if row["kind"] == "lab":
            paths.append(data / "faces" / row["file"])
    for row in csv.DictReader(open(data / "pictures/manifest.csv")):
        if row["file"].startswith("real/") and row["licence"] in config["permissive_licences"]:
            paths.append(data / "pictures" / row["file"])
    for row in csv.DictReader(open(data / "photos/manifest.csv")):
        paths.append(data / "photos" / row["file"])
    return paths


def main():
    data, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = json.loads((HERE / "config.json").read_text())
    rng = np.random.default_rng(config["seed"])
    px, paths = config["crop_px"], sources(data, config)
    each = -(-config["crops"] // len(paths))
    held, taught = [], []
    for number, path in enumerate(paths):
        picture = cv2.imread(str(path))
        if picture is None or min(picture.shape[:2]) < px:
            continue
        pool = held if number % config["held_out_every"] == 0 else taught
        for _ in range(each):
            # Some as they are, some shrunk, which leaves less of the camera's own blur and of JPEG.
            scale = max(1.05 * px / min(picture.shape[:2]), float(rng.choice([1.0, rng.uniform(0.3, 1.0)])))
            scale = min(1.0, scale)
            small = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            top, left = rng.integers(0, small.shape[0] - px + 1), rng.integers(0, small.shape[1] - px + 1)
            pool.append(small[top : top + px, left : left + px, ::-1].copy())
    order = rng.permutation(len(taught))
    np.save(output, np.stack(held + [taught[i] for i in order]))
    pathlib.Path(str(output) + ".json").write_text(json.dumps({"held_out": len(held), "pictures": len(paths)}))
    print(f"{len(held)} crops held out, {len(taught)} to train, of {len(paths)} pictures")


if __name__ == "__main__":
    main()
