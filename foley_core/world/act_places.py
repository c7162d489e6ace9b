"""True places in the picture of the sounds of a world, from the drawing itself.

An act is drawn alone, on an even ground and with a resting camera, shortly before and after its
sound begins. What differs between these pictures is what moved: the middle of what moved most, such
as a hand rather than its arm, is the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from foley_core.types import F64
from foley_core.world.acting import Act, Sounding
from foley_core.world.canvas import Canvas
from foley_core.world.scene import Shot, World, camera_of

# Moments around an onset, seconds: what strikes is seen to come, and what shines or opens to go.
_MOMENTS_S = (-0.12, -0.08, -0.04, 0.0, 0.04)
_LEAST_CHANGE = 8


@dataclass(frozen=True, slots=True)
class TruePlace:
    """The place of one sound of a world.

    Attributes:
        sounding: the sound; its times count from the beginning of the shot.
        onset_s: seconds from the beginning of the world.
        pan: -1 at the left edge of the picture to +1 at the right, where it begins.
        shot: in which it sounds.
        act: whose motion makes it.
    """

    sounding: Sounding
    onset_s: float
    pan: float
    shot: Shot
    act: Act


def true_places(world: World) -> Iterator[TruePlace]:
    """Yield the places of all sounds that begin with a motion in the picture."""
    ends = [*(shot.start_s for shot in world.shots[1:]), float(world.frames / world.frame_rate)]
    for shot, end_s in zip(world.shots, ends, strict=True):
        for act in shot.acts:
            for one in act.soundings:
                onset_s = shot.start_s + max(0.0, one.onset_s)
                pan = _pan_of(world, shot, act, max(0.0, one.onset_s))
                if onset_s < end_s and pan is not None:
                    yield TruePlace(one, onset_s, pan, shot, act)


def pan_at(world: World, place: TruePlace, at_s: float) -> float | None:
    """Return where the act of a sound moves later; None where nothing does.

    Args:
        at_s: seconds from the beginning of the world.
    """
    return _pan_of(world, place.shot, place.act, at_s - place.shot.start_s)


def _pan_of(world: World, shot: Shot, act: Act, at_s: float) -> float | None:
    """Return where an act moves around a moment of its shot; None where nothing does."""
    pictures = [_drawn_alone(world, shot, act, at_s, max(0.0, at_s + s)) for s in _MOMENTS_S]
    changes = [np.abs(b - a).max(axis=2) for a, b in pairwise(pictures)]
    if max(change.max() for change in changes) < _LEAST_CHANGE:
        return None
    # Means over a sixteenth of the height tell a thing that moves far from an edge that trembles.
    side = max(1, world.height_px // 16)
    areas = np.sum([cv2.blur(change, (side, side)) ** 2 for change in changes], axis=0)
    columns = areas.sum(axis=0)
    middles = (np.arange(len(columns)) + 0.5) / len(columns)
    return float(2.0 * np.average(middles, weights=columns) - 1.0)


def _drawn_alone(world: World, shot: Shot, act: Act, camera_s: float, at_s: float) -> F64:
    canvas = Canvas(world.height_px, world.width_px)
    canvas.look(camera_of(shot, camera_s))
    canvas.picture[:] = 128
    act.draw(canvas, at_s)
    drawn: F64 = canvas.picture.astype(np.float64)
    return drawn
