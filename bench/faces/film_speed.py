"""How fast films are searched for swapped faces: film_speed.py PROGRAM FOLDER CLIPS... [--cut-s 5] [--length-s 120] [--analyzers GLOB...]

Makes one film of 1280 x 720 px at 30 frames a second in FOLDER (H.264, rate factor 23): pieces of --cut-s seconds of the clips in turn, filled up to that shape from their middle, so that every
piece begins new tracks. A --cut-s of --length-s or more makes one take of the first clip, forth and back. Prints wall clock, processor time, times real time and the most memory of the program and
its worker, for each glob alone (default: face.swap, then both analyzers of swapped faces).
"""

import argparse
import itertools
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import measured  # noqa: E402

FILL = "scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720,setsar=1,fps=30"
CODER = ["-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"]


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def film_of(given):
    pieces, film = [], given.folder / "film.mp4"
    if given.cut_s >= given.length_s:
        there_and_back = given.folder / "take.mp4"
        ffmpeg("-i", given.clips[0], "-vf", FILL + ",split[a][b];[b]reverse[c];[a][c]concat", *CODER, there_and_back)
        ffmpeg("-stream_loop", -1, "-i", there_and_back, "-t", given.length_s, *CODER, film)
        return film
    for number, clip in zip(range(round(given.length_s / given.cut_s)), itertools.cycle(given.clips)):
        pieces.append(given.folder / f"piece-{number:03}.mp4")
        ffmpeg("-stream_loop", -1, "-i", clip, "-t", given.cut_s, "-vf", FILL, *CODER, pieces[-1])
    listed = given.folder / "pieces.txt"
    listed.write_text("".join(f"file '{piece.name}'\n" for piece in pieces), encoding="utf-8")
    ffmpeg("-f", "concat", "-i", listed, "-c", "copy", film)
    return film


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("clips", type=pathlib.Path, nargs="+")
    parser.add_argument("--cut-s", type=float, default=5)
    parser.add_argument("--length-s", type=float, default=120)
    parser.add_argument("--analyzers", nargs="+", default=["face.swap", "*face.swap"])
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    given.clips = [clip.resolve() for clip in given.clips]
    film = film_of(given)
    for glob in given.analyzers:
        taken_s, usage = measured([given.program, "check", film, "--analyzer", glob, "--quiet"])
        processor_s = usage.ru_utime + usage.ru_stime
        print(f"{glob:12} {taken_s:6.1f} s, processor {processor_s:6.1f} s, {given.length_s / taken_s:.2f} times real time, at most {usage.ru_maxrss / 1024:.0f} MiB", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
