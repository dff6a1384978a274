"""Start-up, pictures and films: time against a yardstick measured in the same run, and peak memory.

    tools/dev bench [--minutes 1,10,60] [--megapixels 3,12,48] [--photo FILE] [--only pictures|films] [--keep FOLDER]

Media is made first: pictures by the tests' camera simulator at each size (mosaic, noise and JPEG as a camera makes them; nothing repeats), or from a
photograph of your own scaled to each size; the film by FFmpeg. A film of several minutes is the one-minute film repeated, with its packets copied, so
that 60 minutes cost one minute of encoding. With --only, the rows of the other part stay as results.json has them.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import measured  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("BONAFIDE_BUILD_DIR", ROOT / "build" / "release"))
PROGRAM = BUILD / "bonafide"
# The bounds of one 12-megapixel picture: whole suite, and the search for copies; the last is what linear cost may look like between 12 and 48.
MOST_SUITE_S, MOST_SUITE_MIB, MOST_COPY_MOVE_S, MOST_GROWTH = 3.0, 600e6 / 2**20, 1.0, 4.8
RESULTS = pathlib.Path(__file__).resolve().parent / "results.json"
SOURCE = "testsrc2=size={size}:rate=30,noise=alls=6:allf=t"


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def make_pictures(folder, megapixels, photo):
    """{megapixels: 4:3 JPEG of that size}; what is there already is kept."""
    pictures = {}
    for size in megapixels:
        width, height = round(2000 * (size / 3) ** 0.5), round(1500 * (size / 3) ** 0.5)
        pictures[size] = folder / f"{'photo' if photo else 'simulated'}-{size}.jpg"
        if pictures[size].exists():
            continue
        if photo:
            ffmpeg("-i", photo, "-vf", f"scale={width}:{height}:flags=lanczos", "-frames:v", 1, "-q:v", 3, pictures[size])
        else:
            subprocess.run([BUILD / "bonafide-examples", "--picture", str(width), str(height), pictures[size]], check=True)
    return pictures


def make_films(folder, minutes):
    """{minutes: film of that length}; what is there already is kept."""
    minute = folder / "film-1.mp4"
    if not minute.exists():
        ffmpeg("-f", "lavfi", "-i", SOURCE.format(size="1920x1080"), "-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.2:sample_rate=48000",
               "-t", 60, "-c:v", "libx264", "-preset", "veryfast", "-crf", 26, "-pix_fmt", "yuv420p", "-c:a", "aac", minute)
    films = {}
    for length in minutes:
        films[length] = folder / f"film-{length}.mp4"
        if not films[length].exists():
            ffmpeg("-stream_loop", length - 1, "-i", minute, "-c", "copy", films[length])
    return films


def repeated(command, runs):
    """Median wall time in seconds and peak memory in MiB of the largest process among `command` and its own."""
    takes = [measured(command) for _ in range(runs)]
    return statistics.median(taken_s for taken_s, _ in takes), max(usage.ru_maxrss for _, usage in takes) / 1024


def own_seconds(picture, analyzer, runs):
    """Median of the time that one analyzer takes by itself, without start, decoding and report; None where it did not run on it."""
    times = []
    for _ in range(runs):
        done = subprocess.run([PROGRAM, "check", picture, "--format", "json", "--analyzer", analyzer], capture_output=True, check=False)
        if not done.stdout:
            sys.exit(f"failed: {done.stderr.decode()}")
        report = json.loads(done.stdout)
        if any(finding["analyzer"] == analyzer and finding["outcome"] == "failed" for finding in report["findings"]):
            sys.exit(f"{analyzer} failed on {picture}")
        times.append(report["timing_s"]["analyzers"].get(analyzer))
    return None if None in times else statistics.median(times)


def bench_pictures(pictures, row):
    """The whole suite and each analyzer at each size."""
    described = json.loads(subprocess.run([PROGRAM, "analyzers", "--json"], capture_output=True, check=True).stdout)
    analyzers = [entry["id"] for entry in described if "image" in entry["inputs"]]
    seconds = {}
    for size, picture in pictures.items():
        at_12 = size == 12
        seconds[size], peak = repeated([PROGRAM, "check", picture], 5 if size <= 12 else 3)
        row(f"{size}-megapixel JPEG, whole check", seconds[size], "s", MOST_SUITE_S if at_12 else None)
        row(f"{size}-megapixel JPEG, peak memory", peak, "MiB", MOST_SUITE_MIB if at_12 else None)
        for analyzer in analyzers:
            own = own_seconds(picture, analyzer, 3)
            _, peak = repeated([PROGRAM, "check", picture, "--analyzer", analyzer], 1)
            if own is not None:
                row(f"{size}-megapixel JPEG, {analyzer} itself", own, "s", MOST_COPY_MOVE_S if at_12 and analyzer == "image.copy_move" else None)
                row(f"{size}-megapixel JPEG, {analyzer} alone, peak memory", peak, "MiB")
    if 12 in seconds and 48 in seconds:
        row("whole check, 48 over 12 megapixels", seconds[48] / seconds[12], "x", MOST_GROWTH)


def bench_films(films, row):
    """Checks of films against decoding alone."""
    peaks = {}
    for length, film in films.items():
        runs = 3 if length == 1 else 1
        yardstick, _ = repeated(["ffmpeg", "-v", "error", "-threads", os.cpu_count(), "-i", film, "-f", "null", "-"], runs)
        seconds, peaks[length] = repeated([PROGRAM, "check", film], runs)
        row(f"{length} min of 1080p H.264, FFmpeg decode", yardstick, "s")
        row(f"{length} min of 1080p H.264, whole check", seconds, "s")
        row(f"{length} min of 1080p H.264, check over decode", seconds / yardstick, "x", 1.5)
        row(f"{length} min of 1080p H.264, peak memory", peaks[length], "MiB")
    if len(peaks) > 1:
        row("peak memory, longest over shortest film", peaks[max(peaks)] / peaks[min(peaks)], "x", 1.1)


def is_about_films(entry):
    return "H.264" in entry["what"] or "film" in entry["what"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", default="1,10,60", help="lengths of the films")
    parser.add_argument("--megapixels", default="3,12,48", help="sizes of the pictures")
    parser.add_argument("--photo", type=pathlib.Path, help="a photograph to scale to each size, in place of simulated ones")
    parser.add_argument("--only", choices=("pictures", "films"))
    parser.add_argument("--keep", type=pathlib.Path, help="keep the media in this folder")
    options = parser.parse_args()
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="bonafide-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    rows = []

    def row(what, value, unit, bound=None):
        rows.append({"what": what, "value": round(value, 3), "unit": unit, "bound": None if bound is None else round(bound, 3), "kept": bound is None or value <= bound})
        mark = "" if bound is None else f"  (bound {bound:g}: {'kept' if value <= bound else 'BROKEN'})"
        print(f"{what:70} {value:9.3f} {unit}{mark}", flush=True)

    def earlier(about_films):
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else []
        rows.extend(entry for entry in kept if is_about_films(entry) == about_films)

    if options.only == "films":
        earlier(about_films=False)
    else:
        seconds, _ = repeated([PROGRAM, "--version"], 21)
        row("--version", seconds * 1000, "ms", 20)
        bench_pictures(make_pictures(folder, [int(text) for text in options.megapixels.split(",")], options.photo), row)
    if options.only == "pictures":
        earlier(about_films=True)
    else:
        bench_films(make_films(folder, [int(text) for text in options.minutes.split(",")]), row)
    RESULTS.write_text(json.dumps({"cores": os.cpu_count(), "machine": platform.machine(), "rows": rows}, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if all(entry["kept"] for entry in rows) else 1)


if __name__ == "__main__":
    main()
