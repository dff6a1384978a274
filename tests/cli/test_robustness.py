"""Crashes, hangs, floods and kills cost one input and lose nothing."""

import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import time
import zlib

import pytest


def test_timeout_costs_that_input_alone(bonafide, examples):
    done = bonafide("check", examples / "camera.jpg", "--timeout", "0.01", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 2 and report["verdict"] == "failed" and "--timeout" in report["failure"]


def test_killed_worker_costs_that_input_alone(bonafide, examples, tmp_path):
    """Kill every worker that looks at the film; the picture beside it is still reported."""
    process = subprocess.Popen([str(bonafide.path), "check", str(examples / "long.mp4"), str(examples / "camera.jpg"), "--format", "jsonl", "--jobs", "1"],
                               stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    killed = False
    while not killed and time.monotonic() < deadline:
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout.split()
        if children:
            time.sleep(0.05)
            os.kill(int(children[0]), signal.SIGKILL)
            killed = True
    out, _ = process.communicate(timeout=120)
    first, second = map(json.loads, out.splitlines())
    assert killed
    assert first["verdict"] == "failed" and "signal 9" in first["failure"]
    assert second["verdict"] != "failed"
    assert process.returncode == 2


def is_running(process):
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("pause", [0, 0.02, 0.05, 0.1, 0.5])
def test_worker_dies_with_its_parent(bonafide, examples, pause):
    process = subprocess.Popen([str(bonafide.path), "check", str(examples / "long.mp4")], stdout=subprocess.DEVNULL)
    children = []
    deadline = time.monotonic() + 30
    while not children and time.monotonic() < deadline:
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout.split()
    time.sleep(pause)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while is_running(children[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(children[0])


def scan(bonafide, folder, state, out, kill_after=None):
    arguments = [str(bonafide.path), "check", str(folder), "--format", "jsonl", "--resume", str(state), "--output", str(out), "--jobs", "2"]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE)
    if kill_after is not None:
        time.sleep(kill_after)
        process.kill()
    process.communicate(timeout=300)
    return process.returncode


def test_kill_in_the_middle_of_a_scan_loses_nothing_and_repeats_nothing(bonafide, examples, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    small = (examples / "small.png").read_bytes()
    for number in range(40):
        (folder / f"{number:03}.png").write_bytes(small)
    state, out = tmp_path / "state", tmp_path / "out.jsonl"
    chance = random.Random(5)
    for _ in range(4):
        scan(bonafide, folder, state, out, kill_after=chance.uniform(0.1, 1.0))
    code = scan(bonafide, folder, state, out)
    paths = [json.loads(line)["input"]["path"] for line in out.read_text().splitlines()]
    assert len(paths) == 40 and len(set(paths)) == 40
    assert code == 3, "the exit code is that of the whole scan"
    size = out.stat().st_size
    assert scan(bonafide, folder, state, out) == 3
    assert out.stat().st_size == size, "nothing is left to report"


def png(width, height, rows=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.mark.parametrize("name, data", [
    ("empty.jpg", b""),
    ("one-byte.png", b"\x89"),
    ("huge-header.png", png(20_000, 20_000)),
    ("widest.png", png(2**31 - 1, 2**31 - 1)),
    ("bomb.png", png(13_000, 13_000, bytes(1000))),
    ("zero.png", png(0, 0)),
    ("bmp-huge.bmp", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 20_000, 20_000, 1, 24, 0, 0, 0, 0, 0, 0)),
    ("gif-huge.gif", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"\x2c" + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x00\x3b"),
    ("riff.wav", b"RIFF\xff\xff\xff\xffWAVEfmt \xff\xff\xff\xff"),
    ("boxes.mp4", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff"),
])
def test_hostile_headers_are_refused_quickly(bonafide, tmp_path, schema, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    start = time.monotonic()
    report, code = bonafide.report(path)
    schema.validate(report)
    assert code in (2, 3), report["verdict"]
    assert report["verdict"] in ("failed", "inconclusive", "not_applicable")
    assert time.monotonic() - start < 30
    assert "signal" not in (report["failure"] or ""), "the worker crashed"


def test_one_pixel(bonafide, tmp_path, schema):
    path = tmp_path / "one.png"
    path.write_bytes(png(1, 1, b"\x00\x10\x20\x30"))
    report, code = bonafide.report(path)
    schema.validate(report)
    assert code == 3 and report["verdict"] in ("inconclusive", "not_applicable")


def damaged(data, chance):
    """One of several kinds of damage, all drawn from `chance`."""
    kind = chance.randrange(4)
    data = bytearray(data)
    if kind == 0:
        return bytes(data[:chance.randrange(len(data) + 1)])
    if kind == 1:
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if kind == 2:
        at = chance.randrange(len(data))
        data[at:at + chance.randrange(1, 4096)] = chance.randbytes(chance.randrange(1, 4096))
        return bytes(data)
    head = min(len(data), 512)
    for _ in range(chance.randrange(1, 40)):
        data[chance.randrange(head)] = chance.randrange(256)
    return bytes(data)


def check_damaged(bonafide, schema, sources, folder, count, seed):
    """Writes `count` damaged variants of `sources`, scans them in one go, and asserts that each got a sane report."""
    chance = random.Random(seed)
    endings = [".jpg", ".png", ".mp4", ".wav", ".tif", "", ".txt"]
    for number in range(count):
        source = sources[number % len(sources)]
        ending = chance.choice(endings) if chance.random() < 0.3 else source.suffix
        (folder / f"{number:04}{ending}").write_bytes(damaged(source.read_bytes(), chance))
    done = bonafide("check", folder, "--format", "jsonl", "--timeout", 60, timeout=3000)
    reports = list(map(json.loads, done.stdout.splitlines()))
    assert len(reports) == count
    assert done.returncode in (1, 2, 3)
    for report in reports:
        schema.validate(report)
        failure = report["failure"] or ""
        name = os.path.basename(report["input"]["path"])
        assert "signal" not in failure, (name, failure)
        assert "--timeout" not in failure, (name, failure)
        if report["input"]["damage"]:
            assert report["verdict"] != "likely_authentic", name


def test_damaged_examples(bonafide, examples, tmp_path, schema):
    sources = [path for path in sorted(examples.iterdir()) if path.name != "long.mp4"]
    check_damaged(bonafide, schema, sources, tmp_path, 40, seed=11)
