"""What the package does: it checks as the program does, and its faces, fakes and features are those of the C++ side."""

import io
import json
import pathlib
import struct
import zlib

import bonafide
import jsonschema
import numpy
import pytest
from PIL import Image


def test_check_is_that_of_the_program(made, tmp_path):
    path = made["all"] / "spliced.jpg"
    report = bonafide.check(path, analyzers=["image.*", "metadata.*"], maps=True)
    installed = pathlib.Path(bonafide.__file__).parent / "share/bonafide/bonafide.report.1.schema.json"
    assert installed.exists(), "what the package needs lies inside it"
    assert report["schema"] == "bonafide.report/1" and json.loads(report.json) == dict(report)
    assert report.verdict == report["verdict"] and report.llr == report["llr"] and report.summary in " ".join(report.text.split())
    assert report["input"]["path"] == str(path) and "<html" in report.html
    same = bonafide.check(path.read_bytes(), analyzers=["image.*", "metadata.*"], name="upload")
    assert same["input"]["path"] == "upload" and same["input"]["sha256"] == report["input"]["sha256"]
    assert same["findings"] == [dict(finding, where=other["where"]) for finding, other in zip(report["findings"], same["findings"], strict=True)]


def test_maps_are_arrays_of_the_pictures_size(made):
    path = made["all"] / "spliced.jpg"
    report = bonafide.check(path, analyzers=["image.*"], maps=True)
    with Image.open(path) as picture:
        size = (picture.height, picture.width)
    assert "fused" in report.maps and len(report.maps) > 2
    for name, values in report.maps.items():
        assert values.dtype == numpy.uint8 and values.shape == size, name
        png = report.artifacts[f"maps/{name}.png"]
        assert (values == numpy.asarray(Image.open(io.BytesIO(png)))).all(), name


def test_a_file_that_cannot_be_analysed_is_a_report_and_what_the_caller_does_wrong_an_error(tmp_path):
    for content in (b"", b"no picture at all", b"\xff\xd8\xff\xe0" + bytes(40)):
        report = bonafide.check(content)
        assert report.verdict == "failed" and report.llr is None and report["failure"]
    assert bonafide.check(tmp_path).verdict == "failed"  # a folder
    with pytest.raises(bonafide.IoError, match="No such file") as caught:
        bonafide.check(tmp_path / "missing.jpg")
    assert isinstance(caught.value, OSError) and isinstance(caught.value, bonafide.Error)
    for wrong in ({"analyzers": ["no.such.analyzer"]}, {"prior": 0}, {"prior": float("nan")}, {"threads": -1}, {"limits": {"time_s": -1}},
                  {"limits": {"seconds": 1}}, {"parameters": {"image.noise.level": {"none": 1.0}}}):
        with pytest.raises(bonafide.UsageError):
            bonafide.check(b"\x89PNG\r\n\x1a\n", **wrong)
    for wrong in (bytearray(b"x"), 7, None, b"path".decode().encode):
        with pytest.raises(TypeError):
            bonafide.check(wrong)
    with pytest.raises(TypeError, match="lists"):
        bonafide.check(b"", analyzers="image.*")
    assert "larger than the limit" in bonafide.check(bytes(2000), limits={"size_bytes": 1000})["failure"]


def png(filters, lines, width, header=(8, 0, 0, 0, 0), cut=0):
    """A grey PNG of the given filtered lines."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    content = zlib.compress(b"".join(bytes([kind]) + line for kind, line in zip(filters, lines, strict=True)))
    head = struct.pack(">II5B", width, len(lines), *header)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content[: len(content) - cut]) + chunk(b"IEND", b""))


def test_maps_of_a_worker_that_lies_do_no_harm():
    decode = bonafide._core._decode_map
    random = numpy.random.default_rng(1)
    lines = [random.integers(0, 256, 5, numpy.uint8).tobytes() for _ in range(5)]
    honest = png([0, 1, 2, 3, 4], lines, 5)
    with Image.open(io.BytesIO(honest)) as picture:
        assert (decode(honest) == numpy.asarray(picture)).all()
    for wrong in (b"", honest[:20], honest[:-30], b"GIF89a" + bytes(40), png([0, 1, 2, 3, 5], lines, 5), png([0] * 5, lines, 4), png([0] * 5, lines, 6),
                  png([0] * 5, lines, 0), png([0] * 5, lines, 5, header=(16, 0, 0, 0, 0)), png([0] * 5, lines, 5, header=(8, 2, 0, 0, 0)),
                  png([0] * 5, lines, 5, header=(8, 0, 0, 0, 1)), png([0] * 5, lines, 5, cut=4)):
        with pytest.raises(bonafide.InvalidError):
            decode(wrong)
    with pytest.raises(bonafide.LimitError):
        decode(png([0] * 5, lines, 2**31 - 1))


def test_faces_are_found_measured_and_cut_out(made, portrait, face):
    x, y, width, height = face.box_px
    inside = face.landmarks_px[:, :2]
    assert (inside.min(0) == numpy.float32([x, y])).all() and inside.max(0) == pytest.approx([x + width, y + height], abs=0.01)
    assert 0.5 < face.score <= 1 and 0.5 < face.presence <= 1 and abs(face.yaw_deg) < 20 and face.mouth_opening < 0.2
    assert face.right_iris_px[0] < face.left_iris_px[0] and face.right_eye_opening > 0.1
    assert bonafide.faces.detect(portrait, irises=False)[0].left_iris_px is None
    crop = bonafide.faces.crop(portrait, face, size_px=200)
    matrix = bonafide.faces.crop_matrix(face, size_px=200)
    eyes = (matrix @ numpy.c_[inside[[33, 263]], [1, 1]].T).T
    assert eyes[0][1] == pytest.approx(eyes[1][1], abs=0.5) and crop.shape == (200, 200, 3)
    at = numpy.round(matrix @ [*inside[1], 1]).astype(int)  # the tip of the nose
    there = numpy.round(inside[1]).astype(int)
    assert abs(crop[at[1], at[0]].astype(int) - portrait[there[1], there[0]]).max() < 40
    assert bonafide.faces.detect(numpy.full((300, 300, 3), 120, numpy.uint8)) == []
    for wrong in ({"size_px": 7}, {"size_px": 5000}, {"scale": 0}, {"scale": float("nan")}):
        with pytest.raises(bonafide.UsageError):
            bonafide.faces.crop(portrait, face, **wrong)
    for wrong in ({"least_score": 2}, {"smallest_face_px": 1}, {"smallest_face_px": float("nan")}):
        with pytest.raises(bonafide.UsageError):
            bonafide.faces.detect(portrait, **wrong)
    with pytest.raises(TypeError):
        bonafide.faces.Face()


def test_people_are_told_apart(portraits, face):
    first = bonafide.faces.embed(portraits[0], face)
    second = bonafide.faces.embed(portraits[1], bonafide.faces.detect(portraits[1])[0])
    assert first.shape == (128,) and bonafide.faces.compare(first, first) == (0, 2)
    distance, llr = bonafide.faces.compare(first, second)
    assert distance == pytest.approx(numpy.linalg.norm(first.astype(float) - second), rel=1e-5) and -2 <= llr <= 2
    with pytest.raises(TypeError, match="128"):
        bonafide.faces.compare(first, second[:127])
    with pytest.raises(bonafide.UsageError, match="finite"):
        bonafide.faces.compare(first, numpy.full(128, numpy.nan, numpy.float32))


def test_a_tracker_keeps_its_numbers(portrait):
    tracker = bonafide.faces.Tracker()
    for step in range(4):
        frame = numpy.ascontiguousarray(numpy.roll(portrait, 3 * step, 1))
        ((track, face),) = tracker.next(frame, step / 25)
        assert track == 0 and face.landmarks_px.shape == (468, 3)
    with pytest.raises(bonafide.UsageError, match="rise"):
        tracker.next(portrait, 0)


def small_face(portrait):
    """A face of less than 64 px."""
    small = numpy.asarray(Image.fromarray(portrait).resize((portrait.shape[1] // 8, portrait.shape[0] // 8), Image.Resampling.BOX))
    (found,) = bonafide.faces.detect(small)
    return found


def test_pairs_in_memory(portraits, portrait, face):
    picture, mask = bonafide.forge.blend(portrait, face, 5)
    assert picture.shape == portrait.shape and mask.shape == portrait.shape[:2] and mask.dtype == numpy.float32
    assert 0 < mask.max() <= 1 and (picture[mask == 0] == portrait[mask == 0]).all() and (picture != portrait).any()
    again, other = bonafide.forge.blend(portrait, face, 5)[0], bonafide.forge.blend(portrait, face, 6)[0]
    assert (again == picture).all() and (other != picture).any()
    for shape in bonafide.forge.MASK_SHAPES:
        assert bonafide.forge.blend(portrait, face, 5, shape)[1].max() > 0
    source_face = bonafide.faces.detect(portraits[1])[0]
    swapped = bonafide.forge.swap(portrait, face, portraits[1], source_face)
    x, y, width, height = (int(value) for value in face.box_px)
    assert (swapped[y : y + height, x : x + width] != portrait[y : y + height, x : x + width]).mean() > 0.3
    assert (swapped[:10] == portrait[:10]).all()
    for upsampling in bonafide.forge.UPSAMPLINGS:
        through = bonafide.forge.reconstruct(portrait, upsampling)
        assert through.shape == portrait.shape and 0 < numpy.abs(through.astype(int) - portrait).mean() < 12
    for profile in bonafide.forge.PROFILES:
        assert bonafide.forge.launder(portrait, profile).ndim == 3
    assert bonafide.forge.launder(portrait, steps=["fit=100", "jpeg=50"]).shape[1] <= 100
    for wrong in (lambda: bonafide.forge.blend(portrait, face, 1, "square"), lambda: bonafide.forge.launder(portrait, "none"), lambda: bonafide.forge.reconstruct(portrait, "none"),
                  lambda: bonafide.forge.launder(portrait), lambda: bonafide.forge.launder(portrait, steps=["jpeg=0"])):
        with pytest.raises(bonafide.UsageError):
            wrong()
    with pytest.raises(TypeError):
        bonafide.forge.blend(portrait, face, -1)
    with pytest.raises(bonafide.UsageError, match="smaller than"):
        bonafide.forge.blend(portrait, small_face(portrait), 1)


def test_files_of_the_forge_are_marked(portrait_files, tmp_path):
    keys = tmp_path / "keys"
    made = bonafide.forge.make("blend", portrait_files[0], seed=5, keys=keys)
    assert made.made["fake"] and made.made["visible_label"] and made.made["watermark_exponent"] > 6
    marks = {finding["analyzer"] for finding in bonafide.check(made.bytes, analyzers=["provenance.*"])["findings"] if finding["measurements"]}
    assert {"provenance.forge_marks", "provenance.credentials"} <= marks
    with pytest.raises(bonafide.UsageError, match="consent"):
        bonafide.forge.make("swap", portrait_files[0], face=portrait_files[1], person="A", keys=keys)
    record = bonafide.forge.new_consent("A", "testing", "2099-01-31", keys=keys)
    swapped = bonafide.forge.make("swap", portrait_files[0], face=portrait_files[1], person="A", consent=record, keys=keys)
    assert swapped.made["purpose"] == "testing" and swapped.bytes[:4] == b"\x89PNG"
    with pytest.raises(bonafide.UsageError):
        bonafide.forge.make("swap", portrait_files[0], face=portrait_files[1], person="B", consent=record, keys=keys)
    with pytest.raises(bonafide.IoError):
        bonafide.forge.make("blend", tmp_path / "missing.png", keys=keys)
    with pytest.raises(bonafide.Error, match="nothing that the forge makes"):
        bonafide.forge.make("miracle", portrait_files[0], keys=keys)
    with pytest.raises(bonafide.UsageError):
        bonafide.forge.new_consent("A", "revenge", "2099-01-31", keys=keys)


def test_nobodys_face_and_voices_are_marked_too(made, tmp_path):
    keys = tmp_path / "keys"
    nobody = bonafide.forge.make("face", seed=3, keys=keys)
    assert nobody.made["fake"] and nobody.made["width_px"] == 256 and nobody.bytes[:4] == b"\x89PNG"
    row = bonafide.forge.make("face", seed=3, to_seed=4, faces=3, keys=keys)
    assert row.made["width_px"] > nobody.made["width_px"]
    ann = made["voices"] / "ann.wav"
    for arguments in ({"vocoder": "opus=24"}, {"vocoder": "world", "format": "m4a"}, {"voice": "splice", "moves": 2}):
        voice = bonafide.forge.make("voice", ann, keys=keys, **arguments)
        assert voice.made["fake"] and voice.made["duration_s"] > 2 and voice.made["watermark_exponent"] >= 15, arguments
    for arguments, words in (
        ({"path": ann, "vocoder": "parrot"}, "no vocoder"),
        ({"path": ann, "voice": "sing"}, "no voice that the forge makes"),
        ({"path": ann, "voice": "convert"}, "sample"),
        ({"path": ann, "voice": "convert", "sample": made["voices"] / "bob.wav"}, "consent"),
        ({"voice": "mimic", "text": "Good morning."}, "sample"),
        ({"voice": "mimic", "sample": ann}, "text"),
    ):
        with pytest.raises((bonafide.UsageError, bonafide.InvalidError), match=words):  # the latter: the process that made it
            bonafide.forge.make("voice", keys=keys, **arguments)
    record = bonafide.forge.new_consent("Bob", "testing", "2099-01-31", kinds=["voice"], keys=keys)
    moved = bonafide.forge.make("voice", ann, voice="convert", sample=made["voices"] / "bob.wav", person="Bob", consent=record, keys=keys)
    assert moved.made["purpose"] == "testing" and "likeness of the speakers" in moved.made["description"]


def test_mouths_and_videos_are_marked_films(made, portrait_files, tmp_path):
    keys = tmp_path / "keys"
    sound = made["voices"] / "ann.wav"
    for kind in ("mouth", "video"):
        with pytest.raises(bonafide.UsageError, match="takes one of|consent"):
            bonafide.forge.make(kind, portrait_files[0], sound=sound, keys=keys)
    with pytest.raises(bonafide.UsageError, match="sound, mouth_of"):
        bonafide.forge.make("mouth", portrait_files[0], keys=keys)
    record = bonafide.forge.new_consent("A", "testing", "2099-01-31", kinds=["mouth"], keys=keys)
    for kind in ("mouth", "video"):
        film = bonafide.forge.make(kind, portrait_files[0], sound=sound, person="A", consent=record, keys=keys)
        assert film.made["fake"] and film.made["frames"] > 25 and film.bytes[4:8] == b"ftyp", kind


def test_features_are_those_of_the_analyzers(made, portrait):
    data = (made["all"] / "camera.jpg").read_bytes()
    with Image.open(made["all"] / "camera.jpg") as picture:
        width, height = picture.size
        steps = numpy.array(picture.quantization[0]).reshape(8, 8)
    components = bonafide.features.jpeg_coefficients(data)
    coefficients, quantisation = components[0]
    assert coefficients.shape == (-(-height // 8), -(-width // 8), 8, 8) and coefficients.dtype == numpy.int16
    assert (quantisation == steps).all()
    # The mean of a block is an eighth of its first coefficient, beside 128.
    luma = bonafide.features.luma(numpy.asarray(Image.open(made["all"] / "camera.jpg").convert("RGB")))
    means = luma[: height // 8 * 8, : width // 8 * 8].reshape(height // 8, 8, width // 8, 8).mean((1, 3))
    told = coefficients[: height // 8, : width // 8, 0, 0] * quantisation[0, 0] / 8 + 128
    assert numpy.abs(means - told).mean() < 1
    planes = bonafide.features.edit_planes(data)
    assert planes.shape == (height // 8, width // 8, 56) and numpy.isfinite(planes).all() and planes.std() > 0
    noise = bonafide.features.sensor_residual(luma)
    assert noise.shape == luma.shape and 0 < noise.std() < luma.std()
    counts = bonafide.features.residual_co_occurrences(luma, cell_px=16)
    assert counts.shape == (height // 16, width // 16, 50) and counts.min() >= 0 and counts.sum() > 0
    for wrong in (b"", b"GIF89a", data[:10]):
        with pytest.raises(bonafide.Error):
            bonafide.features.jpeg_coefficients(wrong)
        with pytest.raises(bonafide.Error):
            bonafide.features.edit_planes(wrong)


def test_voice_windows_are_those_of_the_reference():
    """The sound of train/voice/reference.py, which is an independent reading of the statistics."""
    import importlib.util

    path = pathlib.Path(__file__).resolve().parents[2] / "train/voice/reference.py"
    specification = importlib.util.spec_from_file_location("voice_reference", path)
    reference = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(reference)
    count = 400 + 397 * 160  # one window of 398 frames
    sound = reference.test_sound(count)
    start, end, content, condition, statistics = bonafide.features.voice_windows(sound.astype(numpy.float32))
    assert start.tolist() == [0] and end[0] == pytest.approx(count / 16000, abs=0.02) and len(content) == 1
    assert condition.shape == (1, len(bonafide.features.VOICE_CONDITION))
    expected = reference.statistics(sound)
    assert statistics[0, :342] == pytest.approx(expected[:342], abs=2e-3)
    # The constant-Q transform leaves out small weights, and computes low bands at a quarter of the rate.
    assert statistics[0, 342:] == pytest.approx(expected[342:], abs=0.03)


def test_the_report_follows_the_schema(made):
    schema = json.loads((pathlib.Path(bonafide.__file__).parent / "share/bonafide/bonafide.report.1.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(dict(bonafide.check(made["all"] / "recording.wav")))


def test_real_photographs(shared_data):
    """Every tenth genuine face of the pack is found by the package."""
    files = sorted((shared_data / "faces/real").glob("*.jpg"))[::20]
    found = 0
    for path in files:
        with Image.open(path) as picture:
            found += bool(bonafide.faces.detect(numpy.asarray(picture.convert("RGB"))))
    assert found >= 0.95 * len(files)
