"""What travels between stages, and what a stage is.

A row carries URIs, keys and small numbers, never pixels or samples, so Ray's object store stays
empty however long the catalogue or a video is. All stages share one row type: a stage fills in what
it found out. A row with an `error` passes through every later stage untouched and ends as a
set-aside row of the metadata.

A stage is plain Python: it is built once in each actor, gets rows and gives rows, and is tested
without Ray. Every stage may run twice on the same row with the same result, since Ray repeats
what was in flight when a worker died.
"""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from foley_core.errors import DecodeError, FoleyError
from foley_core.ids import digest
from foley_core.soundtrack.request import Span, VideoRequest
from foley_core.storage.store import Storage
from foley_core.types import Json, Tier, TimeOfDay
from pipelines.stopping import stops_noted

LOG = logging.getLogger("foley")
ATTEMPTS = 3

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("manifest_row", pa.int64()),
    ("video_id", pa.string()),
    ("uri", pa.string()),
    ("prompt", pa.string()),
    ("negative_prompt", pa.string()),
    ("scene", pa.string()),
    ("time_of_day", pa.string()),
    ("seed", pa.int64()),
    ("row_start_s", pa.string()),
    ("row_end_s", pa.string()),
    ("sound_filters", pa.string()),
    ("environment", pa.bool_()),
    ("action", pa.bool_()),
    ("music", pa.bool_()),
    ("mood", pa.string()),
    ("tempo_bpm", pa.float64()),
    ("sidecar", pa.string()),
    ("corrections", pa.int32()),
    ("tier", pa.string()),
    ("extra", pa.string()),
    ("regions", pa.list_(pa.string())),
    ("requests", pa.list_(pa.string())),
    ("identity", pa.string()),
    ("start_s", pa.string()),
    ("duration_s", pa.string()),
    ("time_reference", pa.int64()),
    ("frame_rate", pa.string()),
    ("part", pa.int32()),
    ("parts", pa.int32()),
    ("region", pa.string()),
    ("request", pa.string()),
    ("detection", pa.string()),
    ("plan", pa.string()),
    ("tally", pa.map_(pa.string(), pa.float64())),
    ("result", pa.string()),
    ("error_class", pa.string()),
    ("error", pa.string()),
]
ROW_SCHEMA = pa.schema(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Row:
    """One row between stages; see `ROW_SCHEMA` for the types.

    `part` of `parts` counts the clips of a video that are worked on side by side. `tally` sums
    counts (`features_computed`, `stems_reused` …) and seconds (`seconds.<stage>`).
    """

    manifest_row: int
    video_id: str
    uri: str
    prompt: str = ""
    negative_prompt: str = ""
    scene: str | None = None
    time_of_day: TimeOfDay | None = None
    seed: int | None = None
    row_start_s: str | None = None
    row_end_s: str | None = None
    sound_filters: str = ""
    environment: bool | None = None
    action: bool | None = None
    music: bool | None = None
    mood: str | None = None
    tempo_bpm: float | None = None
    sidecar: str | None = None
    corrections: int = 0
    tier: Tier = "full"
    extra: str = "{}"
    regions: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    identity: str = ""
    start_s: str = "0"
    duration_s: str = "0"
    time_reference: int = 0
    frame_rate: str = "25"
    part: int = 0
    parts: int = 1
    region: str = ""
    request: str = ""
    detection: str = ""
    plan: str = ""
    tally: dict[str, float] = field(default_factory=dict)
    result: str = ""
    error_class: str = ""
    error: str = ""

    @property
    def video(self) -> VideoRequest:
        """What the manifest row asks for."""
        return VideoRequest(
            video_id=self.video_id,
            uri=self.uri,
            prompt=self.prompt,
            negative_prompt=self.negative_prompt,
            scene=self.scene,
            time_of_day=self.time_of_day,
            seed=self.seed,
            start_s=None if self.row_start_s is None else Fraction(self.row_start_s),
            end_s=None if self.row_end_s is None else Fraction(self.row_end_s),
            sound_filters=self.sound_filters,
            environment=self.environment,
            action=self.action,
            music=self.music,
            mood=self.mood,
            tempo_bpm=self.tempo_bpm,
        )

    @property
    def span(self) -> Span:
        """The picture, once it was inspected."""
        return Span(
            self.identity, Fraction(self.start_s), Fraction(self.duration_s), self.time_reference
        )

    def failed(self, stage: str, error: FoleyError) -> "Row":
        """This row, set aside with its reason."""
        LOG.warning("%s: %s set aside: %s", stage, self.video_id, error)
        return replace(self, error_class=type(error).__name__, error=f"{stage}: {error}")

    def counted(self, **counts: float) -> "Row":
        """This row with counts added to its tally."""
        tally = dict(self.tally)
        for name, count in counts.items():
            tally[name] = tally.get(name, 0.0) + count
        return replace(self, tally=tally)


_NAMES = tuple(item.name for item in fields(Row))


def rows_of(table: pa.Table) -> list[Row]:
    """Rows of an Arrow table that has the columns of `ROW_SCHEMA`, or the first of them."""
    rows = []
    for values in table.to_pylist():
        known: dict[str, Any] = {name: values[name] for name in _NAMES if name in values}
        for name in ("regions", "requests"):
            known[name] = tuple(known.get(name) or ())
        known["tally"] = dict(known.get("tally") or {})
        rows.append(Row(**known))
    return rows


def table_of(rows: list[Row]) -> pa.Table:
    """The Arrow table of rows, by `ROW_SCHEMA`."""
    columns = {
        name: [
            list(value.items()) if name == "tally" else value
            for value in (getattr(row, name) for row in rows)
        ]
        for name in _NAMES
    }
    return pa.table(columns, schema=ROW_SCHEMA)


class Stage:
    """A step of the job; `__call__` is what Ray Data maps over batches."""

    name: ClassVar[str]
    run_id: str = ""
    store: Storage | None = None

    def process(self, row: Row) -> list[Row]:
        """The rows that follow from one healthy row."""
        raise NotImplementedError

    def __call__(self, table: pa.Table) -> pa.Table:
        with stops_noted(self.store, self.run_id):
            return table_of([after for row in rows_of(table) for after in self.attempt(row)])

    def attempt(self, row: Row) -> list[Row]:
        """What becomes of one row; a set-aside row passes through."""
        return [row] if row.error else self.guarded(self.process, row)

    def guarded(self, work: Callable[[Row], list[Row]], row: Row) -> list[Row]:
        """`work`, timed, with the row's own faults turned into a set-aside row."""
        try:
            with survived(self.run_id, self.name, [row]), stopwatch() as (wall_s, cpu_s):
                after = work(row)
        except FoleyError as error:
            if not error.sets_row_aside:
                raise
            return [row.failed(self.name, error)]
        return self.timed(after, wall_s(), cpu_s())

    def timed(self, rows: list[Row], wall_s: float, cpu_s: float) -> list[Row]:
        """Rows with the time that was spent on all of them, shared equally."""
        share = 1 / max(1, len(rows))
        spent = {f"seconds.{self.name}": wall_s * share, f"cpu.{self.name}": cpu_s * share}
        return [row.counted(**spent) for row in rows]


Seconds = Callable[[], float]


@contextmanager
def stopwatch() -> Iterator[tuple[Seconds, Seconds]]:
    """Wall and CPU seconds since the start of the block; for reports, never for results."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield lambda: time.perf_counter() - wall, lambda: time.process_time() - cpu


@contextmanager
def survived(
    run_id: str, stage: str, rows: Sequence[Row], attempts: int = ATTEMPTS
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
