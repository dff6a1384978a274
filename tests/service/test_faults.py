"""What goes wrong around the service: nothing that was accepted is lost, and every answer says what it is."""

import http.client
import json
import os
import signal
import sqlite3
import threading
import time

import pytest


def workers_of(server):
    """Process ids of the analyses under way."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                with open(f"/proc/{entry}/cmdline") as line:
                    if int(fields[1]) == server.process.pid and "bonafide-worker" in line.read():
                        found.append(int(entry))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


def audit(bonafide, server):
    done = bonafide("serve", "audit", "--data", server.data)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_kill_at_any_moment_loses_nothing(make_server, bonafide, picture):
    # A check that is under way at each of the three kills has had three attempts.
    server = make_server("--jobs", 2, "--max-attempts", 4)
    accepted, stop = [], threading.Event()

    def send():
        number = 0
        while not stop.is_set() and number < 12:
            try:
                answer = server.upload(picture + bytes([number]), f"{number}.png")
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if answer.status == 202:
                accepted.append(answer.json()["id"])
            number += 1

    sender = threading.Thread(target=send)
    sender.start()
    for pause in (0.4, 0.9, 1.5):
        time.sleep(pause)
        server.stop(signal.SIGKILL)
        server.start()
    sender.join(timeout=60)
    stop.set()
    assert accepted
    for check_id in accepted:
        assert server.wait(check_id)["state"] == "done"
        assert server.get(f"/v1/checks/{check_id}/report").status == 200
    assert server.leaves_nothing()
    events = audit(bonafide, server)
    for check_id in accepted:
        assert [event["event"] for event in events if event["subject"] == check_id] == ["check.accepted", "check.done"]
    known = {check["id"] for check in server.get("/v1/checks?limit=200").json()["checks"]}
    server.stop()
    assert set(os.listdir(server.data / "checks")) == known, "folders of no check"


def test_a_full_queue_says_when_to_come_back(make_server, examples, picture, is_problem):
    server = make_server("--jobs", 1, "--max-queue", 2)
    first = server.upload((examples / "long.mp4").read_bytes(), "long.mp4").json()
    while server.get(first["links"]["self"]).json()["state"] == "queued":
        pass
    answers = [server.upload(picture + bytes([number])) for number in range(5)]
    assert [answer.status for answer in answers][:2] == [202, 202]
    is_problem(answers[-1], 429, "queue-full")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert server.leaves_nothing()


def test_an_analysis_that_is_killed_is_tried_again(make_server, examples):
    server = make_server("--jobs", 1, "--max-attempts", 2)
    ids = [server.upload((examples / "long.mp4").read_bytes() + bytes([number]), "long.mp4").json()["id"] for number in range(2)]
    deadline = time.monotonic() + 120
    killed = set()
    # Every attempt at both is killed but the last of the second.
    while len(killed) < 3 and time.monotonic() < deadline:
        for process in workers_of(server):
            if process not in killed:
                time.sleep(0.1)
                os.kill(process, signal.SIGKILL)
                killed.add(process)
        time.sleep(0.02)
    ended = [server.wait(check_id) for check_id in ids]
    assert sorted(check["state"] for check in ended) == ["done", "failed"]
    failed = next(check for check in ended if check["state"] == "failed")
    assert failed["attempts"] == 2 and failed["error"]["status"] == 500 and failed["verdict"] is None
    assert server.get(failed["links"]["report"]).status == 409


def test_a_check_that_takes_the_server_down_each_time_is_given_up(make_server, examples, picture):
    server = make_server("--jobs", 1, "--max-attempts", 2)
    check = server.upload((examples / "long.mp4").read_bytes(), "long.mp4").json()
    other = server.upload(picture).json()
    for _ in range(2):
        deadline = time.monotonic() + 60
        while not workers_of(server) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.get(check["links"]["self"]).json()["state"] == "running"
        server.stop(signal.SIGKILL)
        server.start()
    failed = server.get(check["links"]["self"]).json()
    assert failed["state"] == "failed" and failed["attempts"] == 2
    assert failed["error"]["status"] == 500 and "2 attempts" in failed["error"]["detail"]
    assert server.wait(other["id"])["state"] == "done"
    assert [entry["check"] for entry in server.log() if entry["event"] == "check.given_up"] == [check["id"]]


def test_a_locked_database_is_said_and_over(make_server, picture, is_problem):
    server = make_server()
    other = sqlite3.connect(server.data / "service.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    is_problem(server.upload(picture), 503, "unavailable")
    is_problem(server.get("/readyz"), 503, "unavailable")
    assert server.get("/healthz").status == 200
    other.execute("ROLLBACK")
    assert server.leaves_nothing()
    check = server.upload(picture)
    assert check.status == 202 and server.wait(check.json()["id"])["state"] == "done"


def test_no_room(make_server, picture, is_problem):
    server = make_server("--min-free", "900000g")
    is_problem(server.upload(picture), 507, "no-space")
    is_problem(server.get("/readyz"), 507, "no-space")


def test_a_disk_that_fills_up_in_an_upload(make_server, picture, is_problem):
    # A limit on the size of files is the full disk that needs no other disk: here 8 MiB.
    server = make_server(limit_file_size=8192)
    is_problem(server.upload(bytes(12_000_000)), 507, "no-space")
    assert server.leaves_nothing()
    assert server.wait(server.upload(picture).json()["id"])["state"] == "done"


def test_one_server_a_folder(make_server, bonafide):
    server = make_server()
    second = bonafide("serve", "--data", server.data, "--port", 0, timeout=60)
    assert second.returncode == 2 and "another server" in second.stderr


def test_media_and_checks_are_deleted_in_time(make_server, picture, bonafide):
    server = make_server("--no-media")
    check = server.wait(server.upload(picture).json()["id"])
    assert sorted(os.listdir(server.data / "checks" / check["id"])) == ["results"]
    assert check["links"]["preview"] is None and b"data:image/jpeg" not in server.get(check["links"]["report_html"]).body
    server.stop()
    with sqlite3.connect(server.data / "service.db") as database:
        database.execute("UPDATE checks SET finished_ms = finished_ms - 31 * 86400000")
    server.start()
    deadline = time.monotonic() + 20
    while os.listdir(server.data / "checks") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.get(check["links"]["self"]).status == 404
    assert os.listdir(server.data / "checks") == []
    assert audit(bonafide, server)[-1]["event"] == "check.expired"


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--max-upload", "0"], ["--address", "nowhere"], ["--callback-secret", "/dev/null"], ["keys"], ["keys", "add"], ["keys", "add", "a", "--scope", "all"]])
def test_wrong_usage(bonafide, tmp_path, arguments):
    done = bonafide("serve", "--data", tmp_path / "data", *arguments, timeout=60)
    assert done.returncode == 2 and done.stderr and done.stdout == ""
