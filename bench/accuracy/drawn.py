"""What the benches of drawn pages share: the words on them, and the report of a file."""

import json
import subprocess

WORDS = "the of and to in is that for it with as was on are by this be at from report council budget meeting minutes approved amount invoice total number date signature".split()


def report_of(program, path):
    return json.loads(subprocess.run([program, "check", str(path), "--format", "json"], capture_output=True, text=True, check=False).stdout)
