"""The service over TLS: what it says, what it refuses, and how it ends."""

import json
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest
from server_process import Server


@pytest.fixture(scope="module")
def stalled():
    """Connections on which no handshake ever ends, by their kind, with the time at which they began."""
    return {}


@pytest.fixture(scope="module")
def server(bonafide, tmp_path_factory, certificate, stalled):
    running = Server(bonafide.path, tmp_path_factory.mktemp("tls"), "--tls-certificate", certificate.file, "--tls-key", certificate.key, "--hsts",
                     trust=certificate.file).start()
    for kind, sent in (("silent", b""), ("half", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")):
        connection = socket.create_connection((running.host, running.port), timeout=30)
        connection.sendall(sent)
        stalled[kind] = connection, time.monotonic()
    yield running
    assert running.stop() == 0, running.log_path.read_text()


def encrypted(server):
    """A connection whose end must be told: one that is cut off raises."""
    plain = socket.create_connection((server.host, server.port), timeout=30)
    return server.tls.wrap_socket(plain, server_hostname=server.host, suppress_ragged_eofs=False)


def read_all(connection):
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def test_from_upload_to_report(server, picture):
    health = server.get("/healthz")
    assert health.status == 200 and health.headers["strict-transport-security"] == "max-age=31536000"
    large = picture + bytes(3_000_000)  # many records
    check = server.upload(large, "small.png", Origin=f"https://{server.host}:{server.port}")
    assert check.status == 202, check.body
    connection = server.connection()
    connection.request("GET", check.json()["links"]["events"])
    events = connection.getresponse().read().decode()
    connection.close()
    states = [json.loads(line.removeprefix("data: "))["state"] for line in events.splitlines() if line.startswith("data: ")]
    assert states[-1] == "done", events
    report = server.get(check.json()["links"]["report"])
    assert report.status == 200 and report.json()["input"]["size_bytes"] == len(large)
    page = server.get(check.json()["links"]["report_html"])
    assert page.body.rstrip().endswith(b"</html>") and len(page.body) == int(page.headers["content-length"])


def test_connections_are_kept_and_their_end_is_told(server):
    with encrypted(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert read_all(connection).count(b"HTTP/1.1 200 OK") == 2
    # A refusal reaches a sender who still has much to say.
    with encrypted(server) as connection:
        connection.sendall(b"POST /v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + bytes(200_000))
        assert read_all(connection).startswith(b"HTTP/1.1 404 ")


def test_old_versions_are_refused(server):
    old = ssl.create_default_context(cafile=None)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection((server.host, server.port), timeout=30) as plain, pytest.raises(ssl.SSLError):
        old.wrap_socket(plain)


def test_plain_http_is_told_what_to_speak(server, is_problem):
    answer = server.raw(b"GET /v1/checks HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ") and b"application/problem+json" in answer and b"https://" in answer
    assert server.raw(b"SSH-2.0-OpenSSH_9.2\r\n").count(b"HTTP") == 0
    assert server.get("/healthz").status == 200


def test_a_handshake_has_its_time(server, stalled):
    for connection, began in stalled.values():
        assert connection.recv(1000) == b""
        assert 5 < time.monotonic() - began < 25
        connection.close()


def test_a_stop_lets_requests_end_and_waits_for_no_handshake(make_server, certificate, picture):
    server = make_server("--tls-certificate", certificate.file, "--tls-key", certificate.key, trust=certificate.file)
    with socket.create_connection((server.host, server.port)) as silent, encrypted(server) as idle, encrypted(server) as sender:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        sender.sendall(b"POST /v1/checks?file_name=a.png HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(picture) + picture[:100])
        deadline = time.monotonic() + 20
        while not server.leftovers() and time.monotonic() < deadline:
            time.sleep(0.02)
        server.process.send_signal(signal.SIGTERM)
        assert silent.recv(100) == b""
        sender.sendall(picture[100:])
        answer = read_all(sender)
        assert answer.startswith(b"HTTP/1.1 202 ") and b"Connection: close" in answer
    assert server.process.wait(timeout=25) == 0


def test_a_new_certificate_is_taken_up(make_server, make_certificate, tmp_path):
    first, second = make_certificate("first"), make_certificate("second")
    file, key = tmp_path / "server.pem", tmp_path / "server.key"

    def install(of, with_key):
        shutil.copy(of.file, file)
        shutil.copy(with_key.key, key)

    def reloaded(event):
        seen = len(server.log())
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while not any(line["event"] == event for line in server.log()[seen:]) and time.monotonic() < deadline:
            time.sleep(0.02)
        return server.log()[-1]

    install(first, first)
    server = make_server("--tls-certificate", file, "--tls-key", key, trust=first.file)
    kept = server.connection()
    kept.request("GET", "/healthz")
    assert kept.getresponse().read()
    install(second, first)
    assert "does not belong" in reloaded("tls.reload_failed")["error"]
    assert server.get("/healthz").status == 200
    install(second, second)
    assert reloaded("tls.certificate")["expired"] is False
    with pytest.raises(ssl.SSLCertVerificationError):
        server.get("/healthz")
    server.tls = ssl.create_default_context(cafile=second.file)
    assert server.get("/healthz").status == 200
    kept.request("GET", "/healthz")
    assert kept.getresponse().status == 200


def test_what_cannot_be_used_is_said_at_the_start(bonafide, certificate, make_certificate, tmp_path):
    other = make_certificate("other")
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("no certificate\n")
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "pkcs8", "-topk8", "-in", certificate.key, "-out", locked, "-passout", "pass:secret"], check=True)
    for options, told in [
        (["--tls-certificate", certificate.file], "both"), (["--tls-key", certificate.key], "both"), (["--hsts"], "needs TLS"),
        (["--tls-certificate", tmp_path / "none.pem", "--tls-key", certificate.key], "none.pem: No such file"),
        (["--tls-certificate", certificate.file, "--tls-key", tmp_path / "none.key"], "none.key: No such file"),
        (["--tls-certificate", rubbish, "--tls-key", certificate.key], "rubbish.pem holds no certificate"),
        (["--tls-certificate", certificate.file, "--tls-key", rubbish], "rubbish.pem holds no private key"),
        (["--tls-certificate", certificate.file, "--tls-key", other.key], "does not belong to the certificate"),
        (["--tls-certificate", certificate.file, "--tls-key", locked], "is encrypted"),
        (["--ca-file", rubbish], "rubbish.pem holds no certificate"),
    ]:
        done = bonafide("serve", "--port", 0, "--data", tmp_path / "data", *options, timeout=20)
        assert done.returncode == 2 and told in done.stderr, (options, done.returncode, done.stderr)
        assert done.stdout == ""
