"""`bonafide forge face`: people who do not exist, marked like every fake, the same for the same seed."""

import json

import pytest


@pytest.fixture(scope="module")
def forge(bonafide, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys")
    return lambda *arguments: bonafide("forge", *arguments, "--keys", keys, "--json")


@pytest.mark.parametrize("model", ["vae", "gan"])
def test_a_face_of_nobody_is_marked(bonafide, forge, tmp_path, model):
    out = tmp_path / "nobody.png"
    made = json.loads(forge("face", "-o", out, "--model", model, "--seed", 3).stdout)
    assert made["fake"] and made["visible_label"] and "does not exist" in made["description"]
    report, _ = bonafide.report(out, "--analyzer", "provenance.*")
    marks = {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}
    assert report["provenance"]["state"] == "valid"
    assert marks["provenance.forge_marks"]["watermark_found"] == 1 and marks["provenance.credentials"]["declared_synthetic"] == 1
    for steps, size in ((3, (512, 512)), (5, (768, 512)), (9, (720, 720))):
        row = json.loads(forge("face", "-o", tmp_path / "row.jpg", "--model", model, "--seed", 3, "--to-seed", 4, "--steps", steps).stdout)
        assert (row["width_px"], row["height_px"]) == size and f"{steps} people" in row["description"]


@pytest.mark.parametrize("arguments", [["--model", "oracle"], ["--to-seed", 4], ["--steps", 3], ["--to-seed", 4, "--steps", 10], ["--seed", -1]])
def test_a_face_is_refused(forge, tmp_path, arguments):
    out = tmp_path / "none.png"
    assert forge("face", "-o", out, *arguments).returncode == 2 and not out.exists()
