#!/usr/bin/env python3
"""How the score of photographs rises with their size: each as it is, and its middle cut out without a new save.

    size.py PROGRAM PHOTOS [--least MEGAPIXELS] [--model models/fusion.json]

Prints for every JPEG of PHOTOS the fused score (the ratio of fusion.edits, back through the model's knots) of the whole and of the middle 1/2, 1/4, 1/8
and 1/16 of its area, then the means and the slope a doubling. What `size` of config.json takes off is added again. Needs jpegtran.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

SIDES = (1, 2**0.5, 2, 8**0.5, 4)
GRID = 16  # px: cuts begin and end where every coding unit does


def score(program, path, model, megapixels):
    """None where the model is silent."""
    done = subprocess.run([program, "check", str(path), "--format", "json", "--skip", "face.*", "--skip", "image.generated"], capture_output=True, check=False)
    ratios = [finding["llr"] for finding in json.loads(done.stdout)["findings"] if finding["analyzer"] == "fusion.edits"]
    if not ratios:
        return None
    scores, llrs = np.transpose(model["knots"])
    size = model["picture"]["size"]
    return float(np.interp(ratios[0], llrs, scores)) + size["per_doubling"] * np.log2(max(megapixels / size["from_megapixels"], 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--least", type=float, default=3, metavar="MEGAPIXELS")
    parser.add_argument("--model", type=Path, default=Path(__file__).parents[2] / "models/fusion.json")
    arguments = parser.parse_args()
    model = json.loads(arguments.model.read_text(encoding="utf-8"))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(arguments.photos.glob("*.[jJ][pP]*[gG]")):
            with Image.open(path) as image:
                width, height = image.size
            if width * height < arguments.least * 1e6:
                continue
            row = []
            for side in SIDES:
                columns, lines = (int(length / side) // GRID * GRID for length in (width, height))
                left, top = ((length - cut) // 2 // GRID * GRID for length, cut in ((width, columns), (height, lines)))
                cut = Path(folder) / "cut.jpg"
                place = f"{columns}x{lines}+{left}+{top}"
                if subprocess.run(["jpegtran", "-copy", "all", "-crop", place, "-outfile", cut, path], stderr=subprocess.DEVNULL, check=False).returncode:
                    break  # what jpegtran cannot read
                row.append(score(arguments.program, cut, model, columns * lines / 1e6))
            if len(row) == len(SIDES) and None not in row:
                rows.append(row)
                print(path.name, *(f"{value:.2f}" for value in row), flush=True)
    means = np.mean(rows, axis=0)
    slope = np.polyfit([-2 * np.log2(side) for side in SIDES], means, 1)[0]
    print(f"{len(rows)} photographs, means", *(f"{value:.2f}" for value in means), f"slope {slope:.2f} a doubling of the area")


if __name__ == "__main__":
    main()
