"""The faces of a folder of pictures and films of one person, found and cut out by Bonafide's own code (`pip install ./python`)."""

import hashlib
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from bonafide import faces
from PIL import Image

# Of the landmark network's square. src/forge/swap_autoencoder.cpp cuts alike (kSquareShare), or the network meets what it was not trained on.
SQUARE_SHARE = 0.8
LEAST_FACE_PX = 48
PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
FILMS = {".mp4", ".mov", ".mkv", ".webm", ".avi"}


def frames_of(path, rate_hz):
    """The frames of a film, `rate_hz` a second, red first. ffmpeg decodes them."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-vf", f"fps={rate_hz}", f"{folder}/%06d.png"]
        if subprocess.run(command, check=False).returncode != 0:
            print(f"{path}: ffmpeg cannot read all of it", file=sys.stderr)
        for frame in sorted(pathlib.Path(folder).glob("*.png")):
            yield read(frame)


def read(path):
    with Image.open(path) as picture:
        return np.ascontiguousarray(np.asarray(picture.convert("RGB")))


def pictures_of(folder, rate_hz):
    for path in sorted(pathlib.Path(folder).iterdir()):
        ending = path.suffix.lower()
        if ending in FILMS:
            yield from frames_of(path, rate_hz)
        elif ending in PICTURES:
            yield read(path)
        else:
            print(f"{path}: neither picture nor film, left out", file=sys.stderr)


def crops_of(folder, config):
    """uint8 (n, side, side, 3): the largest face of every picture and frame that shows one of LEAST_FACE_PX or more."""
    crops = []
    for picture in pictures_of(folder, config["film_rate_hz"]):
        found = [face for face in faces.detect(picture) if face.box_px[3] >= LEAST_FACE_PX]
        if found:
            largest = max(found, key=lambda face: face.box_px[2] * face.box_px[3])
            crops.append(faces.crop(picture, largest, size_px=config["side_px"], scale=SQUARE_SHARE))
    if len(crops) < config["least_faces"]:
        sys.exit(f"{folder}: {len(crops)} faces were found; {config['least_faces']} are the least that is worth training on")
    return np.stack(crops)


def listing_of(folder):
    """What tells that the folder is the one that was cut before: names and sizes."""
    text = "\n".join(f"{path.name} {path.stat().st_size}" for path in sorted(pathlib.Path(folder).iterdir()))
    return hashlib.sha256(text.encode()).hexdigest()


def prepared(folder, config, kept):
    """crops_of(), or what an earlier run kept in the file `kept`."""
    key = f"{listing_of(folder)} {config['side_px']} {config['film_rate_hz']}"
    if kept.exists():
        with np.load(kept) as archive:
            if str(archive["key"]) == key:
                return archive["crops"]
        sys.exit(f"{folder} or the configuration is not what {kept} was cut from: choose another folder for the run")
    crops = crops_of(folder, config)
    np.savez(kept, crops=crops, key=np.array(key))
    return crops
