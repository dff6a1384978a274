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
