"""Beds: the place that a video is in, from what sight recognises and our own network thinks."""

from itertools import pairwise

import numpy as np

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import StepReadings, rounded
from foley_core.models.embedded.evidence import Evidence, border
from foley_core.models.embedded.short_cues import Found
from foley_core.models.embedded.sightings import sightings
from foley_core.models.embedded.viterbi import likeliest_sequence
from foley_core.timebase import SAMPLES_PER_STEP, STEPS_PER_SCENE
from foley_core.types import F32, I32

ROOM = "room"

# Evidence of a place that counts as none; a room needs this much less of it than another place,
# since what is filmed without a sign of its place is mostly filmed indoors.
_NOTHING = 0.05
_ROOM_ANYWAY = 0.08
# How much our own network's opinion counts, which learned from rendered places alone: on filmed
# pictures, and on drawn ones.
_OWN_OPINION = (0.1, 1.0)
# Logarithm of how much likelier another place must be, in all, to be worth a change of the bed:
# at a cut, and within a shot.
_CUT_COST, _CHANGE_COST = 2.0, 4.0


def beds(found: Evidence, readings: StepReadings, samples: int) -> list[Found]:
    """Return one bed for each place; the first begins with the video, the last ends with it.

    Args:
        samples: length of the track.
    """
    likely = place_probabilities(found, readings)
    cut = np.diff(found.shots, prepend=0) != 0
    costs = np.where(cut, np.float32(_CUT_COST), np.float32(_CHANGE_COST))
    path = likeliest_sequence(np.log(likely), costs)
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    changes = [border(found, edge) * SAMPLES_PER_STEP for edge in edges[1:-1]]
    borders = [0, *changes, samples]
    return [
        (_bed(likely[slice(*looks)].mean(axis=0), int(path[looks[0]]), span), ())
        for looks, span in zip(pairwise(edges), pairwise(borders), strict=True)
        if span[0] < span[1] <= samples
    ]


def place_probabilities(found: Evidence, readings: StepReadings) -> F32:
    """Return (L, places) the probability of each place at every look."""
    names = sightings().places
    seen = found.places + np.float32(_NOTHING)
    seen[:, names.index(ROOM)] += _ROOM_ANYWAY
    filmed, drawn = _OWN_OPINION
    weight = filmed + (drawn - filmed) * found.drawn[:, None]
    # Where pictures are drawn, recognition steps back by as much as our own network steps forward.
    mixed = seen * (1 - found.drawn[:, None]) + weight * _own_opinion(readings, found.steps)
    mixed = mixed + np.float32(1e-3)
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True), np.float32)


def _own_opinion(readings: StepReadings, steps: I32) -> F32:
    """Return (L, places) the probabilities of our own network, which knows fewer places."""
    names = sightings().places
    columns = [names.index(c.name) for c in taxonomy().trained_of_kind("ambience")]
    opinion = np.zeros((len(steps), len(names)), np.float32)
    opinion[:, columns] = np.exp(readings.ambience[steps // STEPS_PER_SCENE])
    return opinion


def _bed(likely: F32, place: int, span: tuple[int, int]) -> Cue:
    return Cue(
        kind="ambience",
        sound_class=sightings().places[place],
        material=None,
        onset=span[0],
        offset=span[1],
        intensity=0.5,
        confidence=rounded(likely[place]),
    )
