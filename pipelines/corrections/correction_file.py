"""The file of corrections: CSV, JSON Lines or Parquet, one row a change, all or nothing.

Columns: `video_id`, `op` (relabel, delete, move, add, reroll, take, place, gain), `cue` (its id;
not for add), `by`, and as the operation needs them `sound_class`, `material`, `intensity` (0..1),
`time`, `end`, `take` (its number), `pan` (-1..1), `size`, `spread` (0..1), `gain_db`; `why` and
`when` (ISO 8601; else now) are free. A file that `foley cues export` wrote may be used as it is:
rows without an `op` change nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Any

from foley_core.cues.corrections import OPERATIONS, Correction
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from foley_core.messages import did_you_mean, unknown
from foley_core.storage.addresses import local_path
from pipelines.cells import plain_text
from pipelines.manifest.formats import raw_rows
from pipelines.manifest.problems import Problems

NEEDED = ("video_id", "op", "by")
COLUMNS = (*NEEDED, "cue", "sound_class", "material", "intensity", "time", "end", "take", "pan",
           "size", "spread", "gain_db", "why", "when")  # fmt: skip
EXPORTED = ("kind", "onset_s", "offset_s", "confidence", "source", "region")
"""Columns that an export has beside them, for people; they are not read."""
ROWS_LIMIT = 100_000
TAKES_LIMIT = 1_000_000
TEXT_LIMIT = 2000
LEAST_GAIN_DB, MOST_GAIN_DB = -40, 12


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
    path = local_path(uri)
    if path is not None and not path.is_file():
        raise ConfigError(
            f"{uri} is a folder; name the file of corrections in it"
            if path.is_dir()
            else f"there is no file of corrections at {uri}; check the path"
        )
    if not uri.lower().removesuffix(".gz").endswith((".csv", ".jsonl", ".ndjson", ".parquet")):
        raise ConfigError(
            f"{uri}: the name of a file of corrections ends in .csv, .jsonl, .parquet"
        )
    problems, rows = Problems(), []
    text_of = _cell_text if uri.lower().endswith((".csv", ".csv.gz")) else _text
    for raw in raw_rows(uri, problems):
        _check_columns(raw.number, raw.values, problems)
        for fault in raw.faults:
            problems.add(f"row {raw.number}, {fault}")
        values = {name: text_of(value) for name, value in raw.values.items()}
        if values.get("op"):
            rows.append(FileRow(raw.number, values.get("video_id", ""), values))
        if raw.number > ROWS_LIMIT:
            problems.add(f"more than {ROWS_LIMIT} rows; split the file")
            break
    problems.raise_if_any(uri, "the file of corrections")
    return rows


def as_correction(row: FileRow, clock: SourceClock, samples: int) -> Correction:
    """A row as a correction of a picture of `samples` samples.

    Without `when`, `at` stays empty until the log of corrections gives it the time of its entry.

    Raises:
        ConfigError: with a sentence for each faulty column.
    """
    values, faults = row.values, list[str]()

    def read(name: str, parse: Callable[[str], Any], needed: bool = False) -> Any:
        text = values.get(name, "")
        if not text:
            if needed:
                faults.append(f"{name}: missing; {values['op']} needs it")
            return None
        try:
            return parse(text)
        except ConfigError as error:
            faults.append(f"{name}: {error}")
            return None

    op = read("op", _operation)
    onset = read("time", lambda text: _within(text, clock, samples), op in ("move", "add"))
    offset = read("end", lambda text: _within(text, clock, samples))
    named = read("sound_class", _class, op in ("relabel", "add"))
    material = read("material", lambda text: _material(text, named))
    if onset is not None and offset is not None and offset <= onset:
        faults.append("end: it is not after time")
    change = Correction(
        op=op or "delete",
        cue="" if op == "add" else read("cue", str, True) or "",
        by=read("by", _short, True) or "",
        at=read("when", _moment) or "",
        why=read("why", _short) or "",
        sound_class=named if op in ("relabel", "add") else None,
        material=material if op in ("relabel", "add") else None,
        onset=onset if op in ("move", "add") else None,
        offset=offset if op in ("move", "add") else None,
        intensity=read("intensity", _share) if op in ("relabel", "add") else None,
        take=read("take", _take, True) if op == "take" else None,
        gain_db=read("gain_db", _gain, True) if op == "gain" else None,
        **({name: read(name, parse) for name, parse in _PLACE.items()} if op == "place" else {}),
    )
    if op == "place" and (change.pan, change.size, change.spread) == (None, None, None):
        faults.append("pan: place needs one, or size, or spread")
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


def _cell_text(value: object) -> str:
    return plain_text(str(value)).strip()


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


def _within(text: str, clock: SourceClock, samples: int) -> int:
    at = clock.parsed(text)
    if at > samples:
        raise ConfigError(f"'{text}' is after the picture's end at {samples / 48_000:.3f} s")
    return min(at, samples - 1)


def _number(text: str, least: float, most: float, wanted: str) -> float:
    try:
        value = float(text.replace(",", "."))  # as a spreadsheet of another language writes it
    except ValueError:
        value = nan
    if not least <= value <= most:
        raise ConfigError(f"'{text}' is not a number {wanted}")
    return round(value, 3)


def _share(text: str) -> float:
    return _number(text, 0.0, 1.0, "from 0 to 1")


def _take(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:8]) <= TAKES_LIMIT):
        raise ConfigError(f"'{text}' is no number of a take, such as 2")
    return int(text)


def _pan(text: str) -> float:
    return _number(text, -1.0, 1.0, "from -1 (left) to 1 (right)")


def _gain(text: str) -> float:
    return _number(text, LEAST_GAIN_DB, MOST_GAIN_DB, f"from {LEAST_GAIN_DB} to {MOST_GAIN_DB}")


_PLACE: dict[str, Callable[[str], float]] = {"pan": _pan, "size": _share, "spread": _share}


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"'{text}' is no date and time such as 2026-11-25T20:15:00") from None


def _short(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise ConfigError(f"longer than {TEXT_LIMIT} characters")
    return text
