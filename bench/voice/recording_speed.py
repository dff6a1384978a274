"""How fast long recordings are searched for made voices, and in how much memory: recording_speed.py PROGRAM FOLDER RECORDINGS... [--minutes 20 120] [--analyzers NAMES...]

Makes one recording of each length in FOLDER (FLAC, 16 kHz, one channel): the given ones after one another, over and over. Checks each on one core, by each list of names with commas (default: voice.synthetic, then
it with voice.codec and voice.splice, which is what listens where nobody is claimed). Prints wall clock, processor time, times real time by processor time, and the most memory that the program or its worker took.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import measured  # noqa: E402

# As many clips as are read before the sound is looped.
MOST_RECORDINGS = 200


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def made(given):
    """The recordings by their length in minutes."""
    listed, once = given.folder / "list.txt", given.folder / "once.flac"
    listed.write_text("".join(f"file '{path.resolve()}'\n" for path in given.recordings[:MOST_RECORDINGS]), encoding="utf-8")
    ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-ar", 16000, "-ac", 1, once)
    for minutes in given.minutes:
        path = given.folder / f"{minutes:g}-minutes.flac"
        ffmpeg("-stream_loop", -1, "-i", once, "-t", 60 * minutes, "-c:a", "flac", path)
        yield minutes, path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("recordings", type=pathlib.Path, nargs="+")
    parser.add_argument("--minutes", type=float, nargs="+", default=[20, 120])
    parser.add_argument("--analyzers", nargs="+", default=["voice.synthetic", "voice.codec,voice.splice,voice.synthetic"])
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    recordings = list(made(given))
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for minutes, path in recordings:
        for names in given.analyzers:
            chosen = [word for name in names.split(",") for word in ("--analyzer", name)]
            taken_s, used = measured([given.program, "check", path, *chosen, "--quiet", "--timeout", 36000])
            processor_s = used.ru_utime + used.ru_stime
            print(
                f"{minutes:6g} minutes, {names:41} {taken_s:6.1f} s, processor {processor_s:6.1f} s, "
                f"{60 * minutes / processor_s:.0f} times real time, at most {used.ru_maxrss / 1024:.0f} MiB",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
