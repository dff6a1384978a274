"""Requests that mean harm, or are broken: refused with a problem, and nothing is left of them."""

import socket
import time

import pytest

FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize("path", ["/..%2f..%2fetc/passwd", "/assets/../../../etc/passwd", "/v1/checks/../../etc/passwd", "/v1/checks/..%2f..%2f..%2fx/report"])
def test_traversal(server, path):
    answer = server.get(path)
    assert b"root:" not in answer.body
    # Beside /v1 every path that is no file leads to the pages, built or not.
    assert answer.status == 404 or answer.body.startswith(b"<!doctype html>") and b"Bonafide" in answer.body


@pytest.mark.parametrize("name,stored", [
    ("..%2F..%2Fservice.db", "service.db"), ("%2e%2e", "upload"), ("a%5Cb.png", "b.png"), ("%1b%5B31m.png", None), ("%E2%80%AEgnp.exe", "_gnp.exe"), ("x" * 400 + ".png", "x" * 196 + ".png")])
def test_names(server, picture, is_problem, name, stored):
    answer = server.upload(picture, name)
    if stored is None:
        is_problem(answer, 400, "malformed")
    else:
        assert answer.status == 202 and answer.json()["file_name"] == stored


@pytest.mark.parametrize("body", [
    b"", b"--b--\r\n", b"--b\r\n\r\nx\r\n--b--", b"--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b--",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\ny\r\n--b--",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"; name=\"x\"\r\n\r\nx\r\n--b--",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--",
    b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\nX: " + b"x" * 9000 + b"\r\n\r\nx\r\n--b--",
])
def test_forms(server, is_problem, body):
    is_problem(server.ask("POST", "/v1/checks", body, {"Content-Type": FORM}), 400, "malformed")
    assert server.leaves_nothing()


@pytest.mark.parametrize("headers,status,name", [
    ({"Content-Type": "multipart/mixed; boundary=b"}, 400, "malformed"), ({"Content-Type": "multipart/form-data"}, 400, "malformed"),
    ({"Content-Type": "multipart/form-data; boundary=\"\""}, 400, "malformed"), ({"Content-Type": "multipart/form-data; boundary=a; boundary=b"}, 400, "malformed"),
    ({"Content-Type": "a b"}, 400, "malformed"), ({"Content-Disposition": "\"x\""}, 400, "malformed"), ({"Content-Encoding": "gzip"}, 415, "encoding-not-supported"),
])
def test_heads_of_uploads(server, picture, is_problem, headers, status, name):
    is_problem(server.ask("POST", "/v1/checks", picture, headers), status, name)
    assert server.leaves_nothing()


@pytest.mark.parametrize("head,status", [
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n", 400),
    (b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 411),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    (b"GET /v1/checks HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n", 400), (b"GET /v1/checks HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\nBad\r\n\r\n", 400),
    (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400), (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 431),
])
def test_heads(server, head, status):
    answer = server.raw(head)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert answer.count(b"X-Request-Id") == 1 and b"application/problem+json" in answer


def test_a_body_that_nobody_wants_is_no_second_request(server):
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for head in (b"GET /healthz HTTP/1.1\r\n", b"GET /v1/checks HTTP/1.1\r\n", b"DELETE /v1/checks HTTP/1.1\r\n"):
        answer = server.raw(head + b"Host: localhost\r\nContent-Length: %d\r\n\r\n" % len(smuggled) + smuggled)
        assert answer.count(b"HTTP/1.1 ") == 1 and b"Connection: close" in answer, answer[:300]


def test_pipelined_requests_are_answered_in_order(server):
    answer = server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.index(b"HTTP/1.1 200") < answer.index(b"HTTP/1.1 404")


@pytest.mark.parametrize("method,path,allow", [("PUT", "/v1/checks", "POST, GET, HEAD"), ("POST", "/v1/analyzers", "GET, HEAD"), ("TRACE", "/", "GET, HEAD"), ("PATCH", "/v1/checks/" + "a" * 22, "GET, HEAD, DELETE")])
def test_methods(server, is_problem, method, path, allow):
    answer = server.ask(method, path)
    is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=zzz", "state=lost", "verdict=guilty", "q=" + "x" * 300, "q=%zz", "q=%00"])
def test_queries(server, is_problem, query):
    is_problem(server.get("/v1/checks?" + query), 400, "malformed")


def test_every_answer_is_guarded(server):
    for path in ("/", "/assets/none.js", "/v1/checks", "/healthz", "/v1/nothing"):
        headers = server.get(path).headers
        assert headers["x-content-type-options"] == "nosniff" and "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"] and headers["referrer-policy"] == "no-referrer", path


def test_too_large(make_server, is_problem):
    server = make_server("--max-upload", 100_000)
    is_problem(server.upload(bytes(100_001)), 413, "too-large")
    is_problem(server.ask("POST", "/v1/checks", iter([bytes(60_000), bytes(60_000)])), 413, "too-large")
    form = b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + bytes(100_001) + b"\r\n--b--"
    is_problem(server.ask("POST", "/v1/checks", form, {"Content-Type": FORM}), 413, "too-large")
    assert server.leaves_nothing()
    assert server.upload(bytes(100_000)).status == 202


def test_senders_that_go_away(server):
    before = server.get("/v1/checks?limit=200").json()["checks"]
    for head in (b"Content-Length: 1000000", b"Transfer-Encoding: chunked"):
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(b"POST /v1/checks HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n\r\n")
            connection.sendall(b"ffff\r\n" + bytes(20_000))
            deadline = time.monotonic() + 20
            while not server.leftovers() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert server.leftovers()
        assert server.leaves_nothing()
    assert server.get("/v1/checks?limit=200").json()["checks"] == before
