"""The installed package under test, and pictures to try it on. `tools/dev python` installs it."""

import os
import pathlib
import subprocess
import sys

import numpy
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = pathlib.Path(os.environ.get("BONAFIDE_PYTHON_PACKAGE", ROOT / "build" / "python-package"))
sys.path.insert(0, str(PACKAGE))


def read(path):
    with Image.open(path) as picture:
        return numpy.asarray(picture.convert("RGB"))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Folders of what the example maker draws: "portraits", "faces", "voices" and "all"."""
    program = pathlib.Path(os.environ.get("BONAFIDE_BUILD_DIR", ROOT / "build" / "release")) / "bonafide-examples"
    folders = {}
    for kind, more in (("portraits", ["portraits"]), ("faces", ["faces"]), ("voices", ["voices"]), ("all", [])):
        folders[kind] = tmp_path_factory.mktemp(kind)
        subprocess.run([str(program), str(folders[kind]), *more], check=True, timeout=300)
    return folders


@pytest.fixture(scope="session")
def portrait_files(made):
    return sorted(made["portraits"].glob("*.png"))


@pytest.fixture(scope="session")
def portraits(portrait_files):
    return [read(path) for path in portrait_files]


@pytest.fixture(scope="session")
def portrait(portraits):
    return portraits[0]


@pytest.fixture(scope="session")
def face(portrait):
    import bonafide

    (found,) = bonafide.faces.detect(portrait)
    return found
