"""`bonafide forge mouth`: consent is asked for, the sound becomes the film's, every film is marked, and what says nothing is refused."""

import json
import subprocess

import pytest


@pytest.fixture(scope="module")
def forge(forge):
    """With the options of a consent that holds, and of one for another kind."""
    records = {}
    for kind in ("mouth", "swap"):
        records[kind] = forge.keys.parent / f"{kind}.json"
        done = forge("consent", "new", "--person", "Drawn", "--purpose", "testing", "--until", "2999-01-01", "--for", kind, "-o", records[kind])
        assert done.returncode == 0, done.stderr
    forge.consent = ("--person", "Drawn", "--consent", records["mouth"])
    forge.other_consent = ("--person", "Drawn", "--consent", records["swap"])
    return forge


@pytest.fixture(scope="module")
def media(bonafide, tmp_path_factory):
    """Films of drawn faces, a small portrait, voices, and what is no voice."""
    folder = tmp_path_factory.mktemp("mouths")
    for what in ("talkers", "portraits", "voices"):
        subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), what], check=True, timeout=300)
    ffmpeg(folder / "ann.wav", folder / "says.wav", "-ss", "7", "-t", "1.4")  # where most is said
    ffmpeg(folder / "portrait1.png", folder / "small.png", "-vf", "scale=384:-1")
    return folder


def ffmpeg(source, target, *options):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, str(target)], check=True)


def probe(path):
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-count_frames", "-show_streams", "-show_format", str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def openings(bonafide, path):
    """How far the first face of each frame opens its mouth."""
    done = bonafide("faces", "detect", path, "--format", "json")
    assert done.returncode == 0, done.stderr
    return [frame["faces"][0]["mouth_opening"] for frame in json.loads(done.stdout)["seen"] if frame["faces"]]


def test_consent_is_asked_for(forge, media, tmp_path):
    out = tmp_path / "out.mp4"
    speak = ("mouth", media / "silent.mp4", "--sound", media / "says.wav", "-o", out)
    for options, words in (((), "--consent FILE"), (forge.other_consent, "not for mouth"), (("--person", "Else", *forge.consent[2:]), "not of Else")):
        done = forge(*speak, *options)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), done.stderr


def test_a_picture_speaks_as_long_as_the_sound(bonafide, forge, media, tmp_path):
    out = tmp_path / "speaks.mp4"
    made = forge("mouth", media / "small.png", "--sound", media / "says.wav", "-o", out, *forge.consent)
    assert isinstance(made, dict), made.stderr
    assert made["kind"] == "mouth" and made["fake"] and made["visible_label"] and made["purpose"] == "testing" and made["frames"] == 35
    report, code = bonafide.report(out, "--analyzer", "provenance.*")
    marks = {f["analyzer"]: {m["name"]: m["value"] for m in f["measurements"]} for f in report["findings"] if f["measurements"]}
    assert marks["provenance.forge_marks"]["watermark_found"] == 1
    assert marks["provenance.credentials"]["declared_synthetic"] == 1 and marks["provenance.credentials"]["validation_failures"] == 0
    assert report["provenance"]["state"] == "valid" and code == 3
    found = probe(out)
    streams = {stream["codec_type"]: stream for stream in found["streams"]}
    assert "FAKE (mouth)" in found["format"]["tags"]["comment"]
    assert int(streams["video"]["nb_read_frames"]) == 35 and streams["video"]["avg_frame_rate"] == "25/1"
    assert streams["audio"]["codec_name"] == "aac" and abs(float(streams["audio"]["duration"]) - 1.4) < 0.1
    mouth = openings(bonafide, out)
    assert len(mouth) == 35 and max(mouth) > min(mouth) + 0.02, "the mouth moves"


@pytest.mark.parametrize("length", [12, 1.2])
def test_the_sound_fits_the_film(forge, media, tmp_path, length):
    """Two seconds of film: longer sound is cut, shorter goes on in silence."""
    out, sound = tmp_path / "film.mp4", tmp_path / "sound.wav"
    ffmpeg(media / "ann.wav", sound, "-t", str(length))
    made = forge("mouth", media / "talker.mp4", "--sound", sound, "-o", out, "--no-visible-label", *forge.consent)
    assert isinstance(made, dict), made.stderr
    assert made["frames"] == 24 and "24 of 24 frames" in made["description"] and not made["visible_label"]
    streams = {stream["codec_type"]: stream for stream in probe(out)["streams"]}
    assert int(streams["video"]["nb_read_frames"]) == 24
    assert abs(float(streams["audio"]["duration"]) - 2) < 0.12 and streams["audio"]["sample_rate"] == "16000"
    end = subprocess.run(["ffmpeg", "-v", "error", "-ss", "1.5", "-i", str(out), "-t", "0.4", "-f", "s16le", "-"], capture_output=True, check=True).stdout
    loudest = max(abs(int.from_bytes(end[i:i + 2], "little", signed=True)) for i in range(0, len(end), 2))
    assert (loudest > 1000) == (length > 2), loudest


def test_another_mouth_is_followed(bonafide, forge, media, tmp_path):
    out = tmp_path / "like.mp4"
    made = forge("mouth", media / "small.png", "--mouth-of", media / "talker.mp4", "-o", out, *forge.consent)
    assert isinstance(made, dict) and "another clip" in made["description"], made
    assert {stream["codec_type"] for stream in probe(out)["streams"]} == {"video", "audio"}, "the clip's sound comes along"
    mouth = openings(bonafide, out)
    assert max(mouth) > min(mouth) + 0.03
    made = forge("mouth", media / "small.png", "--mouth-of", media / "silent.mp4", "-o", out, *forge.consent)
    assert isinstance(made, dict) and {stream["codec_type"] for stream in probe(out)["streams"]} == {"video"}


def test_refusals(forge, media, examples, tmp_path):
    whole = (media / "talker.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cut.flac").write_bytes(b"fLaC" + bytes(range(256)) * 8)
    out = tmp_path / "out.mp4"
    film, speech = media / "silent.mp4", ("--sound", media / "says.wav")
    for arguments, words in (
        ([film, *speech, "-o", tmp_path / "out.png"], ".mp4"),
        ([film, "-o", out], "--mouth-of"),
        ([film, *speech, "--mouth-of", film, "-o", out], "excludes"),
        ([film, "--sound", media / "music.wav", "-o", out], "no speech was found, but steady sound"),
        ([film, "--sound", media / "silence.wav", "-o", out], "no speech was found, but silence"),
        ([film, "--sound", media / "short.wav", "-o", out], "less than a second"),
        ([film, "--sound", film, "-o", out], "no sound"),
        ([film, "--sound", media / "small.png", "-o", out], "neither film nor recording"),
        ([film, "--sound", tmp_path / "cut.flac", "-o", out], "the sound: "),
        ([film, "--sound", tmp_path / "cut.mp4", "-o", out], "the sound: "),
        ([film, "--mouth-of", media / "ann.wav", "-o", out], "no pictures"),
        ([film, "--mouth-of", examples / "film.mp4", "-o", out], "no face"),
        ([tmp_path / "cut.mp4", *speech, "-o", out], ""),
        ([examples / "film.mp4", *speech, "-o", out], "no face"),
        ([examples / "camera.jpg", *speech, "-o", out], "no face"),
        ([media / "ann.wav", *speech, "-o", out], "no still picture"),
        ([media / "tiny.mp4", *speech, "-o", out], "too small"),
        ([film, *speech, "-o", out, "--person-at", "900,10"], "inside the 384 x 216"),
        ([media / "small.png", *speech, "-o", out, "--person-at", "9,10"], "of a picture the largest face"),
    ):
        done = forge("mouth", *arguments, *forge.consent)
        assert not isinstance(done, dict), arguments
        assert done.returncode == 2 and words in done.stderr and done.stderr, (arguments, done.stderr)
        assert not out.exists() and not list(tmp_path.glob("out.*")), arguments
