"""The request for one composed sound, and its content address. Data only.

A style pack holds the notes of its sounds (`composition`); a `ComposedSpec` asks for one of them at
a length and a style; `composition_synthesis` makes the waveform. They are separate files so that
code which only plans sounds need not import the signal processing.
"""

from dataclasses import dataclass
from typing import cast

from foley_core.cues.sheet import Style
from foley_core.ids import digest
from foley_core.music.composition import Composition
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Json

VERSION = 1
"""Version of the synthesis. Raise it when the synthesis changes: then all composed stems get new
keys and are made again."""
LONGEST_SAMPLES = 20 * SAMPLE_RATE
"""Most samples of one request; the planner covers longer cues with several."""


@dataclass(frozen=True, slots=True)
class ComposedSpec:
    """One composition to be rendered.

    Attributes:
        composition: the notes, from a style pack.
        samples: length, at 48 kHz.
        density: factor on the rate of patterns that come by chance, 0..1; 1 is as written.
        style: latents that colour the sound.
        seed: seed of everything that chance decides.
    """

    composition: Composition
    samples: int
    density: float
    style: Style
    seed: int

    @property
    def channels(self) -> int:
        """The number of channels: composed sounds are stereo."""
        return 2

    def key(self, generator: str) -> str:
        """Return the content address of the sound, a sha256 in hex.

        Args:
            generator: identity of the job's generator; ignored, since no network is involved.
        """
        # Without chance every seed gives the same sound: seed 0 stands for all of them, so that one
        # stem serves a whole catalogue.
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
    """Return the latents in the order that the content address has always had."""
    return style.brightness, style.hardness, style.wetness, style.size
