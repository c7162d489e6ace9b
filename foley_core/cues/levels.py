"""Levels that are known before anything is generated: from class, intensity and gain of a cue.

Generators bring every sound to a level that follows from its intensity alone, so a plan can set one
sound against another without hearing either. Levels are those of loud moments: K-weighted, over
100 ms, decibels to full scale.
"""

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy

FULL_INTENSITY_DB = -22.0
"""Level of a generated sound of intensity 1."""
INTENSITY_RANGE_DB = 24.0
"""Decibels between the levels of intensity 1 and of intensity 0."""
COMPOSED_DB = -34.0
"""Level of every composition: that of a generated bed of intensity 0.5."""

# What lasts is as loud as its motion is strong, which no sheet says: this share of its intensity is
# usual.
_MOVED_SHARE = 0.8


def expected_level_db(cue: Cue) -> float:
    """Return the level of a cue in the mix, without what people add to it; not of music."""
    written = cue.composition is not None
    known = taxonomy().sound_class(cue.sound_class, composed=written)
    gain_db = known.level_db + cue.gain_db - cue.filter_db
    if written:
        return COMPOSED_DB + gain_db
    share = _MOVED_SHARE if known.kind == "sustained" else 1.0
    return FULL_INTENSITY_DB - INTENSITY_RANGE_DB * (1.0 - share * cue.intensity) + gain_db
