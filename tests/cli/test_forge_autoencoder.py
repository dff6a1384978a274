"""`bonafide forge swap --model autoencoder`: a network of the user's own training is untrusted input; consent, marks and films are as of every swap."""

import json
import subprocess

import pytest


@pytest.fixture(scope="module")
def media(bonafide, tmp_path_factory):
    """Portraits, films, and networks."""
    folder = tmp_path_factory.mktemp("media")
    for what in ("portraits", "talkers", "networks"):
        subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), what], check=True, timeout=300)
    return folder


@pytest.fixture(scope="module")
def forge(bonafide, tmp_path_factory):
    keys = tmp_path_factory.mktemp("keys")
    return lambda *arguments: bonafide("forge", *arguments, "--keys", keys)


@pytest.fixture(scope="module")
def consent(forge, tmp_path_factory):
    record = tmp_path_factory.mktemp("consent") / "consent.json"
    assert forge("consent", "new", "--person", "Drawn", "--purpose", "testing", "--until", "2999-01-01", "--for", "swap", "-o", record).returncode == 0
    return "--person", "Drawn", "--consent", record


def test_a_face_is_given_again_and_marked(bonafide, forge, media, consent, tmp_path):
    out = tmp_path / "other.png"
    done = forge("swap", media / "portrait1.png", "--model", "autoencoder", "--network", media / "exchanged.onnx", "-o", out, *consent, "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["fake"] and made["visible_label"] and made["purpose"] == "testing" and "autoencoder" in made["description"]
    report, _ = bonafide.report(out, "--analyzer", "provenance.*")
    marks = {finding["analyzer"]: {m["name"]: m["value"] for m in finding["measurements"]} for finding in report["findings"] if finding["measurements"]}
    assert marks["provenance.forge_marks"]["watermark_found"] == 1 and marks["provenance.credentials"]["declared_synthetic"] == 1


def test_films_too(forge, media, consent, tmp_path):
    out = tmp_path / "other.mp4"
    done = forge("swap", media / "silent.mp4", "--model", "autoencoder", "--network", media / "exchanged.onnx", "-o", out, *consent, "--json")
    assert done.returncode == 0, done.stderr
    assert "24 of 24 frames" in json.loads(done.stdout)["description"]


def test_refusals(forge, media, consent, tmp_path):
    (tmp_path / "text.onnx").write_text("no network")
    (tmp_path / "empty.onnx").write_bytes(b"")
    out, by_network = tmp_path / "out.png", ("--model", "autoencoder", "--network")
    for arguments, words in (
        ((*by_network, media / "exchanged.onnx"), "--consent FILE"),
        ((*by_network, media / "exchanged.onnx", "--person", "Somebody Else", *consent[2:]), "Somebody Else"),
        ((*by_network, media / "oblong.onnx", *consent), "1 x 3 x N x N"),
        ((*by_network, media / "grey.onnx", *consent), "1 x 3 x N x N"),
        ((*by_network, media / "huge.onnx", *consent), "more than"),
        ((*by_network, media / "endless.onnx", *consent), "not finite"),
        ((*by_network, media / "cut.onnx", *consent), "the network: "),
        ((*by_network, media / "portrait1.png", *consent), "no network in ONNX"),
        ((*by_network, tmp_path / "text.onnx", *consent), "no network in ONNX"),
        ((*by_network, tmp_path / "empty.onnx", *consent), "no network in ONNX"),
        ((*by_network, tmp_path / "none.onnx", *consent), "none.onnx"),
        (("--model", "autoencoder", *consent), "--network"),
        (("--model", "autoencoder", "--face", media / "portrait2.png", *consent), "--network"),
        (("--network", media / "exchanged.onnx", *consent), "--face"),
        (("--model", "diffusion", "--face", media / "portrait2.png", *consent), "diffusion"),
    ):
        done = forge("swap", media / "portrait1.png", "-o", out, *arguments)
        assert done.returncode == 2 and words in done.stderr and not out.exists(), (arguments, done.stderr)
