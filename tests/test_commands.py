"""The documents and the command line name the same commands and options."""

import re
from pathlib import Path

import pytest
import typer

from pipelines.cli import app

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "cluster" / "README.md"]


def commands() -> dict[str, set[str]]:
    """Options of every command of `foley`, by its words: `run`, `benchmark media`."""
    found: dict[str, set[str]] = {}

    def visit(command: object, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            params = getattr(command, "params", [])
            found[" ".join(words)] = {name for param in params for name in param.opts} | {"--help"}
            return
        for name, item in inner.items():
            visit(item, (*words, name))

    visit(typer.main.get_command(app), ())
    return found


def calls(text: str) -> list[tuple[str, ...]]:
    """The words after `foley` of every call in a document's code, one tuple a call."""
    code = re.findall(r"```(?:bash|sh|console)\n(.*?)```", text, re.S)
    code += re.findall(r"`(foley [^`\n]+)`", text)
    lines = "\n".join(code).replace("\\\n", " ").splitlines()
    found = [re.search(r"(?:^|[\s/])foley ([a-z][^|&;#]*)", line) for line in lines]
    return [tuple(match[1].split()) for match in found if match]


def command_of(words: tuple[str, ...]) -> str | None:
    return next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in commands()), None)


def test_there_are_commands() -> None:
    assert {"run", "one", "demo"} <= commands().keys()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.parent.name + "/" + path.name)
def test_a_documented_call_exists_with_its_options(path: Path) -> None:
    if not path.is_file():
        pytest.skip(f"{path.name} is not written yet")
    for words in calls(path.read_text(encoding="utf-8")):
        command = command_of(words)
        assert command, f"foley {' '.join(words)}"
        options = {
            word.strip("[]").split("=")[0] for word in words if word.lstrip("[").startswith("-")
        }
        assert options <= commands()[command], f"foley {' '.join(words)}"


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert f"foley {command}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["setup", "test", "demo"])
def test_the_make_targets_are_documented(target: str) -> None:
    assert f"make {target}" in README.read_text(encoding="utf-8")
