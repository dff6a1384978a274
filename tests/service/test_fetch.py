"""Files that the service fetches itself: onto the disk under its limits, from nowhere inside, and never where it was not allowed to."""

import hashlib
import http.server
import json
import ssl
import threading

import pytest
from server_process import Server


class Site:
    """Another server, with a few pages that mean well and many that do not."""

    def __init__(self, picture, certificate=None):
        self.asked, self.let_go = [], threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                headers.setdefault("Content_Length", len(body))
                for name, value in headers.items():
                    if value is not None:
                        self.send_header(name.replace("_", "-"), str(value))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                path, _, rest = self.path.partition("?")
                if path.endswith(".png"):
                    self.answer(200, picture, Content_Type="image/png")
                elif path == "/named":
                    self.answer(200, picture, Content_Disposition='attachment; filename="../given.png"')
                elif path == "/chunked":
                    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (picture[:50], picture[50:])) + b"0\r\n\r\n"
                    self.answer(200, pieces, Transfer_Encoding="chunked", Content_Length=None)
                elif path == "/to":
                    self.answer(302, Location=rest)
                elif path == "/hops":
                    left = int(rest)
                    self.answer(307, Location=f"?{left - 1}" if left > 1 else "sub/../small.png")
                elif path == "/encoded":
                    self.answer(200, picture, Content_Encoding="gzip")
                elif path == "/large":
                    self.answer(200, b"", Content_Length=10**12)
                elif path == "/endless":
                    self.answer(200, b"fffff\r\n" + bytes(0xfffff) + b"\r\nfffff\r\n" + bytes(0xfffff) + b"\r\n", Transfer_Encoding="chunked", Content_Length=None)
                elif path == "/cut":
                    self.answer(200, picture[:100], Content_Length=len(picture))
                elif path == "/empty":
                    self.answer(200)
                elif path == "/rubbish":
                    self.wfile.write(b"220 mail.example ESMTP\r\n")
                    self.close_connection = True
                elif path == "/held":
                    outer.let_go.wait(60)
                    self.answer(200, picture)
                else:
                    self.answer(404)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.file, certificate.key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_port
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def site(picture):
    running = Site(picture)
    yield running
    running.let_go.set()
    running.server.shutdown()


@pytest.fixture(scope="module")
def server(bonafide, tmp_path_factory, certificate):
    running = Server(bonafide.path, tmp_path_factory.mktemp("fetch"), "--allow-fetch", "--fetch-private", "--ca-file", certificate.file, "--max-upload", "1m").start()
    yield running
    assert running.stop() == 0, running.log_path.read_text()


def fetch(server, url, query="", **headers):
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return server.ask("POST", "/v1/checks" + query, json.dumps({"url": url}), headers)


def test_a_file_is_fetched_and_checked(server, site, picture, certificate):
    answer = fetch(server, f"{site.url}/a/small%20one.png?size=full", "?case=17&examiner=E.")
    assert answer.status == 202, answer.body
    check = answer.json()
    assert answer.headers["location"] == check["links"]["self"] and check["file_name"] == "small one.png"
    assert check["sha256"] == hashlib.sha256(picture).hexdigest() and check["size_bytes"] == len(picture)
    path, headers = site.asked[-1]
    assert path == "/a/small%20one.png?size=full" and headers["Host"] == f"127.0.0.1:{site.port}" and headers["Accept-Encoding"] == "identity"
    assert not {"Authorization", "Cookie", "Referer"} & set(headers)
    done = server.wait(check["id"])
    assert done["state"] == "done"
    assert server.get(done["links"]["report"]).json()["case"]["number"] == "17"
    for target, name in (("/named", "given.png"), ("/chunked", "chunked"), ("/hops?5", "small.png"), (f"/to?{site.url}/b.png", "b.png")):
        answer = fetch(server, site.url + target)
        assert answer.status == 202 and answer.json()["sha256"] == check["sha256"] and answer.json()["file_name"] == name, (target, answer.body)
    assert fetch(server, f"{site.url}/a.png", "?file_name=own.png").json()["file_name"] == "own.png"
    encrypted = Site(picture, certificate)
    assert fetch(server, f"{encrypted.url}/a.png").status == 202
    assert server.leaves_nothing()
    encrypted.server.shutdown()


def test_a_repeated_request_makes_no_second_check(server, site, is_problem):
    first = fetch(server, f"{site.url}/a.png", Idempotency_Key="fetched")
    assert fetch(server, f"{site.url}/b.png", Idempotency_Key="fetched").json()["id"] == first.json()["id"]
    is_problem(fetch(server, f"{site.url}/chunked", "?callback_url=http://a/", Idempotency_Key="fetched"), 400, "malformed")


@pytest.mark.parametrize("target,status,name", [
    ("/none", 502, "fetch-failed"), ("/hops?6", 502, "fetch-failed"), ("/to?/to", 502, "fetch-failed"), ("/to?file:///etc/passwd", 502, "fetch-failed"),
    ("/to?http://u:p@127.0.0.1/", 502, "fetch-failed"), ("/to?http://127.0.0.1:22/", 502, "fetch-failed"), ("/encoded", 502, "fetch-failed"),
    ("/cut", 502, "fetch-failed"), ("/rubbish", 502, "fetch-failed"), ("/large", 413, "too-large"), ("/endless", 413, "too-large"), ("/empty", 400, "malformed")])
def test_answers_that_are_no_file(server, site, is_problem, target, status, name):
    problem = is_problem(fetch(server, site.url + target), status, name)
    assert "127.0.0.1" not in json.dumps(problem) and server.leaves_nothing()


def test_who_is_not_trusted_is_not_asked(server, picture, make_certificate, is_problem):
    for certificate in (make_certificate("self-made"), make_certificate("elsewhere", "DNS:elsewhere.example")):
        stranger = Site(picture, certificate)
        is_problem(fetch(server, f"{stranger.url}/a.png"), 502, "fetch-failed")
        assert stranger.asked == []
        stranger.server.shutdown()


@pytest.mark.parametrize("body", [
    b"", b"x", b"[]", b"{}", b"\"http://a/\"", b'{"url": 1}', b'{"url": "http://a/", "more": 1}', b'{"url": "ftp://a/"}', b'{"url": "http://u:p@a/"}',
    b'{"url": "http://u@a/"}', b'{"url": "http://a/ b"}', b'{"url": "http://a/\\r\\nX: y"}', b'{"url": "http://[::1%25lo]/"}', b"[" * 16000])
def test_bodies(server, is_problem, body):
    is_problem(server.ask("POST", "/v1/checks", body, {"Content-Type": "application/json"}), 400, "malformed")
    assert server.leaves_nothing()


def test_bodies_too_large_and_scopes(server, is_problem):
    is_problem(server.ask("POST", "/v1/checks", bytes(20_000), {"Content-Type": "application/json; charset=utf-8"}), 413, "too-large")
    is_problem(fetch(server, "http://a/", Authorization="Bearer wrong"), 401, "key-missing")


def test_addresses_inside_are_not_asked(make_server, site, is_problem):
    server = make_server("--allow-fetch")
    asked, details = len(site.asked), set()
    for url in (site.url, f"http://localhost:{site.port}", f"http://2130706433:{site.port}", f"http://0x7f.1:{site.port}", f"http://[::1]:{site.port}",
                f"http://[::ffff:127.0.0.1]:{site.port}", f"http://0.0.0.0:{site.port}", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/",
                "http://[fe80::1]/", "http://224.0.0.1/", "http://no-such-host.invalid/"):
        details.add(is_problem(fetch(server, url + "/a.png"), 502, "fetch-failed")["detail"])
    assert len(site.asked) == asked and len(details) == 1, details
    assert server.leaves_nothing()


def test_off_unless_allowed(make_server, site, is_problem):
    server = make_server()
    asked = len(site.asked)
    is_problem(fetch(server, f"{site.url}/a.png"), 403, "fetching-off")
    assert len(site.asked) == asked


def test_few_at_a_time_and_a_stop_ends_them(make_server, site, is_problem):
    server = make_server("--allow-fetch", "--fetch-private", "--drain", 1)
    asked, answers = len(site.asked), []
    threads = [threading.Thread(target=lambda: answers.append(fetch(server, f"{site.url}/held"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(400):
        if len(site.asked) == asked + 4:
            break
        threading.Event().wait(0.05)
    is_problem(fetch(server, f"{site.url}/a.png"), 429, "too-many-requests")
    assert server.get("/healthz").status == server.get("/readyz").status == 200
    site.let_go.set()
    for thread in threads:
        thread.join(timeout=60)
    assert [answer.status for answer in answers] == [202] * 4
    site.let_go.clear()
    last = threading.Thread(target=lambda: pytest.raises(Exception, fetch, server, f"{site.url}/held"))
    last.start()
    for _ in range(400):
        if len(site.asked) == asked + 5:
            break
        threading.Event().wait(0.05)
    assert server.stop() == 0
    last.join(timeout=60)
    assert server.leftovers() == []
