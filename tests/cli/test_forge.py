"""`bonafide forge`: nothing leaves it unmarked, and `check` knows its own marks."""

import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def portraits(bonafide, tmp_path_factory):
    """Two drawn faces."""
    folder = tmp_path_factory.mktemp("portraits")
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), "portraits"], check=True, timeout=300)
    return sorted(folder.glob("*.png"))


@pytest.fixture(scope="module")
def portrait(portraits):
    return portraits[0]


def marks_of(report):
    return {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_check_recognises_a_forged_picture(bonafide, forge, portrait, tmp_path, ending):
    out = tmp_path / f"blend.{ending}"
    made = forge("blend", portrait, "-o", out, "--seed", 5)
    assert made["fake"] and made["visible_label"] and max(made["width_px"], made["height_px"]) <= 1280
    assert made["watermark_exponent_after_half_size_and_jpeg_60"] > 10 and made["watermark_psnr_db"] > 30
    report, code = bonafide.report(out, "--analyzer", "provenance.*")
    marks = marks_of(report)
    assert marks["provenance.forge_marks"]["watermark_found"] == 1
    assert marks["provenance.credentials"]["declared_synthetic"] == 1 and marks["provenance.credentials"]["validation_failures"] == 0
    assert report["provenance"]["state"] == "valid"
    assert any("forge of Bonafide" in mark["claim"] for mark in report["provenance"]["marks"])
    assert code == 3, "forgeable marks alone decide nothing"
    report, code = bonafide.report(out, "--analyzer", "provenance.*", "--trust-list", forge.keys / "authority.pem")
    assert report["provenance"]["state"] == "trusted" and code == 1


def test_animal_is_marked_like_every_fake(bonafide, forge, portrait, tmp_path):
    made = forge("animal", portrait, "-o", tmp_path / "fox.jpg", "--animal", "fox")
    assert made["fake"] and made["visible_label"] and "fox" in made["description"]
    forge("animal", portrait, "-o", tmp_path / "self.png", "--picture", portrait, "--places", "280,220,360,220,320,290")
    for name in ("fox.jpg", "self.png"):
        report, _ = bonafide.report(tmp_path / name, "--analyzer", "provenance.*")
        assert marks_of(report)["provenance.forge_marks"]["watermark_found"] == 1
        assert marks_of(report)["provenance.credentials"]["declared_synthetic"] == 1


def test_keys_are_private_and_seeds_decide(forge, portrait, tmp_path):
    first = forge("blend", portrait, "-o", tmp_path / "a.png", "--seed", 9, "--mask", "lower")
    key = forge.keys / "signing.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    again = forge("blend", portrait, "-o", tmp_path / "b.png", "--seed", 9, "--mask", "lower")
    other = forge("blend", portrait, "-o", tmp_path / "c.png", "--seed", 10, "--mask", "lower")
    assert first["description"] == again["description"] != other["description"]
    assert key.read_bytes() == before


def test_laundering_is_no_fake(bonafide, forge, examples, portrait, tmp_path):
    out = tmp_path / "laundered.jpg"
    made = forge("launder", examples / "camera.jpg", "-o", out, "--resize", "0.5", "--jpeg", "60")
    assert not made["fake"] and not made["visible_label"] and "resize=0.5 jpeg=60" in made["description"]
    report, _ = bonafide.report(out, "--analyzer", "provenance.*")
    marks = marks_of(report)
    assert marks["provenance.forge_marks"]["watermark_found"] == 0
    assert marks["provenance.credentials"]["declared_synthetic"] == 0 and marks["provenance.credentials"]["declared_edits"] == 0
    assert marks["provenance.credentials"]["validation_failures"] == 0

    fake = tmp_path / "fake.png"
    forge("blend", portrait, "-o", fake, "--no-visible-label")
    made = forge("launder", fake, "-o", out, "--profile", "reposted")
    assert made["fake"]
    report, _ = bonafide.report(out, "--analyzer", "provenance.*")
    assert marks_of(report)["provenance.credentials"]["declared_synthetic"] == 1
    assert marks_of(report)["provenance.forge_marks"]["watermark_found"] == 1


def test_steps_run_in_the_order_given(forge, examples, tmp_path):
    made = forge("launder", examples / "camera.jpg", "-o", tmp_path / "a.webp", "--jpeg", "60", "--resize", "0.5", "--jpeg", "70", "--crop", "4", "--webp", "50")
    assert "jpeg=60 resize=0.5 jpeg=70 crop=4 webp=50" in made["description"]


def test_swap_needs_consent(forge, portraits, tmp_path):
    portrait, other = portraits
    record = tmp_path / "consent.json"
    swap = ("swap", portrait, "--face", other, "-o", tmp_path / "swap.png")
    done = forge("consent", "new", "--person", "Drawn Person", "--purpose", "satire", "--until", "2999-01-01", "--for", "swap", "-o", record)
    assert done.returncode == 0, done.stderr
    shown = forge("consent", "show", record)
    assert shown["person"] == "Drawn Person" and shown["signed_here"] and not shown["ended"]

    made = forge(*swap, "--person", "Drawn Person", "--consent", record)
    assert made["purpose"] == "satire" and len(made["consent_sha256"]) == 64

    tampered = tmp_path / "tampered.json"
    tampered.write_text(record.read_text().replace("2999", "3999"))
    forge("consent", "new", "--person", "Late", "--purpose", "satire", "--until", "2999-01-01", "--for", "swap", "-o", tmp_path / "late.json")
    for arguments, words in (
        ([], "--consent FILE"),
        (["--consent", record], "nobody"),
        (["--consent", record, "--person", "Somebody Else"], "not of Somebody Else"),
        (["--consent", tampered, "--person", "Drawn Person"], "changed after"),
        (["--consent", tmp_path / "none.json", "--person", "Drawn Person"], "cannot read"),
        (["--consent", portrait, "--person", "Drawn Person"], "cannot read"),
    ):
        out = tmp_path / "refused.png"
        done = forge("swap", portrait, "--face", other, "-o", out, *arguments)
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
        assert not out.exists()
    for arguments in (["--purpose", "profit"], ["--until", "2026-02-30"], ["--until", "2020-01-01"], ["--for", "blend"]):
        wanted = {"--person": "P", "--purpose": "satire", "--until": "2999-01-01", "--for": "swap", **dict([arguments])}
        done = forge("consent", "new", *(word for pair in wanted.items() for word in pair), "-o", tmp_path / "no.json")
        assert done.returncode == 2 and not (tmp_path / "no.json").exists(), arguments


def test_refusals(forge, portrait, examples, tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    whole = portrait.read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:len(whole) // 2])
    (tmp_path / "empty.png").write_bytes(b"")
    out = tmp_path / "out.png"
    for arguments, words in (
        (["blend", portrait, "-o", tmp_path / "out.bmp"], ".png, .jpg or .webp"),
        (["blend", portrait, "-o", out, "--mask", "nose"], "no shape of mask"),
        (["blend", tmp_path / "text.png", "-o", out], "no still picture"),
        (["blend", tmp_path / "empty.png", "-o", out], "no still picture"),
        (["blend", tmp_path / "cut.png", "-o", out], "damaged"),
        (["blend", tmp_path / "gone.png", "-o", out], "cannot be opened"),
        (["blend", examples / "recording.wav", "-o", out], "no still picture"),
        (["blend", examples / "camera.jpg", "-o", out], "no face"),
        (["blend", portrait, "-o", out, "--max-pixels", "1000"], "pixels"),
        (["blend", portrait, "-o", tmp_path / "none" / "out.png"], "cannot write"),
        (["animal", portrait, "-o", out], "--animal"),
        (["animal", portrait, "-o", out, "--animal", "unicorn"], "unicorn"),
        (["animal", portrait, "-o", out, "--animal", "cat", "--picture", portrait], "either"),
        (["animal", portrait, "-o", out, "--picture", portrait], "missing"),
        (["animal", portrait, "-o", out, "--picture", portrait, "--places", "1,2,3,4,5,nan"], "places"),
        (["launder", portrait, "-o", out], "nothing is to be done"),
        (["launder", portrait, "-o", out, "--jpeg", "60"], "saves as jpeg"),
        (["launder", portrait, "-o", out, "--resize", "-3"], "no step"),
        (["launder", portrait, "-o", out, "--profile", "pigeon"], "no profile"),
    ):
        done = forge(*arguments)
        assert done.returncode == 2 and words in done.stderr, (arguments, done.stderr)
        assert not out.exists()


def test_real_faces(bonafide, forge, shared_data, tmp_path):
    """Marked, and the mark is found after half size and JPEG 60."""
    faces = sorted((shared_data / "faces" / "real").glob("*.jpg"))
    for face, shape in zip(faces[::400], ("face", "patch")):
        out = tmp_path / f"{shape}.png"
        forge("blend", face, "-o", out, "--mask", shape)
        small = tmp_path / f"{shape}.jpg"
        forge("launder", out, "-o", small, "--resize", "0.5", "--jpeg", "60")
        report, _ = bonafide.report(small, "--analyzer", "provenance.forge_marks")
        assert marks_of(report)["provenance.forge_marks"]["watermark_found"] == 1
