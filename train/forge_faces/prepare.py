"""Training faces for `bonafide forge face`: prepare.py DATA FOLDER

Reads the laboratory portraits (CC BY 4.0) alone, and writes two arrays of 64 px faces: FOLDER/people.npy, the people as they are, against whom
copies are looked for, and FOLDER/mixed.npy, on which the networks are trained: everybody's inner face half exchanged for somebody else's, so that the
networks never see a person who exists. Faces are found by Bonafide's own code (`pip install ./python`).
"""

import csv
import json
import pathlib
import sys

import cv2
import numpy as np
from bonafide import faces
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

HERE = pathlib.Path(__file__).resolve().parent
WORK_PX = 128
WALL = 210  # of 255
# Where the eyes lie, as shares of the side: the whole head with its hair, no shoulders.
EYES = np.array([[0.36, 0.43], [0.64, 0.43]])


def aligned(picture, face, px=WORK_PX):
    """The face upright at `px`, and its landmarks there."""
    eyes = np.array([face.right_iris_px[:2], face.left_iris_px[:2]], dtype=float)
    eyes = eyes[np.argsort(eyes[:, 0])]
    across, wanted = eyes[1] - eyes[0], (EYES[1] - EYES[0]) * px
    scale = np.linalg.norm(wanted) / np.linalg.norm(across)
    angle = -np.arctan2(across[1], across[0])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = EYES.mean(0) * px - turn @ eyes.mean(0)
    matrix = np.hstack([turn, shift[:, None]])
    # First three times as large, then averaged, lest fine detail turns into steps.
    large = cv2.warpAffine(picture, 3 * matrix + np.array([[0, 0, 1], [0, 0, 1]]), (3 * px, 3 * px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    points = np.asarray(face.landmarks_px, dtype=float)[:, :2] @ turn.T + shift
    return cv2.resize(large, (px, px), interpolation=cv2.INTER_AREA), points


def balanced(picture):
    """The studio's wall in one grey, since half of what a small network learns would be the colours of lamps. The wall is the brightest along the upper edges."""
    half, thin = picture.shape[0] // 2, picture.shape[0] // 16
    edges = np.concatenate([part.reshape(-1, 3) for part in (picture[:thin], picture[:half, :thin], picture[:half, -thin:])])
    wall = edges[np.argsort(edges.sum(1))[-len(edges) // 5 :]].mean(0)
    return np.clip(picture * np.clip(WALL / np.maximum(wall, 1), 0.6, 1.6), 0, 255).astype(np.uint8)


def frame(px):
    """Points of the picture's edge, which stay where they are."""
    steps = np.linspace(0, px - 1, 5)
    return np.array([[x, y] for x in steps for y in steps if x in (0, px - 1) or y in (0, px - 1)])


def mixed(first, second, share):
    """`first` with `share` of the shape, features and colour of `second`'s inner face; hair, ears and neck stay the first's."""
    (picture, points), (other, other_points) = first, second
    px, border = picture.shape[0], frame(picture.shape[0])
    shape = (1 - share) * points + share * other_points
    triangles = Delaunay(np.vstack([shape, border]))
    x, y = np.meshgrid(np.arange(px), np.arange(px))
    warped = []
    for image, its in ((picture, points), (other, other_points)):
        places = LinearNDInterpolator(triangles, np.vstack([its, border]))(x, y).astype(np.float32)
        warped.append(cv2.remap(image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32))
    hull = cv2.convexHull(shape.astype(np.float32)).astype(np.int32)
    inside = np.zeros((px, px), np.uint8)
    cv2.fillConvexPoly(inside, hull, 255)
    # Half of the difference in tone stays: skins between those of the two.
    mean = [w[inside > 0].mean(0) for w in warped]
    warped[1] += 0.5 * (mean[0] - mean[1])
    soft = cv2.GaussianBlur(cv2.erode(inside, np.ones((9, 9), np.uint8)).astype(np.float32) / 255, (0, 0), 4)[..., None] * share
    return np.clip((1 - soft) * warped[0] + soft * warped[1], 0, 255).astype(np.uint8)


def main():
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    config = json.loads((HERE / "config.json").read_text())
    folder.mkdir(parents=True, exist_ok=True)
    people, groups, names = [], [], []
    for row in csv.DictReader(open(data / "faces/manifest.csv")):
        if row["kind"] != "lab":
            continue
        picture = cv2.imread(str(data / "faces" / row["file"]))[..., ::-1].copy()
        found = faces.detect(picture)
        if not found:
            continue
        people.append(aligned(picture, max(found, key=lambda face: face.score)))
        # Mixed within one studio and one expression: another light, or half a smile, would show.
        groups.append(row["source_path"].split("/")[1])
        names.append(row["source_path"].split("/")[-1].split("_")[0])
    rng = np.random.default_rng(config["seed"])
    results = []
    while len(results) < config["mixed_faces"]:
        first = rng.integers(len(people))
        second = rng.choice([i for i in range(len(people)) if groups[i] == groups[first] and names[i] != names[first]])
        results.append(mixed(people[first], people[second], rng.uniform(*config["share"])))
    px = config["side_px"]

    def small(pictures):
        return np.stack([balanced(cv2.resize(picture, (px, px), interpolation=cv2.INTER_AREA)) for picture in pictures])

    np.save(folder / "people.npy", small([picture for picture, _ in people]))
    np.save(folder / "mixed.npy", small(results))
    print(f"{len(people)} portraits of {len(set(zip([g == 'canada' for g in groups], names)))} people, {len(results)} mixed faces")


if __name__ == "__main__":
    main()
