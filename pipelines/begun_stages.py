"""The phase that a job on a cluster is in, told by notes that its workers leave in the store.

The driver sees a row only when it is finished, minutes after the start. So each stage leaves a note
when it begins its first row, and the driver looks for them until the last phase has begun.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from foley_core.errors import FoleyError
from foley_core.storage.store import Storage

LOOK_EVERY_S = 1.0
PHASES = {"perceive": "looking", "generate": "performing"}
"""Work of a job from the first row of a stage on; before, workers load their models."""


def note_begun(store: Storage, run_id: str, stage: str) -> None:
    """Leave a note that a stage has begun; a job goes on without one."""
    if stage in PHASES and run_id:
        with suppress(FoleyError):
            store.put(_key(run_id, stage), b"")


@contextmanager
def phases_told(store: Storage, run_id: str, begin: Callable[[str], None]) -> Iterator[None]:
    """Tell each phase when it begins, from another thread, while the block runs."""
    over = threading.Event()

    def watch() -> None:
        for stage, phase in PHASES.items():
            while not _has_begun(store, run_id, stage):
                if over.wait(LOOK_EVERY_S):
                    return
            if not over.is_set():
                begin(phase)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()  # it may still wait for a store that does not answer


def _has_begun(store: Storage, run_id: str, stage: str) -> bool:
    with suppress(FoleyError):
        return store.exists(_key(run_id, stage))
    return False


def _key(run_id: str, stage: str) -> str:
    return f"_runs/{run_id}/begun/{stage}"
