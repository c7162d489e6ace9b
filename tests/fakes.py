"""A generator of twenty lines: a tone for each class, at once, without weights."""

from collections.abc import Sequence

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.generators.protocol import Performance
from foley_core.types import F32


class ToneGenerator:
    """Performs every cue as a constant whose value comes from its seed; counts what it performs."""

    identity = "tone/1"

    def __init__(self) -> None:
        self.performed: list[Performance] = []

    def longest_samples(self, sound_class: str) -> int:
        """1.28 s for actions, 5.12 s for the rest."""
        return 61_440 if taxonomy().sound_class(sound_class).kind == "action" else 245_760

    def perform(self, performances: Sequence[Performance]) -> list[F32]:
        """A constant between 0.1 and 0.5 for each."""
        self.performed.extend(performances)
        return [
            np.full((p.channels, p.samples), 0.1 + 0.4 * (p.seed % 997) / 997, dtype=np.float32)
            for p in performances
        ]
