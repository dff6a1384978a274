"""A new analyzer's folder is complete, registered, formatted and passes the layer lint; tools/dev test then builds it."""

import shutil
import subprocess
from pathlib import Path

import lint_layers
import new_analyzer
import pytest

CMAKE = "# One line an analyzer.\nbonafide_analyzer(container/structure)\nbonafide_analyzer(image/noise_level)\n\nset(_declarations)\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "src/analyzers").mkdir(parents=True)
    (tmp_path / "src/analyzers/CMakeLists.txt").write_text(CMAKE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("family", sorted(new_analyzer.INPUTS_OF_FAMILY))
def test_the_folder_is_complete(root, family):
    folder = new_analyzer.make(root, family, "grain_size")
    assert sorted(file.name for file in folder.iterdir()) == ["README.md", "grain_size.cpp", "grain_size.h", "grain_size_test.cpp"]
    assert "@" not in "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert f'made.id = "{family}.grain.size";' in (folder / "grain_size.cpp").read_text(encoding="utf-8")
    assert f"{family}_grain_size()" in (folder / "grain_size.h").read_text(encoding="utf-8")
    assert list(lint_layers.complaints(root)) == []


def test_it_is_registered_after_the_last_one(root):
    new_analyzer.make(root, "image", "grain")
    cmake = (root / "src/analyzers/CMakeLists.txt").read_text(encoding="utf-8")
    assert cmake == CMAKE.replace("(image/noise_level)\n", "(image/noise_level)\nbonafide_analyzer(image/grain)\n")


@pytest.mark.parametrize(("family", "name"), [("picture", "grain"), ("image", "Grain"), ("image", "../x"), ("image", ""), ("image", "_a")])
def test_bad_names_are_refused_and_leave_nothing(root, family, name):
    with pytest.raises(ValueError):
        new_analyzer.make(root, family, name)
    assert [file.name for file in (root / "src/analyzers").iterdir()] == ["CMakeLists.txt"]


def test_an_existing_folder_is_left_alone(root):
    folder = new_analyzer.make(root, "image", "grain")
    (folder / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="exists already"):
        new_analyzer.make(root, "image", "grain")
    assert (folder / "README.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(shutil.which("clang-format-14") is None, reason="clang-format-14 is not installed")
@pytest.mark.parametrize("name", ["g", "grain_size_of_the_shadows"])
def test_what_it_writes_is_formatted(root, name):
    shutil.copy(Path(__file__).resolve().parents[2] / ".clang-format", root)
    folder = new_analyzer.make(root, "provenance", name)
    new_analyzer.apply_format(folder)
    files = [str(file) for file in folder.iterdir() if file.suffix in (".h", ".cpp")]
    subprocess.run(["clang-format-14", "--dry-run", "--Werror", *files], check=True)
