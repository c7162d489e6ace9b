"""Verdicts on a class name beside what is really heard, by families of everyday words.

A class name and the words of a person seldom agree letter for letter ("dog_bark", "pug yaps and
barks"), so each text is reduced to the families of its words. The families are data,
`everyday_families.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

NameVerdict = Literal["right", "near", "wrong"]
Families = frozenset[str]


@dataclass(frozen=True, slots=True)
class EverydayNames:
    """The families of `everyday_families.toml`.

    Attributes:
        families, places: name to a pattern of words.
        sound_neighbours, place_neighbours: groups of names that may pass for each other.
        absurd: families that make a viewer laugh where they do not belong.
    """

    families: Mapping[str, re.Pattern[str]]
    places: Mapping[str, re.Pattern[str]]
    sound_neighbours: tuple[Families, ...]
    place_neighbours: tuple[Families, ...]
    absurd: Families


@cache
def everyday_names() -> EverydayNames:
    """Return the families of the package."""
    text = files("foley_core.evaluation").joinpath("everyday_families.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return EverydayNames(
        families=_patterns(data["families"]),
        places=_patterns(data["places"]),
        sound_neighbours=tuple(frozenset(group) for group in data["sound_neighbours"]),
        place_neighbours=tuple(frozenset(group) for group in data["place_neighbours"]),
        absurd=frozenset(data["absurd"]),
    )


def families(text: str) -> Families:
    """Return the families of sound that a text names: a class name, or words of a person."""
    return _named_in(text, everyday_names().families)


def places(text: str) -> Families:
    """Return the kinds of place that a text names: ambience classes, or words of a person."""
    return _named_in(text, everyday_names().places)


def name_verdict(said: Families, truth: Families) -> NameVerdict:
    """Return `right` for a common family, `near` for one of a neighbourhood of the truth."""
    return _verdict(said, truth, everyday_names().sound_neighbours)


def place_verdict(said: Families, truth: Families) -> NameVerdict:
    """Return the same for places."""
    return _verdict(said, truth, everyday_names().place_neighbours)


def is_absurd(said: Families, verdict: NameVerdict) -> bool:
    """Return whether a wrong name would make a viewer laugh."""
    return verdict == "wrong" and bool(said & everyday_names().absurd)


def _verdict(said: Families, truth: Families, groups: Iterable[Families]) -> NameVerdict:
    if said & truth:
        return "right"
    neighbours = frozenset[str]().union(*(group for group in groups if group & truth))
    return "near" if said & neighbours else "wrong"


def _named_in(text: str, patterns: Mapping[str, re.Pattern[str]]) -> Families:
    plain = text.lower().replace("_", " ")
    return frozenset(name for name, pattern in patterns.items() if pattern.search(plain))


def _patterns(words: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    # Each alternative must begin where a word begins, so that "hen" is not found in "kitchen".
    return {name: re.compile(rf"\b(?:{one})") for name, one in words.items()}
