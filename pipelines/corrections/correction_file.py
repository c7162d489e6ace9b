"""The file of corrections: CSV, JSON Lines or Parquet, one row a change, all or nothing.

Columns: `video_id`, `op` (relabel, delete, move, add, reroll), `cue` (its id; not for add), `by`,
and as the operation needs them `sound_class`, `material`, `intensity` (0..1), `time`, `end`; `why`
and `when` (ISO 8601; else now) are free. A file that `foley cues export` wrote may be used as it
is: rows without an `op` change nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from foley_core.cues.corrections import OPERATIONS, Correction
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.timecode import parsed_time
from foley_core.errors import ConfigError
from foley_core.messages import did_you_mean, unknown
from pipelines.manifest.formats import Problems, open_manifest, raw_rows

NEEDED = ("video_id", "op", "by")
COLUMNS = (*NEEDED, "cue", "sound_class", "material", "intensity", "time", "end", "why", "when")
EXPORTED = ("kind", "onset_s", "offset_s", "confidence", "source", "gain_db", "region")
"""Columns that an export has beside them, for people; they are not read."""
ROWS_LIMIT = 100_000
TEXT_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class FileRow:
    """One change as it was written, still without the picture it is about."""

    number: int
    video_id: str
    values: Mapping[str, str]


def read_rows(uri: str) -> list[FileRow]:
    """All rows that change something.

    Raises:
        ConfigError: the file cannot be read, or a column is missing or unknown; all faults listed.
    """
    problems, rows = Problems(), []
    with open_manifest(uri) as file:
        for number, raw in raw_rows(file, uri, problems):
            _check_columns(number, raw, problems)
            values = {name: _text(value) for name, value in raw.items()}
            if values.get("op"):
                rows.append(FileRow(number, values.get("video_id", ""), values))
            if number > ROWS_LIMIT:
                problems.add(f"more than {ROWS_LIMIT} rows; split the file")
                break
    problems.raise_if_any(uri)
    return rows


def as_correction(row: FileRow, frame_rate: Fraction, samples: int, now: str = "") -> Correction:
    """A row as a correction of a picture of `samples` samples.

    Raises:
        ConfigError: with a sentence for each faulty column.
    """
    values, faults = row.values, list[str]()

    def read(name: str, parse: Callable[[str], Any], needed: bool = False) -> Any:
        text = values.get(name, "")
        if not text:
            if needed:
                faults.append(f"{name}: {values['op']} needs one")
            return None
        try:
            return parse(text)
        except ConfigError as error:
            faults.append(f"{name}: {error}")
            return None

    op = read("op", _operation)
    onset = read("time", lambda text: _within(text, frame_rate, samples), op in ("move", "add"))
    offset = read("end", lambda text: _within(text, frame_rate, samples))
    named = read("sound_class", _class, op in ("relabel", "add"))
    material = read("material", lambda text: _material(text, named))
    if onset is not None and offset is not None and offset <= onset:
        faults.append("end: it is not after time")
    change = Correction(
        op=op or "delete",
        cue="" if op == "add" else read("cue", str, True) or "",
        by=read("by", _short, True) or "",
        at=read("when", _moment) or now or datetime.now(UTC).isoformat(timespec="seconds"),
        why=read("why", _short) or "",
        sound_class=named if op in ("relabel", "add") else None,
        material=material if op in ("relabel", "add") else None,
        onset=onset if op in ("move", "add") else None,
        offset=offset if op in ("move", "add") else None,
        intensity=read("intensity", _share) if op in ("relabel", "add") else None,
    )
    if faults:
        raise ConfigError("the row cannot be used", tuple(faults))
    return change


def _check_columns(number: int, raw: Mapping[str, Any], problems: Problems) -> None:
    if number > 1:
        return
    for name in NEEDED:
        if name not in raw:
            problems.add(f"column '{name}' is missing")
    for name in raw:
        if name not in (*COLUMNS, *EXPORTED):
            problems.add(unknown("column", name, COLUMNS))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _operation(text: str) -> str:
    if text not in OPERATIONS:
        raise ConfigError(unknown("operation", text, OPERATIONS))
    return text


def _class(text: str) -> str:
    return taxonomy().generated_class(text).name


def _material(text: str, sound_class: str | None) -> str:
    known = taxonomy().classes[sound_class].materials if sound_class else taxonomy().materials
    if not known:
        raise ConfigError(f"'{sound_class}' has no material, so leave it empty")
    if text not in known:
        hint = did_you_mean(text, known, f"there are: {', '.join(known)}")
        raise ConfigError(f"'{sound_class or 'a cue'}' has no material '{text}'; {hint}")
    return text


def _within(text: str, frame_rate: Fraction, samples: int) -> int:
    at = parsed_time(text, frame_rate)
    if at > samples:
        raise ConfigError(f"'{text}' is after the picture's end at {samples / 48_000:.3f} s")
    return min(at, samples - 1)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise ConfigError(f"'{text}' is not a number from 0 to 1")
    return round(value, 3)


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"'{text}' is no date and time such as 2026-11-25T20:15:00") from None


def _short(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise ConfigError(f"longer than {TEXT_LIMIT} characters")
    return text
