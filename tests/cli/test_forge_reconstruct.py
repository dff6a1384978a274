"""`bonafide forge reconstruct`: marked like every fake."""

import json

import pytest


@pytest.fixture(scope="module")
def forge(bonafide, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys")
    return lambda *arguments: bonafide("forge", *arguments, "--keys", keys, "--json")


def declared(bonafide, path):
    """What `check` finds of the marks of a forged picture."""
    report, _ = bonafide.report(path, "--analyzer", "provenance.*")
    marks = {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}
    assert report["provenance"]["state"] == "valid"
    return marks["provenance.forge_marks"]["watermark_found"], marks["provenance.credentials"]["declared_synthetic"]


def test_a_reconstructed_picture_is_marked(bonafide, forge, examples, tmp_path):
    out = tmp_path / "through.png"
    done = forge("reconstruct", examples / "camera.jpg", "-o", out, "--upsampling", "shuffle")
    made = json.loads(done.stdout)
    assert made["fake"] and made["visible_label"] and "shuffle" in made["description"]
    assert declared(bonafide, out) == (1, 1)
    refused = forge("reconstruct", examples / "camera.jpg", "-o", tmp_path / "none.png", "--upsampling", "blocks")
    assert refused.returncode == 2 and "no kind of up-sampling" in refused.stderr and not (tmp_path / "none.png").exists()
