"""The web pages in Chromium against the real server: tests/web/*.mjs click through every feature. Needs what `tools/dev web` makes."""

import os
import re
import shutil
import subprocess

import pytest
from conftest import ROOT

WEB = ROOT / "web"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture
def server(bonafide, tmp_path):
    """Its address. No proxy of the environment may come between."""
    command = [str(bonafide.path), "serve", "--port", "0", "--data", str(tmp_path / "data"), "--pages", str(WEB / "dist"), "--allow-fetch", "--fetch-private"]
    with open(tmp_path / "log", "w+", encoding="utf-8") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            said = process.stdout.readline()
            found = re.search(r"http://\S+?(?=/? )", said)
            assert found, said + (tmp_path / "log").read_text()
            yield found[0].rstrip("/")
        finally:
            process.terminate()
            process.wait(timeout=60)


@pytest.mark.skipif(not (WEB / "dist" / "index.html").exists(), reason="the pages are not built: tools/dev web")
@pytest.mark.skipif(not CHROMIUM, reason="no chromium: tools/setup web-test")
def test_pages_do_what_they_offer(server, examples):
    environment = {**os.environ, "BONAFIDE_URL": server, "BONAFIDE_EXAMPLES": str(examples), "CHROMIUM": CHROMIUM, "TZ": "UTC"}
    done = subprocess.run(["node", "--test", str(ROOT / "tests" / "web" / "suite.test.mjs")], env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
