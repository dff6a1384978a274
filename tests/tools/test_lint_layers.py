"""The lint must see what it forbids, and must not see it where it is allowed."""

from pathlib import Path

import lint_layers
import pytest

ROOT = Path(__file__).resolve().parents[2]


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def complaints_for(tmp_path, path, text):
    write(tmp_path, path, text)
    return [line for line in lint_layers.complaints(tmp_path) if line.startswith(f"{path}:")]


def test_the_project_itself_includes_downwards_only():
    assert not [line for line in lint_layers.complaints(ROOT) if "include" in line or "uses only" in line]


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("src/base/a.cpp", "media/image.h"),
        ("src/media/a.h", "features/media.h"),
        ("src/engine/worker/a.cpp", "apps/worker/main.h"),
        ("src/fusion/a.cpp", "analysis/analyzer.h"),
        ("src/fusion/a.cpp", "media/image.h"),
        ("src/report/a.cpp", "fusion/fusion.h"),
        ("src/analyzers/image/a/a.cpp", "fusion/fusion.h"),
        ("src/analyzers/image/a/a.cpp", "analyzers/image/b/b.h"),
        ("src/analysis/a_test.cpp", "engine/worker/analyse.h"),
        ("src/engine/front/a.cpp", "service/service.h"),
        ("src/service/a.cpp", "media/image.h"),
    ],
)
def test_an_include_that_points_up_is_refused(tmp_path, path, header):
    found = complaints_for(tmp_path, path, f'#pragma once\n#include "{header}"\n')
    assert len(found) == 1
    assert found[0].startswith(f"{path}:2: ")
    assert header in found[0]


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("src/media/a.cpp", "base/result.h"),
        ("src/media/a.cpp", "media/image.h"),
        ("src/fusion/a.cpp", "evidence/evidence.h"),
        ("src/analyzers/image/a/a.cpp", "analyzers/image/a/a.h"),
        ("src/analyzers/image/a/a.cpp", "infer/session.h"),
        ("src/fusion/a_test.cpp", "media/image.h"),
        ("src/media/a_test.cpp", "fixtures/camera.h"),
        ("apps/cli/main.cpp", "engine/engine.h"),
        ("apps/cli/main.cpp", "nlohmann/json.hpp"),
    ],
)
def test_an_include_that_points_down_is_allowed(tmp_path, path, header):
    complaints = complaints_for(tmp_path, path, f'#include "{header}"\n')
    assert complaints == []


@pytest.mark.parametrize(
    "code",
    [
        'std::cout << "x";',
        'printf("x");',
        'std::fprintf(stderr, "x");',
        "std::exit(1);",
        "exit(1);",
        "std::abort();",
        'getenv("HOME");',
        'auto home = std::getenv("HOME");',
        "extern char** environ;",
        "const int n = 1'000; std::abort(); const int m = 2'000;",
    ],
)
def test_a_library_must_not_print_exit_or_read_the_environment(tmp_path, code):
    assert len(complaints_for(tmp_path, "src/media/a.cpp", code + "\n")) == 1
    assert complaints_for(tmp_path, "apps/cli/main.cpp", code + "\n") == []
    assert complaints_for(tmp_path, "src/media/a_test.cpp", code + "\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "// std::cout is not used here",
        "/* exit(1);\n std::abort(); */",
        'const char* text = "exit(1) \\" getenv(";',
        'const char* text = R"(std::cout << 1)";',
        'std::snprintf(text, size, "x");',
        "state.exit(1); state->abort();",
        "on_exit(1);",
        "_exit(1);  // of a forked child",
    ],
)
def test_words_that_only_look_so_are_allowed(tmp_path, code):
    assert complaints_for(tmp_path, "src/media/a.cpp", code + "\n") == []


def test_line_numbers_survive_comments(tmp_path):
    assert complaints_for(tmp_path, "src/media/a.cpp", "/* one\n two */\nstd::abort();\n")[0].startswith("src/media/a.cpp:3:")


def test_a_broken_invariant_may_abort(tmp_path):
    assert complaints_for(tmp_path, "src/base/ensure.cpp", "std::abort();\n") == []


def test_long_files_are_refused(tmp_path):
    assert complaints_for(tmp_path, "src/media/a.cpp", "\n" * 400) == []
    assert len(complaints_for(tmp_path, "src/media/a.cpp", "\n" * 401)) == 1


def test_an_analyzer_folder_is_complete_and_registered(tmp_path):
    folder = "src/analyzers/image/grain"
    write(tmp_path, "src/analyzers/CMakeLists.txt", "bonafide_analyzer(image/noise_level)\n")
    write(tmp_path, f"{folder}/grain.cpp", "")
    found = "\n".join(lint_layers.complaints(tmp_path))
    for wanted in ("holds grain.h", "holds grain_test.cpp", "holds README.md", "is not registered"):
        assert wanted in found
    for file in ("grain.h", "grain_test.cpp", "README.md"):
        write(tmp_path, f"{folder}/{file}", "")
    write(tmp_path, "src/analyzers/CMakeLists.txt", "bonafide_analyzer(image/grain bonafide_dependency_JPEG)\n")
    assert list(lint_layers.complaints(tmp_path)) == []
