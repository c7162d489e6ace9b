"""Values of manifest columns: from whatever a file holds to what they mean, or why not. Pure."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, get_args

import pyarrow as pa

from foley_core.cues.filters import parse_filters
from foley_core.errors import RowError
from foley_core.ids import canonical_json
from foley_core.music.moods import TEMPO_RANGE_BPM, mood_named
from foley_core.types import Json, Tier, TimeOfDay

TEXT_CHARS = 10_000
LATEST_S = 10**6
SEED_LIMIT = 2**63
SWITCH_WORDS = {"true": True, "on": True, "yes": True, "1": True,
            "false": False, "off": False, "no": False, "0": False}  # fmt: skip

_SECONDS = re.compile(r"\d{1,9}(\.\d{1,18})?(e-?\d{1,2})?")
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def text_of(name: str, value: Any) -> str:
    """The text itself, if it is text of a sensible length.

    Raises:
        RowError: it is not.
    """
    if not isinstance(value, str):
        raise RowError(f"{name} must be text, is {_shown(value)}")
    if len(value) > TEXT_CHARS:
        raise RowError(f"{name} has more than {TEXT_CHARS} characters")
    if not is_text(value):
        raise RowError(f"{name} holds half of a surrogate pair, which is no text")
    return value


def is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: nothing in it is half of a surrogate pair."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _seed(name: str, value: Any) -> int:
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < SEED_LIMIT:
        raise RowError(f"{name} must be an integer from 0 to 2^63 - 1, is {_shown(value)}")
    return value


def _seconds(name: str, value: Any) -> Fraction:
    text = str(value).strip()
    if isinstance(value, bool) or not _SECONDS.fullmatch(text) or Fraction(text) > LATEST_S:
        raise RowError(f"{name} must be seconds, a number from 0 to {LATEST_S}, is {_shown(value)}")
    return Fraction(text)


def regions_of(name: str, value: Any) -> tuple[str, ...]:
    """Names of regions, each once, from a list or from one text with commas.

    Raises:
        RowError: it is neither, or a name is none.
    """
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(item, str) for item in names):
        raise RowError(f"{name} must be a list of names, is {_shown(value)}")
    regions = tuple(dict.fromkeys(item.strip() for item in names))
    for region in regions:
        if not _REGION.fullmatch(region):
            raise RowError(f"{name} holds {region!r}, which is no name of a region")
    return regions


def _filters(name: str, value: Any) -> str:
    text = text_of(name, value)
    _check_filters(text)
    return text


@lru_cache(maxsize=1024)
def _check_filters(text: str) -> None:
    parse_filters(text, "sound_filters")


def _switch(name: str, value: Any) -> bool:
    said = SWITCH_WORDS.get(str(value).strip().casefold())
    if said is None:
        raise RowError(f"{name} must be true or false, is {_shown(value)}")
    return said


def _mood(name: str, value: Any) -> str:
    return mood_named(text_of(name, value))


def _tempo(name: str, value: Any) -> float:
    low, high = TEMPO_RANGE_BPM
    try:
        tempo_bpm = float(value)
    except (TypeError, ValueError):
        tempo_bpm = 0.0
    if isinstance(value, bool) or not low <= tempo_bpm <= high:
        raise RowError(f"{name} must be a number from {low:g} to {high:g}, is {_shown(value)}")
    return tempo_bpm


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise RowError(f"{name} must be one of {', '.join(choices)}, is {_shown(value)}")
        return str(value)

    return read


COLUMN_READERS: dict[str, Callable[[str, Any], Any]] = {
    "prompt": text_of,
    "negative_prompt": text_of,
    "scene": text_of,
    "time_of_day": _one_of(*get_args(TimeOfDay)),
    "regions": regions_of,
    "seed": _seed,
    "start_s": _seconds,
    "end_s": _seconds,
    "sound_filters": _filters,
    "environment": _switch,
    "action": _switch,
    "music": _switch,
    "mood": _mood,
    "tempo_bpm": _tempo,
    "tier": _one_of(*get_args(Tier)),
}


def _shown(value: Any) -> str:
    return f"{str(value)[:60]!r} ({type(value).__name__})"


def plain_of(value: Any) -> Json:
    """A value of another column as JSON can hold it; dates become ISO text, trees JSON text.

    Half a surrogate pair, which no table can hold, becomes a question mark.
    """
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        try:
            return canonical_json(value).decode()
        except (TypeError, ValueError):
            return str(value)
    return str(value)


def type_of(plain: Json) -> pa.DataType:
    """The Arrow type of a value from `plain_of`."""
    kinds: dict[type, pa.DataType] = {
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        str: pa.string(),
    }
    return kinds.get(type(plain), pa.null())
