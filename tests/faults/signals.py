"""Ctrl-C, SIGTERM and SIGSTOP: what is finished stays, and who was stopped goes on or is passed."""

import signal
import time
from pathlib import Path

from faults.counted import Counts
from faults.kills import KILLED
from faults.scene import FEATURE, STEM, TRACK, Attempt, at_moment, scene

STOPPED_S = 8.0


def signals(folder: Path) -> dict[str, Counts]:
    """Each kind of signal on a catalogue of its own."""
    found: dict[str, Counts] = {}
    for name, number, code in (("SIGINT", signal.SIGINT, 130), ("SIGTERM", signal.SIGTERM, 143)):
        of = scene(folder / name)
        for moment in (STEM, TRACK):
            at_moment(of, moment, lambda a, number=number: a.signal(number), [code])
        of.run()
        found[name] = of.judge()
    of = scene(folder / "stop")
    at_moment(of, FEATURE, _stop_and_kill, [KILLED])
    at_moment(of, TRACK, _stop_and_go_on, [0])
    found["SIGSTOP, then SIGKILL or SIGCONT"] = of.judge()
    return found


def _stop_and_kill(attempt: Attempt) -> None:
    attempt.signal(signal.SIGSTOP)
    time.sleep(STOPPED_S)
    attempt.signal(signal.SIGKILL)
    attempt.signal(signal.SIGCONT)


def _stop_and_go_on(attempt: Attempt) -> None:
    attempt.signal(signal.SIGSTOP)
    time.sleep(STOPPED_S)
    attempt.signal(signal.SIGCONT)
