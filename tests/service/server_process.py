"""Starts the real server on a free port, and asks it."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Server:
    """`bonafide serve` with a data folder of its own. What it logs is in `log`. `trust`: certificates that it is asked with over TLS."""

    def __init__(self, program, folder, *options, limit_file_size=None, trust=None):
        self.program, self.data, self.options = program, folder / "data", [str(option) for option in options]
        self.log_path = folder / "log"
        self.limit_file_size = limit_file_size
        self.tls = ssl.create_default_context(cafile=trust) if trust else None
        self.process = None
        self.key = None

    def start(self):
        prefix = ["bash", "-c", f'ulimit -f {self.limit_file_size}; exec "$@"', "-"] if self.limit_file_size else []
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*prefix, str(self.program), "serve", "--data", str(self.data), "--port", "0", *self.options],
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"https?://(\S+):(\d+)/", line)
        assert found, (line, self.log_path.read_text())
        self.host, self.port = found.group(1).strip("[]"), int(found.group(2))
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
        if self.process:
            self.process.stdout.close()
        return self.process.returncode if self.process else None

    def log(self):
        return [json.loads(line) for line in self.log_path.read_text().splitlines()]

    def connection(self, timeout=60):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, timeout=60):
        connection = self.connection(timeout)
        try:
            all_headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
            all_headers.update(headers or {})
            connection.request(method, path, body=body, headers=all_headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def upload(self, data, name="photo.jpg", **headers):
        return self.ask("POST", f"/v1/checks?file_name={name}", data, {name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, data, timeout=20):
        """Sends bytes as they are; all that comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=timeout) as connection:
            connection.sendall(data)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received

    def wait(self, check_id, timeout=300):
        """The check once it has ended. "Unavailable" is an answer to ask again after, as where a database has just come back."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            answer = self.get(f"/v1/checks/{check_id}")
            assert answer.status in (200, 503), answer.body
            if answer.status == 200 and answer.json()["state"] in ("done", "failed"):
                return answer.json()
            time.sleep(0.1)
        raise AssertionError(f"not done in {timeout} s: {answer.body}")

    def leftovers(self):
        """Files of uploads that never became checks."""
        return os.listdir(self.data / "incoming")

    def leaves_nothing(self, timeout=10):
        """Whether what uploads left goes away: that may be a moment after the answer."""
        deadline = time.monotonic() + timeout
        while self.leftovers() and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.leftovers() == []
