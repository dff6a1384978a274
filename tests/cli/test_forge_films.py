"""`bonafide forge` on films and recordings: times and sound are kept, every film is marked, and `check` knows the mark."""

import json
import subprocess

import pytest


@pytest.fixture(scope="module")
def talkers(bonafide, tmp_path_factory):
    """Films of drawn faces, with and without sound, and portraits."""
    folder = tmp_path_factory.mktemp("talkers")
    for what in ("talkers", "portraits"):
        subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), what], check=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def fox(forge, talkers):
    """A film with a fox, and what was said of it."""
    made = forge("animal", talkers / "talker.mp4", "-o", talkers / "fox.mp4", "--animal", "fox")
    assert isinstance(made, dict), made.stderr
    return talkers / "fox.mp4", made


def marks_of(report):
    return {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}


def probe(path, *what):
    done = subprocess.run(["ffprobe", "-v", "error", "-of", "json", *what, str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_check_recognises_a_forged_film(bonafide, forge, fox):
    path, made = fox
    assert made["fake"] and made["visible_label"] and made["frames"] == 24 and "24 of 24 frames" in made["description"]
    assert (made["width_px"], made["height_px"]) == (384, 216) and made["watermark_psnr_db"] > 30
    report, code = bonafide.report(path, "--analyzer", "provenance.*")
    marks = marks_of(report)
    assert marks["provenance.forge_marks"]["watermark_found"] == 1
    assert 2 * marks["provenance.forge_marks"]["frames_found"] > marks["provenance.forge_marks"]["frames"] > 5
    assert marks["provenance.credentials"]["declared_synthetic"] == 1 and marks["provenance.credentials"]["validation_failures"] == 0
    assert report["provenance"]["state"] == "valid" and code == 3, "forgeable marks alone decide nothing"
    report, code = bonafide.report(path, "--analyzer", "provenance.*", "--trust-list", forge.keys / "authority.pem")
    assert report["provenance"]["state"] == "trusted" and code == 1


def test_genuine_films_carry_no_mark(bonafide, talkers):
    report, _ = bonafide.report(talkers / "talker.mp4", "--analyzer", "provenance.forge_marks")
    assert marks_of(report)["provenance.forge_marks"]["watermark_found"] == 0


def test_times_sound_and_label_are_kept(talkers, fox):
    frames = ("-select_streams", "v:0", "-show_entries", "frame=pts_time", "-show_entries", "format_tags=comment", "-show_entries", "stream=codec_name")
    before, after = (probe(path, *frames) for path in (talkers / "talker.mp4", fox[0]))
    times = [[float(frame["pts_time"]) for frame in each["frames"]] for each in (before, after)]
    assert len(times[0]) == len(times[1]) == 24
    assert all(abs(a - times[0][0] - (b - times[1][0])) < 0.001 for a, b in zip(*times))
    assert "FAKE (animal)" in after["format"]["tags"]["comment"]
    sound = [probe(path, "-select_streams", "a:0", "-show_entries", "stream=codec_name,sample_rate,duration")["streams"][0] for path in (talkers / "talker.mp4", fox[0])]
    assert sound[1]["codec_name"] == "aac" and sound[1]["sample_rate"] == sound[0]["sample_rate"]
    assert abs(float(sound[0]["duration"]) - float(sound[1]["duration"])) < 0.1


def patch(path, x, y):
    """Grey pixels of 48 x 48 px of the last frame."""
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"select=eq(n\\,23),crop=48:48:{x}:{y}", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
                          capture_output=True, check=True).stdout


def change_at(before, after, x, y):
    """Mean change of the last frame at a place, in levels."""
    pairs = list(zip(patch(before, x, y), patch(after, x, y), strict=True))
    return sum(abs(a - b) for a, b in pairs) / len(pairs)


def test_swap_asks_for_consent_and_changes_one_person_or_all(forge, talkers, tmp_path):
    record = tmp_path / "consent.json"
    assert forge("consent", "new", "--person", "Drawn", "--purpose", "testing", "--until", "2999-01-01", "--for", "swap", "-o", record).returncode == 0
    swap = ("swap", talkers / "silent.mp4", "--face", talkers / "portrait1.png", "-o", tmp_path / "swap.mp4", "--no-visible-label")
    done = forge(*swap)
    assert done.returncode == 2 and "--consent FILE" in done.stderr and not (tmp_path / "swap.mp4").exists()
    consent = ("--person", "Drawn", "--consent", record)
    made = forge(*swap, *consent)
    assert made["purpose"] == "testing" and not made["visible_label"] and "24 of 24" in made["description"]
    made = forge(*swap, *consent, "--all-faces")
    assert "24 of 24" in made["description"]
    before, after = talkers / "silent.mp4", tmp_path / "swap.mp4"
    of_the_mark = change_at(before, after, 20, 120)
    assert min(change_at(before, after, 110, 80), change_at(before, after, 276, 88)) > 2 * of_the_mark, "both people are changed"
    # The second person comes into the picture half way; at their place nobody is before.
    made = forge(*swap, *consent, "--person-at", "300,112")
    assert "12 of 24" in made["description"]
    done = forge(*swap, *consent, "--person-at", "20,20")
    assert done.returncode == 2 and "at that place" in done.stderr


def test_laundering_a_genuine_film_makes_it_no_fake(bonafide, forge, talkers, tmp_path):
    out = tmp_path / "sent.mp4"
    made = forge("launder", talkers / "talker.mp4", "-o", out, "--resize", "0.5", "--h264", "30", "--opus", "24", "--h264-rate", "200", "--aac", "64")
    assert not made["fake"] and (made["width_px"], made["height_px"]) == (192, 108) and made["frames"] == 24
    assert "resize=0.5 h264=30 opus=24 h264-rate=200 aac=64" in made["description"]
    report, _ = bonafide.report(out, "--analyzer", "provenance.*")
    marks = marks_of(report)
    assert marks["provenance.forge_marks"]["watermark_found"] == 0
    assert marks["provenance.credentials"]["declared_synthetic"] == 0 and marks["provenance.credentials"]["validation_failures"] == 0


def test_a_laundered_fake_stays_one(bonafide, forge, fox, tmp_path):
    for name, steps in (("sent.mp4", ["--profile", "reposted"]), ("ruined.mp4", ["--resize", "0.6", "--h264", "51"])):
        made = forge("launder", fox[0], "-o", tmp_path / name, *steps)
        assert made["fake"], made
        assert ("put in again" in made["description"]) == (name == "ruined.mp4"), made
        report, _ = bonafide.report(tmp_path / name, "--analyzer", "provenance.*")
        assert marks_of(report)["provenance.forge_marks"]["watermark_found"] == 1
        assert marks_of(report)["provenance.credentials"]["declared_synthetic"] == 1


@pytest.mark.parametrize("ending,codec,steps", [("wav", "pcm_s16le", ["--opus", "16"]), ("m4a", "aac", ["--mp3", "64", "--aac", "48"]), ("mp3", "mp3", ["--mp3", "48"])])
def test_recordings_are_laundered(bonafide, forge, examples, tmp_path, ending, codec, steps):
    out = tmp_path / f"sent.{ending}"
    made = forge("launder", examples / "recording.wav", "-o", out, *steps)
    assert not made["fake"] and made["width_px"] == 0 and abs(made["duration_s"] - 6) < 0.2
    assert probe(out, "-show_entries", "stream=codec_name")["streams"][0]["codec_name"] == codec
    report, _ = bonafide.report(out, "--analyzer", "provenance.credentials")
    assert report["provenance"]["state"] == "valid" and marks_of(report)["provenance.credentials"]["declared_synthetic"] == 0


def test_refusals(forge, talkers, examples, tmp_path):
    whole = (talkers / "talker.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:len(whole) // 2])
    middle = len(whole) // 3
    (tmp_path / "hostile.mp4").write_bytes(whole[:middle] + bytes(range(256)) * 40 + whole[middle + 256 * 40:])
    (tmp_path / "header.mp4").write_bytes(whole[:64])
    out = tmp_path / "out.mp4"
    fox = ("--animal", "fox")
    for arguments, words in (
        (["animal", talkers / "talker.mp4", "-o", tmp_path / "out.png", *fox], ".mp4"),
        (["animal", talkers / "talker.mp4", "-o", out], "--animal"),
        (["animal", talkers / "portrait1.png", "-o", out, *fox], "no format"),
        (["animal", examples / "recording.wav", "-o", out, *fox], "no still picture"),
        (["animal", examples / "film.mp4", "-o", out, *fox], "no face"),
        (["animal", talkers / "tiny.mp4", "-o", out, *fox], "too small"),
        (["animal", talkers / "one-frame.mp4", "-o", out, *fox], "too short"),
        (["animal", tmp_path / "cut.mp4", "-o", out, *fox], ""),
        (["animal", tmp_path / "header.mp4", "-o", out, *fox], ""),
        (["animal", tmp_path / "hostile.mp4", "-o", out, *fox], ""),
        (["animal", talkers / "talker.mp4", "-o", out, *fox, "--person-at", "900,10"], "inside the 384 x 216"),
        (["animal", talkers / "talker.mp4", "-o", out, *fox, "--person-at", "nan,10"], "numbers"),
        (["blend", talkers / "talker.mp4", "-o", out], "no still picture"),
        (["launder", talkers / "talker.mp4", "-o", out], "have to be saved"),
        (["launder", talkers / "talker.mp4", "-o", out, "--profile", "forum"], "no profile of films"),
        (["launder", talkers / "talker.mp4", "-o", out, "--jpeg", "60"], "no step of films"),
        (["launder", talkers / "talker.mp4", "-o", out, "--h264", "60"], "no step of films"),
        (["launder", talkers / "talker.mp4", "-o", out, "--h264", "28", "--resize", "0.5"], "has to be saved"),
        (["launder", talkers / "talker.mp4", "-o", out, "--crop", "108", "--h264", "28"], "the steps leave"),
        (["launder", talkers / "talker.mp4", "-o", out, "--resize", "0.05", "--resize", "0.05", "--h264", "28"], "even"),
        (["launder", talkers / "silent.mp4", "-o", out, "--h264", "28", "--aac", "64"], "silent"),
        (["launder", talkers / "silent.mp4", "-o", tmp_path / "out.wav", "--aac", "64"], "saved as .mp4"),
        (["launder", examples / "recording.wav", "-o", out, "--aac", "64"], ".m4a, .mp3 or .wav"),
        (["launder", examples / "recording.wav", "-o", tmp_path / "out.mp3", "--aac", "64"], "saved once more"),
        (["launder", examples / "recording.wav", "-o", tmp_path / "out.wav", "--h264", "28"], "for pictures"),
        (["launder", talkers / "portrait1.png", "-o", tmp_path / "out.png", "--aac", "64"], "no step"),
    ):
        done = forge(*arguments)
        assert not isinstance(done, dict), arguments
        assert done.returncode == 2 and words in done.stderr and done.stderr, (arguments, done.stderr)
        assert not out.exists() and not list(tmp_path.glob("out.*")), arguments
