"""Values of manifest columns: from whatever a file holds to what they mean, or why not. Pure."""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import nan
from typing import Any, Literal, get_args, get_origin

import pyarrow as pa
from annotated_types import Ge, Le

from foley_core.errors import RowError
from foley_core.ids import canonical_json
from foley_core.storage.addresses import is_utf8
from foley_core.styles.wishes import SEED_LIMIT, WISH_NAMES, Wishes, plain_type
from foley_core.types import Json

TEXT_CHARS = 10_000
REGIONS = 200
LATEST_S = 10**6
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
    if not is_utf8(value):
        raise RowError(f"{name} holds half of a surrogate pair, which is no text")
    return value


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
    if len(names) > REGIONS:
        raise RowError(f"{name} names {len(names)} regions, more than {REGIONS}")
    regions = tuple(dict.fromkeys(item.strip() for item in names))
    for region in regions:
        if not _REGION.fullmatch(region):
            raise RowError(f"{name} holds {region!r}, which is no name of a region")
    return regions


def _switch(name: str, value: Any) -> bool:
    said = SWITCH_WORDS.get(str(value).strip().casefold())
    if said is None:
        raise RowError(f"{name} must be true or false, is {_shown(value)}")
    return said


def _number_within(low: float, high: float) -> Callable[[str, Any], float]:
    def read(name: str, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = nan
        if isinstance(value, bool) or not low <= number <= high:
            raise RowError(f"{name} must be a number from {low:g} to {high:g}, is {_shown(value)}")
        return number

    return read


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise RowError(f"{name} must be one of {', '.join(choices)}, is {_shown(value)}")
        return str(value)

    return read


def _reader_of(name: str) -> Callable[[str, Any], Any]:
    """Return what reads the column of a wish, by the type of the wish."""
    field = Wishes.model_fields[name]
    kind = plain_type(field)
    if get_origin(kind) is Literal:
        return _one_of(*get_args(kind))
    if kind is float:
        low = next(limit.ge for limit in field.metadata if isinstance(limit, Ge))
        high = next(limit.le for limit in field.metadata if isinstance(limit, Le))
        return _number_within(low, high)  # type: ignore[arg-type]
    return {bool: _switch, int: _seed, str: text_of}[kind]


COLUMN_READERS: dict[str, Callable[[str, Any], Any]] = {
    "regions": regions_of,
    "start_s": _seconds,
    "end_s": _seconds,
    **{name: _reader_of(name) for name in WISH_NAMES},
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
        except RecursionError:
            raise RowError("a value is nested too deeply") from None
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
