"""What several tests of the command line share."""

import json

import pytest


@pytest.fixture(scope="module")
def forge(bonafide, tmp_path_factory):
    """`bonafide forge` with keys of its own; `.keys` is their folder. What was made, or the process where nothing was."""
    keys = tmp_path_factory.mktemp("data") / "bonafide" / "forge"

    def run(*arguments):
        as_json = arguments[:2] != ("consent", "new")
        done = bonafide("forge", *arguments, "--keys", keys, *(["--json"] if as_json else []))
        return json.loads(done.stdout) if as_json and done.returncode == 0 else done

    run.keys = keys
    return run
