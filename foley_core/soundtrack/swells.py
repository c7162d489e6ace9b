"""Swells: how sounds that last follow what moves, without switching on and off."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from foley_core.audio.courses import filled, smoothed
from foley_core.cues.sheet import Cue
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import U8

# Motion is followed over half a second, so that a level takes 0.2 s and more to rise or to fall.
_FOLLOWED_STEPS = MOTION_RATE // 2
# A pause of less than a second is no end.
_PAUSE_STEPS = MOTION_RATE
# 0.25 s: an engine or a frying pan swells and dies away; it is not switched on and off.
SUSTAINED_FADE_SAMPLES = SAMPLE_RATE // 4


def activity(motion_energy: U8, onset: int, end: int, through_pauses: float) -> tuple[int, ...]:
    """Return the motion that a lasting sound follows, 25 values a second in 0..255.

    Args:
        motion_energy: `(T,)` of the video.
        onset, end: samples between which it sounds.
        through_pauses: share of the motion around a short pause that the sound keeps in it.
    """
    own = motion_energy[onset // SAMPLES_PER_STEP : -(-end // SAMPLES_PER_STEP)]
    if not len(own):
        return ()
    energy = own.astype(np.float64)
    kept = np.maximum(energy, through_pauses * filled(energy, _PAUSE_STEPS))
    return tuple(int(step) for step in np.rint(smoothed(kept, _FOLLOWED_STEPS)))


def bridged(cues: Sequence[Cue]) -> list[Cue]:
    """Return lasting cues without pauses of less than a second between two of one class.

    The earlier one goes on until the later one has swelled, also over a cut: two shots of one
    engine. What a person has set stays as it is.
    """
    of_class: dict[str, list[Cue]] = defaultdict(list)
    for cue in sorted(cues, key=lambda cue: cue.onset):
        of_class[cue.sound_class].append(cue)
    longer = {
        cue: after.onset + SUSTAINED_FADE_SAMPLES
        for of_one in of_class.values()
        for cue, after in pairwise(of_one)
        if 0 <= after.onset - cue.offset < SAMPLE_RATE
        and not any(one.source.startswith("person:") for one in (cue, after))
    }
    return [replace(cue, offset=longer.get(cue, cue.offset)) for cue in cues]
