"""Call-backs: signed, repeated, and never made to where they could do harm."""

import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time

import pytest

SECRET = "a secret of enough letters"


class Receiver:
    """Answers the first `failures` calls with 500, each once `answers` is set. `certificate`: with which it speaks TLS."""

    def __init__(self, failures=0, certificate=None, host="127.0.0.1"):
        self.calls = []
        self.answers = threading.Event()
        self.answers.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append((self.path, self.headers["X-Bonafide-Signature"], body))
                outer.answers.wait(60)
                self.send_response(500 if len(outer.calls) <= failures else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"{'https' if certificate else 'http'}://{host}:{self.server.server_port}/hook"


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    return tmp_path / "secret"


def wait_for(condition, timeout=40):
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def test_an_end_is_told_until_it_is_heard(make_server, picture, secret):
    receiver = Receiver(failures=1)
    server = make_server("--callback-secret", secret, "--callback-private")
    check = server.ask("POST", f"/v1/checks?callback_url={receiver.url}", picture).json()
    wait_for(lambda: len(receiver.calls) == 2)
    for path, signature, body in receiver.calls:
        moment, code = (part.split("=")[1] for part in signature.split(","))
        assert code == hmac.new(SECRET.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert path == "/hook" and json.loads(body) == server.get(check["links"]["self"]).json()
        assert abs(int(moment) - time.time()) < 60
    time.sleep(0.5)
    assert len(receiver.calls) == 2
    receiver.server.shutdown()


def told_of(server, check):
    """What the log says of a check's call-backs."""
    return [line for line in server.log() if line["event"] == "callback" and line["check"] == check["id"]]


def test_over_tls_only_to_whom_the_certificate_names(make_server, make_certificate, picture, secret):
    known, unknown = make_certificate("known"), make_certificate("unknown")
    stranger = make_certificate("stranger", "DNS:elsewhere.example")
    authorities = known.file.with_name("authorities.pem")
    authorities.write_text(known.file.read_text() + stranger.file.read_text())
    receivers = {"address": Receiver(certificate=known), "name": Receiver(certificate=known, host="localhost"), "unknown": Receiver(certificate=unknown),
                 "wrong name": Receiver(certificate=stranger)}
    server = make_server("--callback-secret", secret, "--callback-private", "--ca-file", authorities)
    checks = {name: server.ask("POST", f"/v1/checks?callback_url={receiver.url}", picture).json() for name, receiver in receivers.items()}
    for check in checks.values():
        wait_for(lambda: told_of(server, check))
    for name in ("address", "name"):
        assert told_of(server, checks[name])[0]["delivered"] and len(receivers[name].calls) == 1
    for name in ("unknown", "wrong name"):
        line = told_of(server, checks[name])[0]
        assert not line["delivered"] and "certificate cannot be trusted" in line["answer"] and receivers[name].calls == [], line
    assert "mismatch" in told_of(server, checks["wrong name"])[0]["answer"]
    for receiver in receivers.values():
        receiver.server.shutdown()


def test_a_slow_receiver_holds_up_nobody_else(make_server, picture, secret):
    slow, quick = Receiver(), Receiver()
    slow.answers.clear()
    server = make_server("--callback-secret", secret, "--callback-private")

    def submit(receiver):
        return server.ask("POST", f"/v1/checks?callback_url={receiver.url}", picture).json()

    first, second = submit(slow), submit(slow)
    wait_for(lambda: len(slow.calls) == 1)
    other = submit(quick)
    wait_for(lambda: told_of(server, other))
    assert told_of(server, other)[0]["delivered"] and len(quick.calls) == 1
    slow.answers.set()
    for check in (first, second):
        wait_for(lambda: any(line["delivered"] for line in told_of(server, check)))
    assert {json.loads(body)["id"] for _, _, body in slow.calls} == {first["id"], second["id"]}
    for receiver in (slow, quick):
        receiver.server.shutdown()


def test_addresses_inside_are_not_called(make_server, picture, secret, is_problem):
    receiver = Receiver(failures=0)
    server = make_server("--callback-secret", secret)
    for url in (receiver.url, receiver.url.replace("127.0.0.1", "localhost")):
        check = server.ask("POST", f"/v1/checks?callback_url={url}", picture)
        assert check.status == 202
        wait_for(lambda: any(line["event"] == "callback" and line["check"] == check.json()["id"] for line in server.log()))
        line = next(line for line in server.log() if line["event"] == "callback" and line["check"] == check.json()["id"])
        assert not line["delivered"] and "no public address" in line["answer"]
    assert receiver.calls == []
    is_problem(server.ask("POST", "/v1/checks?callback_url=file:///etc/passwd", picture), 400, "malformed")
    receiver.server.shutdown()


def test_none_without_a_secret(server, picture, is_problem):
    is_problem(server.ask("POST", "/v1/checks?callback_url=http://example.org/", picture), 400, "malformed")
