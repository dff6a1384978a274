#!/usr/bin/python3
"""Makes the folder of a new analyzer, ready to build and test, and registers it.

    tools/new_analyzer.py FAMILY NAME [--root FOLDER]

FAMILY is one of the folders below src/analyzers, NAME in snake_case: `image grain_size` makes src/analyzers/image/grain_size with
the id image.grain.size. What it measures is an example, to be replaced.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

EVERY_INPUT = "ingest::MediaKind::kImage, ingest::MediaKind::kVideo, ingest::MediaKind::kAudio"
INPUTS_OF_FAMILY = {
    "container": EVERY_INPUT,
    "provenance": EVERY_INPUT,
    "image": "ingest::MediaKind::kImage",
    "face": "ingest::MediaKind::kImage, ingest::MediaKind::kVideo",
    "video": "ingest::MediaKind::kVideo",
    "audio": "ingest::MediaKind::kAudio, ingest::MediaKind::kVideo",
}
TEMPLATES = Path(__file__).resolve().parent / "templates/analyzer"


def substitutions(family, name):
    """What stands for each @word@ of the templates."""
    words = name.split("_")
    return {
        "family": family,
        "name": name,
        "function": f"{family}_{name}",
        "id": ".".join([family, *words]),
        "inputs": INPUTS_OF_FAMILY[family],
        "Test": "".join(word.capitalize() for word in [family, *words]),
    }


def registered(cmake, line):
    """The text of src/analyzers/CMakeLists.txt with `line` after the last analyzer."""
    last = list(re.finditer(r"^bonafide_analyzer\([^)]*\)\n", cmake, re.MULTILINE))[-1]
    return cmake[: last.end()] + line + "\n" + cmake[last.end() :]


def make(root, family, name):
    """Writes the folder below `root`; returns its path. ValueError where the name is no good or taken."""
    if family not in INPUTS_OF_FAMILY:
        raise ValueError(f"no family is named '{family}'; there are: {', '.join(INPUTS_OF_FAMILY)}")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f"'{name}' is not snake_case")
    folder = root / "src/analyzers" / family / name
    if folder.exists():
        raise ValueError(f"{folder} exists already")
    values = substitutions(family, name)
    folder.mkdir(parents=True)
    for template in sorted(TEMPLATES.glob("*.in")):
        text = re.sub(r"@(\w+)@", lambda match: values[match.group(1)], template.read_text(encoding="utf-8"))
        file = template.name.removesuffix(".in").replace("name", name, 1)
        (folder / file).write_text(text, encoding="utf-8")
    cmake = root / "src/analyzers/CMakeLists.txt"
    cmake.write_text(registered(cmake.read_text(encoding="utf-8"), f"bonafide_analyzer({family}/{name})"), encoding="utf-8")
    return folder


def apply_format(folder):
    """Breaks lines where the length of the name asks for it."""
    subprocess.run(["clang-format-14", "-i", *sorted(folder.glob("*.h")), *sorted(folder.glob("*.cpp"))], check=True)


def main():
    parser = argparse.ArgumentParser(description="Make the folder of a new analyzer.")
    parser.add_argument("family", help=", ".join(INPUTS_OF_FAMILY))
    parser.add_argument("name", help="snake_case")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    arguments = parser.parse_args()
    try:
        folder = make(arguments.root, arguments.family, arguments.name)
    except ValueError as problem:
        print(f"new-analyzer: {problem}", file=sys.stderr)
        return 2
    if shutil.which("clang-format-14"):
        apply_format(folder)
    print(f"made {folder}; next: tools/dev test {arguments.family}_{arguments.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
