"""Servers that share a queue in PostgreSQL: what was accepted is checked exactly once, whoever is killed."""

import http.client
import itertools
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest
from postgresql_cluster import PASSWORD, QUOTED, Cluster, Proxy, programs
from test_callbacks import Receiver, wait_for

needs_server = pytest.mark.skipif(programs() is None, reason="NOTICE: no PostgreSQL server here (Debian's package postgresql)")


@pytest.fixture(scope="module")
def cluster():
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture
def replicas(cluster, make_server, tmp_path):
    """Starts servers that share a new database and a folder."""
    name = f"test{os.getpid()}_{next(replicas_made)}"
    cluster.sql("postgres", f"CREATE DATABASE {name}")
    (tmp_path / "address").write_text(cluster.url(name) + "\n")
    numbers = itertools.count()

    def make(*options, start=True):
        server = make_server("--database-file", tmp_path / "address", *options, start=False, folder=tmp_path / f"replica{next(numbers)}")
        server.data = tmp_path / "shared"
        return server.start() if start else server

    make.database, make.address = name, tmp_path / "address"
    return make


replicas_made = itertools.count()


def audit(bonafide, replicas):
    done = bonafide("serve", "audit", "--database-file", replicas.address)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def events_of(entries, check_id):
    return [entry["event"] for entry in entries if entry["subject"] == check_id]


def wait_for_state(server, check_id, state):
    wait_for(lambda: server.get(f"/v1/checks/{check_id}").json()["state"] == state, timeout=120)


@needs_server
def test_the_store_keeps_its_promises(cluster):
    program = pathlib.Path(os.environ.get("BONAFIDE_SOURCE_DIR", ".")) / "build/dev/src/service/service_test"
    if not program.exists():
        pytest.skip(f"NOTICE: {program} is not built")
    cluster.sql("postgres", "CREATE DATABASE store")
    done = subprocess.run([str(program), "--gtest_filter=With/Store.*/Postgresql"], capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "BONAFIDE_TEST_DATABASE": cluster.url("store")})
    assert done.returncode == 0 and "[  PASSED  ] 0 tests" not in done.stdout, done.stdout + done.stderr


@needs_server
def test_two_servers_share_a_queue(replicas, bonafide, picture, examples):
    first, second = replicas("--jobs", 1), replicas("--jobs", 1)
    film = (examples / "long.mp4").read_bytes()
    busy = first.upload(film, "one.mp4").json()["id"]
    other = first.upload(film + b"\0", "two.mp4").json()["id"]
    # Each has one of the films. Whoever follows at one server hears of what the other does.
    streams = {}

    def follow(server):
        streams[server] = server.get(f"/v1/checks/{other}/events").body.decode()

    followers = [threading.Thread(target=follow, args=(server,)) for server in (first, second)]
    for follower in followers:
        follower.start()
    # The same key at both at once gives one check.
    answers = {}

    def send(server):
        answers[server] = server.upload(picture, "photo.png", Idempotency_Key="once")

    senders = [threading.Thread(target=send, args=(server,)) for server in (first, second)]
    for thread in senders:
        thread.start()
    for thread in [*senders, *followers]:
        thread.join(timeout=300)
    assert [answer.status for answer in answers.values()] == [202, 202]
    pictures = {answer.json()["id"] for answer in answers.values()}
    assert len(pictures) == 1
    checks = [busy, other, *pictures]
    for check_id in checks:
        assert second.wait(check_id)["state"] == "done"
        for server in (first, second):
            assert server.get(f"/v1/checks/{check_id}/report").status == 200
    for stream in streams.values():
        assert '"state":"done"' in stream.rstrip().rsplit("data: ", 1)[1]
    done_by = [[line["check"] for line in server.log() if line["event"] == "check.ended"] for server in (first, second)]
    assert sorted(done_by[0] + done_by[1]) == sorted(checks), "each once"
    assert done_by[0] and done_by[1], "by both"
    assert first.get("/v1/checks?q=TWO").json()["checks"][0]["id"] == other
    assert second.ask("DELETE", f"/v1/checks/{other}").status == 204
    assert first.get(f"/v1/checks/{other}").status == 404
    assert first.stop() == 0 and second.stop() == 0
    entries = audit(bonafide, replicas)
    assert [entry["event"] for entry in entries].count("server.started") == 2
    assert events_of(entries, busy) == ["check.accepted", "check.done"]


@needs_server
def test_kill_at_any_moment_loses_nothing(replicas, bonafide, picture):
    servers = [replicas("--jobs", 1, "--lease", 3, "--max-attempts", 9) for _ in range(2)]
    accepted = []

    def send():
        for number in range(10):
            try:
                answer = servers[number % 2].upload(picture + bytes([number]), f"{number}.png")
                if answer.status == 202:
                    accepted.append(answer.json()["id"])
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.3)

    sender = threading.Thread(target=send)
    sender.start()
    for pause, server in zip((0.5, 0.8, 1.1), (servers[0], servers[1], servers[0])):
        time.sleep(pause)
        server.stop(signal.SIGKILL)
        time.sleep(0.2)
        server.start()
    sender.join(timeout=60)
    assert accepted
    for check_id in accepted:
        assert servers[1].wait(check_id)["state"] == "done"
        assert servers[0].get(f"/v1/checks/{check_id}/report").status == 200
    entries = audit(bonafide, replicas)
    for check_id in accepted:
        assert events_of(entries, check_id) == ["check.accepted", "check.done"]


@needs_server
def test_a_server_that_vanishes_leaves_its_check_to_another(replicas, bonafide, examples):
    film = (examples / "long.mp4").read_bytes()
    first = replicas("--jobs", 1, "--lease", 3, "--max-attempts", 2)
    check = first.upload(film, "film.mp4").json()["id"]
    wait_for_state(first, check, "running")
    second = replicas("--jobs", 1, "--lease", 3, "--max-attempts", 2)
    first.stop(signal.SIGKILL)
    ended = second.wait(check)
    assert ended["state"] == "done" and ended["attempts"] == 2
    assert any(line["event"] == "check.recovered" and line["check"] == check for line in second.log())
    assert events_of(audit(bonafide, replicas), check) == ["check.accepted", "check.done"]
    # One that took as many servers down as may be is put aside, where it can be seen.
    poison = second.upload(film + b"\0", "poison.mp4").json()["id"]
    for attempt, dying, other in ((1, second, first), (2, first, second)):
        wait_for(lambda: dying.get(f"/v1/checks/{poison}").json()["attempts"] == attempt, timeout=60)
        dying.stop(signal.SIGKILL)
        other.start()
    failed = second.wait(poison)
    assert failed["state"] == "failed" and "2 attempts" in failed["error"]["detail"]
    assert [entry["id"] for entry in second.get("/v1/checks?state=failed").json()["checks"]] == [poison]
    assert events_of(audit(bonafide, replicas), poison) == ["check.accepted", "check.failed"]


@needs_server
def test_a_server_that_slept_overwrites_nothing(replicas, bonafide, examples):
    first = replicas("--jobs", 1, "--lease", 2)
    check = first.upload((examples / "long.mp4").read_bytes(), "film.mp4").json()["id"]
    wait_for_state(first, check, "running")
    first.process.send_signal(signal.SIGSTOP)
    second = replicas("--jobs", 1, "--lease", 2)
    assert second.wait(check)["attempts"] == 2
    results = second.data / "checks" / check / "results"
    made = (results / "report.json").stat()
    first.process.send_signal(signal.SIGCONT)
    wait_for(lambda: any(line["event"] == "check.ended" for line in first.log()), timeout=120)
    assert sorted(os.listdir(results.parent)) == ["media", "results"], "what the late one had is gone"
    assert (results / "report.json").stat().st_ino == made.st_ino
    assert first.get(f"/v1/checks/{check}").json()["attempts"] == 2
    assert events_of(audit(bonafide, replicas), check) == ["check.accepted", "check.done"]


@needs_server
def test_a_commit_whose_answer_is_lost(replicas, cluster, bonafide, picture, examples, is_problem):
    proxy = Proxy(cluster.port)
    replicas.address.write_text(cluster.url(replicas.database, proxy.port) + "\n")
    server = replicas("--jobs", 1)
    film = server.upload((examples / "long.mp4").read_bytes(), "film.mp4").json()["id"]
    wait_for_state(server, film, "running")
    proxy.commits = 1
    is_problem(server.upload(picture, Idempotency_Key="once"), 503, "unavailable")
    assert proxy.commits == 0
    again = server.upload(picture, Idempotency_Key="once")
    assert again.status == 202
    proxy.commits = 1  # that of the film's end
    for check in (film, again.json()["id"]):
        ended = server.wait(check)
        assert ended["state"] == "done" and ended["attempts"] == 1, ended
        assert server.get(f"/v1/checks/{check}/report").status == 200
        assert sorted(os.listdir(server.data / "checks" / check)) == ["media", "results"]
    assert proxy.commits == 0
    entries = audit(bonafide, replicas)
    for check in (film, again.json()["id"]):
        assert events_of(entries, check) == ["check.accepted", "check.done"]


@needs_server
def test_a_database_that_hangs(replicas, cluster, picture, is_problem):
    server = replicas("--jobs", 1)
    cluster.hang()
    try:
        is_problem(server.upload(picture), 503, "unavailable")
        assert server.get("/healthz").status == 200
    finally:
        cluster.go_on()
    wait_for(lambda: server.get("/readyz").status == 200, timeout=30)
    assert server.wait(server.upload(picture).json()["id"])["state"] == "done"


@needs_server
def test_a_database_that_goes_away_and_comes_back(replicas, cluster, bonafide, picture, examples, is_problem):
    server = replicas("--jobs", 1, "--lease", 2)
    running = server.upload((examples / "long.mp4").read_bytes(), "film.mp4").json()["id"]
    waiting = server.upload(picture).json()["id"]
    wait_for_state(server, running, "running")
    cluster.crash()
    try:
        is_problem(server.upload(picture + b"\0"), 503, "unavailable")
        for path in ("/readyz", "/v1/checks", f"/v1/checks/{running}", "/metrics"):
            assert int(server.get(path).headers["retry-after"]) > 0
            is_problem(server.get(path), 503, "unavailable")
        assert server.get("/healthz").status == 200
        time.sleep(3)  # longer than a lease
    finally:
        cluster.start()
    wait_for(lambda: server.get("/readyz").status == 200, timeout=30)
    for check_id in (running, waiting):
        ended = server.wait(check_id)
        assert ended["state"] == "done" and ended["attempts"] == 1, "an outage is no attempt"
    assert server.wait(server.upload(picture + b"\0").json()["id"])["state"] == "done"
    entries = audit(bonafide, replicas)
    assert events_of(entries, running) == ["check.accepted", "check.done"]
    assert PASSWORD not in server.log_path.read_text() and QUOTED not in server.log_path.read_text()


@needs_server
def test_keys_hold_everywhere_until_they_are_revoked(replicas, bonafide, is_problem):
    made = bonafide("serve", "keys", "add", "newsroom", "--database-file", replicas.address)
    assert made.returncode == 0, made.stderr
    servers = [replicas("--require-key", "--jobs", 1) for _ in range(2)]
    for server in servers:
        is_problem(server.get("/v1/checks"), 401, "key-missing")
        server.key = made.stdout.strip()
        assert server.get("/v1/checks").status == 200
    assert bonafide("serve", "keys", "revoke", "newsroom", "--database-file", replicas.address).returncode == 0
    for server in servers:
        is_problem(server.get("/v1/checks"), 401, "key-missing")
    assert [entry["event"] for entry in audit(bonafide, replicas)] == ["key.added", "server.started", "server.started", "key.revoked"]


@needs_server
def test_one_server_calls_back(replicas, picture, tmp_path):
    (tmp_path / "secret").write_text("a secret of enough letters\n")
    receiver = Receiver(failures=0)
    servers = [replicas("--jobs", 1, "--callback-secret", tmp_path / "secret", "--callback-private") for _ in range(2)]
    ids = [servers[number % 2].ask("POST", f"/v1/checks?callback_url={receiver.url}", picture + bytes([number])).json()["id"] for number in range(3)]
    wait_for(lambda: len(receiver.calls) >= 3, timeout=120)
    time.sleep(1.5)
    assert sorted(json.loads(body)["id"] for _, _, body in receiver.calls) == sorted(ids)
    receiver.server.shutdown()


@needs_server
def test_a_folder_and_a_database_belong_together(replicas, bonafide, picture, tmp_path, make_server):
    server = replicas("--jobs", 1)
    server.wait(server.upload(picture).json()["id"])
    # The mount is missing; the database option was forgotten, while others run and later; a folder that has checks already.
    elsewhere = bonafide("serve", "--data", tmp_path / "elsewhere", "--database-file", replicas.address, "--port", 0, timeout=60)
    assert elsewhere.returncode == 2 and "mount" in elsewhere.stderr
    for _ in range(2):
        alone = bonafide("serve", "--data", server.data, "--port", 0, timeout=60)
        assert alone.returncode == 2 and ("another server" in alone.stderr or "give --database" in alone.stderr)
        server.stop()
    keys = bonafide("serve", "keys", "list", "--data", server.data)
    assert keys.returncode == 2 and "give --database" in keys.stderr
    assert len(os.listdir(server.data / "checks")) == 1
    replicas("--jobs", 1)


@pytest.mark.parametrize("url, said", [("mysql://root:hunter2@localhost/x", "malformed"), ("postgresql://root:hunter2%zz@localhost/x", "malformed"),
                                       ("postgresql://root:hunter2@127.0.0.1:1/x", "cannot be reached")])
def test_an_address_that_is_wrong(bonafide, tmp_path, url, said):
    (tmp_path / "address").write_text(url + "\n")
    for arguments, environment in ((["--database-file", tmp_path / "address"], {}), ([], {"BONAFIDE_DATABASE": url})):
        done = bonafide("serve", "--data", tmp_path / "data", "--port", 0, *arguments, env={**os.environ, **environment}, timeout=60)
        assert done.returncode == 2 and said in done.stderr and "hunter2" not in done.stderr and done.stdout == ""
    done = bonafide("serve", "keys", "list", "--database", url, timeout=60)
    assert done.returncode == 2 and "everybody on this machine" in done.stderr and "hunter2" not in done.stderr


def test_wrong_usage(bonafide, tmp_path):
    (tmp_path / "empty").write_text("")
    for arguments in (["--lease", 5], ["--database-connections", 5], ["--database-file", tmp_path / "empty"], ["--database", "postgresql://a/b", "--lease", 0],
                      ["--database", "postgresql://a/b", "--database-file", "/dev/null"]):
        done = bonafide("serve", "--data", tmp_path / "data", "--port", 0, *arguments, timeout=60)
        assert done.returncode == 2 and done.stderr and done.stdout == "", arguments
