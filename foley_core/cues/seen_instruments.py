"""Instruments on a cue sheet: the cues of what is seen to make music."""

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy

INSTRUMENTS = "instruments"
"""Group of the classes of instruments; bells are not among them."""


def is_instrument(cue: Cue) -> bool:
    """Return True for the cue of an instrument that is seen to play."""
    if cue.kind != "action" or cue.composition is not None:
        return False
    return taxonomy().sound_class(cue.sound_class).group == INSTRUMENTS
