"""From the upload to the report, as a program sees it."""

import hashlib
import http.client
import json
import re
import socket
import threading

import pytest


@pytest.fixture(scope="module")
def done(server, examples):
    """The check of an edited picture, finished."""
    answer = server.upload((examples / "spliced.jpg").read_bytes(), "spliced.jpg")
    assert answer.status == 202, answer.body
    assert answer.headers["location"] == answer.json()["links"]["self"]
    return server.wait(answer.json()["id"])


def test_an_upload_becomes_a_report(server, done, examples, schema):
    picture = (examples / "spliced.jpg").read_bytes()
    assert re.fullmatch(r"[A-Za-z0-9_-]{20,32}", done["id"])
    assert done["state"] == "done" and done["attempts"] == 1 and done["error"] is None
    assert done["sha256"] == hashlib.sha256(picture).hexdigest() and done["size_bytes"] == len(picture)
    assert done["media_type"] == "image/jpeg" and done["kind"] == "image" and done["file_name"] == "spliced.jpg"
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]
    report = server.get(done["links"]["report"]).json()
    schema.validate(report)
    for key in ("verdict", "llr", "probability", "summary"):
        assert report[key] == done[key], key
    assert report["input"]["path"] == "spliced.jpg"


def test_the_report_is_the_one_of_the_command_line(server, done, bonafide, examples):
    report = server.get(done["links"]["report"]).json()
    told, _ = bonafide.report(examples / "spliced.jpg")
    assert (report["verdict"], report["llr"]) == (told["verdict"], told["llr"])


def test_page_maps_and_preview(server, done):
    page = server.get(done["links"]["report_html"])
    assert page.status == 200 and page.body.lower().startswith(b"<!doctype html>")
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts;")
    maps = server.get(done["links"]["maps"]).json()["maps"]
    assert maps[0]["name"] == "fused" and maps[0]["analyzer"] is None and len(maps) > 1
    report = server.get(done["links"]["report"]).json()
    for entry in maps:
        png = server.get(entry["url"])
        assert png.headers["content-type"] == "image/png"
        assert (int.from_bytes(png.body[16:20], "big"), int.from_bytes(png.body[20:24], "big"), png.body[25]) == (
            report["input"]["width_px"], report["input"]["height_px"], 0)
    preview = server.get(done["links"]["preview"])
    assert preview.headers["content-type"] == "image/png" and preview.body[:4] == b"\x89PNG"
    head = server.ask("HEAD", done["links"]["preview"])
    assert head.status == 200 and head.body == b"" and int(head.headers["content-length"]) == len(preview.body)


def test_the_upload_itself_is_never_served(server, done):
    for path in (f"/v1/checks/{done['id']}/media", f"/v1/checks/{done['id']}/maps/..%2f..%2fmedia.png", f"/v1/checks/{done['id']}/results/report.json"):
        assert server.get(path).status == 404, path


def test_chunks_forms_and_names(server, picture):
    digest = hashlib.sha256(picture).hexdigest()
    pieces = [picture[at:at + 1000] for at in range(0, len(picture), 1000)]
    chunked = server.ask("POST", "/v1/checks", iter(pieces), {"Content-Disposition": "attachment; filename*=UTF-8''%c3%a4.png"})
    assert chunked.status == 202 and chunked.json()["sha256"] == digest and chunked.json()["file_name"] == "ä.png"
    extended = b"".join(b"%x;extension=\"%s\"\r\n%s\r\n" % (len(piece), b"x" * 900, piece) for piece in pieces) + b"0\r\nTrailer: x\r\n\r\n"
    told = server.raw(b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + extended)
    assert told.startswith(b"HTTP/1.1 202") and digest.encode() in told
    form = b"--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/x.png\"\r\nContent-Type: image/png\r\n\r\n" + picture + b"\r\n--xYz--\r\n"
    sent = server.ask("POST", "/v1/checks", form, {"Content-Type": "multipart/form-data; boundary=xYz"})
    assert sent.status == 202 and sent.json()["sha256"] == digest and sent.json()["file_name"] == "x.png"
    waited = b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(picture)
    with socket.create_connection((server.host, server.port), timeout=20) as connection:
        connection.sendall(waited)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(picture)
        assert connection.recv(100).startswith(b"HTTP/1.1 202")


def test_what_is_no_media_is_said_to_be_none(server):
    for name, data in (("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), ("x.html", b"<!doctype html><script>alert(1)</script>"),
                       ("x.jpg", b"\xff\xd8\xff" + bytes(50))):
        check = server.wait(server.upload(data, name, Content_Type="text/html").json()["id"])
        assert check["state"] == "done" and check["verdict"] == "failed" and check["llr"] is None
        assert server.get(check["links"]["report"]).json()["failure"]
        page = server.get(check["links"]["report_html"])
        assert b"<script>alert" not in page.body and b"onload='alert" not in page.body
        assert check["links"]["preview"] is None
        assert server.get(f"/v1/checks/{check['id']}/preview.png").status == 404


def test_events_tell_of_each_change(server, picture):
    check = server.upload(picture).json()
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    connection.request("GET", check["links"]["events"])
    response = connection.getresponse()
    assert response.status == 200 and response.getheader("Content-Type") == "text/event-stream"
    events = [part for part in response.read().decode().split("\n\n") if part and not part.startswith(":")]
    states = [json.loads(event.removeprefix("event: state\ndata: "))["state"] for event in events]
    assert states[-1] == "done" and states == sorted(states, key=["queued", "running", "done"].index)
    connection.close()


def test_lists_pages_and_filters(make_server, picture):
    server = make_server()
    ids = [server.upload(picture + bytes([number]), f"file-{number}.png").json()["id"] for number in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = server.get(f"/v1/checks?limit=2{cursor and '&cursor=' + cursor}").json()
        seen += [check["id"] for check in page["checks"]]
        cursor = page["next_cursor"]
    assert seen == ids[::-1]
    check = server.wait(ids[0])
    assert [found["id"] for found in server.get("/v1/checks?q=FILE-3").json()["checks"]] == [ids[3]]
    assert [found["id"] for found in server.get(f"/v1/checks?q={check['sha256'][:12]}").json()["checks"]] == [ids[0]]
    for number in ids:
        server.wait(number)
    assert len(server.get(f"/v1/checks?state=done&verdict={check['verdict']}").json()["checks"]) == 5
    assert server.get("/v1/checks?state=queued").json()["checks"] == []


def test_deleted_is_gone(make_server, picture, is_problem):
    server = make_server()
    check = server.wait(server.upload(picture).json()["id"])
    assert (server.data / "checks" / check["id"]).exists()
    assert server.ask("DELETE", check["links"]["self"]).status == 204
    for link in ("self", "report", "report_html", "maps", "events"):
        is_problem(server.get(check["links"][link]), 404, "not-found")
    is_problem(server.ask("DELETE", check["links"]["self"]), 404, "not-found")
    assert not (server.data / "checks" / check["id"]).exists()


def test_a_running_check_can_be_deleted(make_server, examples):
    server = make_server("--jobs", 1)
    check = server.upload((examples / "long.mp4").read_bytes(), "long.mp4").json()
    told = []
    follower = threading.Thread(target=lambda: told.append(server.get(check["links"]["events"]).body))
    follower.start()
    while server.get(check["links"]["self"]).json()["state"] == "queued":
        pass
    report = server.get(check["links"]["report"])
    assert report.status == 409
    assert server.ask("DELETE", check["links"]["self"]).status == 204
    follower.join(timeout=20)
    assert told and told[0].endswith(b"event: deleted\ndata: {}\n\n")
    assert server.stop() == 0
    assert not (server.data / "checks" / check["id"]).exists()


def test_an_idempotency_key_makes_one_check(server, picture, is_problem):
    first = server.upload(picture, Idempotency_Key="order-66")
    again = server.upload(picture, "other.png", Idempotency_Key="order-66")
    assert (first.status, again.status) == (202, 202) and first.json()["id"] == again.json()["id"]
    is_problem(server.upload(picture + b"x", Idempotency_Key="order-66"), 422, "idempotency-key-reused")
    is_problem(server.upload(picture, Idempotency_Key="k" * 256), 400, "malformed")
    assert server.leaves_nothing()


def test_operation(server, bonafide):
    assert server.get("/healthz").json() == {"status": "alive"}
    assert server.get("/readyz").json() == {"status": "ready"}
    figures = server.get("/metrics").body.decode()
    assert re.search(r'^bonafide_checks\{state="done"\} [1-9]', figures, re.MULTILINE)
    assert re.search(r"^process_resident_memory_bytes [1-9]\d{6,8}$", figures, re.MULTILINE)
    assert server.get("/v1/analyzers").json()["analyzers"] == json.loads(bonafide("analyzers", "--json").stdout)
    assert any(line["event"] == "request" and line["path"] == "/metrics" and line["status"] == 200 for line in server.log())
