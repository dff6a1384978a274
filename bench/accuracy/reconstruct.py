"""What `forge reconstruct` changes: reconstruct.py PICTURES... [--longest 480], with the Python package on the path (`pip install ./python`).

Passes each picture, shrunk to the longest side, through the four networks in memory, and prints a row for each: the peak signal-to-noise ratio (dB), and how unlike
each other the 16 places of a grid of 4 px are in fine detail, of those that are the same on a grid of 2 px such as a camera's mosaic: before, and after (standard deviation of
their energies as a share of the mean, percent).
"""

import argparse
import math

import cv2
import numpy

from bonafide import forge

LAYERS = forge.UPSAMPLINGS


def unevenness(rgb):
    fine = numpy.abs(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    height, width = (side // 4 * 4 for side in fine.shape)
    energy = fine[8 : height - 8, 8 : width - 8].reshape((height - 16) // 4, 4, (width - 16) // 4, 4).sum(axis=(0, 2), dtype=float)
    alike = numpy.tile(energy.reshape(2, 2, 2, 2).mean(axis=(0, 2)), (2, 2))
    return 4 * math.sqrt(((energy - alike) ** 2).sum()) / energy.sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--longest", type=int, default=480)
    given = parser.parse_args()
    print(f"{'picture':32} {'before':>7}  " + "  ".join(f"{layer:>16}" for layer in LAYERS))
    for path in given.pictures:
        picture = cv2.imread(path)
        if picture is None:
            raise SystemExit(f"{path}: no picture that OpenCV reads")
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        scale = min(1, given.longest / max(rgb.shape))
        rgb = numpy.ascontiguousarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        cells = []
        for layer in LAYERS:
            made = numpy.asarray(forge.reconstruct(rgb, layer))
            cells.append(f"{cv2.PSNR(rgb, made):5.1f} dB {100 * unevenness(made):5.2f} %")
        print(f"{path[-32:]:32} {100 * unevenness(rgb):5.2f} %  " + "  ".join(f"{cell:>16}" for cell in cells))


if __name__ == "__main__":
    main()
