"""Where the programs under test are, example media made by the build, and the report's schema."""

import importlib.util
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BONAFIDE_BUILD_DIR", ROOT / "build" / "dev"))
SHARED = pathlib.Path(os.environ.get("BONAFIDE_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve()


def pytest_terminal_summary(terminalreporter):
    if not (SHARED / "README.md").exists():
        terminalreporter.write_line(f"NOTICE: no development data at {SHARED}: the tests on real media did not run", red=True)
    if not list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        terminalreporter.write_line("NOTICE: no PostgreSQL server (Debian's package postgresql): the tests with several servers did not run", red=True)
    if not importlib.util.find_spec("torch") and not pathlib.Path("/usr/lib/python3/dist-packages/torch").exists():
        terminalreporter.write_line("NOTICE: no PyTorch (Debian's package python3-torch): the training of an exchange of faces did not run", red=True)


class Program:
    """The bonafide program: call it with arguments, get the finished process."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments, **options):
        options.setdefault("timeout", 300)
        options.setdefault("text", True)
        return subprocess.run([str(self.path), *map(str, arguments)], capture_output=True, check=False, **options)

    def report(self, path, *arguments):
        """The report of one file, and the exit code."""
        done = self("check", path, "--format", "json", *arguments)
        assert done.stdout, done.stderr
        return json.loads(done.stdout), done.returncode


@pytest.fixture(scope="session")
def bonafide():
    path = BUILD / "bonafide"
    assert path.exists(), f"{path} is not built; run `tools/dev test`"
    return Program(path)


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """Example media made by the build from the fixtures: genuine and edited pictures, a film, a recording."""
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([str(BUILD / "bonafide-examples"), str(folder)], check=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def schema(bonafide):
    done = bonafide("schema")
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="session")
def shared_data():
    if not (SHARED / "README.md").exists():
        pytest.skip(f"NOTICE: no development data at {SHARED}")
    return SHARED
