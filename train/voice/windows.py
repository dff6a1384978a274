"""Reads what bonafide-voice-features wrote."""
import copy
import csv
import subprocess

import numpy

CONDITION = ["level_db", "active_share", "voiced_share", "pitch_spread", "steady_share", "syllable_movement_db", "snr_db", "bandwidth_hz"]
STATISTICS = 486
WITHOUT_CONSTANT_Q = 342  # of these, the first
TRACES = 24  # beats, then tones, of the frame rates
COLUMNS = 3 + len(CONDITION) + 1 + STATISTICS + TRACES


class Windows:
    """Rows a window: `clip` (row of the manifest), `statistics`, `condition` by name, `speech`."""

    def __init__(self, path):
        table = numpy.fromfile(path, "float32").reshape(-1, COLUMNS)
        self.clip = table[:, 0].astype(int)
        self.start_s, self.end_s = table[:, 1], table[:, 2]
        self.condition = {name: table[:, 3 + number] for number, name in enumerate(CONDITION)}
        self.speech = table[:, 3 + len(CONDITION)] == 0
        self.statistics = table[:, -STATISTICS - TRACES : -TRACES].astype(float)
        self.traces = table[:, -TRACES:].astype(float)

    def only(self, rows):
        """The windows of `rows` alone."""
        part = copy.copy(self)
        for name in ("clip", "start_s", "end_s", "speech", "statistics", "traces"):
            setattr(part, name, getattr(self, name)[rows])
        part.condition = {name: values[rows] for name, values in self.condition.items()}
        return part


def extract(program, list_path, out_path, *vocoder):
    """Runs the program over a list of files, once; through the forge's vocoder of that name where one is given."""
    if not out_path.exists():
        with open(list_path) as files:
            subprocess.run([program, str(out_path) + ".part", *vocoder], stdin=files, check=False)
        (out_path.parent / (out_path.name + ".part")).rename(out_path)
    return Windows(out_path)


def without_constant_q(windows):
    """What has `statistics`, with those alone that come before the constant-Q cepstra."""
    part = copy.copy(windows)
    part.statistics = windows.statistics[:, :WITHOUT_CONSTANT_Q]
    return part


class Copies:
    """Statistics of every `every`-th recording after a vocoder of the forge, with the recordings' sources."""

    def __init__(self, program, manifest, conditions, vocoder, every):
        recorded = numpy.flatnonzero(manifest.spoof == 0)[::every]
        paths = (conditions / "native.list").read_text().splitlines()
        chosen = conditions / f"{vocoder}-{every}.list"
        chosen.write_text("".join(paths[clip] + "\n" for clip in recorded))
        windows = extract(program, chosen, chosen.with_suffix(".f32"), vocoder)
        self.statistics, self.traces = windows.statistics[windows.speech], windows.traces[windows.speech]
        self.source = manifest.source[recorded[windows.clip[windows.speech]]]


class Manifest:
    def __init__(self, path):
        rows = list(csv.DictReader(open(path)))
        self.file = [row["file"] for row in rows]
        self.spoof = numpy.array([row["label"] == "spoof" for row in rows]).astype(int)
        self.source = numpy.array([row["source"] for row in rows])
        self.system = numpy.array([row["system"] for row in rows])
        self.licence = numpy.array([row["licence"] for row in rows])
        self.codec = numpy.array([row["source_codec"] for row in rows])
        self.rate_hz = numpy.array([float(row["source_rate_hz"]) for row in rows])
        self.seconds = numpy.array([float(row["seconds"]) for row in rows])
