"""How the made-up faces compare with real ones: figures.py FOLDER MODELS [COUNT]

FOLDER is prepare.py's, MODELS is models/forge. Features: the 128 numbers of the recognition network that Bonafide ships (dlib's), of faces of 64 px
enlarged as `bonafide forge face` does, for all sides alike. Prints Frechet distances (of equal counts, since they grow as counts shrink), and how near each
face lies to the nearest of the people whose portraits taught the networks.
"""

import pathlib
import sys

import cv2
import numpy as np
import openvino
from bonafide import faces
from scipy.linalg import sqrtm

SHOWN_PX = 256


def embedded(pictures):
    """One row a face that was found."""
    rows = []
    for picture in pictures:
        large = cv2.resize(picture, (SHOWN_PX, SHOWN_PX), interpolation=cv2.INTER_CUBIC)
        found = faces.detect(large)
        if len(found) == 1 and found[0].is_recognisable:
            rows.append(faces.embed(large, found[0]))
    return np.array(rows)


def frechet(a, b):
    """Between normal distributions fitted to the rows of `a` and `b`."""
    root = sqrtm(np.cov(a.T) @ np.cov(b.T))
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root.real))


def sampled(path, count):
    network = openvino.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    numbers = np.random.default_rng(1).standard_normal((count, network.inputs[0].shape[1])).astype(np.float32)
    made = np.concatenate([network(row[None])[0] for row in numbers])
    return np.clip(made.transpose(0, 2, 3, 1) * 127.5 + 127.5, 0, 255).round().astype(np.uint8)


def distances(a, b):
    return np.sqrt(np.maximum(0, (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T))


def nearest_pixels(pictures, people):
    """The root mean square difference from the most similar portrait or its mirror image, levels of 8 bits."""
    both = np.concatenate([people, people[:, :, ::-1]]).reshape(2 * len(people), -1).astype(np.float32)
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    return distances(flat, both).min(1) / np.sqrt(flat.shape[1])


def in_words(values):
    low, middle, high = np.percentile(values, [5, 50, 95])
    return f"5 % {low:.2f}, median {middle:.2f}, 95 % {high:.2f}"


def main():
    folder, models = map(pathlib.Path, sys.argv[1:3])
    people, mixed = np.load(folder / "people.npy"), np.load(folder / "mixed.npy")
    known = embedded(people)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else len(people)
    print(f"people: recognisable at this size {len(known)} of {len(people)}")
    print(f"people, the two halves of the portraits: Frechet distance {frechet(known[::2], known[1::2]):.3f} (of half the count)")
    for name, pictures in (("mixed", mixed[:count]), ("vae", sampled(models / "face_vae.onnx", count)), ("gan", sampled(models / "face_gan.onnx", count))):
        rows = embedded(pictures)
        if len(rows) < 2:
            print(f"{name}: recognisable {len(rows)} of {count}")
            continue
        size = min(len(rows), len(known))
        to_people = distances(rows, known)
        among = distances(rows, rows) + 9 * np.eye(len(rows))
        print(f"{name}: recognisable {len(rows)} of {count}; Frechet distance from the people {frechet(rows[:size], known[:size]):.3f}")
        print(f"  nearest of the people: {in_words(to_people.min(1))}; nearer than 0.4: {(to_people.min(1) < 0.4).mean():.1%}, than 0.5: {(to_people.min(1) < 0.5).mean():.1%}, than 0.6: {(to_people.min(1) < 0.6).mean():.1%}")
        print(f"  nearest of each other: {in_words(among.min(1))}; nearest portrait in pixels: {in_words(nearest_pixels(pictures, people))} levels")


if __name__ == "__main__":
    main()
