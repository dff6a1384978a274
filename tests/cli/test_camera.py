"""`bonafide camera`: a gallery of sensor fingerprints, made of untrusted pictures."""

import json
import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def camera_shots(bonafide, tmp_path_factory):
    """Pictures of one simulated camera, and of others."""
    folder = tmp_path_factory.mktemp("camera-shots")
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), "camera-shots"], check=True, timeout=300)
    return {kind: sorted(folder.glob(f"{kind}*.jpg")) for kind in ("own", "foreign")}


def test_wrong_usage(bonafide, examples, tmp_path):
    for arguments, words in (
        (["enroll", "--gallery", tmp_path, "../x", examples / "camera.jpg"], "letters"),
        (["enroll", "--gallery", tmp_path, "few", examples / "camera.jpg"], "at least 5"),
        (["match", "--gallery", tmp_path, examples / "camera.jpg"], "no camera is enrolled"),
        (["match", "--gallery", tmp_path, examples / "camera.jpg", "--name", "nobody"], "nobody"),
        (["delete", "--gallery", tmp_path, "nobody"], "nobody"),
        (["delete", "--gallery", tmp_path, "../../etc/passwd"], "letters"),
        ([], "subcommand"),
    ):
        done = bonafide("camera", *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr, (arguments, done.stderr)
    done = bonafide("check", examples / "camera.jpg", "--camera", "nobody", "--gallery", tmp_path)
    assert done.returncode == 2 and "nobody" in done.stderr


def test_without_a_camera_nothing_is_claimed(bonafide, examples):
    report, _ = bonafide.report(examples / "camera.jpg", "--analyzer", "camera.*")
    (finding,) = report["findings"]
    assert finding["outcome"] == "not_applicable" and "No camera fingerprint" in finding["reason"]
    assert "camera" not in report["replay"]


def test_pictures_of_no_use_are_named(bonafide, examples, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "cut.jpg").write_bytes((examples / "camera.jpg").read_bytes()[:3000])
    done = bonafide("camera", "enroll", "--gallery", tmp_path / "g", "cam", examples / "camera.jpg", examples / "camera.jpg", tmp_path / "text.jpg",
                    tmp_path / "cut.jpg", tmp_path / "gone.jpg", examples / "recording.wav", tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("not used:") == 6
    for words in ("the same file", "text.jpg", "incomplete", "opened", "still picture", "regular"):
        assert words in done.stderr, words
    assert not (tmp_path / "g").exists()


def test_enrolled_camera_is_recognised(bonafide, camera_shots, tmp_path, schema):
    gallery = tmp_path / "gallery"
    done = bonafide("camera", "enroll", "--gallery", gallery, "--json", "mine", *camera_shots["own"][:8])
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["pictures_used"] == 8 and made["agreement"] > 0.1
    path = gallery / "mine.fingerprint"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes()[:8] == b"BFCAMERA"
    assert [camera["name"] for camera in json.loads(bonafide("camera", "list", "--gallery", gallery, "--json").stdout)] == ["mine"]

    own = bonafide("camera", "match", "--gallery", gallery, camera_shots["own"][8])
    assert own.returncode == 0 and "mine: MATCH" in own.stdout and "24 in a million" in own.stdout
    foreign = bonafide("camera", "match", "--gallery", gallery, "--json", camera_shots["foreign"][0])
    (result,) = json.loads(foreign.stdout)
    assert foreign.returncode == 3 and not result["matches"] and result["pce"] < 60

    report, _ = bonafide.report(camera_shots["own"][8], "--camera", "mine", "--gallery", gallery, "--maps", tmp_path / "maps")
    schema.validate(report)
    finding = next(finding for finding in report["findings"] if finding["analyzer"] == "camera.fingerprint")
    values = {measurement["name"]: measurement["value"] for measurement in finding["measurements"]}
    assert finding["outcome"] == "ran" and values["pce"] > 200
    assert report["replay"]["camera"] == {"name": "mine", "sha256": made["sha256"]}
    assert (tmp_path / "maps" / camera_shots["own"][8].name / "camera.fingerprint.png").exists()

    damaged = bytearray(path.read_bytes())
    damaged[5000] ^= 1
    path.write_bytes(damaged)
    for refused in (bonafide("camera", "match", "--gallery", gallery, camera_shots["own"][8]), bonafide("camera", "list", "--gallery", gallery),
                    bonafide("check", camera_shots["own"][8], "--camera", "mine", "--gallery", gallery)):
        assert refused.returncode == 2 and "altered" in refused.stderr
    assert bonafide("camera", "delete", "--gallery", gallery, "mine").returncode == 0
    assert not path.exists()


def test_exif_orientation_is_undone(bonafide, camera_shots, tmp_path):
    """The camera stores its sensor's rows and says how to turn them: the fingerprint lies in what is stored."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    turned = []
    for path in camera_shots["own"]:
        data = path.read_bytes()
        turned.append(tmp_path / path.name)
        turned[-1].write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])
    done = bonafide("camera", "enroll", "--gallery", tmp_path / "g", "--json", "cam", *camera_shots["own"][:4], *turned[4:8])
    made = json.loads(done.stdout)
    assert made["pictures_used"] == 8 and made["width_px"] > made["height_px"]
    report, _ = bonafide.report(turned[9], "--camera", "cam", "--gallery", tmp_path / "g", "--analyzer", "camera.*")
    assert report["input"]["width_px"] < report["input"]["height_px"]
    values = {measurement["name"]: measurement["value"] for measurement in report["findings"][0]["measurements"]}
    assert values["pce"] > 200 and values["quarter_turns"] == 0
