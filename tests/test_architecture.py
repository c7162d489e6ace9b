"""Rules of the house that no linter knows: short files, documented names, whole words.

Which layer may import which is checked by import-linter.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for package in ("foley_core", "pipelines") for path in (ROOT / package).rglob("*.py")
)
FILE_LIMIT_LINES = 300
ABBREVIATIONS = {"sr", "fps", "flow"}

every_source = pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions, classes and methods, but not what is nested in a function."""
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{prefix}{node.name}.")


def overrides(tree: ast.Module, name: str) -> bool:
    """Whether `Class.method` belongs to a class with a base, whose docstring stands for it."""
    owner, _, method = name.rpartition(".")
    bases = {node.name: node.bases for node in tree.body if isinstance(node, ast.ClassDef)}
    return bool(method and bases.get(owner))


@every_source
def test_a_file_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LIMIT_LINES


@every_source
def test_a_module_says_what_it_is_for(path):
    tree = parsed(path)
    if path.name == "__init__.py" and path.parent.name != "foley_core":
        assert not tree.body, "only the library's root names what users import"
    else:
        assert ast.get_docstring(tree)


@every_source
def test_every_public_name_is_documented(path):
    tree = parsed(path)
    silent = [
        name
        for name, node in public(tree.body)
        if not ast.get_docstring(node) and not overrides(tree, name)
    ]
    assert silent == []


@every_source
def test_names_are_whole_words(path):
    arguments = {node.arg for node in ast.walk(parsed(path)) if isinstance(node, ast.arg)}
    assert arguments & ABBREVIATIONS == set()


def test_there_is_something_to_check():
    assert len(SOURCES) > 20
