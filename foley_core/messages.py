"""Messages about wrong input: the nearest known name, and every fault with its place.

Every file and setting that people write goes through these few functions, so that the same mistake
is answered in the same words everywhere.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from foley_core.errors import ConfigError
from foley_core.parsing import parsed_toml

if TYPE_CHECKING:
    from pydantic import ValidationError

ALIKE = 0.6
"""Least likeness of two names, 0..1 as `difflib` measures it, for one to be meant by the other."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "", alike: float = ALIKE) -> str:
    """Return the question "did you mean '…'?", or `otherwise` where no known name is near."""
    near = get_close_matches(name, list(known), 1, alike)
    return f"did you mean '{near[0]}'?" if near else otherwise


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return a sentence that a name is not known, with the nearest known one or all of them."""
    names = list(known)
    hint = did_you_mean(name, names, f"known: {', '.join(names)}")
    return f"unknown {what} '{name}'; {hint}"


def complaints(
    error: "ValidationError", known: Iterable[str], documented: str = ""
) -> tuple[str, ...]:
    """Return a sentence for each fault that pydantic found, with the key that it is at.

    Args:
        known: the keys that there are, for a hint at an unknown one.
        documented: where people read of the keys, for a document that has sections: its keys are
            too many to be listed in a sentence.
    """
    names = tuple(known)
    return tuple(
        _complaint(fault["type"], fault["loc"], fault["msg"], names, documented)
        for fault in error.errors()
    )


def _complaint(
    kind: str, place: Iterable[int | str], message: str, known: tuple[str, ...], documented: str
) -> str:
    # "[key]" is pydantic's word for a fault of a table's key itself; the key stands before it.
    keys = [str(part) for part in place if part != "[key]"]
    if kind == "extra_forbidden":
        if not documented:
            return unknown("key", keys[-1], known)
        hint = did_you_mean(keys[-1], known, f"see {documented} for the known ones")
        message = f"unknown key; {hint}"
    # A fault of the whole document has no key; its message names those that it is about.
    return ": ".join([*filter(None, [".".join(keys)]), message.removeprefix("Value error, ")])


def read_toml(
    data: bytes, place: str, what: str, error_class: type[ConfigError] = ConfigError
) -> dict[str, Any]:
    """Return the document of a TOML file that people wrote.

    Args:
        place: where the file lies, to be said in the message.
        what: such as "the job file".

    Raises:
        ConfigError: of `error_class`: the bytes are not UTF-8, or not TOML.
    """
    try:
        return parsed_toml(data.decode())
    except UnicodeDecodeError:
        raise error_class(f"{place}: {what} is not UTF-8 text") from None
    except ValueError as error:
        raise error_class(f"{place}: not valid TOML: {error}") from None
