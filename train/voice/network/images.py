"""What the network sees of the windows of a condition, as bonafide-voice-features computes it, kept as half floats."""
import subprocess

import numpy

from network import BANDS

HEADER = 12  # line, start, end, eight of the condition, content
MOST_FRAMES = 398


class Images:
    """Rows a window: `clip`, `speech`, `frames` (their number), `logarithms` (windows x MOST_FRAMES x BANDS), `active`."""

    def __init__(self, program, conditions, name, every=1):
        kept = conditions / (name + ".images.npz")
        if not kept.exists():
            raw = conditions / (name + ".images.part")
            with open(conditions / (name + ".list")) as files:
                subprocess.run([program, str(raw), "frames"], stdin=files, check=False)
            numpy.savez(kept, **parsed(numpy.fromfile(raw, "float32")))
            raw.unlink()
        with numpy.load(kept) as arrays:
            self.clip = arrays["header"][:, 0].astype(int) * every
            self.start_s = arrays["header"][:, 1]
            self.speech = arrays["header"][:, HEADER - 1] == 0
            self.frames, self.logarithms, self.active = arrays["frames"], arrays["logarithms"], arrays["active"]


def parsed(numbers):
    header, frames, logarithms, active, at = [], [], [], [], 0
    while at < len(numbers):
        count = int(numbers[at + HEADER])
        header.append(numbers[at : at + HEADER])
        frames.append(count)
        at += HEADER + 1
        logarithms.append(numpy.zeros((MOST_FRAMES, BANDS), "float16"))
        logarithms[-1][:count] = numbers[at : at + count * BANDS].reshape(count, BANDS)
        at += count * BANDS
        active.append(numpy.zeros(MOST_FRAMES, bool))
        active[-1][:count] = numbers[at : at + count] > 0
        at += count
    return {"header": numpy.array(header), "frames": numpy.array(frames), "logarithms": numpy.array(logarithms), "active": numpy.array(active)}
