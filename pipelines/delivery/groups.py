"""Groups of sound classes in a delivery: marker colour, bus and category of each. Data.

`groups.csv` has a row for each group: the colour of its markers, the bus of the layouts `m-and-e`
and `film` that its sound is in, and the category of the Universal Category System that names its
stem where its classes differ.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy

Colour = Literal["green", "blue", "red", "yellow", "cyan", "purple", "white", "pink"]


@dataclass(frozen=True, slots=True)
class SoundGroup:
    """A group of sound classes; `m_and_e` and `film` are buses."""

    group: str
    colour: Colour
    m_and_e: str
    film: str
    ucs: str


@cache
def sound_groups() -> dict[str, SoundGroup]:
    """Return every group that a stem may be of, by name."""
    text = files("pipelines.delivery").joinpath("groups.csv").read_text(encoding="utf-8")
    rows = [SoundGroup(**row) for row in csv.DictReader(text.splitlines())]  # type: ignore[arg-type]
    return {row.group: row for row in rows}


def group_of(cue: Cue) -> SoundGroup:
    """Return the group that a cue is heard in."""
    if cue.kind == "music":
        return sound_groups()["music"]
    known = taxonomy().sound_class(cue.sound_class, composed=cue.composition is not None)
    return sound_groups()[known.group]


def category_of(cue: Cue) -> str:
    """Return the category of the Universal Category System that a cue is of."""
    if cue.kind == "music":
        return sound_groups()["music"].ucs
    return taxonomy().sound_class(cue.sound_class, composed=cue.composition is not None).ucs
