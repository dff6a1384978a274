"""`bonafide check` as a person or a script uses it."""

import hashlib
import json
import os
import re

import pytest
from PIL import Image, ImageDraw, ImageFont

EXIT_OF = {"likely_authentic": 0, "likely_manipulated": 1, "likely_synthetic": 1, "failed": 2, "inconclusive": 3, "not_applicable": 3}


def test_every_example_gets_a_valid_report(bonafide, examples, schema):
    for path in sorted(examples.iterdir()):
        report, code = bonafide.report(path)
        schema.validate(report)
        assert report["verdict"] != "failed", (path.name, report["summary"])
        assert code == EXIT_OF[report["verdict"]], path.name
        assert report["input"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert report["input"]["sha256"] == report["input"]["sha256_after"]
        assert any(finding["outcome"] == "ran" for finding in report["findings"])


def test_same_input_same_report(bonafide, examples):
    for name in ("camera.jpg", "film.mp4", "recording.wav"):
        first, second = (bonafide.report(examples / name)[0] for _ in range(2))
        first.pop("timing_s")
        second.pop("timing_s")
        assert json.dumps(first) == json.dumps(second)


def test_text_is_plain_when_not_on_a_terminal(bonafide, examples):
    done = bonafide("check", examples / "camera.jpg")
    assert "\x1b" not in done.stdout
    assert "camera.jpg" in done.stdout
    assert done.stderr == ""


def test_html_is_one_self_contained_page(bonafide, examples):
    done = bonafide("check", examples / "spliced.jpg", "--format", "html")
    assert done.stdout.lstrip().lower().startswith("<!doctype html>")
    assert not re.search(r'(?:src|href)="(?:https?:)?//', done.stdout)
    assert "data:image/" in done.stdout


def test_several_inputs(bonafide, examples, tmp_path):
    lines = bonafide("check", examples, "--format", "jsonl", "--jobs", 2).stdout.splitlines()
    assert len(lines) == len(list(examples.iterdir()))
    assert len({json.loads(line)["input"]["path"] for line in lines}) == len(lines)
    array = json.loads(bonafide("check", examples / "camera.jpg", examples / "recording.wav", "--format", "json").stdout)
    assert len(array) == 2
    refused = bonafide("check", examples, "--format", "html")
    assert refused.returncode == 2 and "--output" in refused.stderr
    bonafide("check", examples / "camera.jpg", examples / "film.mp4", "--format", "html", "--output", tmp_path / "pages")
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["camera.jpg.html", "film.mp4.html"]


def test_standard_input(bonafide, examples):
    picture = (examples / "camera.jpg").read_bytes()
    done = bonafide("check", "-", "--format", "json", input=picture, text=False)
    report = json.loads(done.stdout)
    assert report["input"]["path"] == "-"
    assert report["input"]["sha256"] == hashlib.sha256(picture).hexdigest()
    assert report["input"]["kind"] == "image"
    assert json.loads(bonafide("check", "-", "--format", "json", input=b"", text=False).stdout)["verdict"] == "failed"
    big = bonafide("check", "-", "--format", "json", "--max-size", 100, input=picture, text=False)
    assert big.returncode == 2 and "--max-size" in json.loads(big.stdout)["failure"]


def test_maps(bonafide, examples, tmp_path):
    report, _ = bonafide.report(examples / "spliced.jpg", "--maps", tmp_path)
    folder = tmp_path / "spliced.jpg"
    assert {"image.noise.level.png", "fused.png"} <= {path.name for path in folder.iterdir()}
    png = (folder / "fused.png").read_bytes()
    assert int.from_bytes(png[16:20], "big") == report["input"]["width_px"]
    assert int.from_bytes(png[20:24], "big") == report["input"]["height_px"]
    assert png[25] == 0, "8-bit grey"


def test_choice_of_analyzers(bonafide, examples):
    report, _ = bonafide.report(examples / "camera.jpg", "--analyzer", "image.*")
    chosen = {finding["analyzer"] for finding in report["findings"]} - {"fusion.edits"}  # what they say together
    assert "image.noise.level" in chosen and all(analyzer.startswith("image.") for analyzer in chosen)
    report, _ = bonafide.report(examples / "camera.jpg", "--analyzer", "image.noise.level")
    assert {finding["analyzer"] for finding in report["findings"]} == {"image.noise.level"}
    report, _ = bonafide.report(examples / "camera.jpg", "--skip", "image.*", "--skip", "provenance.*")
    assert not any(finding["analyzer"].startswith(("image.", "provenance.")) for finding in report["findings"])


def test_a_film_without_sound_is_not_broken_for_who_asks_about_sound(bonafide, examples):
    report, code = bonafide.report(examples / "long.mp4", "--analyzer", "voice.*")
    assert code == 3 and report["verdict"] == "not_applicable"
    assert {finding["outcome"] for finding in report["findings"]} == {"not_applicable"}


@pytest.mark.parametrize("ending, known", [("png", True), ("webp", False), ("avif", False)])
def test_edits_are_weighed_together_only_in_codings_that_the_model_knows(bonafide, examples, tmp_path, ending, known):
    path = tmp_path / f"again.{ending}"
    with Image.open(examples / "spliced.jpg") as picture:
        picture.save(path, quality=60)
    report, _ = bonafide.report(path)
    assert any(finding["analyzer"] == "fusion.edits" for finding in report["findings"]) == known
    assert any("fitted on JPEG and lossless pictures" in limit for limit in report["limits"]) != known
    assert report["verdict"] == "inconclusive"


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_a_screenshot_is_not_called_edited_for_the_text_beside_its_photograph(bonafide, examples, tmp_path, ending):
    with Image.open(examples / "camera.jpg") as photograph:
        page = Image.new("RGB", (photograph.width + 160, photograph.height + 700), "white")
        page.paste(photograph, (80, 350))
        pen = ImageDraw.Draw(page)
        for line in [*range(40, 300, 48), *range(photograph.height + 390, photograph.height + 650, 48)]:
            pen.text((80, line), "A line of text as a page has many", fill="black", font=ImageFont.load_default(24))
    path = tmp_path / f"screenshot.{ending}"
    page.save(path, quality=85)
    report, code = bonafide.report(path)
    joint = [finding for finding in report["findings"] if finding["analyzer"] == "fusion.edits"]
    assert [(finding["outcome"], finding["llr"]) for finding in joint] == [("not_applicable", None)]
    assert all(finding["llr"] is None for finding in report["findings"] if finding["analyzer"] in ("image.copy_move", "image.noise.level"))
    bonafide("check", path, "--maps", tmp_path / "maps")
    drawn = {map_file.stem for map_file in (tmp_path / "maps").glob("*/*")}
    assert not drawn & {"fused", "image.edits.network", "image.filtering", "image.noise.statistics", "image.resampling"}, drawn
    assert all(finding["where"]["box_px"] is None for finding in report["findings"] if finding["analyzer"].startswith("image.")), "its words are no places"
    assert report["verdict"] == "inconclusive" and code == EXIT_OF["inconclusive"]
    assert "Cut out the photograph" in report["summary"]
    (generated,) = [finding for finding in report["findings"] if finding["analyzer"] == "image.generated"]
    assert "only the largest photograph was looked at" in generated["explanation"]
    # The photograph by itself is judged.
    report, _ = bonafide.report(examples / "camera.jpg")
    assert [finding["outcome"] for finding in report["findings"] if finding["analyzer"] == "fusion.edits"] == ["ran"]


def test_a_network_runs_without_leaving_the_isolation(bonafide, examples):
    report, _ = bonafide.report(examples / "camera.jpg", "--analyzer", "image.generated")
    (finding,) = report["findings"]
    assert finding["outcome"] == "ran", finding["reason"]
    assert report["replay"]["isolation"]["seccomp"]
    film, _ = bonafide.report(examples / "film.mp4")
    assert all(finding["analyzer"] != "image.generated" for finding in film["findings"]), "it says nothing about films"


@pytest.mark.parametrize("arguments", [
    [], ["--no-such-option"], ["frobnicate"], ["check"], ["check", "X", "--analyzer", "no.such"], ["check", "X", "--set", "nonsense"],
    ["check", "X", "--set", "image.noise.level.no_such=1"], ["check", "X", "--prior", "1.5"], ["check", "X", "--format", "docx"],
    ["check", "X", "--jobs", "0"], ["check", "X", "--resume", "s", "--format", "text"], ["check", "X", "-", "--format", "json"],
])
def test_wrong_usage_is_2_and_says_why(bonafide, examples, arguments):
    done = bonafide(*[examples / "camera.jpg" if argument == "X" else argument for argument in arguments])
    assert done.returncode == 2
    assert done.stderr.strip()
    assert done.stdout == ""


def test_help_and_version(bonafide):
    assert bonafide("--version").stdout.startswith("bonafide 0.")
    for command in ("check", "bench", "provenance", "analyzers", "models", "schema"):
        done = bonafide(command, "--help")
        assert done.returncode == 0 and command in done.stdout


def test_prior_moves_probability_not_evidence(bonafide, examples):
    even, _ = bonafide.report(examples / "spliced.jpg")
    low, _ = bonafide.report(examples / "spliced.jpg", "--prior", "0.01")
    assert even["llr"] == low["llr"]
    assert low["probability"] < even["probability"]


def test_files_that_are_not_there_or_not_files(bonafide, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty-folder").mkdir()
    for path, words in ((tmp_path / "gone.jpg", "opened"), (tmp_path / "pipe", "regular"), (tmp_path / "empty-folder", "no file")):
        done = bonafide("check", path, "--format", "jsonl")
        report = json.loads(done.stdout)
        assert done.returncode == 2 and report["verdict"] == "failed" and words in report["failure"]


def test_one_bad_file_does_not_stop_the_others(bonafide, examples, tmp_path, schema):
    (tmp_path / "a.jpg").write_bytes((examples / "camera.jpg").read_bytes())
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    (tmp_path / "c.txt").write_text("not a picture")
    done = bonafide("check", tmp_path, "--format", "jsonl")
    reports = {os.path.basename(report["input"]["path"]): report for report in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 2
    assert reports["a.jpg"]["verdict"] != "failed"
    assert reports["b.jpg"]["verdict"] == "failed" and reports["b.jpg"]["input"]["media_type"] == "image/jpeg"
    assert reports["c.txt"]["verdict"] == "failed" and "text" in reports["c.txt"]["failure"]
    for report in reports.values():
        schema.validate(report)
        assert report["verdict"] != "failed" or report["llr"] is None


def test_names_prove_nothing(bonafide, examples, tmp_path):
    lie = tmp_path / "really.png"
    lie.write_bytes((examples / "camera.jpg").read_bytes())
    report, _ = bonafide.report(lie)
    assert report["input"]["media_type"] == "image/jpeg"
    assert report["input"]["extension_agrees"] is False


def test_hostile_names_do_not_reach_the_terminal(bonafide, examples, tmp_path):
    name = tmp_path / "a\x1b[31m\u202egpj.exe"
    name.write_bytes((examples / "camera.jpg").read_bytes())
    done = bonafide("check", name)
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    page = bonafide("check", name, "--format", "html").stdout
    assert "\x1b" not in page


def test_credentials_and_marks_are_claims(bonafide, examples):
    report, code = bonafide.report(examples / "says-generated.png")
    assert any("Stable Diffusion" in mark["tool"] or "Stable Diffusion" in mark["detail"] for mark in report["provenance"]["marks"])
    assert report["verdict"] == "inconclusive" and code == 3, "a mark that anyone can write never decides alone"
    done = bonafide("provenance", examples / "says-generated.png", "--format", "json")
    assert {finding["analyzer"].split(".")[0] for finding in json.loads(done.stdout)["findings"]} <= {"provenance", "metadata", "container"}
