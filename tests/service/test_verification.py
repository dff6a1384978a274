"""The signed PDF of a check, and POST /v1/verify: what holds, what does not, and what is no report at all."""

import concurrent.futures
import json
import subprocess
import threading

import jsonschema
import pytest


@pytest.fixture(scope="module")
def done(server, examples):
    """A finished check with its file, reports and signatures."""
    media = (examples / "small.png").read_bytes()
    check = server.wait(server.upload(media, "small.png").json()["id"])
    base = check["links"]["self"]
    get = {form: server.get(f"{base}/{form}") for form in ("report", "report.sig", "report.pdf", "report.pdf.sig")}
    assert {answer.status for answer in get.values()} == {200}
    return {"media": media, "check": check, **get}


@pytest.fixture(scope="module")
def described(server):
    document = server.get("/v1/openapi.json").json()
    return jsonschema.Draft202012Validator({"$ref": "#/components/schemas/Verification", "components": document["components"]})


def form(**parts):
    body = b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"; filename="x"\r\n\r\n%s\r\n' % (name.encode(), content) for name, content in parts.items())
    return body + b"--b--"


def ask(server, body, content_type="multipart/form-data; boundary=b", **headers):
    return server.ask("POST", "/v1/verify", body, {"Content-Type": content_type, **headers}, timeout=300)


def test_the_pdf_is_for_saving(done):
    answer = done["report.pdf"]
    assert answer.headers["content-type"] == "application/pdf" and answer.body.startswith(b"%PDF-1.5") and b"/EmbeddedFile" in answer.body
    assert answer.headers["content-disposition"] == 'attachment; filename="report.pdf"' and answer.headers["x-content-type-options"] == "nosniff"
    assert done["check"]["links"]["report_pdf"].endswith("/report.pdf")
    assert json.loads(done["report"].body)["case"]["examined_at"].endswith("Z")


def test_who_asks_for_the_pdf_at_once_gets_the_same_one(server, examples, tmp_path):
    links = server.wait(server.upload((examples / "small.png").read_bytes(), "small.png").json()["id"])["links"]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(server.get, [links["report_pdf"], links["report_pdf"] + ".sig", links["report_pdf"]]))
    assert [answer.status for answer in answers] == [200] * 3 and answers[0].body == answers[2].body
    document = tmp_path / "report.pdf"
    document.write_bytes(answers[0].body)
    assert ask(server, form(report=answers[0].body, signature=answers[1].body)).json()["signature"]["state"] == "valid"
    # The picture, and the map of all together at least.
    assert len(subprocess.run(["pdfimages", "-list", document], capture_output=True, check=True, text=True).stdout.splitlines()) >= 2 + 2


@pytest.mark.parametrize("which", ["report", "report.pdf"])
def test_what_this_server_signed_holds_and_repeats(server, done, described, which):
    answer = ask(server, form(report=done[which].body, signature=done[f"{which}.sig"].body, file=done["media"]))
    assert answer.status == 200, answer.body
    described.validate(answer.json())
    told = answer.json()
    assert told["outcome"] == "holds" and told["signature"]["state"] == "valid" and told["replay"]["state"] == "same"
    assert server.leaves_nothing()


def test_altered_swapped_and_unsigned(server, done, described):
    altered = done["report"].body.replace(b'"image"', b'"audio"', 1)
    for parts, outcome, signature in ((dict(report=altered, signature=done["report.sig"].body), "refuted", "invalid"),
                                      (dict(report=done["report"].body, signature=done["report.pdf.sig"].body), "refuted", "invalid"),
                                      (dict(report=done["report"].body), "open", "absent"),
                                      (dict(report=done["report"].body, signature=done["report.sig"].body, file=b"another file"), "refuted", "valid")):
        answer = ask(server, form(**parts))
        assert answer.status == 200, answer.body
        described.validate(answer.json())
        assert (answer.json()["outcome"], answer.json()["signature"]["state"]) == (outcome, signature)
    whole = ask(server, done["report"].body, "application/json")
    assert whole.status == 200 and whole.json()["outcome"] == "open"


def test_what_is_no_report_is_a_problem(server, done, is_problem):
    for body in (form(report=b""), form(report=b"{}"), form(report=done["media"]), form(signature=b"x"), form(report=b"[" * 100_000), form(other=b"x"),
                 form(report=done["report"].body[:-40]), form(report=done["report.pdf"].body[:-40]), b"--b\r\nbroken", b""):
        is_problem(ask(server, body), 400, "malformed")
    is_problem(ask(server, form(report=b"x" * 41_000_000 + b"y" * 2_000_000)), 413, "too-large")
    is_problem(ask(server, form(report=b"{}"), Origin="http://elsewhere"), 403, "cross-site")
    is_problem(ask(server, b"{}", "application/json", **{"Content-Encoding": "gzip"}), 415, "encoding-not-supported")
    is_problem(server.get("/v1/verify"), 405, "method-not-allowed")
    assert server.leaves_nothing()


def test_one_repetition_at_a_time(server, done, examples):
    film = (examples / "long.mp4").read_bytes()
    check = server.wait(server.upload(film, "long.mp4").json()["id"])
    report = server.get(check["links"]["report"]).body
    answers = []
    senders = [threading.Thread(target=lambda: answers.append(ask(server, form(report=report, file=film)))) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(answer.status for answer in answers) == [200, 429]
    assert next(answer for answer in answers if answer.status == 429).headers["retry-after"]
    assert server.get("/healthz").status == 200


def test_a_key_that_is_trusted_besides(make_server, bonafide, server, done, examples, tmp_path):
    signed = done["report"].body, done["report.sig"].body
    stranger = make_server()
    assert ask(stranger, form(report=signed[0], signature=signed[1])).json()["signature"]["state"] == "unknown_key"
    friend = make_server("--trusted-key", server.data / "signing" / "signing-key.pub.pem")
    assert ask(friend, form(report=signed[0], signature=signed[1])).json()["signature"]["state"] == "valid"
    own = friend.wait(friend.upload((examples / "small.png").read_bytes()).json()["id"])["links"]["self"]
    parts = {"report": friend.get(f"{own}/report").body, "signature": friend.get(f"{own}/report.sig").body}
    assert ask(friend, form(**parts)).json()["signature"]["state"] == "valid"
    (tmp_path / "no.pem").write_text("no key")
    refused = bonafide("serve", "--port", 0, "--data", tmp_path / "data", "--trusted-key", tmp_path / "no.pem", timeout=20)
    assert refused.returncode == 2 and "no.pem" in refused.stderr


def test_case_and_examiner_stand_in_the_reports(server, examples, is_problem, tmp_path):
    media = (examples / "small.png").read_bytes()
    check = server.ask("POST", "/v1/checks?case=17%20Js%204%2F26&examiner=%C3%84.%20Pr%C3%BCfer", media).json()
    links = server.wait(check["id"])["links"]
    case = server.get(links["report"]).json()["case"]
    assert case["number"] == "17 Js 4/26" and case["examiner"] == "Ä. Prüfer" and case["examined_at"].endswith("Z")
    (tmp_path / "report.pdf").write_bytes(server.get(links["report_pdf"]).body)
    text = subprocess.run(["pdftotext", tmp_path / "report.pdf", "-"], capture_output=True, check=True, text=True).stdout
    assert "17 Js 4/26" in text and "Ä. Prüfer" in text
    assert "17 Js" not in server.log_path.read_text()
    for query in ("case=" + "x" * 201, "examiner=%ff", "case=%0a"):
        is_problem(server.ask("POST", "/v1/checks?" + query, media), 400, "malformed")
