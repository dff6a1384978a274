"""Reports of the example media against those kept here, with a tolerance a field. `tools/dev golden` accepts what is seen now and prints the difference."""

import json
import os
import pathlib
import re

import pytest

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = ["camera.jpg", "spliced.jpg", "says-generated.png", "film.mp4", "frozen.mp4", "recording.wav", "edited.wav"]

# Encoders and vector units differ a little from machine to machine: what a field may deviate, absolutely or relative to the kept value.
TOLERANCES = [
    (re.compile(r"/(llr|probability)$"), 0.05, 0.05),
    (re.compile(r"/where/(start_s|end_s)$"), 0.05, 0.0),
    (re.compile(r"/where/box_px/\d$"), 16, 0.0),
    (re.compile(r"/size_bytes$"), 0, 0.02),
    (re.compile(r"/measurements/.*/value$"), 0.05, 0.05),
    (re.compile(r"/duration_s$"), 0.01, 0.0),
]


def kept_part(report):
    """The report without what differs from build to build: revision, hashes, times, the kernel's isolation, and where the examples lie."""
    for key in ("timing_s", "tool"):
        report.pop(key)
    for key in ("path", "sha256", "sha256_after"):
        report["input"].pop(key)
    report["replay"].pop("isolation")
    report["limits"] = [limit for limit in report["limits"] if not limit.startswith("Isolation:")]
    return report


def differences(kept, seen, place=""):
    if isinstance(kept, bool) or isinstance(seen, bool) or kept is None or seen is None:
        return [] if kept is seen or kept == seen else [f"{place}: {kept!r} became {seen!r}"]
    if isinstance(kept, (int, float)) and isinstance(seen, (int, float)):
        absolute, relative = next(((a, r) for pattern, a, r in TOLERANCES if pattern.search(place)), (0, 0))
        return [] if abs(kept - seen) <= max(absolute, relative * abs(kept)) + 1e-12 else [f"{place}: {kept} became {seen}"]
    if isinstance(kept, str) and isinstance(seen, str):
        # Sentences carry rounded numbers, which are compared where they are measured.
        words = [re.sub(r"\d[\d,.]*", "#", text) for text in (kept, seen)]
        return [] if words[0] == words[1] else [f"{place}: {kept!r} became {seen!r}"]
    if isinstance(kept, dict) and isinstance(seen, dict) and kept.keys() == seen.keys():
        return [entry for key in kept for entry in differences(kept[key], seen[key], f"{place}/{key}")]
    if isinstance(kept, list) and isinstance(seen, list) and len(kept) == len(seen):
        return [entry for number, pair in enumerate(zip(kept, seen)) for entry in differences(*pair, f"{place}/{number}")]
    return [f"{place}: {kept!r} became {seen!r}"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_report_is_as_kept(bonafide, examples, name):
    seen = kept_part(bonafide.report(examples / name)[0])
    golden = HERE / f"{name}.json"
    if os.environ.get("BONAFIDE_UPDATE_GOLDEN"):
        golden.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = json.loads(golden.read_text(encoding="utf-8"))
    assert differences(kept, seen) == []


def test_differences_are_seen():
    kept = {"findings": [{"llr": 0.2, "measurements": [{"value": 10.0}], "explanation": "at 3.8 dB"}], "verdict": "inconclusive"}
    close = {"findings": [{"llr": 0.22, "measurements": [{"value": 10.2}], "explanation": "at 3.9 dB"}], "verdict": "inconclusive"}
    far = {"findings": [{"llr": 0.9, "measurements": [{"value": 12.0}], "explanation": "at 3.9 m"}], "verdict": "likely_manipulated"}
    assert differences(kept, close) == []
    assert len(differences(kept, far)) == 4
    assert differences([1], [1, 2]) and differences({"a": 1}, {"b": 1}) and differences(None, 0)
