"""The parent of a job's process: hands on signals, and says what its child could not say."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, signal, subprocess, sys, time
from pipelines.supervisor import farewell, supervise
supervise()
{body}
"""
SLEEPER = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(200)']).pid"


def begun(body: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SCRIPT.format(body=body)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload, no-any-return]


def ended(body: str) -> tuple[int, str]:
    with begun(body) as process:
        said = process.communicate(timeout=240)[1]
    return process.returncode, said


@pytest.mark.parametrize("code", [0, 1, 2, 3, 143])
def test_a_child_that_takes_its_leave_gives_the_exit_code(code: int) -> None:
    assert ended(f"farewell(); sys.exit({code})") == (code, "")


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("os._exit(1)", "exit code 1"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "signal SIGKILL"),
        ("os.abort()", "signal SIGABRT"),
    ],
)
def test_a_child_that_ends_without_a_word_broke_off(body: str, how: str) -> None:
    code, said = ended(body)
    assert code == 3
    assert f"ended without a word ({how})" in said
    assert "run the same command again" in said


def test_the_cluster_of_such_a_child_ends_with_it(tmp_path: Path) -> None:
    quiet = SLEEPER.replace("'])", "'], stdout=-3, stderr=-3)")
    body = f"open({str(tmp_path / 'pid')!r}, 'w').write(str({quiet})); os._exit(1)"
    assert ended(body)[0] == 3
    assert not lives(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_handed_on(number: signal.Signals) -> None:
    body = f"""
def leave(*_):
    farewell()
    sys.exit(7)
signal.signal({int(number)}, leave)
print("ready", flush=True)
while True:  # a signal that comes just before a long sleep is handled after it
    time.sleep(0.05)
"""
    with begun(body) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.wait(240) == 7


def test_a_child_does_not_outlive_its_parent() -> None:
    with begun("print(os.getpid(), flush=True); time.sleep(60)") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        for _ in range(600):
            if not lives(child):
                break
            time.sleep(0.05)
    assert not lives(child)


def test_nothing_of_the_cluster_outlives_a_parent_that_is_killed() -> None:
    quiet = SLEEPER.replace("'])", "'], stdout=-3, stderr=-3)")
    with begun(f"print({quiet}, flush=True); time.sleep(60)") as process:
        assert process.stdout
        sleeper = int(process.stdout.readline())
        process.kill()
        process.wait()
        for _ in range(1200):
            if not lives(sleeper):
                break
            time.sleep(0.05)
    assert not lives(sleeper)


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
