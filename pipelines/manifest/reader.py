"""The manifest: which videos, and what is asked of each. Streamed, never held whole.

Required are `video_id`, unique, which names the track, and `uri`: a path (relative to the folder of
the manifest), `file:///…` or `s3://bucket/key`. `regions` is a list, or names with commas between;
`start_s`, `end_s` are the part of the picture, in seconds, decimals exact. Each field of `Wishes`
is a column too. What is left out is as in the job.

Other columns travel to the metadata as they are. A bad value makes a row invalid, with its reason;
what makes the file unreadable, or a column unusable, is a ManifestError that lists every fault.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from foley_core.errors import RowError
from foley_core.ids import digest
from foley_core.messages import complaints, did_you_mean
from foley_core.storage.addresses import SOURCE_SCHEMES, checked_uri, is_utf8
from foley_core.styles.wishes import NO_WISHES, WISH_NAMES, Wishes, wishes_in
from foley_core.types import Json
from pipelines.manifest.duplicates import SeenIds
from pipelines.manifest.formats import raw_rows
from pipelines.manifest.parquet_rows import BATCH_ROWS
from pipelines.manifest.problems import COLUMN_CHARS, HEADER_COLUMNS, Problems, RawRow, shown_name
from pipelines.manifest.values import (
    COLUMN_READERS,
    plain_of,
    regions_of,
    text_of,
    type_of,
)
from pipelines.metadata.schema import RESERVED, Field, wider
from pipelines.stopping import sentence_of

REQUIRED = ("video_id", "uri")
OPTIONAL = ("regions", "start_s", "end_s", *WISH_NAMES)
KNOWN = frozenset((*REQUIRED, *OPTIONAL))
ID_BYTES = 200
BATCH_BYTES = 16 << 20
"""About the bytes of memory of the rows that are held at once."""
TYPO_ALIKE = 0.85
"""Columns of people's own are welcome, so only a name that is all but ours is asked about."""

_NOT_IN_IDS = re.compile(
    "[\x00-\x1f\x7f-\x9f/\\\\\u2028\u2029\u202a-\u202e\u2066-\u2069]|\\?versionId="
)


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row that can be used. `manifest_row` counts from 1; `regions` is empty where the job's
    are meant; `sidecar` is the URI of the one that has changed its wishes."""

    manifest_row: int
    video_id: str
    uri: str
    wishes: Wishes = NO_WISHES
    regions: tuple[str, ...] = ()
    start_s: Fraction | None = None
    end_s: Fraction | None = None
    sidecar: str | None = None
    extra: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvalidRow:
    """One row that cannot be used, and why. `video_id` and `uri` are as given, cut to 200
    characters; `owns_id` is False where the id is none, or is another row's."""

    manifest_row: int
    video_id: str
    uri: str
    reason: str
    owns_id: bool
    regions: tuple[str, ...] = ()
    extra: dict[str, Json] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """The digest by which the metadata know the row; empty where it has no id of its own."""
        return digest([self.video_id, self.reason]) if self.owns_id else ""


AnyRow: TypeAlias = ManifestRow | InvalidRow


class Manifest:
    """A manifest file, read once from beginning to end."""

    def __init__(
        self, uri: str, schemes: Sequence[str] = SOURCE_SCHEMES, limit: int | None = None
    ) -> None:
        self.uri = uri.rstrip("/")
        self.schemes = tuple(schemes)
        self.limit = limit
        self._folder = self.uri.rpartition("/")[0]
        self._problems = Problems()
        self._columns: dict[str, int] = {}
        self._unusable: set[str] = set()
        self._types: dict[str, pa.DataType] = {}

    def batches(self) -> Iterator[list[AnyRow]]:
        """All rows in order, some thousand at a time.

        Raises:
            ManifestError: at the end of the file, if the file as such has faults; rows given until
                then must not be acted on.
            StorageError: the file cannot be read.
        """
        seen = SeenIds()
        held: list[AnyRow] = []
        weight = 0
        for raw in islice(raw_rows(self.uri, self._problems), self.limit):
            held.append(self._row(raw))
            weight += raw.weight
            if len(held) == BATCH_ROWS or weight > BATCH_BYTES:
                yield _duplicates_marked(held, seen)
                held, weight = [], 0
        if held:
            yield _duplicates_marked(held, seen)
        for name in REQUIRED:
            if self._columns and name not in self._columns:
                self._problems.add(f"column '{name}' is missing")
        if not self._columns:
            self._problems.add("there are no rows")
        self._problems.raise_if_any(self.uri)

    @property
    def extra_fields(self) -> list[Field]:
        """The other columns, with the types of their values; complete when all was read."""
        return [pa.field(name, kind) for name, kind in self._types.items()]

    def _new_columns(self, number: int, row: dict[str, Any]) -> str:
        """Take in columns that no row had so far; return what is wrong with that, if anything."""
        for name in [name for name in row if name not in self._columns]:
            if len(self._columns) >= HEADER_COLUMNS:
                return (
                    f"column {shown_name(name)} is one more than the {HEADER_COLUMNS} that a "
                    "manifest may have"
                )
            self._columns[name] = number
            if reason := _unusable(name):
                self._unusable.add(name)
                self._problems.add(f"row {number}, column {shown_name(name)}: {reason}")
        return ""

    def _row(self, raw: RawRow) -> AnyRow:
        number, values, _, faults = raw
        if not values.keys() <= self._columns.keys():
            faults = (*faults, *filter(None, [self._new_columns(number, values)]))
        extra: dict[str, Json] = {}
        # Whatever one row is about ends as that row's fault, also what nobody has foreseen.
        try:
            for name, value in values.items():
                if name not in KNOWN and name in self._columns and name not in self._unusable:
                    extra[name] = self._extra(name, value)
            if not faults:
                return ManifestRow(number, extra=extra, **self._values(values))
        except Exception as error:
            faults = (sentence_of(error),)
        return _faulty(number, values, extra, "; ".join(faults))

    def _values(self, raw: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {
            name: COLUMN_READERS[name](name, raw[name])
            for name in OPTIONAL
            if raw.get(name) not in (None, "")
        }
        video_id = text_of("video_id", raw.get("video_id") or "")
        if fault := check_video_id(video_id):
            raise RowError(f"video_id {video_id[:ID_BYTES]!r} {fault}")
        start_s, end_s = values.get("start_s"), values.get("end_s")
        if end_s is not None and end_s <= (start_s or 0):
            raise RowError(f"end_s {float(end_s):g} is not after start_s {float(start_s or 0):g}")
        uri = checked_uri(text_of("uri", raw.get("uri") or ""), self.schemes, self._folder)
        wishes = {name: values.pop(name) for name in WISH_NAMES if name in values}
        return {**values, "video_id": video_id, "uri": uri, "wishes": _wishes_of(wishes)}

    def _extra(self, name: str, value: Any) -> Json:
        plain = plain_of(value)
        kind = self._types.get(name)
        if plain is not None or kind is None:
            self._types[name] = wider(kind, type_of(plain))
        return plain


def _unusable(name: str) -> str:
    """Return why no column of the metadata can have a name; empty where one can."""
    if len(name) > COLUMN_CHARS:
        return f"its name has {len(name)} characters"
    if not is_utf8(name):
        return "its name is not UTF-8"
    if name in RESERVED:
        return "the metadata has a column of that name; rename yours"
    return ""


def _wishes_of(values: dict[str, Any]) -> Wishes:
    """Return the wishes of a row, its filters and its mood checked.

    Raises:
        RowError: one cannot be followed.
    """
    try:
        return wishes_in(values)
    except ValidationError as error:
        raise RowError(complaints(error, OPTIONAL)[0]) from None


def likely_typos(extra: Sequence[Field]) -> list[str]:
    """Remarks on other columns whose names are nearly those of known ones."""
    hints = [(field.name, did_you_mean(field.name, KNOWN, alike=TYPO_ALIKE)) for field in extra]
    return [
        f"column '{name}' is none of ours and goes to the metadata; {hint}"
        for name, hint in hints
        if hint
    ]


def check_video_id(video_id: str) -> str | None:
    """Return what is wrong with a video id, to be said after it; None if nothing is.

    An id is 1 to 200 bytes of UTF-8, in any script, without `/`, `\\`, control characters or
    `?versionId=`; it begins with no dot or space and ends with no space.
    """
    if not video_id:
        return "is empty; every row needs an id of its own"
    if not is_utf8(video_id):
        return "is not UTF-8"
    if _NOT_IN_IDS.search(video_id):
        return "holds a slash, a backslash or a control character"
    if video_id[0] in ". " or video_id[-1] == " ":
        return "begins with a dot or a space, or ends with a space"
    if len(video_id.encode()) > ID_BYTES:
        return f"is longer than {ID_BYTES} bytes"
    return None


def _faulty(number: int, raw: dict[str, Any], extra: dict[str, Json], fault: str) -> InvalidRow:
    texts = [value if isinstance(value, str) else "" for value in map(raw.get, REQUIRED)]
    video_id, uri = (text[:ID_BYTES].encode(errors="replace").decode() for text in texts)
    try:
        regions = regions_of("regions", raw.get("regions") or [])
    except RowError:
        regions = ()
    owns_id = check_video_id(texts[0]) is None
    return InvalidRow(number, video_id, uri, fault, owns_id, regions, extra)


def _duplicates_marked(batch: list[AnyRow], seen: SeenIds) -> list[AnyRow]:
    owners = [
        index for index, row in enumerate(batch) if isinstance(row, ManifestRow) or row.owns_id
    ]
    ids = (batch[index].video_id.encode() for index in owners)
    hashes = b"".join(blake2b(video_id, digest_size=8).digest() for video_id in ids)
    numbers = np.array([batch[index].manifest_row for index in owners], dtype=np.int64)
    firsts = seen.add(np.frombuffer(hashes, dtype=np.uint64), numbers)
    for place in np.flatnonzero(firsts != numbers):
        row = batch[owners[place]]
        number = row.manifest_row
        reason = f"video_id '{row.video_id}' is that of row {firsts[place]} already"
        batch[owners[place]] = InvalidRow(
            number, row.video_id, row.uri, reason, False, row.regions, row.extra
        )
    return batch
