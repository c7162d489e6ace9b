"""The command line explains itself, and ends with its code, whatever still runs in its process."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.testing
from test_commands import commands_and_groups

from foley_core import __version__
from pipelines.cli import HELP_ORDER, app

ROOT = Path(__file__).parents[2]
NARROW = typer.testing.CliRunner(env={"COLUMNS": "80"})


def parameters() -> list[Any]:
    """Arguments and options of all commands, with the command that has them."""
    return [
        pytest.param(param, id=f"{words} {param.name}")
        for words, command in commands_and_groups().items()
        for param in command.params
    ]


def test_version() -> None:
    assert NARROW.invoke(app, ["--version"]).stdout == f"foley {__version__}\n"


@pytest.mark.parametrize("words", [*commands_and_groups(), ""])
def test_help_names_every_option_whole_in_80_columns(words: str) -> None:
    found = NARROW.invoke(app, [*words.split(), "-h"])
    assert found.exit_code == 0
    assert max(map(len, found.stdout.splitlines())) <= 80
    assert "..." not in found.stdout.replace("[ARGS]...", "").replace("}...", "")
    for param in commands_and_groups()[words].params if words else ():
        names = [name for name in param.opts if name.startswith("--")]
        assert all(name in found.stdout for name in names)


def test_commands_in_the_order_of_need() -> None:
    lines = NARROW.invoke(app, ["-h"]).stdout.partition("Commands:")[2].splitlines()
    listed = [line.split()[0] for line in lines if line.strip()]
    assert [name for name in listed if name in HELP_ORDER] == list(HELP_ORDER)
    assert listed[-1] == "purge"


@pytest.mark.parametrize("param", parameters())
def test_a_sentence_explains_it(param: Any) -> None:
    assert param.help
    assert len(param.help.split()) >= 3
    assert param.help[0].isupper()
    assert param.help.endswith(".")


@pytest.mark.parametrize("switch", ["action", "music", "stems", "anonymise"])
def test_a_switch_is_turned_off(switch: str) -> None:
    (option,) = [one for one in commands_and_groups()["one"].params if f"--{switch}" in one.opts]
    assert f"--no-{switch}" in option.secondary_opts


def test_completion_offers_commands_and_options() -> None:
    offered = {
        words: NARROW.invoke(
            app,
            [],
            prog_name="foley",
            env={
                "_FOLEY_COMPLETE": "complete_bash",
                "COMP_WORDS": f"foley {words}",
                "COMP_CWORD": str(len(words.split())),
            },
        ).stdout.split()
        for words in ("pu", "run --man")
    }
    assert offered == {"pu": ["purge"], "run --man": ["--manifest"]}


@pytest.mark.parametrize("code", [0, 3])
def test_a_thread_that_still_runs_holds_no_end_up(code: int) -> None:
    script = (
        "import threading, time; from pipelines.cli import _leave; print('said', end='')\n"
        f"threading.Thread(target=time.sleep, args=(200,)).start(); _leave({code})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, "said")


def test_what_was_to_be_done_at_the_end_is_done_and_no_library_is_torn_down() -> None:
    script = (
        "import atexit; from pipelines.cli import _leave\n"
        "class Late:\n"
        "    def __del__(self): print('torn down')\n"
        "late = Late(); atexit.register(print, 'done'); _leave(2)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "done\n")
