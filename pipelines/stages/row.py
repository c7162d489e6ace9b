"""The row that travels between stages.

A row carries URIs, keys and small numbers, never pixels or samples, so Ray's object store stays
empty however long the catalogue or a video is. All stages share one row type: a stage fills in what
it found out. A row with an `error` passes through every later stage untouched and ends as a
set-aside row of the metadata.
"""

import logging
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any

import pyarrow as pa

from foley_core.cues.timecode import read_rate
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Span
from foley_core.styles.wishes import NO_WISHES, WISH_NAMES, Wishes, wishes_in
from foley_core.types import Tier
from pipelines.metadata.schema import arrow_type
from pipelines.stopping import sentence_of

LOG = logging.getLogger("foley")

_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("manifest_row", pa.int64()),
    ("video_id", pa.string()),
    ("uri", pa.string()),
    *((name, arrow_type(name)) for name in WISH_NAMES),
    ("row_start_s", pa.string()),
    ("row_end_s", pa.string()),
    ("sidecar", pa.string()),
    ("corrections", pa.int32()),
    ("extra", pa.string()),
    ("regions", pa.list_(pa.string())),
    ("requests", pa.list_(pa.string())),
    ("identity", pa.string()),
    ("start_s", pa.string()),
    ("duration_s", pa.string()),
    ("time_reference", pa.int64()),
    ("frame_rate", pa.string()),
    ("timecode", pa.string()),
    ("seen", pa.string()),
    ("signature", pa.string()),
    ("notes", pa.list_(pa.string())),
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

    `part` of `parts` counts the clips of a video that are worked on side by side. `notes` are of
    its file. `tally` sums
    counts (`features_computed`, `stems_reused` …) and seconds (`seconds.<stage>`).
    """

    manifest_row: int
    video_id: str
    uri: str
    wishes: Wishes = NO_WISHES
    row_start_s: str | None = None
    row_end_s: str | None = None
    sidecar: str | None = None
    corrections: int = 0
    extra: str = "{}"
    regions: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    identity: str = ""
    start_s: str = "0"
    duration_s: str = "0"
    time_reference: int = 0
    frame_rate: str = "25"
    timecode: str | None = None
    seen: str = ""
    signature: str = ""
    notes: tuple[str, ...] = ()
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
        """The request of the manifest row."""
        return VideoRequest(
            video_id=self.video_id,
            uri=self.uri,
            wishes=self.wishes,
            start_s=None if self.row_start_s is None else Fraction(self.row_start_s),
            end_s=None if self.row_end_s is None else Fraction(self.row_end_s),
        )

    @property
    def tier(self) -> Tier:
        """The network that generates; the plan has put the job's where the row names none."""
        return self.wishes.tier or "full"

    @property
    def span(self) -> Span:
        """The picture, once it was inspected."""
        return Span(
            self.identity,
            Fraction(self.start_s),
            Fraction(self.duration_s),
            self.time_reference,
            read_rate(self.frame_rate),
            seen=self.seen,
            signature=self.signature,
            timecode=self.timecode,
        )

    def failed(self, stage: str, error: BaseException) -> "Row":
        """This row, set aside with its reason."""
        reason = sentence_of(error)
        LOG.warning("%s: %s set aside: %s", stage, self.video_id, reason)
        return replace(self, error_class=type(error).__name__, error=f"{stage}: {reason}")

    def counted(self, **counts: float) -> "Row":
        """This row with counts added to its tally."""
        tally = dict(self.tally)
        for name, count in counts.items():
            tally[name] = tally.get(name, 0.0) + count
        return replace(self, tally=tally)


_NAMES = tuple(item.name for item in fields(Row) if item.name != "wishes")


def rows_of(table: pa.Table) -> list[Row]:
    """Rows of an Arrow table that has the columns of `ROW_SCHEMA`, or the first of them."""
    rows = []
    for values in table.to_pylist():
        known: dict[str, Any] = {name: values[name] for name in _NAMES if name in values}
        for name in ("regions", "requests", "notes"):
            known[name] = tuple(known.get(name) or ())
        known["tally"] = dict(known.get("tally") or {})
        rows.append(Row(**known, wishes=wishes_in(values)))
    return rows


def table_of(rows: list[Row]) -> pa.Table:
    """The Arrow table of rows, by `ROW_SCHEMA`."""
    columns = {name: [getattr(row, name) for row in rows] for name in _NAMES}
    columns["tally"] = [list(row.tally.items()) for row in rows]
    wished = {name: [getattr(row.wishes, name) for row in rows] for name in WISH_NAMES}
    return pa.table({**columns, **wished}, schema=ROW_SCHEMA)
