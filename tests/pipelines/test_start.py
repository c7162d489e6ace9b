"""Whoever ends a command in its first second gets a sentence and the code of an end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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
