"""Makes matched pairs for fitting: a genuine picture and the same one with one exact edit, both cropped, scaled and saved alike.

Everything is drawn from a hash of the picture's name, so that the same input gives the same pairs. The edits stand in for what pixel
analyzers look for; their kinds are named edit-splice, edit-blur, edit-noise, edit-requantise and edit-fill. Writes genuine/, changed/,
mask/ and manifest.csv (file,label,kind,group,mask); `group` is the source picture, so that no source can teach and test.
"""
import argparse
import csv
import hashlib
import io
import math
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter

KINDS = ("edit-splice", "edit-blur", "edit-noise", "edit-requantise", "edit-fill")
QUALITIES = (75, 85, 90, 95, 98)
LONGEST_PX = 1600


def generator_for(name):
    return numpy.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))


def load(path, draw):
    """The picture, off the coding grid of its file and at most LONGEST_PX long, scaled by a factor drawn at random in part of the cases."""
    picture = Image.open(path).convert("RGB")
    left, top = int(draw.integers(1, 8)), int(draw.integers(1, 8))
    picture = picture.crop((left, top, picture.width, picture.height))
    scale = min(1.0, LONGEST_PX / max(picture.size))
    if draw.random() < 0.3:
        scale = min(scale, draw.uniform(0.6, 0.95))
    if scale < 1:
        picture = picture.resize((max(16, round(picture.width * scale)), max(16, round(picture.height * scale))), Image.Resampling.LANCZOS)
    return picture


def region(size, draw):
    """A blob covering 3 to 15 % of the picture."""
    width, height = size
    radius = math.sqrt(width * height * draw.uniform(0.03, 0.15) / math.pi)
    reach = min(1.2 * radius, min(width, height) / 2 - 1)
    middle = draw.uniform(reach, width - reach), draw.uniform(reach, height - reach)
    phase = draw.uniform(0, 2 * math.pi, 2)
    corners = []
    for corner in range(60):
        angle = 2 * math.pi * corner / 60
        length = min(reach, radius * (1 + 0.15 * math.sin(2 * angle + phase[0]) + 0.1 * math.sin(5 * angle + phase[1])))
        corners.append((middle[0] + length * math.cos(angle), middle[1] + length * math.sin(angle)))
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return mask


def encode(picture, quality):
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, subsampling=2 if quality < 95 else 0)
    return stream.getvalue()


def edit(picture, kind, donor_path, draw):
    """The whole picture as it looks inside the edited region."""
    if kind == "edit-splice":
        donor = Image.open(donor_path).convert("RGB")
        scale = max(picture.width / donor.width, picture.height / donor.height)
        if scale > 1:
            donor = donor.resize((math.ceil(donor.width * scale), math.ceil(donor.height * scale)), Image.Resampling.BICUBIC)
        left = int(draw.integers(0, donor.width - picture.width + 1))
        top = int(draw.integers(0, donor.height - picture.height + 1))
        return donor.crop((left, top, left + picture.width, top + picture.height))
    if kind == "edit-blur":
        return picture.filter(ImageFilter.GaussianBlur(draw.uniform(0.8, 2)))
    if kind == "edit-noise":
        pixels = numpy.asarray(picture, dtype=float)
        grain = draw.normal(0, draw.uniform(2, 8), pixels.shape[:2] + (1,))
        return Image.fromarray(numpy.clip(pixels + grain, 0, 255).round().astype(numpy.uint8))
    if kind == "edit-requantise":
        return Image.open(io.BytesIO(encode(picture, int(draw.integers(45, 75))))).convert("RGB")
    return picture.filter(ImageFilter.MedianFilter(7)).filter(ImageFilter.GaussianBlur(4))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    parser.add_argument("--every", type=int, default=1, help="take every n-th picture of each folder")
    parser.add_argument("folders", nargs="+", help="folders of genuine JPEG pictures; FOLDER:N takes every N-th")
    arguments = parser.parse_args()
    sources = []
    for folder in arguments.folders:
        name, _, step = folder.partition(":")
        sources.append(sorted(p for p in Path(name).iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))[:: int(step or arguments.every)])
    output = Path(arguments.output)
    for name in ("genuine", "changed", "mask"):
        (output / name).mkdir(parents=True, exist_ok=True)
    rows = []
    for paths in sources:
        for position, path in enumerate(paths):
            name = f"{path.parent.parent.name}-{path.parent.name}-{path.stem}".replace(" ", "_")
            draw = generator_for(name)
            picture = load(path, draw)
            if min(picture.size) < 128:
                continue
            kind = KINDS[int(draw.integers(len(KINDS)))]
            donor = paths[(position + 1 + int(draw.integers(len(paths) - 1))) % len(paths)]
            mask = region(picture.size, draw)
            changed = Image.composite(edit(picture, kind, donor, draw), picture, mask)
            quality = QUALITIES[int(draw.integers(len(QUALITIES)))]
            (output / "genuine" / f"{name}.jpg").write_bytes(encode(picture, quality))
            (output / "changed" / f"{name}.jpg").write_bytes(encode(changed, quality))
            mask.save(output / "mask" / f"{name}.png")
            rows.append((f"genuine/{name}.jpg", "authentic", "genuine", name, ""))
            rows.append((f"changed/{name}.jpg", "manipulated", kind, name, f"mask/{name}.png"))
    with open(output / "manifest.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("file", "label", "kind", "group", "mask"))
        writer.writerows(rows)
    print(f"{len(rows)} files in {output}")


if __name__ == "__main__":
    main()
