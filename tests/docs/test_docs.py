"""The generated pages are those of the definitions."""

import importlib.util
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def test_generated_pages_are_up_to_date(bonafide):
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "tools" / "generate_docs.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    files = generator.generated(str(bonafide.path), ROOT)
    for name, text in files.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `tools/dev docs`"
    assert {path.name for path in (ROOT / "docs" / "analyzers").glob("*.md")} == {pathlib.Path(name).name for name in files if name.startswith("analyzers/")}
