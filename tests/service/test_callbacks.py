"""Call-backs: signed, repeated, and never made to where they could do harm."""

import hashlib
import hmac
import http.server
import json
import threading
import time

import pytest

SECRET = "a secret of enough letters"


class Receiver:
    """Answers the first `failures` calls with 500."""

    def __init__(self, failures):
        self.calls = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append((self.path, self.headers["X-Bonafide-Signature"], body))
                self.send_response(500 if len(outer.calls) <= failures else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


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
