"""The processes of a private cluster: whether those live that must, and none after its end.

A process is known by what its environment held when it began, since Ray's workers outlive whoever
started them, and the system gives their numbers to others.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "FOLEY_CLUSTER"
"""The variable whose value marks the processes of one cluster."""
LOOK_EVERY_S = 0.5
GRACE_S, DYING_S = 5.0, 30.0


def marked(mark: str, command: str = "") -> list[int]:
    """Return the processes, other than this one, that began with `NAME=value` in their
    environment, and whose command line holds some text."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            began_with = (folder / "environ").read_bytes().split(b"\0")
            if mark.encode() not in began_with or int(folder.name) == os.getpid():
                continue
            if command.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def kill_marked(mark: str) -> None:
    """Kill such processes."""
    for process in marked(mark):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def end_marked(mark: str, grace_s: float = GRACE_S) -> None:
    """Return once no such process is left: those that do not end by themselves are killed."""
    deadline = time.monotonic() + grace_s
    while marked(mark):
        if time.monotonic() > deadline:
            kill_marked(mark)
        if time.monotonic() > deadline + DYING_S:
            return  # one that even this does not end hangs in the kernel
        time.sleep(0.1)


@contextmanager
def watched(vital: Mapping[int, str], lost: Callable[[str], None]) -> Iterator[None]:
    """Say the name of the first of some child processes that ends within the block."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY_S):
            for process, name in vital.items():
                if not _lives(process):
                    lost(name)
                    return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _lives(process: int) -> bool:
    """Return True for a process that runs or is stopped, not for one that has ended unread."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
