"""Whereabouts: where in the picture the thing of a cue is, and how large.

All cues of one class in one shot are one thing's and have one place: hits of one thing do not jump.
The box of a thing that makes such a sound says both. Without one, motion says whether it is left or
right; how large the thing is remains unknown.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.evidence import cuts
from foley_core.models.embedded.sightings import PERSON, sightings
from foley_core.models.sight.looks import F16, LIGHT_LOOK_STEPS, Looks
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.types import F32
from foley_core.vision.motion_statistics import VIEW_NUMBERS, VIEWS

# A kind of thing is believed to make a sound from this weight on, and its box from this score on.
_LEAST_WEIGHT, _LEAST_SCORE = 0.3, 0.4
# Groups of sounds that a person makes, whatever else is recognised.
_OF_PEOPLE = frozenset({"footsteps", "voices"})
# Motion of a hit is looked for so many steps around it.
_AROUND_STEPS = 4
# Speed of the fastest sixteenth of a view's cells: what hits is small.
_FAST_CELLS = 3
_LEFT = [index for index, (_, column, _) in enumerate(VIEWS) if index and column == 0]
_RIGHT = [index for index, (_, column, _) in enumerate(VIEWS) if index and column > 0]
# Halves of the picture say little of a place: what is seen in one of them is not at its very edge.
_MOTION_SHARE = 0.7
# Places are rounded, so that what hardly differs is one place.
_PLACES = 20


def placed(seen: SeenSheet, looks: Looks, statistics: F16) -> SeenSheet:
    """Return a sheet whose actions have their places.

    Args:
        seen: the sheet of a video.
        looks: of the whole video.
        statistics: (T, 137) of its motion steps.
    """
    begins = cuts(statistics)
    things: dict[tuple[str, int], list[Cue]] = defaultdict(list)
    for cue in seen.sheet.cues:
        if cue.kind == "action":
            things[_thing(cue, begins)].append(cue)
    places = {
        thing: _place_in_boxes(thing[0], _span(cues), looks)
        or (_side_of_motion(cues, statistics), None)
        for thing, cues in things.items()
    }
    cues = tuple(
        replace(cue, pan=places[thing][0], size=places[thing][1])
        if (thing := _thing(cue, begins)) in places and cue.kind == "action"
        else cue
        for cue in seen.sheet.cues
    )
    return replace(seen, sheet=replace(seen.sheet, cues=cues))


def _thing(cue: Cue, begins: NDArray[np.int32]) -> tuple[str, int]:
    """Return class and number of the shot of a cue."""
    shot = np.searchsorted(begins, cue.onset // SAMPLES_PER_STEP, side="right")
    return cue.sound_class, int(shot)


def _span(cues: Sequence[Cue]) -> tuple[int, int]:
    """Return the motion steps, half-open, within which some cues sound."""
    end = max(-(-cue.offset // SAMPLES_PER_STEP) for cue in cues)
    return min(cue.onset for cue in cues) // SAMPLES_PER_STEP, end


def _place_in_boxes(
    sound_class: str, span: tuple[int, int], looks: Looks
) -> tuple[float, float] | None:
    """Return pan and size of the surest boxes of what makes a sound; None where there is none."""
    weights = sightings().boxes.sounds[:, sightings().sounds.index(sound_class)].copy()
    if taxonomy().classes[sound_class].group in _OF_PEOPLE:
        weights[PERSON] = 1.0
    # The nearest looks count, however long ago they were.
    reach = LIGHT_LOOK_STEPS // 2
    near = (looks.steps >= span[0] - reach) & (looks.steps < span[1] + reach)
    kinds, scores = looks.box_kind[near], looks.box_score[near].astype(np.float32)
    makes = (kinds >= 0) & (weights[kinds] >= _LEAST_WEIGHT) & (scores >= _LEAST_SCORE)
    belief = np.where(makes, scores * weights[kinds], 0.0)
    if not makes.any():
        return None
    # Of each look the surest box: of two dogs one barks.
    rows, best = np.flatnonzero(makes.any(axis=1)), belief.argmax(axis=1)
    box = looks.box_place[near][rows, best[rows]].astype(np.float64)
    top, left, bottom, right = np.average(box, axis=0, weights=belief[rows, best[rows]])
    return _rounded(float(left + right) - 1.0), max(1 / _PLACES, _rounded(float(bottom - top)))


def _side_of_motion(cues: Sequence[Cue], statistics: F16) -> float:
    """Return -1..1: on which side of the picture something moves while some cues sound."""
    steps = np.zeros(len(statistics), np.bool_)
    for cue in cues:
        first = cue.onset // SAMPLES_PER_STEP
        lasts = taxonomy().classes[cue.sound_class].kind == "sustained"
        end = -(-cue.offset // SAMPLES_PER_STEP) if lasts else first + _AROUND_STEPS + 1
        steps[max(0, first - _AROUND_STEPS) : end] = True
    views: F32 = statistics[steps, : len(VIEWS) * VIEW_NUMBERS].astype(np.float32)
    fast = np.square(views.reshape(-1, len(VIEWS), VIEW_NUMBERS)[..., _FAST_CELLS]).sum(axis=0)
    left, right = float(fast[_LEFT].sum()), float(fast[_RIGHT].sum())
    return _rounded(_MOTION_SHARE * (right - left) / (left + right + 1e-3))


def _rounded(place: float) -> float:
    return round(place * _PLACES) / _PLACES
