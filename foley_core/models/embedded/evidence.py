"""Evidence: what the looks at a video say of sounds, places and materials, look by look.

How strongly a sound is suggested is the sum, over all things that the recogniser considers, of
probability times weight. Boxes count beside it as independent witnesses (noisy-or; Pearl,
"Probabilistic Reasoning in Intelligent Systems", 1988). Both are averaged over ±2 s of the same
shot, since single looks flicker, and divided by what the recogniser says anyway.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foley_core.models.embedded.flashes import FLASHES, flashes
from foley_core.models.embedded.sightings import PERSON, Sightings, sightings
from foley_core.models.embedded.walking import WALKING, walking
from foley_core.models.sight.looks import F16, Looks
from foley_core.timebase import MOTION_RATE, STEPS_PER_SCENE
from foley_core.types import F32, I32
from foley_core.vision.motion import CAMERA_VALUES

# A box is believed from the first score on, and fully at the second: the detector's scores below
# 0.3 are mostly wrong on filmed pictures, and above 0.8 hardly ever.
_BOX_SCORES = (0.3, 0.8)
# Even a sure box does not say that its thing sounds.
_BOX_BELIEF = 0.8
# Six people and more are a crowd, and cheer where there is something to watch: on a stage, in a
# sports hall, if the place is at least so likely. Elsewhere they are heard as a place.
_CROWD = 6
_PERSON_SCORE = 0.4
_CROWD_BELIEF = 0.5
_SHOWS, _SHOW = ("sports_hall", "stage"), 0.1
_CROWD_PLACE = 0.1
# Evidence is averaged over this time on both sides of a look.
_AROUND_STEPS = 2 * MOTION_RATE
# Evidence of steps where somebody is seen to walk.
_WALKING = 3.0
# Added to base rates: of a sound that was never suggested falsely, little is known yet.
_LEAST_RATE = 0.01
# A cut changes the picture by this much (of the logarithmic scale of `vision.motion`), and by the
# second number more than anything within 0.4 s around it.
_CUT_CHANGE, _CUT_MORE = 0.5, 0.15
_CUT_REACH_STEPS = 10
# Share of what is recognised that drawings are taken for, in filmed pictures and in drawn ones; and
# textures up to which pictures may be rendered, and from which they are not, see `vision.texture`.
_DRAWN_SHARES = (0.04, 0.2)
_TEXTURES = (1.8, 2.1)
_CHANGE = CAMERA_VALUES.index("change") - len(CAMERA_VALUES)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Evidence at L looks.

    Attributes:
        steps: (L,) motion steps of the looks, ascending.
        cuts: motion steps at which shots begin, but the first, ascending.
        shots: (L,) number of the shot that each look belongs to, counted from 0.
        sounds: (L, sounds) how strongly each sound is suggested, against its base rate: 1 is
            little, 3 much; in the order of `sightings`.
        places: (L, places) how strongly each place is suggested, 0..1.
        materials: (L, materials) how much of each material is seen, in the taxonomy's order.
        hardness: (L,) above 0 where hard materials outweigh soft ones.
        size: (L,) share of the picture that its largest thing fills, people apart.
        drawn: (L,) 0..1, how much the pictures are flat drawings rather than filmed.
    """

    steps: I32
    cuts: I32
    shots: I32
    sounds: F32
    places: F32
    materials: F32
    hardness: F32
    size: F32
    drawn: F32


def border(found: Evidence, look: int) -> int:
    """Return the motion step from which on a look counts rather than the one before it.

    That is the cut between them, or else half way.
    """
    before, after = int(found.steps[look - 1]), int(found.steps[look])
    between = found.cuts[(found.cuts > before) & (found.cuts <= after)]
    return int(between[0]) if len(between) else (before + after) // 2


def evidence(looks: Looks, statistics: F16, texture: F16) -> Evidence:
    """Return what some looks say.

    Args:
        looks: of a whole video.
        statistics: (T, 137) of its motion steps, see `vision.motion_statistics`.
        texture: (S,) of its scene steps, see `vision.texture`.
    """
    table = sightings()
    begins = cuts(statistics)
    shots = np.searchsorted(begins, looks.steps, side="right").astype(np.int32)
    both = looks.centre.astype(np.float32) + looks.whole.astype(np.float32)
    seen = np.asarray(both / 2, np.float32)
    boxes = _boxes(looks)
    # The strongest box of a place counts beside what the picture as a whole says.
    believed = boxes * np.float32(_BOX_BELIEF)
    places = seen @ table.things.places + believed @ table.boxes.places
    crowds = _people(looks) >= _CROWD
    show = places[:, [table.places.index(name) for name in _SHOWS]].sum(axis=1) >= _SHOW
    sounds = _sounds(seen, boxes, crowds & show, table)
    places[:, table.places.index("crowd")] += _CROWD_PLACE * crowds
    materials = seen @ table.things.materials + boxes @ _but_people(table.boxes.materials)
    hardness = seen @ table.things.hardness + boxes @ _but_people(table.boxes.hardness)

    def around(values: NDArray[Any]) -> F32:
        return _around(values, looks.steps, shots)

    suggested = around(sounds) / np.sqrt(table.base_rate + np.float32(_LEAST_RATE))
    light, flashing = [table.sounds.index(name) for name in FLASHES], flashes(looks, statistics)
    suggested[:, light] = np.maximum(suggested[:, light], flashing)
    scenes = around(places)
    # Sparks on a black sky look like sea urchins and jellyfish, but the place is no sea.
    scenes[flashing[:, FLASHES.index("firework_burst")] > 0] = _one_place("night", table)
    steps = table.sounds.index(WALKING)
    suggested[:, steps] = np.maximum(suggested[:, steps], _WALKING * walking(looks))
    return Evidence(
        steps=looks.steps,
        cuts=begins,
        shots=shots,
        sounds=suggested,
        places=scenes,
        materials=around(materials),
        hardness=around(hardness),
        size=_size(looks),
        drawn=_drawn(around(seen @ table.drawn), texture[looks.steps // STEPS_PER_SCENE]),
    )


def cuts(statistics: F16) -> I32:
    """Return the motion steps at which shots begin, but the first.

    Args:
        statistics: (T, 137), see `vision.motion_statistics`.
    """
    change = statistics[:, _CHANGE].astype(np.float32)
    reach = _CUT_REACH_STEPS
    padded = np.pad(change, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).copy()
    # The steps beside a cut may show the same jump once more: pictures that repeat or blend.
    windows[:, reach - 1 : reach + 2] = 0.0
    others = windows.max(axis=1)
    sudden = (change >= _CUT_CHANGE) & (change >= others + _CUT_MORE)
    found = np.flatnonzero(sudden)
    return found[np.diff(found, prepend=-reach) > 1].astype(np.int32)


def _one_place(name: str, table: Sightings) -> F32:
    """Return (places,) evidence of one place alone."""
    return np.array([place == name for place in table.places], np.float32)


def _drawn(share: F32, texture: F16) -> F32:
    """Return (L,) 0..1: 1 where what is recognised and the texture are both those of drawings."""
    (no_drawing, drawing), (smooth, fine) = _DRAWN_SHARES, _TEXTURES
    as_drawn = np.clip((share - no_drawing) / (drawing - no_drawing), 0, 1)
    unlike = np.clip((texture.astype(np.float32) - smooth) / (fine - smooth), 0, 1)
    return np.asarray(as_drawn * (1 - unlike), np.float32)


def _sounds(seen: F32, boxes: F32, cheering: NDArray[np.bool_], table: Sightings) -> F32:
    """Return (L, sounds) 0..1: the sum over things, and each box as one more witness."""
    silent = 1 - np.clip(seen @ table.things.sounds, 0, 1)
    for kind in range(boxes.shape[1]):
        # A person alone names nothing: people do everything.
        if kind != PERSON and boxes[:, kind].any():
            silent *= 1 - _BOX_BELIEF * boxes[:, kind, None] * table.boxes.sounds[kind]
    crowd = table.sounds.index("crowd_cheer")
    silent[cheering, crowd] *= 1 - _CROWD_BELIEF
    return np.asarray(1 - silent, np.float32)


def _boxes(looks: Looks) -> F32:
    """Return (L, 80): how sure the surest box of each kind is, 0..1."""
    least, sure = _BOX_SCORES
    belief = np.clip((looks.box_score.astype(np.float32) - least) / (sure - least), 0, 1)
    surest = np.zeros((len(looks.steps), len(sightings().boxes.hardness)), np.float32)
    for look, (kinds, beliefs) in enumerate(zip(looks.box_kind, belief, strict=True)):
        found = kinds >= 0
        np.maximum.at(surest[look], kinds[found], beliefs[found])
    return surest


def _people(looks: Looks) -> F32:
    """Return (L,) the number of people in boxes."""
    found = (looks.box_kind == PERSON) & (looks.box_score >= _PERSON_SCORE)
    return np.asarray(found.sum(axis=1), np.float32)


def _size(looks: Looks) -> F32:
    """Return (L,) 0..1 the share of the picture that the largest box of a thing fills."""
    top, left, bottom, right = np.moveaxis(looks.box_place.astype(np.float32), -1, 0)
    thing = (looks.box_kind > PERSON) & (looks.box_score >= _BOX_SCORES[0])
    areas = (bottom - top) * (right - left) * thing
    return np.asarray(areas.max(axis=1, initial=0.0), np.float32)


def _but_people(weights: F32) -> F32:
    """Return weights of COCO's kinds without those of people."""
    others = weights.copy()
    others[PERSON] = 0
    return others


def _around(values: NDArray[Any], steps: I32, shots: I32) -> F32:
    """Return the means over the looks of the same shot within 2 s of each look."""
    # Both ends of the looks around each one: within reach, and within its shot.
    first = np.searchsorted(steps, steps - _AROUND_STEPS)
    first = np.maximum(first, np.searchsorted(shots, shots))
    end = np.searchsorted(steps, steps + _AROUND_STEPS, side="right")
    end = np.minimum(end, np.searchsorted(shots, shots, side="right"))
    # One look after the other: sums that run over a whole film would lose digits.
    means = [values[a:b].mean(axis=0) for a, b in zip(first, end, strict=True)]
    return np.array(means, np.float32).reshape(values.shape)
