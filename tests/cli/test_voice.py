"""`bonafide voice`: who speaks, in untrusted recordings and films."""

import json
import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def voices(bonafide, tmp_path_factory):
    """Two artificial voices, alone and in turn, and sound of which nobody can tell who speaks."""
    folder = tmp_path_factory.mktemp("voices")
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), "voices"], check=True, timeout=300)
    return folder


def test_comparing(bonafide, voices):
    """Whether real people are told apart is measured on real ones (test_real_people)."""
    same = bonafide("voice", "compare", voices / "ann.wav", voices / "ann.mp3", "--format", "json")
    answer = json.loads(same.stdout)
    assert same.returncode == 0 and answer["llr_same_person"] >= 1 and answer["answer"] == "sounds like the same person"
    assert len(answer["a"]["voices"]) == 1 and "numbers" not in same.stdout
    text = bonafide("voice", "compare", voices / "ann.wav", voices / "ann.mp4")
    assert text.returncode == 0 and "sounds like the same person" in text.stdout and "does not make it genuine" in text.stdout
    other = bonafide("voice", "compare", voices / "ann.wav", voices / "bob.wav", "--format", "json")
    assert other.returncode == 3 and json.loads(other.stdout)["answer"] == "sounds like another person"
    several = bonafide("voice", "compare", voices / "both.wav", voices / "bob.wav")
    assert "several voices" in several.stdout and several.stdout.count("ratio") == 3


def test_files_of_no_use(bonafide, voices, tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "cut.wav").write_bytes((voices / "ann.wav").read_bytes()[:40])
    for path, words in (("silence.wav", "no speech found: silence"), ("tones.wav", "no speech"), ("noise.wav", "no speech found: noise"),
                        ("music.wav", "no speech"), ("short.wav", "too short"), ("phone.wav", "telephone"), ("mute.mp4", "no sound"),
                        (tmp_path / "text.wav", "not a supported"), (tmp_path / "cut.wav", ""), (tmp_path / "gone.wav", "opened"), (tmp_path, "folder")):
        done = bonafide("voice", "compare", voices / path, voices / "ann.wav")
        assert done.returncode == 2 and words in done.stderr and not done.stdout, (path, done.stderr)
    done = bonafide("voice", "compare", voices / "ann.wav", voices / "ann.mp4", "--max-size", "1k")
    assert done.returncode == 2 and "--max-size" in done.stderr


def test_people_are_kept_and_forgotten(bonafide, voices, tmp_path):
    gallery = tmp_path / "kept" / "people.gallery"
    (tmp_path / "phrase").write_text("correct horse battery\n")
    secret = ("--gallery", gallery, "--passphrase-file", tmp_path / "phrase")
    done = bonafide("voice", "enroll", "Ann", voices / "ann.wav", voices / "silence.wav", voices / "both.wav", *secret, "--format", "json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["encrypted"] and made["recordings"] == 1 and [entry["path"].split("/")[-1] for entry in made["refused"]] == ["silence.wav", "both.wav"]
    assert "several people speak" in done.stderr
    assert stat.S_IMODE(gallery.stat().st_mode) == 0o600 and b"Ann" not in gallery.read_bytes()
    assert bonafide("voice", "enroll", "Bob", voices / "bob.wav", *secret).returncode == 0
    match = bonafide("voice", "match", voices / "ann.mp3", *secret, "--format", "json")
    (voice,) = json.loads(match.stdout)["voices"]
    assert match.returncode == 0 and [entry["name"] for entry in voice["people"]] == ["Ann", "Bob"] and voice["people"][0]["llr_same_person"] >= 1
    both = json.loads(bonafide("voice", "match", voices / "both.wav", *secret, "--format", "json").stdout)
    assert sorted(voice["people"][0]["name"] for voice in both["voices"]) == ["Ann", "Bob"]
    listed = json.loads(bonafide("voice", "list", *secret, "--format", "json").stdout)
    assert listed == [{"name": "Ann", "looks": 0, "recordings": 1}, {"name": "Bob", "looks": 0, "recordings": 1}]
    for arguments, words in ((("voice", "list", "--gallery", gallery), "encrypted"), (("voice", "delete", "Eve", *secret), "Eve"),
                             (("voice", "enroll", "Eve", voices / "music.wav", *secret), "none of the files"),
                             (("voice", "match", voices / "silence.wav", *secret), "silence"),
                             (("voice", "match", voices / "ann.wav", "--gallery", tmp_path / "other"), "nobody is enrolled"),
                             (("faces", "match", voices / "mute.mp4", *secret), "with a face")):
        done = bonafide(*arguments)
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
    assert bonafide("faces", "delete", "Ann", *secret).returncode == 0, "one gallery for faces and voices"
    assert [entry["name"] for entry in json.loads(bonafide("voice", "list", *secret, "--format", "json").stdout)] == ["Bob"]


def test_the_claimed_person(bonafide, voices, schema, tmp_path):
    """`check --claimed` answers about the voice, and the answer leaves the verdict alone."""
    assert bonafide("voice", "enroll", "Ann", voices / "ann.wav", "--gallery", tmp_path / "people").returncode == 0

    def checked(path, *arguments):
        report, _ = bonafide.report(voices / path, "--analyzer", "*.identity", "--analyzer", "voice.synthetic", *arguments)
        schema.validate(report)
        return report, [finding for finding in report["findings"] if finding["analyzer"] == "voice.identity"]

    claimed = ("--claimed", "Ann", "--people", tmp_path / "people")
    report, (finding,) = checked("ann.mp3", *claimed)
    assert "sounds like that of 'Ann'" in finding["explanation"] and finding["llr"] is None
    assert report["replay"]["claimed"] == {"name": "Ann", "looks": 0, "voices": 1}
    without, _ = bonafide.report(voices / "ann.mp3", "--analyzer", "voice.synthetic")
    assert report["verdict"] == without["verdict"]
    _, (finding,) = checked("bob.wav", *claimed)
    assert "does not sound like that of 'Ann'" in finding["explanation"]
    report, (whole, *stretches) = checked("both.wav", *claimed)
    assert "The nearest of 2 voices sounds like" in whole["explanation"] and len(stretches) >= 2
    first, last = stretches[0], stretches[-1]
    assert "sounds like 'Ann'" in first["explanation"] and first["where"]["end_s"] <= 14
    assert "does not sound like 'Ann'" in last["explanation"] and last["where"]["start_s"] >= 10
    for path, words in (("silence.wav", "silence"), ("phone.wav", "telephone"), ("mute.mp4", "no sound"), ("short.wav", "too short")):
        _, (nobody,) = checked(path, *claimed)
        assert nobody["outcome"] == "not_applicable" and words in nobody["reason"], nobody
    report, _ = checked("ann.mp4", *claimed)
    face = next(finding for finding in report["findings"] if finding["analyzer"] == "face.identity")
    assert face["outcome"] == "not_applicable" and "only of the voice" in face["reason"]
    _, (unasked,) = checked("ann.wav")
    assert unasked["outcome"] == "not_applicable" and "--claimed" in unasked["reason"]
    usual, _ = bonafide.report(voices / "ann.wav")
    assert not any(finding["analyzer"] == "voice.identity" for finding in usual["findings"]), "not run where nobody is claimed"


def test_coders_and_cuts(bonafide, voices, schema):
    """What the sound went through is said without weight; a cut in it is pointed at, and weighs."""
    def of(path):
        report, _ = bonafide.report(voices / path, "--analyzer", "voice.codec", "--analyzer", "voice.splice")
        schema.validate(report)
        codec = next(finding for finding in report["findings"] if finding["analyzer"] == "voice.codec")
        splices = [finding for finding in report["findings"] if finding["analyzer"] == "voice.splice"]
        return report, codec, splices

    whole, codec, (splice,) = of("was-mp3.wav")
    assert "it was MP3 before" in codec["explanation"] and codec["llr"] is None
    assert "No cut was found" in splice["explanation"] and splice["llr"] == 0
    cut, codec, (splice, place) = of("cut.wav")
    assert "it was MP3 before" in codec["explanation"] and splice["llr"] > 0.4 and cut["verdict"] == whole["verdict"] == "inconclusive"
    assert place["where"]["start_s"] <= 5 <= place["where"]["end_s"] and "cut" in place["explanation"]
    _, codec, (splice,) = of("ann.mp3")
    assert "as its file says" in codec["explanation"] and "No cut was found" in splice["explanation"]
    _, codec, _ = of("phone.wav")
    assert "as on a telephone" in codec["explanation"]
    for path, words in (("silence.wav", "silence"), ("short.wav", "too short")):
        _, codec, (splice,) = of(path)
        assert codec["outcome"] == splice["outcome"] == "not_applicable" and words in codec["reason"], path


def test_real_people(bonafide, shared_data, tmp_path):
    """Two recordings of one reader are alike, and another reader's is not, in an open gallery."""
    rows = [line.split(",") for line in (shared_data / "voices" / "manifest.csv").read_text().splitlines()]

    def spoken(name):
        return next(shared_data / "voices" / row[0] for row in rows if row[1] == "bona_fide" and row[4].endswith(name))
    gallery = ("--gallery", tmp_path / "people")
    assert bonafide("voice", "enroll", "Zoë", spoken("2300_131720_000005_000005.wav"), *gallery).returncode == 0
    own = bonafide("voice", "match", spoken("2300_131720_000021_000001.wav"), *gallery)
    foreign = bonafide("voice", "match", spoken("260_123286_000058_000001.wav"), *gallery)
    assert own.returncode == 0 and "sounds like the same person" in own.stdout
    assert foreign.returncode == 3 and "sounds like another person" in foreign.stdout
