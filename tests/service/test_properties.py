"""schemathesis over the whole OpenAPI document: requests drawn from it, right and wrong, and sequences of them, against the running server."""

import re
import subprocess
import sys

SEED = 20260131
# What the document cannot say of one request alone: that its Idempotency-Key was used for another file before, and that this server makes no
# call-backs and fetches nothing.
# Nor that a check's files are there once it has ended, and only where there is something to show.
CONFIGURATION = """
[checks.ensure_resource_availability]
enabled = false

[[operations]]
include-path = "/v1/checks"
include-method = "POST"
checks.positive_data_acceptance.expected-statuses = ["2xx", "400", "403", "409", "422", "429"]
"""


def test_every_operation_keeps_to_the_document(make_server, tmp_path):
    server = make_server("--max-queue", "50", "--timeout", "30")
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", tmp_path / "schemathesis.toml", "run",
         f"http://{server.host}:{server.port}/v1/openapi.json", "--seed", str(SEED), "--max-examples", "40", "--request-timeout", "60",
         "--generation-database", "none", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"Operations: +(\d+) selected / \1 total", done.stdout), done.stdout[:2000]
    generated, passed = map(int, re.search(r"(\d+) generated, (\d+) passed", done.stdout).groups())
    assert generated == passed > 400
    assert server.get("/healthz").status == 200
