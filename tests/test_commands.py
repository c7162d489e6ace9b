"""The documents and the command line name the same commands and options."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from documents import DOCUMENTS, JOBS_README, ROOT, named, section, table, text_of

from pipelines.cli import app


@cache
def commands_and_groups() -> dict[str, Any]:
    """Every command of `foley` and every group of them, by its words: `run`, `benchmark media`."""

    def below(group: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            yield " ".join((*words, name)), command
            if hasattr(command, "commands"):
                yield from below(command, (*words, name))

    return dict(below(typer.main.get_command(app), ()))


@cache
def commands() -> dict[str, dict[str, set[str]]]:
    """The parameters of every command, by its words.

    A parameter has all its spellings: `--output` has `--output` and `-o`.
    """
    return {
        words: {param.name: set(param.opts) for param in command.params}
        for words, command in commands_and_groups().items()
        if not hasattr(command, "commands")
    }


def options_of(command: str) -> set[str]:
    """Every spelling of every option of a command."""
    spelled = set[str]().union(*commands()[command].values())
    return {name for name in spelled if name.startswith("-")}


def calls(text: str) -> list[tuple[str, ...]]:
    """The words after `foley` of every call in a document's code, one tuple a call."""
    code = re.findall(r"```(?:bash|sh|console)\n(.*?)```", text, re.S)
    code += re.findall(r"`(foley [^`\n]+)`", text)
    lines = "\n".join(code).replace("\\\n", " ").splitlines()
    found = [re.search(r"(?:^|[\s/])foley ([a-z][^|&;#]*)", line) for line in lines]
    return [tuple(match[1].split()) for match in found if match]


def command_of(words: tuple[str, ...]) -> str | None:
    return next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in commands()), None)


def documented() -> dict[str, set[str]]:
    """The options of every command in the table of commands."""
    rows: dict[str, set[str]] = {}
    for call, _, options in table(section(JOBS_README, "Commands")):
        words = tuple(call.strip("`").removeprefix("foley ").split())
        command = command_of(words)
        assert command, call
        assert command not in rows, f"{command} stands there twice"
        rows[command] = set(named(options))
    return rows


def test_there_are_commands() -> None:
    assert {"run", "one", "demo"} <= commands().keys()


def test_no_option_offers_the_model_of_the_tests() -> None:
    def offers(command: object) -> list[object]:
        inner = getattr(command, "commands", {}).values()
        own = [vars(option) for option in getattr(command, "params", [])]
        return [*own, *(offer for one in inner for offer in offers(one))]

    offered = str(offers(typer.main.get_command(app)))
    assert "hunyuan-xl" in offered
    assert "tiny" not in offered


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_documented_call_exists_with_its_options(path: Path) -> None:
    for words in calls(text_of(path)):
        command = command_of(words)
        assert command, f"foley {' '.join(words)}"
        options = {
            word.strip("[]").split("=")[0] for word in words if word.lstrip("[").startswith("-")
        }
        assert options <= options_of(command) | {"--help"}, f"foley {' '.join(words)}"


def test_the_table_of_commands_has_each_of_them_once() -> None:
    assert documented().keys() == commands().keys()


@pytest.mark.parametrize("command", sorted(commands()))
def test_the_table_of_commands_has_every_option_and_no_other(command: str) -> None:
    long = {name for name in options_of(command) if name.startswith("--")}
    assert documented()[command] == long - {"--help"}
