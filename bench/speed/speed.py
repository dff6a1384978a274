"""Start-up, pictures and films: time against a yardstick measured in the same run, and peak memory.

    tools/dev bench [--minutes 1,10,60] [--keep FOLDER]

Media is made first (ImageMagick is not needed: FFmpeg draws both the picture and the film). A film of several minutes is the one-minute film repeated,
with its packets copied, so that 60 minutes cost one minute of encoding.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build" / "release" / "bonafide"
RESULTS = pathlib.Path(__file__).resolve().parent / "results.json"
SOURCE = "testsrc2=size={size}:rate=30,noise=alls=6:allf=t"


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def make_media(folder, minutes):
    """A 12-megapixel JPEG and films of the given lengths; what is there already is kept."""
    photo = folder / "photo.jpg"
    if not photo.exists():
        ffmpeg("-f", "lavfi", "-i", SOURCE.format(size="4000x3000"), "-frames:v", 1, "-q:v", 3, photo)
    minute = folder / "film-1.mp4"
    if not minute.exists():
        ffmpeg("-f", "lavfi", "-i", SOURCE.format(size="1920x1080"), "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:sample_rate=48000",
               "-t", 60, "-c:v", "libx264", "-preset", "veryfast", "-crf", 26, "-pix_fmt", "yuv420p", "-c:a", "aac", minute)
    films = {}
    for length in minutes:
        films[length] = folder / f"film-{length}.mp4"
        if not films[length].exists():
            ffmpeg("-stream_loop", length - 1, "-i", minute, "-c", "copy", films[length])
    return photo, films


def measured(command, runs):
    """Median wall time in seconds and peak memory in MiB of the largest process among `command` and its children."""
    times, peaks = [], []
    for _ in range(runs):
        # A process of its own does the waiting, so that its children's peak is theirs alone.
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            start = time.perf_counter()
            done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            elapsed = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            os.write(writer, json.dumps([elapsed, peak, done.returncode]).encode())
            os._exit(0)
        os.waitpid(child, 0)
        elapsed, peak, code = json.loads(os.read(reader, 1000))
        os.close(reader)
        os.close(writer)
        if code == 2:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        times.append(elapsed)
        peaks.append(peak)
    return statistics.median(times), max(peaks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", default="1,10,60", help="lengths of the films")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the media in this folder")
    options = parser.parse_args()
    minutes = [int(text) for text in options.minutes.split(",")]
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="bonafide-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    photo, films = make_media(folder, minutes)
    rows = []

    def row(what, value, unit, bound=None):
        rows.append({"what": what, "value": round(value, 3), "unit": unit, "bound": bound, "kept": bound is None or value <= bound})
        mark = "" if bound is None else f"  (bound {bound:g}: {'kept' if value <= bound else 'BROKEN'})"
        print(f"{what:58} {value:9.3f} {unit}{mark}", flush=True)

    seconds, _ = measured([PROGRAM, "--version"], 21)
    row("--version", seconds * 1000, "ms", 20)
    seconds, peak = measured([PROGRAM, "check", photo], 5)
    row("12-megapixel JPEG, whole check", seconds, "s", 1.5)
    row("12-megapixel JPEG, peak memory", peak, "MiB", 400)
    peaks = {}
    for length, film in films.items():
        runs = 3 if length == 1 else 1
        yardstick, _ = measured(["ffmpeg", "-v", "error", "-threads", os.cpu_count(), "-i", film, "-f", "null", "-"], runs)
        seconds, peaks[length] = measured([PROGRAM, "check", film], runs)
        row(f"{length} min of 1080p H.264, FFmpeg decode", yardstick, "s")
        row(f"{length} min of 1080p H.264, whole check", seconds, "s")
        row(f"{length} min of 1080p H.264, check over decode", seconds / yardstick, "x", 1.5)
        row(f"{length} min of 1080p H.264, peak memory", peaks[length], "MiB")
    if len(peaks) > 1:
        row("peak memory, longest over shortest film", peaks[max(peaks)] / peaks[min(peaks)], "x", 1.1)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), "machine": platform.machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if all(entry["kept"] for entry in rows) else 1)


if __name__ == "__main__":
    main()
