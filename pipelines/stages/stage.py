"""The stage, a step of the job: rows in, rows out.

A stage is plain Python: it is built once in each actor, gets rows and gives rows, and is tested
without Ray. Every stage may run twice on the same row with the same result, since Ray repeats
what was in flight when a worker died.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from foley_core.errors import DecodeError
from foley_core.ids import digest
from foley_core.storage.store import Storage
from foley_core.types import Json
from pipelines.begun_stages import note_begun
from pipelines.metrics import count_work
from pipelines.stages.row import Row, rows_of, table_of
from pipelines.stopping import raise_if_for_all, stops_noted

ROW_ATTEMPTS = 3


class Stage:
    """A step of the job; `__call__` is what Ray Data maps over batches."""

    name: ClassVar[str]
    run_id: str = ""
    store: Storage | None = None
    _begun: bool = False

    def process(self, row: Row) -> list[Row]:
        """The rows that follow from one healthy row."""
        raise NotImplementedError

    def __call__(self, table: pa.Table) -> pa.Table:
        self.begin()
        with stops_noted(self.store, self.run_id):
            return table_of([after for row in rows_of(table) for after in self.attempt(row)])

    def begin(self) -> None:
        """Note, once, that a worker has begun this stage."""
        if self.store and not self._begun:
            self._begun = True
            note_begun(self.store, self.run_id, self.name)

    def attempt(self, row: Row) -> list[Row]:
        """Return the rows that one row becomes; a set-aside row passes through."""
        return [row] if row.error else self.guarded(self.process, row)

    def guarded(self, work: Callable[[Row], list[Row]], row: Row) -> list[Row]:
        """`work`, timed, with the row's own faults turned into a set-aside row.

        Whatever the libraries below make of a damaged file, the other rows go on; errors of Rust
        libraries are no Exceptions.

        Raises:
            FoleyError: what any other row would meet as well.
        """
        try:
            with survived(self.run_id, self.name, [row]), stopwatch() as (wall_s, cpu_s):
                after = work(row)
        except BaseException as error:
            raise_if_for_all(error)
            return [row.failed(self.name, error)]
        return self.timed(after, wall_s(), cpu_s())

    def timed(self, rows: list[Row], wall_s: float, cpu_s: float) -> list[Row]:
        """Rows with the time that was spent on all of them, shared equally."""
        count_work(self.run_id, self.name, wall_s, cpu_s)
        share = 1 / max(1, len(rows))
        spent = {f"seconds.{self.name}": wall_s * share, f"cpu.{self.name}": cpu_s * share}
        return [row.counted(**spent) for row in rows]


ElapsedSeconds = Callable[[], float]


@contextmanager
def stopwatch() -> Iterator[tuple[ElapsedSeconds, ElapsedSeconds]]:
    """Wall and CPU seconds since the start of the block; for reports, never for results."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield lambda: time.perf_counter() - wall, lambda: time.process_time() - cpu


@contextmanager
def survived(
    run_id: str, stage: str, rows: Sequence[Row], attempts: int = ROW_ATTEMPTS
) -> Iterator[None]:
    """Refuse work on rows that has killed its worker `attempts` times on this machine.

    A codec that crashes or eats all memory takes its process with it; Ray starts another and
    repeats the row for ever. So each attempt leaves a mark on the local disk before it starts and
    removes it when it ends, in whatever way a living process can end it. Marks belong to one run: a
    run that was killed from outside blames no video.

    Raises:
        DecodeError: these rows' marks are full.
    """
    folder = Path(tempfile.gettempdir()) / f"foley-attempts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    names: list[Json] = [[row.video_id, row.uri, row.region, row.request, row.part] for row in rows]
    mark = folder / digest([run_id, stage, *names])
    deaths = mark.stat().st_size if mark.exists() else 0
    if deaths >= attempts:
        mark.unlink(missing_ok=True)
        uris = ", ".join(row.uri for row in rows)
        raise DecodeError(
            f"the worker died {deaths} times while working on {uris}; the video may be "
            "damaged, or need more memory than a worker has"
        )
    with mark.open("ab") as file:
        file.write(b"x")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)
