"""What a program takes."""

import os
import subprocess
import tempfile
import time


def measured(command):
    """Seconds on the wall, and what the program and the processes that it waited for used (resource.getrusage); what it prints is dropped. Ends the benchmark where it refuses its task or dies."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.monotonic()
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=said) as process:
            # Not wait(): this tells of the one process and its own, not of all that this one has started.
            _, status, usage = os.wait4(process.pid, 0)
            taken_s = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1, 3):
            said.seek(0)
            raise SystemExit(f"failed: {' '.join(map(str, command))}\n{said.read()}")
    return taken_s, usage
