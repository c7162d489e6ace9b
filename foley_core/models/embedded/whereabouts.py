"""Whereabouts: where in the picture the thing of a cue is, how large, and where it goes.

All cues of one class in one shot are one thing's. Where it stays, its hits have one place: they do
not jump. Where it moves, each hit is where the thing is then, and a lasting sound follows a path.
The boxes of a thing that makes such a sound say all of it. Without one, motion says where it is;
how large it is remains unknown.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.seen_instruments import INSTRUMENTS
from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.evidence import cuts
from foley_core.models.embedded.motion_places import PlaceReader
from foley_core.models.embedded.sightings import PERSON, sightings
from foley_core.models.sight.looks import F16, LIGHT_LOOK_STEPS, Looks
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.types import F32, F64
from foley_core.vision.motion_statistics import VIEW_NUMBERS, VIEWS

# A kind of thing is believed to make a sound from this weight on, and its box from this score on.
_LEAST_WEIGHT, _LEAST_SCORE = 0.3, 0.4
# Groups of sounds that a person makes, whatever else is recognised.
_OF_PEOPLE = frozenset({"footsteps", "voices"})
# Groups of things that stay where they are, and whose place may choose their notes.
_AT_REST = frozenset({INSTRUMENTS, "bells"})
# A thing whose boxes vary by less stays where it is: boxes tremble.
_RESTING = 0.2
# Of a thing that fills more of the picture's width than this, a lasting sound is wide.
_WIDE = 0.5
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


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The surest boxes of a thing, one for each look: steps, pans, heights, widths, beliefs."""

    steps: NDArray[np.int32]
    pans: F64
    heights: F64
    widths: F64
    belief: F64

    def mean(self, values: F64) -> float:
        """Return the mean of values of the boxes, by belief."""
        return float(np.average(values, weights=self.belief))

    @property
    def moves(self) -> bool:
        """True where the thing is not always in one place."""
        return bool(np.ptp(self.pans) > _RESTING and self.pans.std() > _RESTING / 2)


def placed(
    seen: SeenSheet, looks: Looks, statistics: F16, columns: F16, reader: PlaceReader
) -> SeenSheet:
    """Return a sheet whose actions have their places.

    Args:
        seen: the sheet of a video.
        looks: of the whole video.
        statistics: (T, 137) of its motion steps.
        columns: (T, 32) `changed_columns` of them; (0, 32) where they were not stored.
        reader: of these columns.
    """
    begins = cuts(statistics)
    things: dict[tuple[str, int], list[Cue]] = defaultdict(list)
    for cue in seen.sheet.cues:
        if cue.kind == "action":
            things[_thing(cue, begins)].append(cue)
    edges = [0, *begins.tolist(), len(statistics)]
    squares = np.square(columns.astype(np.float64)) if len(columns) == len(statistics) else None
    found: dict[int, Cue] = {}
    for (sound_class, shot), cues in things.items():
        if boxes := _boxes(sound_class, _span(cues), looks):
            located = [_in_boxes(cue, boxes) for cue in cues]
        elif squares is not None:
            located = placed_by_motion(cues, squares, slice(edges[shot], edges[shot + 1]), reader)
        else:
            side = _side_of_motion(cues, statistics)
            located = [replace(cue, pan=side) for cue in cues]
        found |= {id(cue): other for cue, other in zip(cues, located, strict=True)}
    whole = tuple(found.get(id(cue), cue) for cue in seen.sheet.cues)
    return replace(seen, sheet=replace(seen.sheet, cues=whole))


def _thing(cue: Cue, begins: NDArray[np.int32]) -> tuple[str, int]:
    """Return class and number of the shot of a cue."""
    shot = np.searchsorted(begins, cue.onset // SAMPLES_PER_STEP, side="right")
    return cue.sound_class, int(shot)


def _span(cues: Sequence[Cue]) -> tuple[int, int]:
    """Return the motion steps, half-open, within which some cues sound."""
    end = max(-(-cue.offset // SAMPLES_PER_STEP) for cue in cues)
    return min(cue.onset for cue in cues) // SAMPLES_PER_STEP, end


def _rests(cue: Cue) -> bool:
    return taxonomy().classes[cue.sound_class].group in _AT_REST


def _lasts(cue: Cue) -> bool:
    return taxonomy().classes[cue.sound_class].kind == "sustained"


def _boxes(sound_class: str, span: tuple[int, int], looks: Looks) -> _Boxes | None:
    """Return the surest boxes of what makes a sound; None where there is none."""
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
    top, left, bottom, right = box.T
    own = belief[rows, best[rows]].astype(np.float64)
    return _Boxes(looks.steps[near][rows], left + right - 1.0, bottom - top, right - left, own)


def _in_boxes(cue: Cue, boxes: _Boxes) -> Cue:
    """Return a cue where the boxes of its thing are."""
    size = max(1 / _PLACES, _rounded(boxes.mean(boxes.heights)))
    wide = (boxes.mean(boxes.widths) - _WIDE) / (1.0 - _WIDE) if _lasts(cue) else 0.0
    spread = _rounded(min(1.0, max(0.0, wide)))
    step = cue.onset // SAMPLES_PER_STEP
    if not boxes.moves or _rests(cue):
        return replace(cue, pan=_rounded(boxes.mean(boxes.pans)), size=size, spread=spread)
    # Between two looks a thing goes straight on; it is as far away as it then looks large.
    pan = float(np.interp(step, boxes.steps, boxes.pans))
    if _lasts(cue):
        end = cue.offset // SAMPLES_PER_STEP
        inner = [int(at) for at in boxes.steps if step < at < end]
        path = [(at - step, float(np.interp(at, boxes.steps, boxes.pans)))
                for at in (step, *inner, end)]  # fmt: skip
        return _moving(replace(cue, size=size, spread=spread), path)
    height = float(np.interp(step, boxes.steps, boxes.heights))
    return replace(cue, pan=_rounded(pan), size=max(1 / _PLACES, _rounded(height)))


def placed_by_motion(
    cues: Sequence[Cue], squares: F64, shot: slice, reader: PlaceReader
) -> list[Cue]:
    """Return the cues of one thing where something moves while they sound.

    Args:
        squares: (T, 32) squares of `changed_columns`.
        shot: motion steps of the shot.
    """
    if not _lasts(cues[0]):
        steps = [cue.onset // SAMPLES_PER_STEP for cue in cues]
        rests = _rests(cues[0])
        places = reader.hit_places(squares, shot, steps, rests=rests)
        return [replace(cue, pan=_rounded(at)) for cue, at in zip(cues, places, strict=True)]
    moved = []
    for cue in cues:
        span = slice(cue.onset // SAMPLES_PER_STEP, -(-cue.offset // SAMPLES_PER_STEP))
        moved.append(_moving(cue, reader.lasting_path(squares, shot, span)))
    return moved


def _moving(cue: Cue, path: Sequence[tuple[int, float]]) -> Cue:
    """Return a cue that goes along a path of motion steps and places."""
    points = tuple((at * SAMPLES_PER_STEP, _rounded(pan)) for at, pan in path)
    if len({pan for _, pan in points}) < 2:
        return replace(cue, pan=points[0][1], path=())
    return replace(cue, pan=points[0][1], path=points)


def _side_of_motion(cues: Sequence[Cue], statistics: F16) -> float:
    """Return -1..1: on which side of the picture something moves while some cues sound."""
    steps = np.zeros(len(statistics), np.bool_)
    for cue in cues:
        first = cue.onset // SAMPLES_PER_STEP
        end = -(-cue.offset // SAMPLES_PER_STEP) if _lasts(cue) else first + _AROUND_STEPS + 1
        steps[max(0, first - _AROUND_STEPS) : end] = True
    views: F32 = statistics[steps, : len(VIEWS) * VIEW_NUMBERS].astype(np.float32)
    fast = np.square(views.reshape(-1, len(VIEWS), VIEW_NUMBERS)[..., _FAST_CELLS]).sum(axis=0)
    left, right = float(fast[_LEFT].sum()), float(fast[_RIGHT].sum())
    return _rounded(_MOTION_SHARE * (right - left) / (left + right + 1e-3))


def _rounded(place: float) -> float:
    return round(place * _PLACES) / _PLACES
