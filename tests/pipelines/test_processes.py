"""Processes of a cluster are found by a mark, whoever their parent is now, and none stays."""

import os
import signal
import subprocess
import sys
import threading

from pipelines.processes import end_marked, marked, watched

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(60)
"""
ORPHAN = f"import subprocess; print(subprocess.Popen({SLEEP!r}, stdout=subprocess.DEVNULL).pid)"


def begun(mark: str, *command: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "FOLEY_CLUSTER": mark}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def test_every_process_with_the_mark_ends_and_no_other() -> None:
    other = begun("another", *SLEEP)
    parent = begun("mine", sys.executable, "-c", ORPHAN)
    orphan = int(parent.communicate()[0])
    stubborn = begun("mine", sys.executable, "-c", STUBBORN)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()  # it runs, and lets no polite signal end it
    assert sorted(marked("FOLEY_CLUSTER=mine")) == sorted([orphan, stubborn.pid])
    threading.Thread(target=stubborn.wait, daemon=True).start()
    end_marked("FOLEY_CLUSTER=mine", grace_s=0.2)
    assert marked("FOLEY_CLUSTER=mine") == []
    assert other.poll() is None
    other.kill()
    other.communicate()
    stubborn.communicate()
    assert stubborn.returncode == -signal.SIGKILL


def test_the_end_of_a_process_that_must_live_is_told() -> None:
    vital = begun("vital", *SLEEP)
    told: list[str] = []
    heard = threading.Event()
    with watched({vital.pid: "raylet"}, lambda name: (told.append(name), heard.set())[0]):
        vital.kill()  # and nobody has waited for it yet
        assert heard.wait(120)
    assert told == ["raylet"]
    vital.communicate()
