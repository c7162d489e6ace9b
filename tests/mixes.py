"""A mix of two seconds with three groups and music, and streams as arrays."""

import numpy as np
from fakes import ToneGenerator, store_stems

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.soundtrack.mix_plan import MixPlan, place_stems
from foley_core.soundtrack.stems import plan_stems
from foley_core.storage.store import Storage
from foley_core.styles.direct import MusicBed
from foley_core.types import F32, Blocks

SAMPLES = 2 * 48_000
CUES = (
    Cue("action", "footstep_walk", "wood", 1000, 5800),
    Cue("action", "door_slam", "wood", 60_000, 90_000),
    Cue("ambience", "wind", None, 0, SAMPLES),
)


def mixed(store: Storage) -> MixPlan:
    """The plan of the mix, whose stems lie in a store then."""
    generator, sheet = ToneGenerator(), CueSheet(SAMPLES, ()).with_cues(CUES)
    stems = plan_stems(sheet, np.zeros(50, np.uint8), 1, generator)
    store_stems(store, stems, generator)
    return MixPlan(sheet, place_stems(stems, generator), MusicBed("calm", 80.0, 5, -14.0))


def whole(blocks: Blocks) -> F32:
    """A stream as one array `(2, N)`."""
    return np.concatenate(list(blocks()), axis=1)
