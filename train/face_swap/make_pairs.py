#!/usr/bin/env python3
"""Makes matched pairs for face.swap: genuine frames, and the same frames with a re-rendered inner face, through the same codec.

usage: make_pairs.py DATA FEATURES_PROGRAM OUT
DATA is the development pack, FEATURES_PROGRAM is bonafide-face-swap-features. OUT gets pictures and pairs.csv (file, label, kind, source,
licence, crf, width, height). No clip that is a swap is read.
"""
import argparse
import csv
import json
import pathlib
import subprocess

import cv2
import numpy as np

from rerender import LinearDecoder, Rerender, face_height, to_square

HERE = pathlib.Path(__file__).resolve().parent
cv2.setNumThreads(1)


def landmarks_of(paths, program, scratch):
    """A list of {frame number: landmarks (468 x 2, px)} of whoever is seen longest and largest in each file."""
    if not scratch.exists():
        subprocess.run([program, "--landmarks", scratch], input="\n".join(str(path) for path in paths) + "\n", text=True, check=True)
    rows = np.fromfile(scratch, np.float32).reshape(-1, 3 + 936)
    found = []
    for line in range(len(paths)):
        own = rows[rows[:, 0] == line]
        tracks = [own[own[:, 2] == track] for track in np.unique(own[:, 2])]
        if not tracks:
            found.append({})
            continue
        main = max(tracks, key=lambda each: sum(face_height(row[3:].reshape(-1, 2)) for row in each))
        found.append({int(row[1]): row[3:].reshape(-1, 2).astype(float) for row in main})
    return found


def frames_of(path):
    film = cv2.VideoCapture(str(path))
    frames = []
    while True:
        good, frame = film.read()
        if not good:
            return frames
        frames.append(frame)


def shrunk_photo(picture, landmarks, random, config):
    """A photograph brought to a face size drawn at random, and its landmarks."""
    face_px = np.exp(random.uniform(*np.log(config["face_px"])))
    scale = min(1.0, face_px / face_height(landmarks))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small[:small.shape[0] // 2 * 2, :small.shape[1] // 2 * 2], landmarks * scale


def through_h264(frames, scratch, crf, shorter_px, group=1):
    """The frames after a resizing of all, one size for all; each coded by itself, or as groups that begin anew, without B-frames."""
    height, width = frames[0].shape[:2]
    scale = min(1.0, shorter_px / min(height, width))
    size = f"{int(width * scale) // 2 * 2}:{int(height * scale) // 2 * 2}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", "25", "-i", "-", "-vf",
               f"scale={size}:flags=bicubic", "-c:v", "libx264", "-preset", "fast", "-g", str(group), "-bf", "0", "-sc_threshold", "0", "-crf", str(crf), "-threads", "1", "-pix_fmt", "yuv420p", str(scratch)]
    subprocess.run(command, input=b"".join(np.ascontiguousarray(frame).tobytes() for frame in frames), check=True)
    return frames_of(scratch)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    config = json.loads((HERE / "config.json").read_text())
    options.out.mkdir(parents=True, exist_ok=True)

    photos = []
    for row in csv.DictReader(open(options.data / "faces/manifest.csv")):
        if row["label"] == "real":
            photos.append(row)
    chosen = []
    for kind, most in config["photos"].items():
        rows = [row for row in photos if row["kind"] == kind]
        step = max(1, len(rows) // most)
        chosen += rows[::step][:most]
    others, aligned, usable = [], [], []
    places_in = landmarks_of([options.data / "faces" / row["file"] for row in chosen], options.program, options.out / "photographs.landmarks")
    for row, track in zip(chosen, places_in):
        if 0 not in track:
            continue
        picture = cv2.imread(str(options.data / "faces" / row["file"]))
        usable.append((row, picture, track[0]))
        others.append((picture, track[0]))
        px = config["linear_decoder"]["px"]
        aligned.append(cv2.warpAffine(picture, to_square(track[0], px, 1.5), (px, px), flags=cv2.INTER_AREA))
    decoder = LinearDecoder(np.array(aligned))
    print(f"{len(usable)} photographs", flush=True)

    clips = [row for row in csv.DictReader(open(options.data / "clips/manifest.csv")) if row["label"] != "fake"]
    places_in = landmarks_of([options.data / "clips" / row["file"] for row in clips], options.program, options.out / "clips.landmarks")
    sources = []
    for row, track in zip(clips, places_in):
        path = options.data / "clips" / row["file"]
        one_recording = row["kind"] in ("GRID", "wav2lip-source", "Intel-ASL")
        group = row["pair"] or (row["kind"] if one_recording else path.stem)
        if len(track) >= config["frames_per_clip"]:
            sources.append((path, "clip", group, "unstated", track))
    sources += [(None, "photo", row["file"], "CC BY" if row["kind"] == "lab" else "FFHQ", picture, landmarks) for row, picture, landmarks in usable]
    sources = [sources[i] for i in np.random.default_rng(config["seed"]).permutation(len(sources))][:config["most_sources"]]  # any beginning is a fair sample
    with open(options.out / "pairs.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "label", "kind", "source", "licence", "crf", "width", "height"])
        for number, (path, kind, group, licence, *seen) in enumerate(sources):
            own = np.random.default_rng([config["seed"], number])
            if kind == "clip":
                film, track = frames_of(path), seen[0]
                moments = own.choice(sorted(track), min(config["frames_per_clip"], len(track)), replace=False)
                genuine = [(film[i], track[i]) for i in moments if i < len(film)]
            else:
                genuine = [shrunk_photo(*seen, own, config)]
            for coding in range(config["codings"]):
                fakes = config["fakes_of_a_frame"]
                frames, labels = [], []
                for picture, landmarks in genuine:
                    frames.append(picture)
                    labels.append("real")
                    for _ in range(fakes):
                        render = Rerender(own, config, decoder, others)
                        frames.append(render.apply(picture, landmarks))
                        labels.append(render.description())
                crf, shorter = int(own.choice(config["crf"])), int(own.choice(config["shorter_side_px"]))
                if own.random() < 0.5:  # what a swap tool gets to see and saves: one more generation, for both alike
                    frames = through_h264(frames, options.out / "scratch.mp4", int(own.integers(12, 24)), 10000)
                frames = through_h264(frames, options.out / "scratch.mp4", crf, shorter)
                for i, (frame, label) in enumerate(zip(frames, labels)):
                    name = f"{number:04d}-{coding}-{i:02d}.png"
                    cv2.imwrite(str(options.out / name), frame, [cv2.IMWRITE_PNG_COMPRESSION, 1])
                    table.writerow([name, "real" if label == "real" else "fake", f"{kind}-{label}", group, licence, crf, frame.shape[1], frame.shape[0]])
                file.flush()
            if number % 10 == 0:
                print(number, len(sources), flush=True)


if __name__ == "__main__":
    main()
