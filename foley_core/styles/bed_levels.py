"""Levels of beds: set against what happens, so that a bed is heard and hides nothing.

All layers of a scene together lie so many decibels under the video's events as their scene asks for
(`bed_levels.toml`). The levels of events and layers follow from the sheet, so no sound is read. A
video has one level of events: a place that comes back is as loud as it was.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from math import log10

from foley_core.cues.levels import expected_level_db
from foley_core.cues.sheet import Cue
from foley_core.timebase import SAMPLE_RATE

USUAL_EVENTS_DB = -34.0
"""Level of events where nothing happens: that of a footstep of medium intensity."""
CROSS_FADE_SAMPLES = SAMPLE_RATE // 2
"""Time over which one scene's bed replaces another's: 0.5 s."""

# Share of the events that are softer than their level. Above the median, since a bed shall not be
# heard over the clear ones; and no maximum, since one bang is not how loud a place is.
_SHARE = 0.75


def events_level_db(cues: Iterable[Cue]) -> float:
    """Return how loud the events of a video are, as loud moments in the mix, dB.

    Args:
        cues: all its cues; only actions count.
    """
    return level_of_events(expected_level_db(cue) for cue in cues if cue.kind == "action")


def level_of_events(levels_db: Iterable[float]) -> float:
    """Return how loud events of some levels are together, dB."""
    levels = sorted(levels_db)
    return levels[int(_SHARE * (len(levels) - 1))] if levels else USUAL_EVENTS_DB


def levelled(beds: Sequence[Cue], scene: str, events_db: float) -> list[Cue]:
    """Return the layers of a scene, moved together to their level under the events.

    Args:
        beds: the layers; their levels against each other stay.
        scene: class of the scene.
        events_db: level of the events.
    """
    power = sum(10.0 ** (expected_level_db(bed) / 10.0) for bed in beds)
    if not power:
        return []
    moved_db = events_db - under_db()[scene] - 10.0 * log10(power)
    return [replace(bed, gain_db=round(bed.gain_db + moved_db, 3)) for bed in beds]


def with_joints(scenes: Sequence[Cue], samples: int) -> list[Cue]:
    """Return scenes that overlap where one follows the other, for their beds to cross-fade.

    Args:
        scenes: cues of the places.
        samples: length of the track.
    """
    half = CROSS_FADE_SAMPLES // 2
    begins, ends = {cue.onset for cue in scenes}, {cue.offset for cue in scenes}
    return [
        replace(
            cue,
            onset=max(0, cue.onset - half * (cue.onset in ends)),
            offset=min(samples, cue.offset + half * (cue.offset in begins)),
        )
        for cue in scenes
    ]


@cache
def under_db() -> dict[str, float]:
    """Return how many decibels the bed of each scene lies under what happens there."""
    text = files("foley_core.styles").joinpath("bed_levels.toml").read_text(encoding="utf-8")
    table: dict[str, float] = tomllib.loads(text)["under_db"]
    return table
