"""`check --format pdf`, `--sign` and `verify`: what a case file gets, and what its reader can find out about it."""

import base64
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess

import pytest


@pytest.fixture(scope="module")
def desk(bonafide, examples, tmp_path_factory):
    """A picture, its signed reports, and a user who made them: `desk(...)` runs bonafide as that user."""
    folder = tmp_path_factory.mktemp("desk")
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}

    def run(*arguments):
        return bonafide(*arguments, env=environment)

    run.folder, run.picture = folder, folder / "picture.jpg"
    shutil.copy(examples / "spliced.jpg", run.picture)
    for form in ("pdf", "json"):
        done = run("check", run.picture, "--format", form, "--output", folder / f"report.{form}", "--case", "17 Js 4/26", "--examiner", "Ä. Prüfer", "--sign",
                   "--analyzer", "image.jpeg.*", "--analyzer", "metadata.*", "--analyzer", "container.*")
        assert done.returncode in (0, 1, 3) and done.stdout == "", done.stderr
    run.pdf, run.json = folder / "report.pdf", folder / "report.json"
    run.public_key = folder / "data/bonafide/signing/signing-key.pub.pem"
    return run


def verified(desk, *arguments):
    done = desk("verify", *arguments, "--json")
    return (json.loads(done.stdout) if done.stdout else done.stderr), done.returncode


def text_of(pdf, *options):
    return subprocess.run(["pdftotext", *options, str(pdf), "-"], capture_output=True, check=True, text=True).stdout


def test_a_pdf_says_what_the_report_says(desk):
    report = json.loads(desk.json.read_bytes())
    assert report["case"]["number"] == "17 Js 4/26" and report["case"]["examiner"] == "Ä. Prüfer"
    text = text_of(desk.pdf, "-layout")
    words = " ".join(text.split())
    for wanted in ("17 Js 4/26", "Ä. Prüfer", report["input"]["sha256"], report["tool"]["revision"], "What this does not mean", "Known false alarms",
                   "image.jpeg.double_quantisation", "Limits", "Method", "ENFSI", report["propositions"]["h1"]):
        assert wanted in words, wanted
    about = dict(line.split(":", 1) for line in subprocess.run(["pdfinfo", str(desk.pdf)], capture_output=True, check=True, text=True).stdout.splitlines())
    assert about["Title"].strip() == "Bonafide report: picture.jpg" and about["Author"].strip() == "Ä. Prüfer"
    pages = text.split("\f")[:-1]
    assert len(pages) == int(about["Pages"]) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page and "picture.jpg" in page and "Case 17 Js 4/26" in page
    fonts = subprocess.run(["pdffonts", str(desk.pdf)], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts and all(re.search(r"\syes\s+yes\s+yes\s", font) for font in fonts), "embedded, in part, with its letters' meaning"


def test_the_report_can_be_taken_out_of_the_pdf(desk, schema):
    listed = subprocess.run(["pdfdetach", "-list", str(desk.pdf)], capture_output=True, check=True, text=True).stdout
    assert "1 embedded files" in listed and "report.json" in listed
    out = desk.folder / "attached.json"
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(out), str(desk.pdf)], check=True)
    schema.validate(json.loads(out.read_bytes()))
    identity = hashlib.sha256(out.read_bytes()).hexdigest()
    assert identity in "".join(text_of(desk.pdf).split()) and verified(desk, desk.pdf)[0]["report_id"] == identity


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_what_was_signed_holds_and_repeats(desk, form):
    answer, code = verified(desk, getattr(desk, form), desk.picture)
    assert code == 0 and answer["outcome"] == "holds", answer
    assert answer["signature"]["state"] == "valid" and answer["file"]["state"] == "matches"
    assert answer["replay"]["state"] == "same" and answer["replay"]["identical"]
    told = desk("verify", getattr(desk, form), "--key", desk.public_key.parent / "nothing")
    assert told.returncode == 2 and told.stdout == ""


def test_one_byte_anywhere_is_noticed(desk, tmp_path):
    for form in ("pdf", "json"):
        original = getattr(desk, form).read_bytes()
        place = original.index(b'"verdict"')
        for at in (0, 100, place + 12, len(original) // 2, len(original) - 2):
            altered = bytearray(original)
            altered[at] ^= 1
            (tmp_path / "r").write_bytes(altered)
            shutil.copy(f"{getattr(desk, form)}.sig", tmp_path / "r.sig")
            answer, code = verified(desk, tmp_path / "r")
            assert code == 2 or (code == 1 and answer["signature"]["state"] == "invalid"), (form, at, answer)
    (tmp_path / "r").write_bytes(desk.json.read_bytes())
    shutil.copy(f"{desk.pdf}.sig", tmp_path / "r.sig")
    answer, code = verified(desk, tmp_path / "r")
    assert code == 1 and answer["signature"]["state"] == "invalid", "another report's signature"


def test_absent_and_unknown_are_open_questions(desk, bonafide, tmp_path):
    shutil.copy(desk.json, tmp_path / "r.json")
    answer, code = verified(desk, tmp_path / "r.json", desk.picture)
    assert code == 3 and answer["signature"]["state"] == "absent" and answer["replay"]["state"] == "same"
    shutil.copy(f"{desk.json}.sig", tmp_path / "elsewhere.sig")
    stranger = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "stranger")}
    done = bonafide("verify", tmp_path / "r.json", "--signature", tmp_path / "elsewhere.sig", "--json", env=stranger)
    assert done.returncode == 3 and json.loads(done.stdout)["signature"]["state"] == "unknown_key"
    assert not (tmp_path / "stranger").exists(), "reading makes no key"
    done = bonafide("verify", tmp_path / "r.json", "--signature", tmp_path / "elsewhere.sig", "--key", desk.public_key.parent, env=stranger)
    assert done.returncode == 2, "the folder holds the private key as well, which nobody is to hand in"
    done = bonafide("verify", tmp_path / "r.json", "--signature", tmp_path / "elsewhere.sig", "--key", desk.public_key, env=stranger)
    assert done.returncode == 0 and "valid" in done.stdout


def test_another_file_and_another_result_are_refuted(desk, tmp_path):
    (tmp_path / "other.jpg").write_bytes(desk.picture.read_bytes() + b"\0")
    answer, code = verified(desk, desk.json, tmp_path / "other.jpg")
    assert code == 1 and answer["file"]["state"] == "differs" and answer["replay"]["state"] == "not_done"
    report = json.loads(desk.json.read_bytes())
    measured = next(finding for finding in report["findings"] if finding["measurements"])
    measured["measurements"][0]["value"] = measured["measurements"][0]["value"] * 2 + 1
    (tmp_path / "r.json").write_text(json.dumps(report))
    answer, code = verified(desk, tmp_path / "r.json", desk.picture)
    assert code == 1 and answer["replay"]["state"] == "differs" and measured["analyzer"] in answer["replay"]["differences"][0]
    report["tool"]["revision"] = "another"
    (tmp_path / "r.json").write_text(json.dumps(report))
    answer, code = verified(desk, tmp_path / "r.json", desk.picture)
    assert code == 3 and answer["replay"]["state"] == "other_versions" and answer["replay"]["versions"]


def test_other_programs_can_check_a_signature(desk, tmp_path):
    signature = json.loads((desk.folder / "report.json.sig").read_bytes())
    (tmp_path / "raw").write_bytes(base64.b64decode(signature["signature"]))
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(desk.public_key), "-in", str(desk.json), "-sigfile",
                           str(tmp_path / "raw")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    key = desk.public_key.parent / "signing-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.5\n%%EOF\n", b"\xff\xd8\xff\xe0", b"[" * 100_000, b'{"schema": "bonafide.report/1"}'], ids=["empty", "object", "pdf", "jpeg", "deep", "bare"])
def test_what_is_no_report_is_never_valid(desk, tmp_path, content):
    (tmp_path / "r").write_bytes(content)
    done = desk("verify", tmp_path / "r", desk.picture)
    assert done.returncode == 2 and done.stdout == "" and "report" in done.stderr


@pytest.mark.parametrize("arguments", [["--sign"], ["--sign", "--format", "html", "--output", "o"], ["--sign", "--format", "json"], ["--format", "jsonl", "--sign", "--output", "o"]])
def test_wrong_usage(desk, tmp_path, arguments):
    done = desk("check", desk.picture, *[str(tmp_path / a) if a == "o" else a for a in arguments])
    assert done.returncode == 2 and "--sign" in done.stderr


def test_without_a_font_it_says_so(bonafide, desk, tmp_path):
    (tmp_path / "fonts.conf").write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/nowhere</dir></fontconfig>')
    done = bonafide("check", desk.picture, "--format", "pdf", "--output", tmp_path / "r.pdf", "--analyzer", "container.*",
                    env={**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")})
    assert done.returncode == 2 and "fonts-dejavu-core" in done.stderr
