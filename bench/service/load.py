#!/usr/bin/env python3
"""Load on the service: bench/service/load.py PROGRAM PICTURE [--connections N] [--uploads N] [--single PICTURE] [--tls]

With --single, times one picture first, from the start of its upload to the last byte of its report as a page, five times. Then opens idle connections, sends uploads eight at a time while they stay open, and asks for /healthz all along. Prints what the server process
took, how long health checks took, and every answer that was neither 202 nor 429; exit status 1 where there was one.
With --tls, all of it over TLS, with a certificate made for the run (openssl).
"""

import argparse
import collections
import concurrent.futures
import http.client
import json
import multiprocessing
import pathlib
import re
import resource
import socket
import ssl
import subprocess
import tempfile
import time


TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE
# Threads and the watching process ask alike; set once, before either starts.
over_tls = False


def resident_mb(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process}/status").read_text()).group(1)) / 1024


def asked(port, method, path, body=None):
    """Status and body."""
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=120, context=TLS) if over_tls else http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body=body)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, text


def ask(port, method, path, body=None):
    return asked(port, method, path, body)[0]


def answer(port, method, path, body=None):
    status, text = asked(port, method, path, body)
    assert status in (200, 202), text
    return text


def watch(port, server, done, heard):
    """How long health checks take, in milliseconds, and the most memory that the server takes, in MiB, until `done`."""
    health_ms, most_mb = [], 0
    while not done.is_set():
        start = time.monotonic()
        assert ask(port, "GET", "/healthz") == 200
        health_ms.append(1000 * (time.monotonic() - start))
        most_mb = max(most_mb, resident_mb(server))
        time.sleep(0.02)
    heard.put((health_ms, most_mb))


def drop_to_report_s(port, picture):
    """Seconds from the start of an upload to the last byte of the report."""
    start = time.monotonic()
    check = json.loads(answer(port, "POST", "/v1/checks", picture))
    while check["state"] not in ("done", "failed"):
        time.sleep(0.02)
        check = json.loads(answer(port, "GET", f"/v1/checks/{check['id']}"))
    answer(port, "GET", check["links"]["report_html"])
    return time.monotonic() - start


def idle_connection(port):
    connection = socket.create_connection(("127.0.0.1", port))
    return TLS.wrap_socket(connection) if over_tls else connection


def certificate_in(folder):
    """Options of a server that speaks TLS with a new certificate."""
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
                   check=True, stderr=subprocess.DEVNULL)
    return ["--tls-certificate", certificate, "--tls-key", key]


def main():
    global over_tls
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--single", type=pathlib.Path)
    parser.add_argument("--tls", action="store_true")
    given = parser.parse_args()
    over_tls = given.tls
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    picture = given.picture.read_bytes()
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "wb") as log:
        secure = certificate_in(folder) if given.tls else []
        server = subprocess.Popen([given.program, "serve", "--data", f"{folder}/data", "--port", "0", *secure], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            port = int(re.search(r":(\d+)/", server.stdout.readline()).group(1))
            empty_mb = resident_mb(server.pid)
            if given.single:
                times = sorted(drop_to_report_s(port, given.single.read_bytes() + bytes(number)) for number in range(5))
                print(json.dumps({"drop_to_report_s": {"median": round(times[2], 2), "worst": round(times[-1], 2), "bytes": given.single.stat().st_size}}))
            idle = [idle_connection(port) for _ in range(given.connections)]
            while resident_mb(server.pid) and f"bonafide_connections {given.connections + 1}" not in metrics(port):
                time.sleep(0.05)
            idle_mb = resident_mb(server.pid)
            done = multiprocessing.Event()
            heard = multiprocessing.SimpleQueue()
            # A process of its own: threads that upload would make it wait for the interpreter.
            watcher = multiprocessing.Process(target=watch, args=(port, server.pid, done, heard))
            watcher.start()
            start = time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                statuses = collections.Counter(pool.map(lambda number: ask(port, "POST", "/v1/checks", picture + b"%d" % number), range(given.uploads)))
            taken_s = time.monotonic() - start
            time.sleep(10)  # the queue is worked off meanwhile
            done.set()
            health_ms, most_mb = heard.get()
            watcher.join()
            health_ms.sort()
            print(json.dumps({"memory_mb": {"empty": round(empty_mb, 1), f"{given.connections}_idle": round(idle_mb, 1), "most": round(max(most_mb, idle_mb), 1)},
                              "uploads": {"statuses": statuses, "seconds": round(taken_s, 2), "bytes_each": len(picture)},
                              "health_ms": {"median": round(health_ms[len(health_ms) // 2], 2), "p99": round(health_ms[int(len(health_ms) * .99)], 2),
                                            "worst": round(health_ms[-1], 2), "count": len(health_ms)}}, indent=2))
            return 0 if set(statuses) <= {202, 429} else 1
        finally:
            server.kill()
            server.wait()


def metrics(port):
    return answer(port, "GET", "/metrics").decode()


if __name__ == "__main__":
    raise SystemExit(main())
