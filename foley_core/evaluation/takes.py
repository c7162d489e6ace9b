"""How an evaluation asks for sounds, whatever performs them.

Generators lie above the models that they perform with, so an evaluation is given a function.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from foley_core.cues.sheet import Style
from foley_core.types import F32


@dataclass(frozen=True, slots=True)
class TakeSpec:
    """One take: the longest that the class allows.

    Attributes:
        sound_class, material, intensity, style, seed: as of a cue.
        activity: motion energy 0..255 at 25 per second, empty where motion shapes nothing.
        channels: 1, or 2 for a bed.
    """

    sound_class: str
    material: str | None
    intensity: float
    style: Style
    activity: tuple[int, ...]
    seed: int
    channels: int = 1


Perform = Callable[[Sequence[TakeSpec]], list[F32]]
"""Waveforms `(C, N)` at 48 kHz, one for each; equal asking, equal samples, in any batch."""
