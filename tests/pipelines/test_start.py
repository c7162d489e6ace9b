"""Whoever ends a command in its first second gets a sentence and the code of an end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import cli

ROOT = Path(__file__).parents[2]
PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
ENDS = pytest.mark.parametrize(
    ("number", "code", "how"),
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)


@ENDS
def test_an_end_while_modules_are_loaded(
    number: signal.Signals, code: int, how: str, tmp_path: Path
) -> None:
    slow = 'import time; print("loads", flush=True); time.sleep(60)'
    (tmp_path / "typer.py").write_text(slow)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "pipelines.start", "sounds"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, **PIPES) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "loads\n"
        process.send_signal(number)
        assert process.wait(240) == code
        assert process.stderr.read() == f"error: {how} before anything was started\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("review out", "the page is kept as far as it was written: run the same command again"),
        ("plan job.toml", "nothing was started: run the same command again"),
        ("deliver out --to otio", "files that were written are kept: run the same command again"),
        ("evaluate", "a former report is kept: run the same command again"),
        ("serve -o out", "all that was accepted is kept: start it again, and it goes on"),
        ("takes v --cue c -o out", "what was stored until then is kept: run the same command"),
        ("run job.toml --dry-run", "what was stored until then is kept: run the same command"),
    ],
)
def test_a_command_that_is_stopped_says_what_is_kept_and_how_to_go_on(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped() -> None:
        raise SystemExit(130)

    def leaves(code: int) -> None:
        raise SystemExit(code)

    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(sys, "argv", ["foley", *command.split()])
    monkeypatch.setattr(cli, "app", stopped)
    monkeypatch.setattr(cli, "_leave", leaves)
    monkeypatch.setattr(cli, "SUPERVISED", set())
    try:
        with pytest.raises(SystemExit) as end:
            cli.main()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert end.value.code == 130
    told = capsys.readouterr().err
    assert told.startswith(f"stopped by Ctrl-C; {said}")
    assert told.count("\n") == 1


def test_ctrl_c_while_a_page_is_written(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pipelines import cli; from pipelines.review import write_review\n"
        "def slow(*_):\n"
        "    print('works', flush=True)\n"
        "    while True: time.sleep(0.05)\n"
        "write_review.write_review = slow; sys.argv = ['foley', 'review', 'out']; cli.main()"
    )
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, **PIPES) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "works\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(240) == 130
        assert process.stderr.read().startswith("stopped by Ctrl-C; the page is kept")


def test_an_end_while_a_command_works() -> None:
    script = (
        "import time; from pipelines import cli\n"
        "def work():\n"
        "    print('works', flush=True)\n"
        "    while True: time.sleep(0.05)\n"
        "cli.app = work; cli.main()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, **PIPES) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "works\n"
        process.terminate()
        assert process.wait(240) == 143
        assert process.stderr.read() == "error: terminated\n"
