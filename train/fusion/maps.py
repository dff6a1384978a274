"""Reads what `bonafide check --maps --format jsonl` wrote, and makes of it what src/fusion/learned_fusion.cpp makes of the analyzers' maps."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np

STEP = 8
SHADES = 64.0
WINDOW = 5
QUANTILES = (0.5, 0.9, 0.97, 0.99, 1.0)
PICTURE_WINDOWS = (3, 9)
LARGEST = 4.0


def grid_of(width, height):
    return (width + STEP - 1) // STEP, (height + STEP - 1) // STEP


def reports_of(folder, kind):
    """{file name: report} of the lines of FOLDER/KIND.jsonl (or of several such files)."""
    out = {}
    for path in sorted(folder.glob(f"{kind}*.jsonl")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                report = json.loads(line)
                for finding in report["findings"]:
                    entry = out.setdefault(Path(report["input"]["path"]).name, {"size": (report["input"].get("width_px"), report["input"].get("height_px")), "findings": {}})
                    entry["findings"].setdefault(finding["analyzer"], finding)
    return out


def load(root, folders, analyzers, keep=lambda row: True):
    """Every file of ROOT/manifest.csv that was reported on in one of `folders` (later ones win): a dict each."""
    with open(root / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if keep(row)]
    reports = {}
    pictures = []
    for row in rows:
        kind, name = row["file"].split("/", 1)
        found = []
        for folder in folders:
            if (folder, kind) not in reports:
                reports[folder, kind] = reports_of(folder, kind)
            if name in reports[folder, kind]:
                found.append((folder, reports[folder, kind][name]))
        if len(found) < len(folders):
            continue
        size = found[-1][1]["size"]
        if not size[0]:
            continue
        grid = grid_of(*size)
        maps, values = {}, {}
        for folder, report in found:
            place = folder / kind / name
            for analyzer, measurement in analyzers.items():
                finding = report["findings"].get(analyzer)
                if finding is None or finding["outcome"] != "ran":
                    continue
                measured = {m["name"]: m["value"] for m in finding["measurements"]}
                if measurement in measured:
                    values[analyzer] = measured[measurement]
                if (place / f"{analyzer}.png").exists():
                    maps[analyzer] = cv2.resize(cv2.imread(str(place / f"{analyzer}.png"), cv2.IMREAD_GRAYSCALE), grid, interpolation=cv2.INTER_LINEAR)
        mask = None
        if row.get("mask"):
            whole = cv2.imread(str(root / row["mask"]), cv2.IMREAD_GRAYSCALE)
            mask = cv2.resize(whole, grid, interpolation=cv2.INTER_AREA)
        pictures.append({"file": row["file"], "label": row["label"], "kind": row["kind"], "group": row["group"], "split": row.get("split", ""), "maps": maps, "values": values, "mask": mask, "grid": grid})
    return pictures


def block_features(picture, analyzers):
    """rows x columns x (3 an analyzer + its applicability): shade, mean shade of the neighbourhood, and that against the picture's mean."""
    columns, rows = picture["grid"]
    out = np.zeros((rows, columns, 4 * len(analyzers)), np.float32)
    for index, analyzer in enumerate(analyzers):
        if analyzer in picture["maps"]:
            shade = (picture["maps"][analyzer].astype(np.float32) - 128) / SHADES
            near = cv2.blur(shade, (WINDOW, WINDOW), borderType=cv2.BORDER_REPLICATE)
            out[..., 4 * index] = shade
            out[..., 4 * index + 1] = near
            out[..., 4 * index + 2] = near - shade.mean()
            out[..., 4 * index + 3] = 1
    return out


def picture_features(picture, logits, analyzers, centre, spread):
    """Quantiles of the fused log odds over two windows, and each analyzer's measurement (0 where it said nothing) with its applicability."""
    out = []
    for window in PICTURE_WINDOWS:
        ordered = np.sort(cv2.blur(logits, (window, window), borderType=cv2.BORDER_REPLICATE).ravel())
        out += [ordered[int(quantile * (ordered.size - 1))] for quantile in QUANTILES]
    for analyzer in analyzers:
        if analyzer in picture["values"]:
            out += [np.clip((squashed(picture["values"][analyzer]) - centre[analyzer]) / spread[analyzer], -LARGEST, LARGEST), 1.0]
        else:
            out += [0.0, 0.0]
    return np.array(out, np.float64)


def squashed(value):
    """Measurements span decades; signed logarithm."""
    return float(np.sign(value) * np.log1p(abs(value)))
