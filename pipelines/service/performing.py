"""Tasks of the service, their performers, and the messages of one process to another on a task.

Nothing that loads a network is imported here: the process that answers performs nothing.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from foley_core.errors import BrokeOffError, FoleyError
from pipelines.stopping import sentence_of

Doing = Callable[[str, float], None]
"""Gets a few words on what is being done, and the share of a task that is done, 0..1."""

Word = tuple[Any, ...]
"""A message on a task from one process to another: `doing` with the arguments of `Doing`, at last
`done` with why corrections were refused, or `failed` with a sentence."""


@dataclass(frozen=True, slots=True)
class Task:
    """Work on a soundtrack: to make it, or to apply corrections, the object of that key."""

    soundtrack_id: str
    corrections: str | None = None


class Performer(Protocol):
    """A performer of tasks, in this process or elsewhere."""

    def prepare(self) -> None:
        """Load what tasks need, ahead of the first; what fails here fails again in a task."""
        ...

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        """Perform a task to its end; return why corrections were refused, if they were.

        Raises:
            FoleyError: the task is not done; it may be tried again.
        """
        ...

    def close(self) -> None:
        """End what performs, at once."""
        ...


def perform_and_tell(performer: Performer, task: Task, tell: Callable[[Word], None]) -> None:
    """Perform a task and tell another process of it, in words for `told_of`.

    Whatever happens, the last word says how it ended: somebody waits for it.
    """
    try:
        faults = performer.perform(task, lambda *doing: tell(("doing", *doing)))
    except BaseException as error:
        if not isinstance(error, FoleyError):
            traceback.print_exc()
        tell(("failed", sentence_of(error, "please report it")))
    else:
        tell(("done", faults))


def told_of(words: Iterable[Word], doing: Doing) -> tuple[str, ...]:
    """Hear of a task that another process performs, as `Performer.perform`.

    Raises:
        BrokeOffError: the task is not done, or the words ended before it.
    """
    for kind, *said in words:
        if kind == "doing":
            doing(*said)
        elif kind == "done":
            return tuple(said[0])
        else:
            raise BrokeOffError(str(said[0]))
    raise BrokeOffError("a performer ended before its task")
