"""The log of a run for machines: one line of JSON for each finished row, with the run's id.

People read the progress and the summary; collectors of logs read this.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from foley_core.errors import ConfigError

STANDARD_ERROR = "-"
COLUMNS = (
    "video_id", "region", "status", "error_class", "error", "track_uri", "track_bytes",
    "duration_s", "loudness_lufs", "true_peak_dbtp", "seconds", "notes", "loudness_note",
    "features_computed", "features_reused", "stems_generated", "stems_reused", "manifest_row",
    "uri",
)  # fmt: skip
"""Columns of the metadata that a line holds."""

TakeRow = Callable[[str, Mapping[str, Any]], None]
"""Takes the id of a run and a finished metadata row."""


def check_log(place: str | None) -> None:
    """Try whether lines can be added to a log, and leave its place as it was.

    Raises:
        ConfigError: they cannot.
    """
    if place is None or place == STANDARD_ERROR:
        return
    path = Path(place)
    try:
        new = not path.exists()
        if not new and not path.is_file() and not path.is_dir():
            return  # a pipe or a device: to open it may wait for its reader
        with path.open("a"):
            pass
        if new:
            path.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise _no_log(place, getattr(error, "strerror", None) or str(error)) from None


def _no_log(place: str, why: str) -> ConfigError:
    return ConfigError(f"--log {place}: cannot be written ({why})")


@contextmanager
def row_log(place: str | None) -> Iterator[TakeRow]:
    """A function that writes a line for each row it gets.

    Args:
        place: a file, to whose end lines are added; `-` for standard error; None for no log.

    Raises:
        ConfigError: the file cannot be written.
    """
    if place is None:
        yield lambda run_id, row: None
    elif place == STANDARD_ERROR:
        yield _writer(sys.stderr)
    else:
        try:
            Path(place).touch()
        except OSError as error:
            raise _no_log(place, str(error.strerror)) from None
        with Path(place).open("a", encoding="utf-8") as file:
            yield _writer(file)


def line_of(run_id: str, row: Mapping[str, Any]) -> str:
    """Return the line of a row: time, run and the columns that say something."""
    said = {name: row[name] for name in COLUMNS if row.get(name) not in (None, [], "")}
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, "run_id": run_id, **said}, ensure_ascii=False, default=str)


def _writer(file: IO[str]) -> TakeRow:
    def take(run_id: str, row: Mapping[str, Any]) -> None:
        file.write(line_of(run_id, row) + "\n")
        file.flush()

    return take
