"""`bonafide forge voice mimic` and `forge video`: a text in somebody's voice, marked, and not without consent."""

import os
import subprocess

import pytest
from test_forge_voice import assert_marked, marks_of, voices  # noqa: F401

TEXT = "The sea was calm that morning, and nobody had expected the boat to come back before noon."


@pytest.fixture(scope="module")
def record(forge, tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "bob.json"
    assert forge("consent", "new", "--person", "Bob", "--purpose", "testing", "--until", "2999-01-01", "--for", "voice", "-o", path).returncode == 0
    return path


def test_a_text_is_spoken_in_a_voice_and_marked(bonafide, forge, voices, record, tmp_path):  # noqa: F811
    out = tmp_path / "mimic.wav"
    made = forge("voice", "mimic", "--text", TEXT, "--sample", voices / "bob.wav", "--person", "Bob", "--consent", record, "-o", out)
    assert isinstance(made, dict), made.stderr
    assert made["fake"] and made["kind"] == "voice" and made["purpose"] == "testing" and len(made["consent_sha256"]) == 64
    assert 3 < made["duration_s"] < 15 and "vocoder neural" in made["description"] and "likeness of the speakers" in made["description"]
    assert_marked(bonafide, out)


def test_mimic_refuses(bonafide, forge, voices, record, tmp_path):  # noqa: F811
    out = tmp_path / "mimic.wav"
    mimic = ("voice", "mimic", "--sample", voices / "bob.wav", "-o", out)
    allowed = ("--person", "Bob", "--consent", record)
    for arguments, words in (
        (["--text", TEXT], "--consent FILE"),
        (["--text", TEXT, "--person", "Ann", "--consent", record], "not of Ann"),
        (["--text", "", *allowed], "nothing to say"),
        (["--text", "x" * 1001, *allowed], "too long"),
        (["--text", "a\nb", *allowed], "control characters"),
        (["--text", "Yes.", *allowed], "too short"),
        (["--text", TEXT, "--language", "tlh-xx", *allowed], "espeak-ng"),
        (["--text", TEXT, "--language", "../en", *allowed], "no language"),
        (["--text", TEXT, "--vocoder", "parrot", *allowed], "no vocoder"),
    ):
        done = forge(*mimic, *arguments)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), (arguments, done.stderr)
    arguments = ["forge", *mimic, "--text", TEXT, *allowed, "--keys", forge.keys]
    done = subprocess.run([str(bonafide.path), *map(str, arguments)], env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "package espeak-ng" in done.stderr and not out.exists(), done.stderr


def test_video_needs_both_records_and_something_to_say(forge, voices, record, tmp_path):  # noqa: F811
    out = tmp_path / "says.mp4"
    video = ("video", voices / "mute.mp4", "--person", "Bob", "-o", out)
    for arguments, words in (
        (["--consent", record], "--sound, or --text and --sample"),
        (["--consent", record, "--sound", voices / "ann.wav"], "for voice, not for mouth"),
        (["--consent", record, "--text", TEXT, "--sample", voices / "bob.wav"], "for voice, not for mouth"),
    ):
        done = forge(*video, *arguments)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), (arguments, done.stderr)
    mouth = tmp_path / "mouth.json"
    assert forge("consent", "new", "--person", "Bob", "--purpose", "testing", "--until", "2999-01-01", "--for", "mouth", "-o", mouth).returncode == 0
    done = forge(*video, "--consent", mouth, "--text", TEXT, "--sample", voices / "bob.wav")
    assert done.returncode == 2 and "for mouth, not for voice" in done.stderr, done.stderr


@pytest.mark.parametrize("says", ["sound", "text"])
def test_a_picture_becomes_a_video_marked_twice(bonafide, forge, voices, tmp_path, says):  # noqa: F811
    """The whole chain, of a recording and of a text."""
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(tmp_path), "portraits"], check=True, timeout=300)
    for source, target, options in (("portrait1.png", "small.png", ("-vf", "scale=384:-1")), (voices / "ann.wav", "says.wav", ("-ss", "6", "-t", "2.4"))):
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(tmp_path / source), *options, str(tmp_path / target)], check=True)
    both, out = tmp_path / "both.json", tmp_path / "says.mp4"
    assert forge("consent", "new", "--person", "Bob", "--purpose", "testing", "--until", "2999-01-01", "--for", "voice", "--for", "mouth", "-o", both).returncode == 0
    what = ("--sound", tmp_path / "says.wav") if says == "sound" else ("--text", "The sea was calm that morning, and nobody came.", "--sample", voices / "bob.wav")
    made = forge("video", tmp_path / "small.png", *what, "--person", "Bob", "--consent", both, "-o", out)
    assert isinstance(made, dict), made.stderr
    assert made["fake"] and made["visible_label"] and made["frames"] > 40 and "its sound is marked as well" in made["description"]
    assert ("spoken by a program" in made["description"]) == (says == "text")
    marks = marks_of(bonafide.report(out, "--analyzer", "provenance.*")[0])
    assert marks["provenance.forge_marks"]["watermark_found"] == marks["provenance.forge_marks"]["sound_watermark_found"] == 1
    assert marks["provenance.credentials"]["declared_synthetic"] == 1
