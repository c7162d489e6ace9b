"""The first line of a job's progress, said before anything is loaded: libraries take seconds.

Nothing but the standard library is imported here.
"""

import sys
import time
from collections.abc import Sequence

from pipelines.standard_streams import say

FIRST_PHASE = "looking up what the job names"
COMMANDS = frozenset({"run", "one", "correct"})
"""Commands that show the progress of a job and begin with this phase."""
OTHERWISE = frozenset({"-h", "--help", "--dry-run"})
"""Options with which a command starts no job."""

_said_at: list[float] = []


def say_first(words: Sequence[str]) -> None:
    """Say what a job does first, where a command line starts one.

    Args:
        words: of the command line, without the program's name.
    """
    if sys.stderr is None or len(words) < 2 or words[0] not in COMMANDS or OTHERWISE & {*words}:
        return
    _said_at.append(time.monotonic())
    say(FIRST_PHASE if sys.stderr.isatty() else f"{FIRST_PHASE}, 0 s")


def take_first() -> float | None:
    """Return when the line was said, to the display that goes on with it; None to all others."""
    return _said_at.pop() if _said_at else None
