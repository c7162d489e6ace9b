"""Text that cannot be printed ends no command early, and is said where something can be."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.progress import progress_for

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")
FOLEY = f"{sys.executable} -m pipelines.start"


def shell(line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A line of a shell, in which `foley` is the command of this checkout."""
    said = f'foley() {{ {FOLEY} "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", said],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["packs list", "--version"])
def test_a_full_disk_beneath_standard_output_is_said(command: str) -> None:
    ended = shell(f"foley {command} > {FULL}")
    assert ended.returncode == 3
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("where", [f"2> {FULL}", "2>&-", "2>&- >&- <&-"])
def test_an_error_that_cannot_be_said_keeps_its_exit_code(where: str) -> None:
    assert shell(f"foley status nowhere {where}").returncode == 2


@pytest.mark.parametrize(
    "command", [r"one v.mp4 -o out --prompt $'a\xff'", r"one $'\xff.mp4' -o out"]
)
def test_arguments_that_are_no_text_are_refused(command: str) -> None:
    ended = shell(f"foley {command}")
    assert ended.returncode == 2
    assert "error: the argument " in ended.stderr
    assert r"\udcff" in ended.stderr


def test_a_reader_that_has_gone_is_no_fault() -> None:
    ended = shell("foley packs list | true; exit ${PIPESTATUS[0]}")
    assert (ended.returncode in (0, 1), ended.stderr) == (True, "")


def test_letters_that_a_terminal_lacks_are_escaped() -> None:
    ended = shell("foley packs check 'nowhere/日本'", PYTHONIOENCODING="ascii")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    script = (
        "from pipelines.standard_streams import open_streams as o; o(); print('日本 │ \\udcff')"
    )
    printed = shell(f'{sys.executable} -c "{script}"', PYTHONIOENCODING="ascii").stdout
    assert printed == "\\u65e5\\u672c \\u2502 \\udcff\n"


class Full(io.StringIO):
    """A stream to a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_job_goes_on_whose_log_is_on_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    with progress_for() as progress:
        progress.begin("reading the manifest")
        progress.expect(1)
        progress.advance([{"status": "ok"}])
