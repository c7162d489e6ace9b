"""Progress of a job: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

LINE_EVERY_S = 10.0


class ProgressDisplay(Protocol):
    """Told of each batch of metadata rows."""

    def advance(self, rows: list[dict[str, Any]]) -> None:
        """Count finished rows."""
        ...


@contextmanager
def progress_for(total: int) -> Iterator[ProgressDisplay]:
    """A bar where there is a terminal, otherwise lines."""
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        yield _OnBar(bar, total)


class _OnBar:
    def __init__(self, bar: Bar, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("soundtracks", total=total)
        self._set_aside = 0

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self._set_aside += sum(row["status"] == "set_aside" for row in rows)
        note = f" ({self._set_aside} set aside)" if self._set_aside else ""
        self._bar.update(self._task, advance=len(rows), description=f"soundtracks{note}")


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._done = self._set_aside = 0
        self._started = self._said = time.monotonic()

    def advance(self, rows: list[dict[str, Any]]) -> None:
        self._done += len(rows)
        self._set_aside += sum(row["status"] == "set_aside" for row in rows)
        now = time.monotonic()
        if now - self._said < LINE_EVERY_S and self._done < self._total:
            return
        self._said = now
        print(
            f"{self._done} of {self._total} soundtracks, {self._set_aside} set aside, "
            f"{now - self._started:.0f} s",
            file=sys.stderr,
            flush=True,
        )
