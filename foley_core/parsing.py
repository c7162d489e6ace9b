"""JSON and TOML of files that anybody may have written: one kind of error, whatever is in them.

The parsers of the standard library leave more than their own errors behind: a file of nothing but
brackets is deeper than Python's stack, and an integer of 5,000 digits is more than `int` takes.
"""

import json
import tomllib
from collections.abc import Callable
from typing import Any, TypeAlias

DIGITS = 4300
"""Digits of the longest integer that Python reads."""
Pairs: TypeAlias = Callable[[list[tuple[str, Any]]], Any]
TOO_DEEP = "it is nested too deeply"


def parsed_json(data: str | bytes, made_of: Pairs | None = None) -> Any:
    """Return the value of a JSON document; an integer of thousands of digits stays text.

    Args:
        made_of: makes what stands for an object of its keys and values.

    Raises:
        ValueError: it is not JSON, or is nested too deeply.
    """
    try:
        try:
            return json.loads(data, object_pairs_hook=made_of)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # Rare, so that the parser in C has read all others.
            return json.loads(data, object_pairs_hook=made_of, parse_int=_whole)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS else digits


def parsed_toml(text: str) -> dict[str, Any]:
    """Return the document of a TOML file.

    Raises:
        ValueError: as `parsed_json`, for TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:
        raise ValueError(f"it holds an integer of more than {DIGITS} digits") from None
