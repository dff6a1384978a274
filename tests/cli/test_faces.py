"""`bonafide faces`: faces in untrusted pictures and films, and who is who."""

import json
import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def drawn(bonafide, tmp_path_factory):
    """Drawn faces: one, turned, small, a group, none, and a film with a cut."""
    folder = tmp_path_factory.mktemp("drawn-faces")
    subprocess.run([str(bonafide.path.parent / "bonafide-examples"), str(folder), "faces"], check=True, timeout=300)
    return folder


def detect(bonafide, path, *arguments):
    done = bonafide("faces", "detect", path, "--format", "json", *arguments)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout), done.returncode


def middle(face):
    x, y, width, height = face["box_px"]
    return x + width / 2, y + height / 2


def test_faces_of_pictures(bonafide, drawn):
    seen, code = detect(bonafide, drawn / "group.png")
    assert code == 0 and (seen["kind"], seen["width_px"], seen["height_px"]) == ("image", 1280, 480)
    faces = sorted(seen["seen"][0]["faces"], key=middle)
    assert [round(middle(face)[0] / 40) for face in faces] == [5, 16, 27]
    assert faces[2]["mouth_opening"] > faces[0]["mouth_opening"] + 0.03
    for face in faces:
        assert len(face["landmarks_px"]) == 468 and face["right_iris_px"]["x"] < face["left_iris_px"]["x"]
        assert abs(face["pose_deg"]["roll"]) < 6 and face["right_eye_opening"] > 0.15
    small, _ = detect(bonafide, drawn / "small.png")
    (face,) = small["seen"][0]["faces"]
    assert abs(middle(face)[0] - 1200) < 15 and abs(middle(face)[1] - 300) < 15
    nothing, code = detect(bonafide, drawn / "empty.png")
    assert code == 3 and nothing["seen"] == [] and nothing["people"] == []
    text = bonafide("faces", "detect", drawn / "group.png")
    assert text.returncode == 0 and "3 faces" in text.stdout and text.stdout.count("face ") == 3


def test_a_turned_picture_is_seen_upright_or_as_it_lies(bonafide, drawn, tmp_path):
    """With an EXIF orientation places are those of the upright picture, without one those of the picture as it lies."""
    upright, _ = detect(bonafide, drawn / "one.png")
    lying, _ = detect(bonafide, drawn / "turned.png")
    x, y = middle(upright["seen"][0]["faces"][0])
    turned_x, turned_y = middle(lying["seen"][0]["faces"][0])
    assert abs(turned_x - y) < 8 and abs(turned_y - (640 - x)) < 8
    assert abs(abs(lying["seen"][0]["faces"][0]["pose_deg"]["roll"]) - 90) < 8
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    data = (drawn / "turned.jpg").read_bytes()
    (tmp_path / "exif.jpg").write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])
    said, _ = detect(bonafide, tmp_path / "exif.jpg")
    assert (said["width_px"], said["height_px"]) == (640, 480)
    assert abs(middle(said["seen"][0]["faces"][0])[0] - x) < 8


def test_faces_of_a_film_are_followed_to_the_cut(bonafide, drawn, tmp_path):
    seen, code = detect(bonafide, drawn / "film.mp4", "--draw", tmp_path / "drawn.webm", "--landmarks")
    assert code == 0 and (seen["kind"], seen["frames"], seen["cuts"]) == ("video", 60, 1)
    assert [person["track"] for person in seen["people"]] == [0, 1, 2]
    assert [person["frames"] for person in seen["people"]] == [30, 30, 30]
    assert abs(seen["people"][2]["first_s"] - 1.2) < 0.05
    assert all(len(face["landmarks_px"]) == 468 for frame in seen["seen"] for face in frame["faces"])
    again, _ = detect(bonafide, tmp_path / "drawn.webm")
    assert again["frames"] == 60 and len(again["people"]) >= 2
    short, _ = detect(bonafide, drawn / "film.mp4")
    assert "landmarks_px" not in short["seen"][0]["faces"][0]
    text = bonafide("faces", "detect", drawn / "film.mp4")
    assert "3 tracks" in text.stdout and "1 cut" in text.stdout


def test_drawings(bonafide, drawn, tmp_path):
    for name, magic in (("out.png", b"\x89PNG"), ("out.jpg", b"\xff\xd8")):
        done = bonafide("faces", "detect", drawn / "group.png", "--draw", tmp_path / name)
        assert done.returncode == 0 and (tmp_path / name).read_bytes().startswith(magic)
    for path, name, words in ((drawn / "group.png", "out.webm", "it is a picture"), (drawn / "film.mp4", "x.png", "it is a film"),
                              (drawn / "group.png", "out.bmp", "--draw"), (drawn / "group.png", "gone/out.png", "cannot write")):
        done = bonafide("faces", "detect", path, "--draw", tmp_path / name)
        assert done.returncode == 2 and words in done.stderr
        assert not (tmp_path / name).exists()


def test_files_of_no_use(bonafide, examples, drawn, tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes((drawn / "one.png").read_bytes()[:200])
    (tmp_path / "none.mp4").write_bytes((drawn / "film.mp4").read_bytes()[:300])
    for path, words in ((tmp_path / "text.png", "not a supported"), (tmp_path / "cut.png", ""), (tmp_path / "none.mp4", ""),
                        (tmp_path / "gone.png", "opened"), (tmp_path, "folder"), (examples / "recording.wav", "sound"), ("/dev/zero", "regular")):
        done = bonafide("faces", "detect", path)
        assert done.returncode == 2 and words in done.stderr and not done.stdout, path
    done = bonafide("faces", "detect", drawn / "film.mp4", "--timeout", "0.01")
    assert done.returncode == 2 and "--timeout" in done.stderr


def test_people_are_kept_and_forgotten(bonafide, drawn, tmp_path):
    """A drawn face is like itself; whether real ones are told apart is measured on real ones (test_real_people)."""
    gallery = tmp_path / "kept" / "people.gallery"
    (tmp_path / "phrase").write_text("correct horse battery\n")
    secret = ("--gallery", gallery, "--passphrase-file", tmp_path / "phrase")
    done = bonafide("faces", "enroll", "Ann", drawn / "one.png", drawn / "empty.png", drawn / "group.png", *secret, "--format", "json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["encrypted"] and made["looks"] in (1, 2) and "no face" in done.stderr
    assert stat.S_IMODE(gallery.stat().st_mode) == 0o600 and b"Ann" not in gallery.read_bytes()
    match = bonafide("faces", "match", drawn / "turned.png", *secret, "--format", "json")
    (face,) = json.loads(match.stdout)["faces"]
    assert match.returncode == 0 and face["people"][0]["name"] == "Ann" and face["people"][0]["llr_same_person"] >= 1
    assert json.loads(bonafide("faces", "list", *secret, "--format", "json").stdout) == [{"name": "Ann", "looks": made["looks"], "recordings": 0}]
    for arguments, words in ((("list", "--gallery", gallery), "encrypted"), (("delete", "Bob", *secret), "Bob"),
                             (("enroll", "Bob", drawn / "empty.png", *secret), "none of the files"),
                             (("match", drawn / "empty.png", *secret), "no face"),
                             (("match", drawn / "one.png", "--gallery", tmp_path / "other"), "nobody is enrolled")):
        done = bonafide("faces", *arguments)
        assert done.returncode == 2 and words in done.stderr, arguments
    assert bonafide("faces", "delete", "Ann", *secret).returncode == 0
    assert json.loads(bonafide("faces", "list", *secret, "--format", "json").stdout) == []


def test_the_claimed_person(bonafide, drawn, tmp_path):
    """`check --claimed` answers about the person, and the answer leaves the verdict alone."""
    gallery = ("--gallery", tmp_path / "people")
    assert bonafide("faces", "enroll", "Ann", drawn / "one.png", *gallery).returncode == 0

    def checked(path, *arguments):
        done = bonafide("check", path, "--format", "json", "--analyzer", "face.identity", "--analyzer", "container.structure", *arguments)
        report = json.loads(done.stdout)
        return report, next((finding for finding in report["findings"] if finding["analyzer"] == "face.identity"), None)

    claimed = ("--claimed", "Ann", "--people", tmp_path / "people")
    report, finding = checked(drawn / "turned.png", *claimed)
    assert "probably that of 'Ann'" in finding["explanation"] and finding["llr"] is None
    assert report["replay"]["claimed"] == {"name": "Ann", "looks": 1, "voices": 0}
    without = json.loads(bonafide("check", drawn / "turned.png", "--format", "json", "--analyzer", "container.structure").stdout)
    assert report["verdict"] == without["verdict"]
    report, film = checked(drawn / "film.mp4", *claimed)
    faces = next(measurement["value"] for measurement in film["measurements"] if measurement["name"] == "faces")
    # The film as a whole, then each of its tracks.
    assert faces >= 2 and sum(finding["analyzer"] == "face.identity" for finding in report["findings"]) == 1 + faces
    _, nobody = checked(drawn / "empty.png", *claimed)
    assert nobody["outcome"] == "not_applicable" and "No face" in nobody["reason"]
    _, unasked = checked(drawn / "one.png")
    assert unasked["outcome"] == "not_applicable" and "--claimed" in unasked["reason"]
    whole = json.loads(bonafide("check", drawn / "empty.png", "--format", "json").stdout)
    assert not any(finding["analyzer"] == "face.identity" for finding in whole["findings"]), "not run where nobody is claimed"
    done = bonafide("check", drawn / "one.png", "--claimed", "Bob", "--people", tmp_path / "people")
    assert done.returncode == 2 and "Bob" in done.stderr


def test_comparing(bonafide, drawn):
    same = bonafide("faces", "compare", drawn / "one.png", drawn / "turned.png", "--format", "json")
    answer = json.loads(same.stdout)
    assert same.returncode == 0 and answer["distance"] < 0.4 and answer["llr_same_person"] >= 1
    several = bonafide("faces", "compare", drawn / "group.png", drawn / "one.png")
    assert "several faces" in several.stdout and several.stdout.count("ratio") == 4
    done = bonafide("faces", "compare", drawn / "one.png", drawn / "small.png")
    assert done.returncode in (0, 2, 3)
    assert bonafide("faces", "compare", drawn / "one.png", drawn / "empty.png").returncode == 2


def test_real_people(bonafide, shared_data, tmp_path):
    """Two photographs of one person are matched, and another person's is not, in an open gallery."""
    def portrait(number, mood):
        return next(shared_data / "faces" / line.split(",")[0] for line in (shared_data / "faces" / "manifest.csv").read_text().splitlines()
                    if f"inst/{mood}_front/{number}_" in line)
    gallery = ("--gallery", tmp_path / "people")
    assert bonafide("faces", "enroll", "Zoë", portrait("172", "neutral"), *gallery).returncode == 0
    own = bonafide("faces", "match", portrait("172", "smiling"), *gallery)
    foreign = bonafide("faces", "match", portrait("173", "smiling"), *gallery)
    assert own.returncode == 0 and "probably the same person" in own.stdout
    assert foreign.returncode == 3 and "probably another person" in foreign.stdout
