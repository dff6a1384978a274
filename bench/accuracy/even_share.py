#!/usr/bin/env python3
"""How much of pictures is perfectly even, by which `image.copy_move` knows what a program drew: even_share.py PICTURE...

Of each the share of the 8 x 8 px blocks of brightness in which no two pixels differ by more than a level, as the analyzer counts them; then how many there are,
the median and the highest three.
"""

import statistics
import sys

import cv2


def even_share(grey):
    height, width = (side // 8 * 8 for side in grey.shape)
    blocks = grey[:height, :width].astype(int).reshape(height // 8, 8, width // 8, 8)
    return float((blocks.max((1, 3)) - blocks.min((1, 3)) <= 1).mean())


def main():
    shares = {}
    for name in sys.argv[1:]:
        grey = cv2.imread(name, cv2.IMREAD_GRAYSCALE)
        if grey is not None and min(grey.shape) >= 64:
            shares[name] = even_share(grey)
    for name, share in shares.items():
        print(f"{share:.2f} {name}")
    if shares:
        print(f"{len(shares)} pictures, median {statistics.median(shares.values()):.3f}, highest", " ".join(f"{share:.2f}" for share in sorted(shares.values())[-3:]))


if __name__ == "__main__":
    main()
