"""The development data pack: every file gets a report that validates. Runs where the pack is.

A folder of many files is sampled, evenly over its names; BONAFIDE_PACK=whole takes every file, which costs about half an hour on two cores.
"""

import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from test_robustness import check_damaged  # noqa: E402

MEDIA = {".jpg", ".jpeg", ".png", ".webp", ".mp4", ".flac", ".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".mp3", ".mov", ".3gp", ".3g2", ".mkv"}


MOST_IN_FOLDER = 15  # the photographs are all taken


@pytest.fixture(scope="module")
def checked(shared_data):
    """The files to check."""
    folders = {}
    for path in sorted(shared_data.rglob("*")):
        if path.is_file():
            folders.setdefault(path.parent, []).append(path)
    if os.environ.get("BONAFIDE_PACK") == "whole":
        return [path for files in folders.values() for path in files]
    return [path for folder, files in folders.items()
            for path in files[::1 if folder.name == "photos" else -(-len(files) // MOST_IN_FOLDER)]]


@pytest.fixture(scope="module")
def reports(bonafide, shared_data, checked, schema, tmp_path_factory):
    """One scan over them, with every report validated; by path relative to the pack."""
    out = tmp_path_factory.mktemp("pack") / "reports.jsonl"
    done = bonafide("check", *checked, "--format", "jsonl", "--output", out, "--timeout", 120, timeout=5000)
    assert done.returncode == 2, "the pack holds files that are no media"
    found = {}
    with open(out, encoding="utf-8") as lines:
        for line in lines:
            report = json.loads(line)
            schema.validate(report)
            found[pathlib.Path(report["input"]["path"]).relative_to(shared_data).as_posix()] = report
    return found


def test_every_file_is_reported_once(reports, shared_data, checked):
    assert set(reports) == {path.relative_to(shared_data).as_posix() for path in checked}


def test_no_crash_and_no_time_out(reports):
    for name, report in reports.items():
        failure = report["failure"] or ""
        assert "signal" not in failure and "--timeout" not in failure and "--max-memory" not in failure, (name, failure)


def test_real_media_is_analysed(reports):
    for name, report in reports.items():
        folder = name.split("/")[0]
        if folder in ("photos", "pictures", "faces", "voices", "clips", "splices", "credentials") and pathlib.Path(name).suffix.lower() in MEDIA:
            assert report["verdict"] != "failed", (name, report["failure"])


# A thermal camera: it blends two sensors and draws the same marks over the picture several times. Genuine, and a composite with copies.
CAMERA_COMPOSITES = {"photos/FLIR.jpg"}


def test_no_camera_photograph_is_called_manipulated(reports):
    photos = {name: report for name, report in reports.items() if name.startswith("photos/") and not name.endswith(".csv")}
    assert len(photos) == 56
    for name, report in photos.items():
        if name not in CAMERA_COMPOSITES:
            assert report["verdict"] in ("likely_authentic", "inconclusive"), (name, report["summary"])


def test_genuine_media_is_not_called_fake(reports):
    genuine = {name: report for name, report in reports.items()
               if name.startswith(("faces/real/", "pictures/real/", "splices/authentic/", "voices/bona_fide/", "clips/real/"))}
    called = [name for name, report in genuine.items() if report["verdict"] in ("likely_manipulated", "likely_synthetic")]
    assert len(called) <= 0.02 * len(genuine), called


def test_formats_that_lie_are_told_from_those_that_are_broken(reports):
    """A name that lies is said to disagree and the content is analysed; what is broken fails or says what is missing."""
    for name, report in reports.items():
        if not name.startswith("formats/") or name.endswith(".csv"):
            continue
        if report["verdict"] == "failed":
            assert report["failure"] and report["input"]["description"], name
        else:
            assert report["input"]["kind"] in ("image", "video", "audio"), name


def test_damaged_variants(bonafide, shared_data, schema, tmp_path):
    sources = []
    for folder in ("photos", "pictures", "formats", "credentials", "clips", "splices", "voices/bona_fide", "faces/real"):
        files = [path for path in sorted((shared_data / folder).rglob("*")) if path.is_file() and path.suffix.lower() in MEDIA]
        sources += [path for path in files if path.stat().st_size < 3_000_000][::max(1, len(files) // 25)]
    check_damaged(bonafide, schema, sources, tmp_path, 1000 if os.environ.get("BONAFIDE_PACK") == "whole" else 80, seed=23)
