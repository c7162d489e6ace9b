"""Short cues: the onsets of a stretch, named by what sight knows of it.

All hits of one thing share class and material. What nobody can name is a neutral hit, soft or hard
as the materials in the picture are.
"""

import tomllib
from bisect import bisect
from functools import cache
from importlib.resources import files

import numpy as np

from foley_core.cues.candidates import MOST_CANDIDATES, Candidates
from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import StepReadings, action_cue
from foley_core.models.embedded.stretches import Stretch, seen_material
from foley_core.timebase import MOTION_RATE
from foley_core.types import I32

NEUTRAL_HARD, NEUTRAL_SOFT = "impact_hard", "impact_soft"

NEUTRAL_CONFIDENCE = 0.5
"""Probability that a neutral hit is right; measured on real development clips."""
# Sounds that last and yet explain no hit: leaves rustle because something strikes them.
_STRUCK = frozenset({"foliage"})
# An onset within a sound that lasts, which explains motion by itself, must be this much likelier.
_WITHIN_MORE = 0.08
# A sound seen so surely has cues at the likeliest of its onsets, as many as is usual for it, even
# if none is likely: at one in any case, at others from this share of the least probability on. Its
# onsets may be this much less likely, since what is there to sound does: on real development clips
# any allowance from 0.04 to 0.08 finds 3 to 5 points more of the onsets at the same precision.
_SURE = 0.6
_SURE_LESS = 0.05
_DOUBTFUL_SHARE = 0.25

Found = tuple[Cue, Candidates]
"""A cue, and what it may be."""


def short_cues(
    readings: StepReadings, peaks: I32, stretch: Stretch, samples: int, least: float
) -> list[Found]:
    """Return the short cues of a stretch of filmed pictures.

    Args:
        peaks: steps of the video at which its onsets have peaks of any probability, rising.
        samples: length of the track.
        least: least probability of an onset.
    """
    begin, end = np.searchsorted(peaks, (stretch.first, stretch.end))
    inside = peaks[begin:end]
    likely = inside[readings.onset[inside] >= least]
    name = stretch.sound_class
    if name is None or name in _STRUCK:
        return _neutral(readings, likely, stretch, samples)
    if taxonomy().classes[name].kind == "sustained":
        # What lasts explains the motion; only clear hits of another thing that is seen stay.
        if stretch.hits is None:
            return []
        other, sure = stretch.hits
        clear = inside[readings.onset[inside] >= least + _WITHIN_MORE]
        steps = _apart(readings, clear, other)
        return _cues(readings, steps, other, stretch, samples, sure, (stretch.hits,))
    if stretch.confidence >= _SURE:
        likely = _of_what_is_seen(readings, inside, stretch, name, least)
    steps = _apart(readings, likely, name)
    sure = stretch.confidence
    return _cues(readings, steps, name, stretch, samples, sure, stretch.candidates)


def _of_what_is_seen(
    readings: StepReadings, inside: I32, stretch: Stretch, name: str, least: float
) -> I32:
    """Return the peaks among `inside` at which a thing that is surely seen sounds."""
    likely = inside[readings.onset[inside] >= least - _SURE_LESS]
    expected = max(1, round(per_s().get(name, 0.0) * (stretch.end - stretch.first) / MOTION_RATE))
    if len(likely) >= expected:
        return likely
    ranked = inside[np.argsort(-readings.onset[inside], kind="stable")[:expected]]
    # Without any sign of an onset nothing sounds but the first.
    possible = readings.onset[ranked] >= _DOUBTFUL_SHARE * least
    possible[:1] = True
    return ranked[possible]


def neutral_class(stretch: Stretch) -> str:
    """Return the neutral hit of a stretch, by the materials in the picture."""
    return NEUTRAL_HARD if stretch.hard else NEUTRAL_SOFT


def _neutral(readings: StepReadings, steps: I32, stretch: Stretch, samples: int) -> list[Found]:
    """Return neutral hits, since nobody can name what is hit."""
    name = neutral_class(stretch)
    # What sight thinks possible shares what is left.
    others = [(other, round(0.5 * sure, 3)) for other, sure in stretch.candidates if other != name]
    candidates = ((name, NEUTRAL_CONFIDENCE), *others[: MOST_CANDIDATES - 1])
    return _cues(readings, steps, name, stretch, samples, NEUTRAL_CONFIDENCE, candidates)


def _cues(
    readings: StepReadings,
    steps: I32,
    name: str,
    stretch: Stretch,
    samples: int,
    sure: float,
    candidates: Candidates,
) -> list[Found]:
    material = seen_material(stretch.materials, name)
    return [
        (action_cue(readings, int(step), name, material, samples, sure), candidates)
        for step in steps
    ]


def _apart(readings: StepReadings, peaks: I32, name: str) -> I32:
    """Return the peaks that stand as far apart as the class sounds, the likeliest first chosen."""
    gap = round(apart_s().get(name, 0.0) * MOTION_RATE)
    kept: list[int] = []
    for step in peaks[np.argsort(-readings.onset[peaks], kind="stable")].tolist():
        place = bisect(kept, step)
        # Of those that are kept, the nearest before and after decide.
        if all(abs(step - other) >= gap for other in kept[max(place - 1, 0) : place + 1]):
            kept.insert(place, step)
    return np.array(kept, np.int32)


def apart_s() -> dict[str, float]:
    """Return the least time from one cue of a class to the next, by class; seconds."""
    return _sounding()["apart_s"]


def per_s() -> dict[str, float]:
    """Return how often a class sounds at least while it is surely seen, by class; per second."""
    return _sounding()["per_s"]


@cache
def _sounding() -> dict[str, dict[str, float]]:
    text = files("foley_core.models.embedded").joinpath("sounding.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, float]] = tomllib.loads(text)
    return tables
