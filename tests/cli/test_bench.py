"""`bonafide bench` over a small set made of the fixtures' pictures."""

import csv
import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections import Counter

import pytest


def write_grey_png(path, width, height, white):
    """A grey PNG that is white where `white(x, y)` says so."""
    rows = b"".join(b"\0" + bytes(255 if white(x, y) else 0 for x in range(width)) for y in range(height))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_grey_png(path):
    """The pixels of a grey 8-bit PNG (PNG specification, clause 9: the five filters)."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8 : at + 18])
            assert (depth, colour) == (8, 0)
        packed += data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, pixels, above = zlib.decompress(packed), bytearray(), bytearray(width)
    for start in range(0, height * (width + 1), width + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + width])
        for x in range(width):
            a, b, c = row[x - 1] if x else 0, above[x], above[x - 1] if x else 0
            nearest = min((a, b, c), key=lambda value: abs(a + b - c - value))
            row[x] = (row[x] + (0, a, b, (a + b) // 2, nearest)[kind]) % 256
        pixels += row
        above = row
    return bytes(pixels)


def write_manifest(path, rows, columns=("file", "label", "kind", "group", "mask")):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def labelled(bonafide, examples, tmp_path_factory):
    """A genuine and a spliced picture, three copies each, with a mask that marks the middle."""
    folder = tmp_path_factory.mktemp("labelled")
    report, _ = bonafide.report(examples / "spliced.jpg")
    width, height = report["input"]["width_px"], report["input"]["height_px"]
    write_grey_png(folder / "mask.png", width, height, lambda x, y: width / 4 < x < width * 3 / 4 and height / 4 < y < height * 3 / 4)
    rows = []
    for number in range(3):
        for name, label in (("camera", "authentic"), ("spliced", "manipulated")):
            shutil.copy(examples / f"{name}.jpg", folder / f"{name}{number}.jpg")
            kind, mask = ("splice, pasted", "mask.png") if label == "manipulated" else ("", "")
            rows.append([f"{name}{number}.jpg", label, kind, f"scene {number}", mask])
    write_manifest(folder / "manifest.csv", rows)
    return folder


def entry_of(result, analyzer, index=0):
    return next(entry for entry in result["passes"][index]["analyzers"] if entry["analyzer"] == analyzer)


def test_figures_of_a_labelled_set(bonafide, labelled, tmp_path):
    done = bonafide("bench", labelled / "manifest.csv", "--output", tmp_path / "result.json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "no progress where standard error is no terminal"
    assert re.search(r"^fusion +6 ", done.stdout, re.MULTILINE) and "splice, pasted" in done.stdout
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["schema"] == "bonafide.bench/1" and result["manifest"]["used"] == 6
    assert re.fullmatch("[0-9a-f]{64}", result["tool"]["worker_sha256"]) and re.fullmatch("[0-9a-f]{64}", result["calibration_sha256"])
    noise = entry_of(result, "image.noise.level")
    assert noise["manipulated"] == noise["genuine"] == 3
    assert noise["localisation"]["n"] == 3 and noise["localisation"]["genuine_maps"] == 3
    assert 0 <= noise["localisation"]["f1_fixed"] <= noise["localisation"]["f1_best"] <= 1
    # Every copy is the same picture: each class has one score, so that the area under the curve is 0, a half or 1.
    assert noise["auc"] in (0, 0.5, 1)
    assert [kind["kind"] for kind in noise["kinds"]] == ["splice, pasted", "authentic"]
    assert {entry["n"] for entry in result["passes"][0]["verdicts"]} == {3}
    assert len(result["passes"][0]["files"]) == 6


def test_figures_agree_with_check(bonafide, labelled, tmp_path):
    """F1 and alarm area from the maps that `check --maps` writes, counted here pixel by pixel."""
    bonafide("bench", labelled / "manifest.csv", "--output", tmp_path / "result.json", "--analyzer", "image.noise.level")
    noise = entry_of(json.loads((tmp_path / "result.json").read_text()), "image.noise.level")
    bonafide("check", labelled / "spliced0.jpg", "--maps", tmp_path, "--analyzer", "image.noise.level")
    pairs = Counter(zip(read_grey_png(tmp_path / "spliced0.jpg" / "image.noise.level.png"), read_grey_png(labelled / "mask.png"), strict=True))
    changed = sum(count for (_, white), count in pairs.items() if white)

    def f1(threshold):
        right = sum(count for (shade, white), count in pairs.items() if shade > threshold and white)
        marked = sum(count for (shade, _), count in pairs.items() if shade > threshold)
        return 2 * right / (marked + changed)

    assert noise["localisation"]["f1_fixed"] == pytest.approx(f1(128))
    assert noise["localisation"]["f1_best"] == pytest.approx(max(f1(threshold) for threshold in range(-1, 255)))


def test_laundered_as_well(bonafide, labelled, examples, tmp_path):
    rows = [[labelled / "camera0.jpg", "real", "", "", ""], [labelled / "spliced0.jpg", "fake", "", "", labelled / "mask.png"],
            [examples / "recording.wav", "real", "", "", ""], [examples / "film.mp4", "real", "", "", ""]]
    manifest = write_manifest(tmp_path / "manifest.csv", rows)
    done = bonafide("bench", manifest, "--launder", "--output", tmp_path / "result.json")
    assert done.returncode == 0, done.stderr
    assert "Laundered" in done.stdout and "not laundered" not in done.stdout
    result = json.loads((tmp_path / "result.json").read_text())
    native, laundered = result["passes"]
    assert (native["inputs"], laundered["inputs"], laundered["left_out"]) == (4, 4, 0)
    assert entry_of(result, "image.noise.level", 1)["localisation"]["n"] in (0, 1)
    before, after = ({file["file"]: file for file in each["files"]} for each in (native, laundered))
    assert before.keys() == after.keys() and all(before[name]["label"] == after[name]["label"] for name in before)
    for name in (str(examples / "recording.wav"), str(examples / "film.mp4")):
        assert after[name]["media"] == before[name]["media"] and not after[name]["problem"]
        assert after[name]["analyzers"] != before[name]["analyzers"], "the laundered pass measured something else"


def test_what_cannot_be_laundered_is_told(bonafide, examples, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(examples / "film.mp4"), "-frames:v", "1", "-an", str(tmp_path / "single.mp4")], check=True)
    manifest = write_manifest(tmp_path / "manifest.csv", [["broken.jpg", "real"], ["single.mp4", "real"]], ("file", "label"))
    done = bonafide("bench", manifest, "--launder", "--output", tmp_path / "result.json")
    assert done.returncode == 2
    assert "not laundered: 1 " in done.stdout and "single.mp4: " in done.stderr and "too short" in done.stderr


def test_pairs_in_the_right_order(bonafide, labelled, tmp_path):
    bonafide("bench", labelled / "manifest.csv", "--analyzer", "image.noise.level", "--output", tmp_path / "result.json")
    noise = entry_of(json.loads((tmp_path / "result.json").read_text()), "image.noise.level")
    assert noise["groups_of_both"] == 3 and noise["in_order"] == noise["auc"], "every pair is the same pair"
    rows = [[labelled / f"{name}{number}.jpg", label, name] for number in range(2) for name, label in (("camera", "real"), ("spliced", "fake"))]
    done = bonafide("bench", write_manifest(tmp_path / "apart.csv", rows, ("file", "label", "group")), "--analyzer", "image.noise.level", "--output", tmp_path / "apart.json")
    apart = entry_of(json.loads((tmp_path / "apart.json").read_text()), "image.noise.level")
    assert apart["groups_of_both"] == 0 and apart["in_order"] is None and "in order" not in done.stdout


def test_the_page_of_the_pack(bonafide, labelled, tmp_path):
    """bench/accuracy/pack.py over a pack of the build's own pictures, stopped after the first set and gone on with."""
    (tmp_path / "splices").mkdir()
    rows = [[labelled / "camera0.jpg", "authentic", ""], [labelled / "camera1.jpg", "authentic", ""], [labelled / "spliced0.jpg", "splice", labelled / "mask.png"]]
    write_manifest(tmp_path / "splices/manifest.csv", rows, ("file", "label", "mask"))
    script = pathlib.Path(__file__).resolve().parents[2] / "bench/accuracy/pack.py"
    command = [sys.executable, str(script), str(bonafide.path), str(tmp_path), str(tmp_path / "work"), "--sets", "splices", "--output", str(tmp_path / "page.md"), "--jobs", "1"]
    subprocess.run(command, check=True, timeout=600)
    page = (tmp_path / "page.md").read_text()
    assert "## splices: 3 files" in page and "taught" in page
    assert re.search(r"\| genuine: authentic \| as they are \| 2 \| 0\.0 % \[0\.0, 65\.8\]", page), "of two files, none is not never"
    assert re.search(r"\| fake: splice \| as they are \| 1 \|", page) and "`image.noise.level`" in page
    before = (tmp_path / "work/splices.state").read_text()
    (tmp_path / "work/splices.json").unlink()
    subprocess.run(command, check=True, timeout=60)
    assert (tmp_path / "page.md").read_text() == page and (tmp_path / "work/splices.state").read_text() == before, "nothing was measured again"


def test_genuine_media_alone(bonafide, labelled, tmp_path):
    manifest = write_manifest(tmp_path / "manifest.csv", [[labelled / f"camera{n}.jpg", "clean"] for n in range(2)], ("file", "label"))
    done = bonafide("bench", manifest, "--genuine", "clean", "--output", tmp_path / "result.json")
    assert done.returncode == 0
    fusion = entry_of(json.loads((tmp_path / "result.json").read_text()), "fusion")
    assert fusion["genuine"] == 2 and fusion["auc"] is None


def test_goes_on_where_it_was(bonafide, labelled, tmp_path):
    state, output = tmp_path / "state", tmp_path / "result.json"
    few = ["--analyzer", "image.noise.level"]
    arguments = ["bench", labelled / "manifest.csv", "--resume", state, "--jobs", 1, *few]
    running = subprocess.Popen([str(bonafide.path), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if state.exists() and state.read_text().count("\n") >= 3:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    text = state.read_text()
    assert text.count("\n") >= 3
    state.write_text(text + '{"row": 7, "torn')
    done = bonafide(*arguments, "--output", output)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in state.read_text().splitlines()[1:]]
    assert sorted(line["row"] for line in lines) == [2, 3, 4, 5, 6, 7], "nothing lost, nothing twice"
    fresh = tmp_path / "fresh.json"
    bonafide("bench", labelled / "manifest.csv", "--output", fresh, *few)
    assert json.loads(fresh.read_text()) == json.loads(output.read_text())
    other = bonafide(*arguments, "--skip", "image.*")
    assert other.returncode == 2 and "another bench" in other.stderr
    (tmp_path / "no-state").write_text("hello\n")
    assert bonafide("bench", labelled / "manifest.csv", "--resume", tmp_path / "no-state", *few).returncode == 2


def test_a_drawn_sample_is_the_same_again(bonafide, labelled, tmp_path):
    names = []
    for number, seed in enumerate((1, 1, 2, 3, 4)):
        output = tmp_path / f"{number}.json"
        bonafide("bench", labelled / "manifest.csv", "--limit", 2, "--seed", seed, "--analyzer", "container.*", "--output", output)
        names.append([entry["file"] for entry in json.loads(output.read_text())["passes"][0]["files"]])
    assert names[0] == names[1] and all(len(drawn) == 2 for drawn in names)
    assert len(set(map(tuple, names))) > 1


@pytest.mark.parametrize(("text", "words"), [
    ("", "lists no file"), ("file,label\n", "lists no file"), ("name,label\na.jpg,real\n", "no column 'file'"),
    ("file,kind\na.jpg,real\n", "no column 'label'"), ("file,label\ngone.jpg,real\n", "line 2: there is no file"),
    ("file,label\n,real\n", "names no file"), ("file,label\nmanifest.csv,\n", "no label"),
    ("file,label\nmanifest.csv,real,x\n", "more cells"), ("file,label\nmanifest.csv,real\nmanifest.csv,fake\n", "listed already in line 2"),
    ("file,label,mask\nmanifest.csv,fake,gone.png\n", "there is no mask"),
])
def test_a_bad_manifest_is_2_and_says_why(bonafide, tmp_path, text, words):
    (tmp_path / "manifest.csv").write_text(text)
    done = bonafide("bench", tmp_path / "manifest.csv")
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""


def test_wrong_usage_is_2(bonafide, labelled, tmp_path):
    manifest = labelled / "manifest.csv"
    for arguments in ([tmp_path / "gone.csv"], [tmp_path], [manifest, "--output", tmp_path / "no" / "such.json"], [manifest, "--analyzer", "no.such"],
                      [manifest, "--set", "image.noise.level.no_such=1"], [manifest, "--limit", 0], []):
        done = bonafide("bench", *arguments)
        assert done.returncode == 2 and done.stderr.strip(), arguments


def test_bad_inputs_and_masks_are_told_and_cost_only_themselves(bonafide, labelled, tmp_path):
    write_grey_png(tmp_path / "small.png", 8, 8, lambda x, y: True)
    write_grey_png(tmp_path / "black.png", *size_of(bonafide, labelled / "spliced0.jpg"), lambda x, y: False)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    rows = [[labelled / "camera0.jpg", "real", ""], ["broken.jpg", "real", ""], [labelled / "spliced0.jpg", "fake", "small.png"],
            [labelled / "spliced1.jpg", "fake", "broken.png"], [labelled / "spliced2.jpg", "fake", "black.png"]]
    done = bonafide("bench", write_manifest(tmp_path / "manifest.csv", rows, ("file", "label", "mask")), "--output", tmp_path / "result.json")
    assert done.returncode == 2
    for words in ("broken.jpg: ", "its mask is 8 x 8 px", "its mask cannot be read", "its mask marks nothing", "4 inputs or masks"):
        assert words in done.stderr
    fusion = entry_of(json.loads((tmp_path / "result.json").read_text()), "fusion")
    assert (fusion["ran"], fusion["failed"]) == (4, 1)


def size_of(bonafide, path):
    report, _ = bonafide.report(path)
    return report["input"]["width_px"], report["input"]["height_px"]
