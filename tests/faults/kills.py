"""Kills at 20 moments, in both tiers: the driver, workers, the raylet, the control store."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from faults.counted import Counts
from faults.scene import FEATURE, ROW, STEM, TRACK, Attempt, Scene, at_moment, scene

BROKE_OFF, KILLED = 3, -signal.SIGKILL


def kills(folder: Path) -> dict[str, Counts]:
    """Each tier on a catalogue of its own; after each series a job goes on to the end."""
    found: dict[str, Counts] = {}
    for tier in ("full", "light"):
        for name, series in (("driver", _driver), ("worker", _workers), ("raylet", _raylet),
                             ("control store", _control_store)):  # fmt: skip
            of = scene(folder / f"{name.split()[0]}-{tier}", settings=f'tier = "{tier}"\n')
            series(of)
            of.run()
            line = f"SIGKILL: {name}"
            found[line] = found.get(line, Counts()) + of.judge()
    return found


def _driver(of: Scene) -> None:
    """The process that was started, and, where it has the job in a child, in turn that one."""
    for index, moment in enumerate((FEATURE, STEM, TRACK, ROW)):
        which = 0 if index % 2 else -1
        at_moment(of, moment, lambda a, which=which: _kill_command(a, which), [BROKE_OFF, KILLED])


def _kill_command(attempt: Attempt, which: int) -> None:
    os.kill(attempt.processes("pipelines.start")[which], signal.SIGKILL)


def _workers(of: Scene) -> None:
    """Each kind of actor once, while the job goes on."""
    attempt = of.start()
    for moment, stage in ((FEATURE, "Perceive"), (STEM, "Generate"), (TRACK, "Mix")):
        if attempt.wait_for(moment):
            attempt.kill(f"MapWorker(MapBatches({stage}))")
            of.tried()
    of.end(attempt, 0)


def _raylet(of: Scene) -> None:
    for moment in (FEATURE, TRACK) if "full" in of.catalogue.folder.name else (STEM,):
        at_moment(of, moment, _killer("raylet/raylet"), [BROKE_OFF])


def _control_store(of: Scene) -> None:
    for moment in (STEM,) if "full" in of.catalogue.folder.name else (FEATURE, TRACK):
        at_moment(of, moment, _killer("gcs_server"), [BROKE_OFF])


def _killer(words: str) -> Callable[[Attempt], None]:
    return lambda attempt: attempt.kill(words)
