#!/usr/bin/python3
"""Checks what the compiler cannot: which layer includes which, and what a library must never do.

    tools/lint_layers.py [ROOT]

Prints one line a complaint, `path:line: what is wrong`; exit status 1 where there is any. The order of the layers and its
reasons: docs/adr/0002-layers.md.
"""

import re
import sys
from pathlib import Path

# From the bottom to the top: a layer may include what stands before it, and itself.
ORDER = ["base", "ingest", "media", "infer", "evidence", "features", "analysis", "analyzers", "fusion", "report", "evaluation", "forge", "engine", "service", "apps"]
# Layers that may use less than all that stands below them.
ONLY = {
    "evidence": {"base"},
    "analyzers": {"base", "ingest", "media", "infer", "features", "evidence", "analysis"},
    "fusion": {"base", "evidence"},
    "report": {"base", "evidence"},
    "evaluation": {"base"},
    "service": {"base", "report", "engine"},
    "forge": {"base", "ingest", "media", "infer", "features"},
}
MOST_LINES = 400

FORBIDDEN = [
    (re.compile(r"\bstd::(cout|cerr|clog)\b"), "a library does not print"),
    (re.compile(r"\b(?:std::)?(?:printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror)\s*\("), "a library does not print"),
    (re.compile(r"(?<![\w.>])(?:std::)?(?:exit|quick_exit|_Exit|abort|terminate)\s*\("), "a library does not end the program"),
    (re.compile(r"\b(?:std::)?(?:getenv|secure_getenv|setenv|putenv)\s*\(|\benviron\b"), "a library does not read the environment"),
]
# A broken invariant has nobody to return to.
MAY_DO_SO = {"src/base/ensure.cpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
# Raw strings, strings, characters and comments, so that words inside them do not count. Digit separators are no characters.
NOT_CODE = re.compile(r'R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL)


def without_comments_and_strings(text):
    """The code alone, each line still on its own number."""
    return NOT_CODE.sub(lambda match: "\n" * match.group().count("\n"), text)


def layer_of(path):
    """The layer of a file, by its path relative to the root: src/<layer>/... or apps/..., to which the Python module counts; None outside them."""
    parts = path.parts
    if parts[0] == "apps":
        return "apps"
    if parts[0] == "python":
        return "apps"
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def complaint_about_include(path, header):
    """Why `path` must not include "header"; None where it may."""
    layer, target = layer_of(path), header.split("/")[0]
    if layer is None or target not in ORDER or target == layer:
        if target == "analyzers" and layer == "analyzers" and Path(header).parent not in (path.parent.relative_to("src"), Path("analyzers")):
            return f'analyzers do not include each other: "{header}"'
        return None
    if ORDER.index(target) > ORDER.index(layer):
        return f'{layer} stands below {target} and must not include "{header}"'
    is_test = path.name.endswith("_test.cpp")
    if not is_test and layer in ONLY and target not in ONLY[layer]:
        return f'{layer} uses only {", ".join(sorted(ONLY[layer]))}: not "{header}"'
    return None


def complaints_about_source(path, text):
    """Yields (line, complaint) for one source file."""
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        complaint = complaint_about_include(path, include.group(1)) if include else None
        if complaint:
            yield number, complaint
    if path.name.endswith("_test.cpp"):
        return
    if text.count("\n") > MOST_LINES:
        yield MOST_LINES + 1, f"more than {MOST_LINES} lines: split it"
    if path.parts[0] == "src" and path.as_posix() not in MAY_DO_SO:
        for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
            for pattern, complaint in FORBIDDEN:
                if pattern.search(line):
                    yield number, complaint


def complaints_about_analyzers(root):
    """Yields (path, complaint): an analyzer's folder holds header, source, test and README, and CMake knows it."""
    registered = set()
    cmake = root / "src/analyzers/CMakeLists.txt"
    if cmake.is_file():
        registered = set(re.findall(r"^bonafide_analyzer\(([a-z0-9_]+/[a-z0-9_]+)", cmake.read_text(encoding="utf-8"), re.MULTILINE))
    for folder in sorted(root.glob("src/analyzers/*/*/")):
        if not any(folder.glob("*.cpp")):
            continue
        relative = folder.relative_to(root)
        for wanted in (f"{folder.name}.h", f"{folder.name}.cpp", f"{folder.name}_test.cpp", "README.md"):
            if not (folder / wanted).is_file():
                yield relative, f"an analyzer's folder holds {wanted}"
        if relative.relative_to("src/analyzers").as_posix() not in registered:
            yield relative, "is not registered in src/analyzers/CMakeLists.txt"


def complaints(root):
    """Every complaint about the tree at `root`, as printable lines."""
    for top in ("src", "apps", "python"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix in (".h", ".cpp") and file.is_file():
                path = file.relative_to(root)
                for number, complaint in complaints_about_source(path, file.read_text(encoding="utf-8")):
                    yield f"{path.as_posix()}:{number}: {complaint}"
    for path, complaint in complaints_about_analyzers(root):
        yield f"{path.as_posix()}:1: {complaint}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(complaints(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
