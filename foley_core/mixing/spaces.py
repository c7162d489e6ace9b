"""Spaces: the place around a sound. Data in `spaces.toml`, read once.

Each scene has one space, and a space is one impulse response, see `impulse_response`. Which space
holds when is written in the mix plan; it follows from the scenes of the sheet, and so changes where
they change: at cuts, or after seconds.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from foley_core.cues.sheet import Cue

BANDS_HZ = (125.0, 500.0, 2000.0, 8000.0)
"""Frequencies at which a space says how fast it dies away."""


@dataclass(frozen=True, slots=True)
class Space:
    """The answer of a place to a sound in it.

    Attributes:
        name: its name in the data.
        rt60_s: seconds in which the answer falls by 60 dB, at each of `BANDS_HZ`.
        pre_delay_s: from a sound to its first reflection, seconds.
        early: number of single reflections.
        early_s: time over which they are spread, seconds.
        echoes_per_s: density of the answer after them; the sampling rate is smooth.
        wet_db: energy of the answer against the sound itself, mean of both channels.
        muffled_hz: frequency above which the answer is lost; None for none.
    """

    name: str
    rt60_s: tuple[float, float, float, float]
    pre_delay_s: float
    early: int
    early_s: float
    echoes_per_s: float
    wet_db: float
    muffled_hz: float | None = None


@dataclass(frozen=True, slots=True)
class SpaceSpan:
    """A space from one sample of the track to another; `space` is a name."""

    first: int
    end: int
    space: str


def spaces() -> dict[str, Space]:
    """Return all spaces by name."""
    return _data()[0]


def space_of(scene: str) -> str:
    """Return the name of the space of a scene.

    Raises:
        KeyError: there is no such class of ambience.
    """
    return _data()[1][scene]


def space_spans(scenes: Iterable[Cue], samples: int) -> tuple[SpaceSpan, ...]:
    """Return which space holds when, without gaps; nothing where there is no scene.

    Args:
        scenes: the cues of the scenes, in any order. The one that begins last holds.
        samples: length of the track.
    """
    ordered = sorted(scenes, key=lambda cue: (cue.onset, cue.sound_class))
    found: list[SpaceSpan] = []
    # The first scene holds from the beginning on, the last to the end.
    borders = [0, *(cue.onset for cue in ordered[1:]), samples]
    for cue, (first, end) in zip(ordered, pairwise(borders), strict=False):
        space = space_of(cue.sound_class)
        if found and found[-1].space == space:
            found[-1] = SpaceSpan(found[-1].first, end, space)
        elif first < end:
            found.append(SpaceSpan(first, end, space))
    return tuple(found)


@cache
def _data() -> tuple[dict[str, Space], dict[str, str]]:
    text = files("foley_core.mixing").joinpath("spaces.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    known = {
        name: Space(name=name, **{**row, "rt60_s": tuple(row["rt60_s"])})
        for name, row in data["spaces"].items()
    }
    return known, data["scenes"]
