"""A job that breaks off says why, commits what is finished, and is gone in time."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ray.exceptions import RayError

from foley_core.errors import BrokeOffError, CheckpointError, ConfigError, OutputError, StorageError
from foley_core.storage.store import Storage
from pipelines.cli import exit_code_of
from pipelines.ending import ClusterLost, End, broken_off, nothing_started, reason_of


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "stopped by Ctrl-C"),
        (SystemExit(143), "terminated"),
        (StorageError("the store is down"), "the store is down"),
        (ClusterLost("the cluster is lost"), "the cluster is lost"),
        (OSError(28, "No space left on device"), "a disk is full or cannot be written to"),
        (OSError(30, "Read-only file system"), "a disk is full or cannot be written to"),
        (RayError("foley_core.errors.CheckpointError: weights are bad"), "weights are bad"),
        (RayError("The actor died.\n\tclass_name: X"), "Ray: RayError: The actor died."),
        (KeyError("x"), "unexpected KeyError"),
    ],
)
def test_every_end_has_a_reason_in_one_line(error: BaseException, said: str) -> None:
    reason = reason_of(error)
    assert reason.startswith(said)
    assert "\n" not in reason


@pytest.mark.parametrize(
    "error",
    [OutputError("no space"), RayError("gone"), ValueError("odd"), ClusterLost("lost")],
)
def test_what_ends_a_job_that_has_started_broke_it_off(
    error: BaseException, tmp_path: Path
) -> None:
    end = End()
    end.started = True
    with (
        pytest.raises(BrokeOffError, match="is kept: run the same command again") as caught,
        broken_off(end, Storage(str(tmp_path)), "run"),
    ):
        raise error
    assert exit_code_of(caught.value) == 3


def test_pools_that_do_not_fit_are_found_before_anything_starts(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigError, match="pools") as caught,
        broken_off(End(), Storage(str(tmp_path)), "run"),
    ):
        raise ConfigError("the pools need 9 CPUs")
    assert exit_code_of(caught.value) == 2


@pytest.mark.parametrize("error", [StorageError("manifest unreadable"), TypeError("odd")])
def test_what_fails_before_the_start_says_so(error: Exception) -> None:
    said = r"^nothing was started: .*(unreadable|odd)"
    with pytest.raises(ConfigError, match=said), nothing_started():
        raise error
    with pytest.raises(CheckpointError), nothing_started():
        raise CheckpointError("bad weights")


def ended(folder: Path, body: str, number: int | None = None) -> tuple[int, str]:
    """Exit code and words of a process that runs a job of its own; signalled once it says so."""
    script = f"""
    import os, signal, sys, threading, time
    from pathlib import Path
    from pipelines import ending
    from pipelines.ending import ClusterLost, heeded_end
    ending.LONGEST_END_S, ending.LOST_END_S = 0.5, 0.1
    kept = Path({str(folder)!r}) / "kept"
    with heeded_end() as end:
        end.commit = lambda: kept.write_text("all")
        end.kill_cluster = lambda: kept.with_name("killed").touch()
{textwrap.indent(textwrap.dedent(body), " " * 8)}
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], text=True, **pipes) as process:  # type: ignore[call-overload]
        if number:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
        said = process.communicate(timeout=240)[1]
    return process.returncode, said


HANG = """
try:
    print("ready", flush=True)
    time.sleep(60)
finally:
    time.sleep(60)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_end_that_hangs_commits_and_is_cut_short(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    assert ended(tmp_path, HANG, number)[0] == code
    assert (tmp_path / "kept").read_text() == "all"
    assert (tmp_path / "killed").exists()


def test_sigterm_unwinds_and_says_so(tmp_path: Path) -> None:
    body = """
    ending.LONGEST_END_S = 240  # it is not cut short, however slow the machine is
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        end.commit()
    """
    code, said = ended(tmp_path, body, signal.SIGTERM)
    assert (code, (tmp_path / "kept").read_text()) == (143, "all")
    assert said == (
        "terminated; what is finished is kept: run the same command again, and it goes on\n"
    )
    assert not (tmp_path / "killed").exists()


def test_a_lost_cluster_interrupts_whatever_waits_for_it(tmp_path: Path) -> None:
    body = """
    threading.Timer(0.2, end.lost, ("raylet",)).start()
    try:
        threading.Event().wait(60)
    except Exception:
        pass  # a library that catches all
    finally:
        time.sleep(60)
    """
    code, said = ended(tmp_path, body)
    assert code == 3
    assert "the cluster is lost: its process raylet has ended" in said
    assert (tmp_path / "kept").exists()


def test_a_commit_that_hangs_keeps_nobody(tmp_path: Path) -> None:
    body = "ending.LONGEST_COMMIT_S = 0.1\nend.commit = lambda: time.sleep(60)" + HANG
    assert ended(tmp_path, body, signal.SIGTERM)[0] == 143


def test_an_end_that_hangs_is_cut_short_where_nothing_can_be_said(tmp_path: Path) -> None:
    body = "sys.stderr = open('/dev/full', 'w')" + HANG
    assert ended(tmp_path, body, signal.SIGTERM)[0] == 143
    assert (tmp_path / "killed").exists()


def test_a_last_task_has_its_time_too(tmp_path: Path) -> None:
    body = """
    ending.LONGEST_END_S = 240  # it is not cut short, however slow the machine is
    with end.in_time("nothing"):
        clock = end._clock
    clock.join(120)
    assert not clock.is_alive()
    ending.LONGEST_END_S = 0.5
    with end.in_time("the end of Ray"):
        time.sleep(60)
    """
    code, said = ended(tmp_path, body)
    assert (code, "the end of Ray took longer" in said) == (3, True)
