"""Tables of real clips whose true sound is known.

Such clips are evaluated on and never trained on. A table may know names, onsets, or both; what a
column does not say is not measured.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from math import inf
from pathlib import Path
from typing import Any, Literal

from foley_core.errors import ConfigError

OnsetList = Literal["complete", "partial", "late", "continuous", "unknown"]


@dataclass(frozen=True, slots=True)
class ListedClip:
    """One row of a table of real clips.

    Attributes:
        name: the clip's name; table: that of its table.
        path: the video.
        heard: everyday words for all that is heard; empty if the table does not say.
        main: words for the main sound alone.
        ambience: words for the place; empty if the table does not say.
        onsets_s: strong onsets of the true track, seconds.
        onset_list: `complete`; `partial`: for recall alone; `late`: sound and picture disagree;
            `continuous`: sounds all the time, without onsets; `unknown`: silent, or not usable.
        source: clips of one source share a name, see `real_sources.toml`.
        judged_until_s: end of the list of onsets, seconds.
    """

    name: str
    table: str
    path: Path
    heard: str
    main: str
    ambience: str
    onsets_s: tuple[float, ...]
    onset_list: OnsetList
    source: str
    judged_until_s: float


def listed_clips(tables: Sequence[Path]) -> list[ListedClip]:
    """Read the rows of several tables.

    Args:
        tables: CSV files with the columns `clip_id`, `file` (relative to the table), `has_audio`
            and `strong_onsets_s` (seconds, separated by semicolons); also, where known, `sounds`
            (everyday names separated by semicolons, the main one first; older tables: `prompt` and
            `description`), `ambience`, `onset_kind` (`none`: the true track cannot be used) and
            `sync_note` (with `PARTIAL` or `OFFSET` where that is so).

    Raises:
        ConfigError: a table cannot be read.
    """
    return [clip for table in tables for clip in _clips_of(table)]


def source_of(name: str) -> str:
    """Return the source of a clip: that of `real_sources.toml`, or else its own name."""
    sources: Mapping[str, list[str]] = _shared_sources()["sources"]
    for source, patterns in sources.items():
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return source
    return name


def shared_sources() -> tuple[str, ...]:
    """Return the sources that several clips may share, in the order of the file."""
    return tuple(_shared_sources()["sources"])


@cache
def _shared_sources() -> dict[str, Any]:
    text = files("foley_core.evaluation").joinpath("real_sources.toml").read_text("utf-8")
    return tomllib.loads(text)


def _clips_of(table: Path) -> list[ListedClip]:
    try:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        return [_clip(row, table) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError, ValueError, AttributeError) as error:
        raise ConfigError(f"table {table} cannot be read: {error!r}") from error


def _clip(row: dict[str, str], table: Path) -> ListedClip:
    name, sounds, prompt = row["clip_id"], row.get("sounds") or "", row.get("prompt") or ""
    words = sounds or f"{prompt} {row.get('description') or ''}".strip()
    return ListedClip(
        name=name,
        table=table.stem,
        path=table.parent / row["file"],
        heard=words if sounds or prompt else "",
        main=(sounds or prompt).split(";")[0],
        ambience=row.get("ambience") or "",
        onsets_s=tuple(float(time) for time in row["strong_onsets_s"].split(";") if time),
        onset_list=_onset_list(row),
        source=source_of(name),
        judged_until_s=float(_shared_sources()["judged_until_s"].get(name, inf)),
    )


def _onset_list(row: dict[str, str]) -> OnsetList:
    if row["strong_onsets_s"]:
        note = row.get("sync_note") or ""
        return "late" if "OFFSET" in note else "partial" if "PARTIAL" in note else "complete"
    sounds = row["has_audio"].lower() in ("1", "true", "yes")
    return "continuous" if sounds and row.get("onset_kind") != "none" else "unknown"
