"""Who may ask: other sites may not, other machines only with a key."""

import json
import signal

import pytest


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}])
def test_other_sites_are_refused(server, is_problem, picture, headers):
    is_problem(server.ask("GET", "/v1/checks", headers=headers), 403, "cross-site")
    is_problem(server.ask("POST", "/v1/checks", picture, headers), 403, "cross-site")
    is_problem(server.ask("DELETE", "/v1/checks/" + "a" * 22, headers=headers), 403, "cross-site")


def test_own_pages_and_links_are_not(server):
    own = f"http://{server.host}:{server.port}"
    assert server.get("/v1/checks", Origin=own, Sec_Fetch_Site="same-origin").status == 200
    assert server.get("/v1/checks", Sec_Fetch_Site="none").status == 200
    assert server.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document").status == 200


def test_names_that_were_made_to_point_here_are_refused(server, make_server, is_problem):
    for path in ("/", "/v1/checks", "/metrics"):
        is_problem(server.get(path, Host="evil.example"), 421, "wrong-host")
    named = make_server("--host-name", "media.example")
    assert named.get("/v1/checks", Host="media.example:80").status == 200


def test_other_addresses_need_a_key(bonafide, make_server, picture, is_problem, tmp_path):
    server = make_server("--address", "0.0.0.0", "--rate", 20, start=False)
    refused = bonafide("serve", "--data", server.data, "--address", "0.0.0.0", "--port", 0, timeout=60)
    assert refused.returncode == 2 and "keys add" in refused.stderr
    keys = {}
    for name, scopes in (("all", []), ("reader", ["--scope", "read"]), ("watcher", ["--scope", "metrics"])):
        made = bonafide("serve", "keys", "add", name, *scopes, "--data", server.data)
        assert made.returncode == 0 and made.stdout.startswith("bf_")
        keys[name] = made.stdout.strip()
    assert bonafide("serve", "keys", "add", "all", "--data", server.data).returncode == 2
    server.start()
    server.host = "127.0.0.1"
    is_problem(server.upload(picture), 401, "key-missing")
    assert server.get("/v1/checks").headers["www-authenticate"] == "Bearer"
    assert server.get("/healthz").status == 200 and server.get("/readyz").status == 200 and server.get("/").status == 200
    server.key = keys["all"]
    check = server.upload(picture)
    assert check.status == 202
    is_problem(server.get("/metrics"), 403, "not-permitted")
    server.key = keys["watcher"]
    assert server.get("/metrics").status == 200
    server.key = keys["reader"]
    assert server.get(check.json()["links"]["self"]).status == 200
    is_problem(server.upload(picture), 403, "not-permitted")
    is_problem(server.ask("DELETE", check.json()["links"]["self"]), 403, "not-permitted")
    answers = [server.get("/v1/checks") for _ in range(30)]
    assert 200 in {answer.status for answer in answers}
    is_problem(answers[-1], 429, "too-many-requests")
    assert int(answers[-1].headers["retry-after"]) >= 1
    # Revoking works at once, and guessing does not get far.
    assert bonafide("serve", "keys", "revoke", "all", "--data", server.data).returncode == 0
    server.key = keys["all"]
    is_problem(server.get("/v1/checks"), 401, "key-missing")
    guesses = []
    for number in range(12):
        server.key = f"bf_{number}"
        guesses.append(server.get("/v1/checks").status)
    assert guesses[0] == 401 and guesses[-1] == 429
    server.key = None
    server.stop()
    everything = server.log_path.read_text() + json.dumps([path.read_bytes().decode("latin1") for path in server.data.iterdir() if path.is_file()])
    assert not any(key in everything for key in keys.values()), "a key is stored or logged"
    events = [json.loads(line)["event"] for line in bonafide("serve", "audit", "--data", server.data).stdout.splitlines()]
    assert events.count("key.added") == 3 and "key.revoked" in events and "check.accepted" in events


def test_a_stop_lets_what_is_under_way_end(make_server, examples):
    server = make_server("--jobs", 1, "--drain", 55)
    check = server.upload((examples / "small.png").read_bytes()).json()
    while server.get(check["links"]["self"]).json()["state"] == "queued":
        pass
    assert server.stop(signal.SIGTERM) == 0
    assert server.log()[-1]["event"] == "server.stopped"
    server.start()
    assert server.get(check["links"]["self"]).json()["state"] == "done"
