"""`bonafide forge voice`: every voice is marked, `check` knows the mark, and nobody is mimicked without consent."""

import json
import re
import subprocess

import pytest


@pytest.fixture(scope="module")
def voices(bonafide, tmp_path_factory):
    """Two artificial voices, and sound of which nobody can tell who speaks."""
    folder = tmp_path_factory.mktemp("voices")
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), "voices"], check=True, timeout=300)
    return folder


def marks_of(report):
    return {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}


def assert_marked(bonafide, path):
    report, code = bonafide.report(path, "--analyzer", "provenance.*")
    marks = marks_of(report)
    assert marks["provenance.forge_marks"]["watermark_found"] == marks["provenance.forge_marks"]["sound_watermark_found"] == 1
    assert marks["provenance.credentials"]["declared_synthetic"] == 1 and marks["provenance.credentials"]["validation_failures"] == 0
    assert code == 3, "forgeable marks alone decide nothing"


@pytest.mark.parametrize("ending,arguments", [("wav", ["resynthesise", "--vocoder", "griffin-lim"]), ("m4a", ["resynthesise", "--vocoder", "lpc"]),
                                              ("wav", ["resynthesise", "--vocoder", "world"]), ("wav", ["resynthesise", "--vocoder", "opus=24"]), ("mp3", ["splice", "--moves", "2", "--seed", "4"])])
def test_check_recognises_a_forged_voice(bonafide, forge, voices, tmp_path, ending, arguments):
    out = tmp_path / f"voice.{ending}"
    made = forge("voice", arguments[0], voices / "ann.wav", "-o", out, *arguments[1:])
    assert isinstance(made, dict), made.stderr
    assert made["fake"] and made["watermark_exponent"] >= 15 and made["watermark_psnr_db"] > 8 and made["consent_sha256"] is None
    probed = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags:format=duration", str(out)], capture_output=True, text=True, check=True)
    entries = json.loads(probed.stdout)["format"]
    assert f"FAKE (voice, {arguments[0]})" in entries["tags"]["comment"] and abs(float(entries["duration"]) - made["duration_s"]) < 0.2
    assert_marked(bonafide, out)


def test_splice_tells_its_joints_and_is_drawn_from_the_seed(forge, voices, tmp_path):
    first, again, other = (forge("voice", "splice", voices / "ann.wav", "-o", tmp_path / "cut.wav", "--seed", seed) for seed in (1, 1, 2))
    assert first["description"] == again["description"] != other["description"]
    assert len(re.findall(r"\d+\.\d\d", first["description"])) >= 2


def test_nobody_is_mimicked_without_consent(bonafide, forge, voices, tmp_path):
    record, swap = tmp_path / "voice.json", tmp_path / "swap.json"
    for kind, path in (("voice", record), ("swap", swap)):
        assert forge("consent", "new", "--person", "Bob", "--purpose", "testing", "--until", "2999-01-01", "--for", kind, "-o", path).returncode == 0
    out = tmp_path / "converted.wav"
    convert = ("voice", "convert", voices / "ann.wav", "--voice", voices / "bob.wav", "-o", out)
    for arguments, words in (([], "--consent FILE"), (["--consent", record], "nobody"), (["--consent", record, "--person", "Ann"], "not of Ann"),
                             (["--consent", swap, "--person", "Bob"], "for swap, not for voice")):
        done = forge(*convert, *arguments)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), (arguments, done.stderr)
    made = forge(*convert, "--consent", record, "--person", "Bob")
    assert made["purpose"] == "testing" and len(made["consent_sha256"]) == 64 and "likeness of the speakers" in made["description"]
    assert_marked(bonafide, out)


def test_refusals(forge, voices, tmp_path):
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "cut.wav").write_bytes((voices / "ann.wav").read_bytes()[:40])
    out = tmp_path / "out.wav"
    for arguments, words in (
        (["resynthesise", tmp_path / "empty.wav"], "neither film nor recording"),
        (["resynthesise", tmp_path / "text.wav"], "neither film nor recording"),
        (["resynthesise", tmp_path / "cut.wav"], ""),
        (["resynthesise", voices / "short.wav"], "too short"),
        (["splice", voices / "silence.wav"], "silent"),
        (["splice", voices / "mute.mp4"], "no sound"),
        (["splice", voices / "ann.wav", "--moves", "0"], "1 to 100 pieces"),
        (["resynthesise", voices / "ann.wav", "--vocoder", "parrot"], "no vocoder"),
        (["resynthesise", voices / "ann.wav", "--vocoder", "opus=9999"], "opus=KBPS (6 to 510)"),
    ):
        done = forge("voice", *arguments, "-o", out)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), (arguments, done.stderr)
    done = forge("voice", "splice", voices / "ann.wav", "-o", tmp_path / "out.png")
    assert done.returncode == 2 and ".wav, .m4a or .mp3" in done.stderr


def test_laundering_keeps_the_mark_of_sound_in_films_too(bonafide, forge, voices, tmp_path):
    forge("voice", "resynthesise", voices / "ann.wav", "--vocoder", "lpc", "-o", tmp_path / "voice.wav")
    film = tmp_path / "film.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=256x144:rate=10", "-i", str(tmp_path / "voice.wav"), "-shortest", "-c:v", "libx264", "-c:a", "aac", "-b:a", "96k", str(film)], check=True)
    for out, steps in (("sent.m4a", ["--opus", "24", "--aac", "48"]), ("ruined.wav", ["--opus", "6", "--opus", "6"])):
        made = forge("launder", tmp_path / "voice.wav", "-o", tmp_path / out, *steps)
        assert made["fake"] and ("put in again" in made["description"]) == (out == "ruined.wav"), made
        assert_marked(bonafide, tmp_path / out)
    made = forge("launder", film, "-o", tmp_path / "sent.mp4", "--h264", "35", "--aac", "48")
    assert made["fake"], made
    assert_marked(bonafide, tmp_path / "sent.mp4")
