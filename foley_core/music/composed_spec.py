"""Sounds that are composed rather than generated: what is asked for, and its content address.

What has no chance in it sounds the same under every seed, and so is one stem for a whole catalogue.
Rendered by `composition_synthesis`; whoever plans such sounds need not import what renders them.
"""

from dataclasses import dataclass
from typing import cast

from foley_core.cues.sheet import Style
from foley_core.ids import digest
from foley_core.music.composition import Composition
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Json

VERSION = 1
LONGEST_SAMPLES = 20 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class ComposedSpec:
    """One composition to be rendered: `samples` of it, as busy as `density` (0..1) says."""

    composition: Composition
    samples: int
    density: float
    style: Style
    seed: int

    @property
    def channels(self) -> int:
        """Always stereo."""
        return 2

    def key(self, generator: str) -> str:
        """Content address; the generator has no part in it."""
        return digest(
            {
                "composed": VERSION,
                "composition": self.composition.model_dump(mode="json"),
                "samples": self.samples,
                "density": self.density,
                "style": cast(Json, [*_latents(self.style)]),
                "seed": self.seed if self.composition.varies else 0,
            }
        )


def _latents(style: Style) -> tuple[float, float, float, float]:
    return style.brightness, style.hardness, style.wetness, style.size
