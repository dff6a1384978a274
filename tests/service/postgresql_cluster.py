"""A PostgreSQL server of its own for a test: made, started, crashed and thrown away."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

PASSWORD = "correct horse/battery@staple"
QUOTED = "correct%20horse%2Fbattery%40staple"


def programs():
    """The folder of the newest server's programs, Debian's place for them; None where there is no server."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    return found[-1].parent if found else None


class Cluster:
    def __init__(self):
        self.programs = programs()
        # Below /tmp: the path of a socket is short, and another user must reach it.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bonafide-postgresql-", dir="/tmp"))
        self.identity = {}
        if os.geteuid() == 0:
            # The server refuses to run as root.
            nobody = pwd.getpwnam("nobody")
            self.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None
        (self.folder / "password").write_text(PASSWORD)
        os.chmod(self.folder / "password", 0o644)
        self.run("initdb", "--pgdata", self.folder / "data", "--username", "bonafide", "--pwfile", self.folder / "password", "--auth-local", "trust",
                 "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        self.start()

    def run(self, program, *arguments):
        done = subprocess.run([str(self.programs / program), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                              cwd=self.folder, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, **self.identity)
        assert done.returncode == 0, (program, done.stdout, done.stderr)
        return done.stdout

    def start(self):
        # Without fsync a crash of the server, unlike one of the machine, loses nothing.
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port),
                                             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"], stdout=log, stderr=log, cwd=self.folder, **self.identity)
        deadline = time.monotonic() + 60
        ready = [str(self.programs / "pg_isready"), "--quiet", "--host", str(self.folder), "--port", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            assert time.monotonic() < deadline and self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)

    def crash(self):
        """Ends it at once, without good-bye."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=60)

    def hang(self):
        """All of it stands still, as where its disk does; connections stay. go_on() ends that."""
        self.signal_all(signal.SIGSTOP)

    def go_on(self):
        self.signal_all(signal.SIGCONT)

    def signal_all(self, which):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for process in [self.process.pid, *map(int, children)]:
            os.kill(process, which)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.go_on()
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, database, statement):
        return self.run("psql", "--no-psqlrc", "--host", self.folder, "--port", self.port, "--username", "bonafide", "--tuples-only", "--no-align",
                        "--command", statement, database).strip()

    def url(self, database, port=None):
        return f"postgresql://bonafide:{QUOTED}@127.0.0.1:{port or self.port}/{database}"


class Proxy:
    """Stands between a client and the server, and loses the answers to the next `commits` commits, with the connection."""

    COMMIT = b"Q\0\0\0\x0bCOMMIT\0"

    def __init__(self, port):
        self.to, self.commits = port, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
            threading.Thread(target=self.forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self.forward, args=(server, client), daemon=True).start()

    def forward(self, source, sink):
        try:
            while piece := source.recv(65536):
                if piece == self.COMMIT and self.commits > 0:
                    self.commits -= 1
                    source.shutdown(socket.SHUT_RDWR)  # the client hears nothing more
                    sink.sendall(piece)
                    time.sleep(0.2)
                    sink.shutdown(socket.SHUT_RDWR)
                    return
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
