"""The tasks that were accepted, and the threads that have them performed.

Corrections go before soundtracks, since a person waits for them. A task whose performer failed is
tried again once; after that its soundtrack stays accepted, and is tried when it is asked for again
or when the service starts anew.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

from foley_core.errors import FoleyError
from pipelines.service.performing import Performer, Task
from pipelines.stopping import sentence_of

LOG = logging.getLogger("foley")
TRIES = 2
AGAIN_S = 1.0


@dataclass(slots=True)
class Progress:
    """Progress of a task; `broke_off` says why it is not tried again for now."""

    working: bool = False
    doing: str = ""
    share: float = 0.0
    broke_off: str = ""


@dataclass(order=True, slots=True)
class _Waiting:
    rank: tuple[int, int]
    task: Task = field(compare=False)
    result: "Future[tuple[str, ...]]" = field(compare=False)


class TaskQueue:
    """Tasks in their order; bounded by whoever accepts them, see `reserve`.

    Args of the constructor:
        performers: one for each thread.
        most: soundtracks that may be accepted and not done.
        ended: called in the thread of a performer once a task is done, with the seconds it took.
    """

    def __init__(
        self,
        performers: Sequence[Performer],
        most: int,
        ended: Callable[[Task, float], None] = lambda task, seconds: None,
    ) -> None:
        self._performers = performers
        self._most = most
        self._ended = ended
        self._changed = threading.Condition()
        self._heap: list[_Waiting] = []
        self._numbers = itertools.count()
        self._progress: dict[Task, Progress] = {}
        self._reserved = 0
        self._closed = False
        self._threads: list[threading.Thread] = []
        self.seconds_each = 0.0

    def start(self) -> None:
        """Begin to have tasks performed."""
        for number, performer in enumerate(self._performers):
            thread = threading.Thread(
                target=self._run, args=(performer,), name=f"performer-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End the performers; what they were at is begun again when the service starts anew."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for performer in self._performers:
            performer.close()
        for thread in self._threads:
            thread.join(AGAIN_S * 5)

    def reserve(self) -> bool:
        """Take a place for a task that is about to be accepted; False where there is none."""
        with self._changed:
            if self._reserved + len(self._open()) >= self._most:
                return False
            self._reserved += 1
            return True

    def give_back(self) -> None:
        """Give a reserved place back."""
        with self._changed:
            self._reserved -= 1

    def add(self, task: Task) -> "Future[tuple[str, ...]]":
        """Add a task that is kept on disk; one that waits or is worked at is not added again.

        What the future holds, see `Performer.perform`.
        """
        result: Future[tuple[str, ...]] = Future()
        with self._changed:
            if (known := self._progress.get(task)) and not known.broke_off:
                result.set_result(())
                return result
            self._progress[task] = Progress()
            rank = (0 if task.corrections else 1, next(self._numbers))
            heapq.heappush(self._heap, _Waiting(rank, task, result))
            self._changed.notify()
        return result

    def forget(self, soundtrack_id: str) -> bool:
        """Forget what broke off of a soundtrack; False, and nothing, where other tasks are open."""
        with self._changed:
            own = [task for task in self._progress if task.soundtrack_id == soundtrack_id]
            if not all(self._progress[task].broke_off for task in own):
                return False
            for task in own:
                del self._progress[task]
            return True

    def progress(self, task: Task) -> Progress | None:
        """Return how far a task has come; None where there is no such task."""
        return self._progress.get(task)

    def place(self, task: Task) -> int:
        """Return how many tasks are before a waiting one."""
        with self._changed:
            ranks = {one.task: one.rank for one in self._heap}
            own = ranks.get(task)
            return sum(rank < own for rank in ranks.values()) if own else 0

    def counts(self) -> tuple[int, int]:
        """Return how many tasks wait, and how many are worked at."""
        with self._changed:
            tasks = self._open()
            working = sum(one.working for one in tasks)
            return len(tasks) - working, working

    def corrections_of(self, soundtrack_id: str) -> int:
        """Return how many corrections of a soundtrack are not applied yet."""
        with self._changed:
            return sum(
                task.soundtrack_id == soundtrack_id and bool(task.corrections)
                for task in self._progress
            )

    def _open(self) -> list[Progress]:
        return [one for one in self._progress.values() if not one.broke_off]

    def _run(self, performer: Performer) -> None:
        with suppress(FoleyError):
            performer.prepare()
        while (waiting := self._next()) is not None:
            began = time.monotonic()
            try:
                faults = self._performed(performer, waiting.task)
            except FoleyError as error:
                self._broke_off(waiting, error)
                continue
            except Exception as error:
                LOG.exception("a performer failed")
                self._broke_off(waiting, error)
                continue
            seconds = time.monotonic() - began
            with self._changed:
                del self._progress[waiting.task]
                if not waiting.task.corrections:
                    self.seconds_each += (seconds - self.seconds_each) * 0.2
            with suppress(Exception):
                self._ended(waiting.task, seconds)
            waiting.result.set_result(faults)

    def _next(self) -> _Waiting | None:
        with self._changed:
            self._changed.wait_for(lambda: self._heap or self._closed)
            if self._closed:
                return None
            waiting = heapq.heappop(self._heap)
            self._progress[waiting.task].working = True
            return waiting

    def _performed(self, performer: Performer, task: Task) -> tuple[str, ...]:
        progress = self._progress[task]

        def doing(text: str, share: float) -> None:
            progress.doing, progress.share = text or progress.doing, share

        for left in reversed(range(TRIES)):
            try:
                return performer.perform(task, doing)
            except FoleyError:
                if not left or self._closed:
                    raise
                time.sleep(AGAIN_S)
        raise AssertionError

    def _broke_off(self, waiting: _Waiting, error: Exception) -> None:
        """Leave a task accepted, with its reason; it holds no place, so others are made."""
        if self._closed:
            return
        reason = sentence_of(error, "please report it")
        LOG.warning("soundtrack %s: %s", waiting.task.soundtrack_id, reason)
        with self._changed:
            progress = self._progress[waiting.task]
            progress.working, progress.broke_off = False, reason
        waiting.result.set_exception(error)
