#!/usr/bin/env python3
"""Makes quartets of face crops for network.py: a genuine face and three forged twins of it, through one film of H.264.

usage: network_pairs.py DATA FEATURES_PROGRAM OUT
DATA is the development pack, FEATURES_PROGRAM is bonafide-face-swap-features. OUT gets crops.bin (8-bit, red first) and crops.npz (offset, side,
landmarks, kind and source of each). The twins: blended with a changed copy of itself; another's or its own face, decoded at a network's size;
decoded by the autoencoders of `bonafide forge reconstruct`. No clip that is a swap, a swap's source or a talking head is read.
"""
import argparse
import csv
import json
import pathlib

import cv2
import numpy as np
import openvino

from make_pairs import frames_of, landmarks_of, through_h264
from rerender import OVAL, Rerender, face_height, to_square, worn_by

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("genuine", "blend", "swap", "reconstruct")  # of a quartet, in this order
UP_SAMPLINGS = ("transposed", "nearest", "bilinear", "shuffle")
OWN_COLOURS_PX = 2  # as forge/reconstruct.cpp has it
cv2.setNumThreads(1)


class Autoencoders:
    """The networks of `forge reconstruct`, over a whole crop at once."""

    def __init__(self):
        self.core, self.opened = openvino.Core(), {}

    def __call__(self, crop, kind):
        side = crop.shape[0] // 4 * 4
        if (kind, side) not in self.opened:
            model = self.core.read_model(HERE.parent.parent / f"models/forge/reconstruct_{kind}.onnx")
            model.reshape([1, 3, side, side])
            self.opened[kind, side] = self.core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1})
        inside = crop[:side, :side].astype(np.float32)
        planes = np.ascontiguousarray((inside / 127.5 - 1).transpose(2, 0, 1)[None, ::-1])
        made = (self.opened[kind, side](planes)[0][0, ::-1].transpose(1, 2, 0) + 1) * 127.5
        made = made + cv2.GaussianBlur(inside - made, (0, 0), OWN_COLOURS_PX)
        return cv2.resize(made, crop.shape[1::-1]) if made.shape != crop.shape else made


def bent(shape, reach_px, random):
    """Smooth random displacements."""
    knots = random.uniform(-reach_px, reach_px, (2, 5, 5)).astype(np.float32)
    y, x = np.mgrid[:shape[0], :shape[1]].astype(np.float32)
    return x + cv2.resize(knots[0], shape[1::-1], interpolation=cv2.INTER_CUBIC), y + cv2.resize(knots[1], shape[1::-1], interpolation=cv2.INTER_CUBIC)


def mask_of(landmarks, shape, random):
    """A soft mask after `forge blend` and what swap tools do: a hull, an ellipse or a part of it; bent; edges of 1 to 12 % of the face."""
    height = face_height(landmarks)
    points, centre = landmarks[OVAL], landmarks.mean(0)
    down = (landmarks[152] - landmarks[10]) / height
    kind = random.choice(["hull", "hull", "brows", "ellipse", "inner", "lower"])
    if kind in ("brows", "lower"):
        along = (landmarks - landmarks[10]) @ down / height
        points = landmarks[along >= (random.uniform(0.12, 0.26) if kind == "brows" else 0.5)]
    grow = random.uniform(0.6, 0.75) if kind == "inner" else random.uniform(0.85, 1.1)
    points = centre + (points - centre) * grow
    hard = np.zeros(shape[:2], np.float32)
    if kind == "ellipse":
        angle = float(np.degrees(np.arctan2(down[1], down[0])))
        cv2.fillPoly(hard, [cv2.ellipse2Poly((int(centre[0]), int(centre[1])), (int(0.52 * height * grow), int(0.4 * height * grow)), int(angle), 0, 360, 5)], 1.0)
    else:
        cv2.fillConvexPoly(hard, cv2.convexHull(points.astype(np.int32)), 1.0)
    hard = cv2.remap(hard, *bent(shape, random.uniform(0, 0.04) * height, random), cv2.INTER_LINEAR)
    width = np.exp(random.uniform(np.log(0.01), np.log(0.12))) * height
    if random.random() < 0.5:  # within the shape, as tools erode before they blur
        hard = (cv2.GaussianBlur(hard, (0, 0), max(0.7, width)) > 0.75).astype(np.float32)
    return np.clip(cv2.GaussianBlur(hard, (0, 0), max(0.7, width)), 0, 1)


def recoloured(face, random):
    """A copy with other colours, as self-blending wants it."""
    face = face * random.uniform(0.88, 1.12) + random.uniform(-14, 14) + random.uniform(-10, 10, 3)
    grey = face.mean(2, keepdims=True)
    return (grey + (face - grey) * random.uniform(0.75, 1.25)).astype(np.float32)


def coloured_like(face, below, inside, height, random):
    """The colours of what was there before, more or less well."""
    how = random.choice(["mean", "spread", "spread", "local", "local"])
    if how == "local":
        small = tuple(max(8, side // 4) for side in face.shape[1::-1])
        lost = cv2.GaussianBlur(cv2.resize(below - face, small, interpolation=cv2.INTER_AREA), (0, 0), random.uniform(0.06, 0.2) * height / 4)
        face = face + cv2.resize(lost, face.shape[1::-1])
    own, there = face[inside], below[inside]
    gain = np.clip(there.std(0) / np.maximum(own.std(0), 1), 0.7, 1.4) if how == "spread" else 1.0
    return ((face - own.mean(0)) * gain + there.mean(0) + random.normal(0, 1.5, 3)).astype(np.float32)


def sharp_like(face, below, inside, random):
    """Fine detail brought to the energy of what was there before, times something about 1, so that blur alone tells nothing: by an unsharp mask, and
    grain where there is too little to raise."""
    for width in (random.uniform(0.6, 1.0), random.uniform(1.2, 2.2)):
        fine = face - cv2.GaussianBlur(face, (0, 0), width)
        there = (below - cv2.GaussianBlur(below, (0, 0), width))[inside].std()
        wanted = there * np.exp(random.normal(0, 0.2))
        own = fine[inside].std() + 1e-3
        gain = min(wanted / own, 3.5)
        face = face + (gain - 1) * fine
        if width < 1.1 and wanted > own * gain:
            missing = np.sqrt(wanted ** 2 - (own * gain) ** 2)
            grain = random.normal(0, 1, face.shape[:2]).astype(np.float32)
            face = face + missing * (0.8 * grain[..., None] + 0.4 * random.normal(0, 1, face.shape).astype(np.float32))
    return face


def self_blended(picture, landmarks, random):
    height = face_height(landmarks)
    face = recoloured(picture, random)
    if random.random() < 0.5:
        small = cv2.resize(face, None, fx=1 / (f := random.uniform(1.2, 3)), fy=1 / f, interpolation=cv2.INTER_AREA)
        face = cv2.resize(small, face.shape[1::-1], interpolation=random.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    centre = landmarks.mean(0)
    scale, (across, down) = random.uniform(0.95, 1.05), random.uniform(-1, 1, 2) * (0.03, 0.02) * height
    move = np.array([[scale, 0, centre[0] * (1 - scale) + across], [0, scale, centre[1] * (1 - scale) + down]])
    return cv2.warpAffine(face, move, face.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def alike(picture, landmarks, pool, random):
    """Of a few others, one whose face has nearly the same shape and brightness on either side, as after training for one pair of people."""
    def shape_and_light(other, places):
        matrix = to_square(places, 24, 1.0)
        small = cv2.warpAffine(other, matrix, (24, 24), flags=cv2.INTER_AREA)[4:20].reshape(2, 8, 2, 12, 3).mean((1, 3)).ravel()
        return np.concatenate([(places @ matrix[:, :2].T).ravel() * 0.25, small * 0.35])

    own = shape_and_light(picture, landmarks)
    drawn = [pool[i] for i in random.integers(len(pool), size=int(random.choice([4, 16, 16])))]
    return min(drawn, key=lambda each: np.linalg.norm(shape_and_light(*each) - own))


class Forger:
    def __init__(self, config, others):
        self.config, self.others, self.networks = config, others, Autoencoders()

    def through_network(self, face, landmarks, random, render):
        """The face crop at a network's size, decoded, and back in its place."""
        margin = random.uniform(1.25, 1.8)
        fitting = [px for px in self.config["network_px"] if px >= 0.6 * margin * face_height(landmarks)] or [256]
        size = int(random.choice(fitting))
        matrix = to_square(landmarks, size, margin)
        shrink = face_height(landmarks) * margin / size
        soft = cv2.GaussianBlur(face, (0, 0), 0.4 * shrink) if shrink > 1.2 else face
        crop = cv2.warpAffine(soft, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        if render is not None:
            render.size = size
            crop = render.decoded(crop).astype(np.float32)
        if render is None or random.random() < 0.4:
            crop = self.networks(np.clip(crop, 0, 255), str(random.choice(UP_SAMPLINGS)))
        how = cv2.INTER_CUBIC if random.random() < 0.6 else cv2.INTER_LINEAR
        return cv2.warpAffine(crop, matrix, face.shape[1::-1], flags=how | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101)

    def __call__(self, kind, picture, landmarks, licence, random):
        below = picture.astype(np.float32)
        mask = mask_of(landmarks, picture.shape, random)
        inside = mask > 0.5
        if inside.sum() < 100:
            return None
        if kind == "blend":
            face = self_blended(below, landmarks, random)
            if random.random() < 0.4:
                face = coloured_like(face, below, inside, face_height(landmarks), random)
            share = random.choice([0.5, 0.75, 1, 1, 1])
        else:
            face, share = below, 1.0
            if kind == "swap":
                pool = self.others[licence]
                render = Rerender(random, {**self.config, "linear_decoder": {"components": [0]}}, None, pool)
                if random.random() < 0.75:
                    other, known = worn_by(landmarks, *alike(picture, landmarks, pool, random), picture.shape)
                    face = np.where(known[..., None], other, below)
                    reach = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 3) / (0.05 * face_height(landmarks))
                    mask = mask * np.clip(reach, 0, 1)
                    inside = mask > 0.5
                    if inside.sum() < 100:
                        return None
                face = self.through_network(face, landmarks, random, render)
            else:
                face = self.through_network(face, landmarks, random, None)
            face = coloured_like(face, below, inside, face_height(landmarks), random)
        if random.random() < 0.8:
            face = sharp_like(face, below, inside, random)
        if random.random() < 0.4:  # mask and landmarks are never quite right
            shift = random.normal(0, 0.006, 2) * face_height(landmarks)
            face = cv2.warpAffine(face, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), face.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        mask = (mask * share)[..., None]
        return np.clip(mask * face + (1 - mask) * below + 0.5, 0, 255).astype(np.uint8)


def canvas_of(picture, landmarks, side, config, random):
    """A square around the face, turned, moved and shrunk a little at random; never enlarged by more than a tenth. Its landmarks."""
    side = int(min(side, 1.1 * config["canvas_margin"] * face_height(landmarks))) // 2 * 2
    matrix = to_square(landmarks, side, config["canvas_margin"] * random.uniform(0.93, 1.1))
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), random.normal(0, 7), 1)
    turn[:, 2] += random.normal(0, 0.015 * side, 2)
    matrix = turn @ np.vstack([matrix, [0, 0, 1]])
    shrink = 1 / np.sqrt(np.linalg.det(matrix[:, :2]))
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 * shrink) if shrink > 1.2 else picture
    canvas = cv2.warpAffine(soft, matrix, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return canvas, landmarks @ matrix[:, :2].T + matrix[:, 2]


def resized(picture, side, how):
    return picture if picture.shape[0] == side else cv2.resize(picture, (side, side), interpolation=how)


def coded_film(canvases, random, config, scratch):
    """All through one film; in half the films each is the last of four frames that move a little, so that it is predicted as most frames are."""
    crf, moving = int(random.choice(config["crf"])), random.random() < 0.6
    if not moving:
        return through_h264(canvases, scratch, crf, 10000)
    frames = []
    for start in range(0, len(canvases), 4):
        speed = random.normal(0, 1.0, 2)
        for canvas in canvases[start:start + 4]:
            frames += [cv2.warpAffine(canvas, np.array([[1, 0, speed[0] * back], [0, 1, speed[1] * back]]), canvas.shape[1::-1], flags=cv2.INTER_CUBIC,
                                      borderMode=cv2.BORDER_REFLECT_101) for back in (3, 2, 1)] + [canvas]
    return through_h264(frames, scratch, crf, 10000, 4)[3::4]


def genuine_pictures(data, program, out, config):
    """[(kind, source, licence, picture, landmarks)] of the portraits and of the clips that may teach."""
    found = []
    rows = [row for row in csv.DictReader(open(data / "faces/manifest.csv")) if row["label"] == "real"]
    for row, track in zip(rows, landmarks_of([data / "faces" / row["file"] for row in rows], program, out / "photographs.landmarks")):
        if 0 in track:
            found.append((row["kind"], row["file"], "FFHQ" if row["kind"] == "ffhq" else "free", cv2.imread(str(data / "faces" / row["file"])), track[0]))
    clips = [row for row in csv.DictReader(open(data / "clips/manifest.csv")) if row["label"] == "real" and row["kind"] in config["taught_clips"]]
    for row, track in zip(clips, landmarks_of([data / "clips" / row["file"] for row in clips], program, out / "clips.landmarks")):
        film = frames_of(data / "clips" / row["file"])
        for moment in sorted(track)[::max(1, len(track) // config["frames_per_clip"])]:
            found.append(("clip", row["file"], "free", film[moment], track[moment]))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--films", type=int, default=10 ** 9, help="no more than so many")
    options = parser.parse_args()
    config = json.loads((HERE / "network.json").read_text())
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = genuine_pictures(options.data, options.program, options.out, config)
    # What comes from FFHQ stays with FFHQ, so that either part can be trained on.
    others = {"free": [each[3:] for each in pictures if each[0] == "lab"], "FFHQ": [each[3:] for each in pictures if each[0] == "ffhq"]}
    forger = Forger(config, others)
    random = np.random.default_rng(config["seed"])
    order = np.concatenate([np.repeat(i, config["rounds"][each[0]]) for i, each in enumerate(pictures)])
    random.shuffle(order)
    films = [order[i:i + config["film_of"]] for i in range(0, len(order), config["film_of"])][:options.films]
    print(f"{len(pictures)} genuine pictures, {len(films)} films", flush=True)
    table = {name: [] for name in ("offset", "side", "landmarks", "kind", "source", "licence", "quartet")}
    offset, quartet = 0, 0
    with open(options.out / "crops.bin", "wb") as crops:
        for number, film in enumerate(films):
            random = np.random.default_rng([config["seed"], number])
            side, how = int(random.choice(config["canvas_px"])), int(random.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
            larger, coded_before, canvases, told = random.choice([1, 1, 1.4]), random.random() < 0.4, [], []
            for i in film:
                kind, source, licence, picture, landmarks = pictures[i]
                canvas, places = canvas_of(picture, landmarks, side * larger, config, random)
                if coded_before and kind != "clip":  # what a swap tool gets to see is a film already
                    canvas = through_h264([canvas], options.out / "scratch.mp4", int(random.integers(14, 26)), 10000)[0]
                made = [forger(each, canvas, places, licence, random) for each in KINDS[1:]]
                if any(each is None for each in made):
                    continue
                canvases += [resized(each, side, how) for each in [canvas, *made]]
                told.append((source, licence, places * side / canvas.shape[0]))
            if not canvases:
                continue
            coded = coded_film(canvases, random, config, options.out / "scratch.mp4")
            assert len(coded) == len(canvases)
            for i, picture in enumerate(coded):
                source, licence, places = told[i // 4]
                crops.write(np.ascontiguousarray(picture[..., ::-1]).tobytes())
                for name, value in (("offset", offset), ("side", side), ("landmarks", places[[10, 152, 263, 362, 33, 133, *OVAL]]), ("source", source),
                                    ("kind", KINDS[i % 4]), ("licence", licence), ("quartet", quartet + i // 4)):
                    table[name].append(value)
                offset += side * side * 3
            quartet += len(told)
            if number % 20 == 0 or number + 1 == len(films):
                crops.flush()
                np.savez(options.out / "crops.npz", **{name: np.array(values) for name, values in table.items()})
                print(number, quartet, flush=True)


if __name__ == "__main__":
    main()
