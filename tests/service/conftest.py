import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from server_process import Server  # noqa: E402


@pytest.fixture
def make_server(bonafide, tmp_path):
    """Starts servers, each in a folder of its own, and stops them after the test."""
    made = []

    def make(*options, start=True, folder=None, **how):
        place = folder or tmp_path / f"server{len(made)}"
        place.mkdir(exist_ok=True)
        server = Server(bonafide.path, place, *options, **how)
        made.append(server)
        return server.start() if start else server

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="module")
def server(bonafide, tmp_path_factory):
    """One server with the defaults, for tests that leave it as it was."""
    running = Server(bonafide.path, tmp_path_factory.mktemp("service")).start()
    yield running
    assert running.stop() == 0, running.log_path.read_text()


class Certificate:
    """A self-signed certificate and its key, for some names."""

    def __init__(self, folder, name, names="DNS:localhost,IP:127.0.0.1"):
        self.file, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName={names}", "-keyout", self.key, "-out", self.file], check=True, capture_output=True)


@pytest.fixture(scope="session")
def make_certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    return lambda name, *names: Certificate(folder, name, *names)


@pytest.fixture(scope="session")
def certificate(make_certificate):
    return make_certificate("own")


@pytest.fixture(scope="session")
def picture(examples):
    """The smallest example: checked in a moment."""
    return (examples / "small.png").read_bytes()


def problem_of(answer, status, name):
    """Asserts that `answer` is that problem, in full."""
    assert answer.status == status, (answer.status, answer.body)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"/problems/{name}" and problem["status"] == status
    assert problem["title"] and problem["detail"] and problem["request_id"] == answer.headers["x-request-id"]
    return problem


@pytest.fixture(scope="session")
def is_problem():
    return problem_of
