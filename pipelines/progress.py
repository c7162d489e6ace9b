"""Progress of a job: a bar on a terminal, a line now and then in a log.

From its first second a job says what it is doing. A log gets one line for each phase (reading the
manifest, starting workers …), and one every ten seconds for the soundtracks.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from pipelines.first_line import FIRST_PHASE, take_first
from pipelines.screen import screen
from pipelines.standard_streams import printable, say

LINE_EVERY_S = 10.0


class ProgressDisplay(Protocol):
    """Told of phases and of each batch of metadata rows."""

    def begin(self, phase: str) -> None:
        """Say in a few words what the job does from here on."""
        ...

    def expect(self, total: int) -> None:
        """Say how many rows there will be."""
        ...

    def advance(self, rows: list[dict[str, Any]]) -> None:
        """Count finished rows."""
        ...

    def say(self, text: str) -> None:
        """Show what is being done to one video, where there is room for it."""
        ...


@contextmanager
def progress_for(total: int | None = None) -> Iterator[ProgressDisplay]:
    """A bar where there is a terminal, otherwise lines.

    Args:
        total: rows that are expected; None where that is not known yet.
    """
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    # Transient: what the job says at its end takes the bar's place.
    bar = Bar(*columns, TimeRemainingColumn(), console=screen(stderr=True), transient=True)
    with bar:
        yield _OnBar(bar, total)


class _OnBar:
    def __init__(self, bar: Bar, total: int | None) -> None:
        self._bar = bar
        self._task = bar.add_task("soundtracks", total=total)
        self._set_aside = 0
        self._doing = ""

    def begin(self, phase: str) -> None:
        self.say(phase)

    def expect(self, total: int) -> None:
        self._bar.update(self._task, total=total)

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self._set_aside += sum(row["status"] == "set_aside" for row in rows)
        self._bar.update(self._task, advance=len(rows), description=self._description)

    def say(self, text: str) -> None:
        self._doing = printable(text)
        self._bar.update(self._task, description=self._description)

    @property
    def _description(self) -> str:
        note = f" ({self._set_aside} set aside)" if self._set_aside else ""
        return f"{self._doing or 'soundtracks'}{note}"


class _Lines:
    def __init__(self, total: int | None) -> None:
        self._total = total
        self._done = self._set_aside = 0
        before = take_first()
        self._told = set[str]() if before is None else {FIRST_PHASE}
        self._said = time.monotonic()
        self._started = self._said if before is None else before

    def begin(self, phase: str) -> None:
        if phase not in self._told:
            self._told.add(phase)
            self._print(phase)

    def expect(self, total: int) -> None:
        self._total = total

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self._done += len(rows)
        self._set_aside += sum(row["status"] == "set_aside" for row in rows)
        now = time.monotonic()
        if now - self._said < LINE_EVERY_S and self._done < (self._total or 0):
            return
        self._said = now
        self._print(f"{self._done} of {self._total} soundtracks, {self._set_aside} set aside")

    def say(self, text: str) -> None:
        """Nothing: a log would fill with it."""

    def _print(self, text: str) -> None:
        seconds = time.monotonic() - self._started
        say(f"{text}, {seconds:.0f} s")
