"""What a generator is: it performs cues. Nothing else of a generator is known to the rest.

A `Performance` holds all that shapes the sound of one cue, and nothing that does not: no gain, no
place in the track, no name of a video. Its digest, with the generator's identity, names its stem.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from foley_core.cues.sheet import Style
from foley_core.ids import digest
from foley_core.types import F32, Json


@dataclass(frozen=True, slots=True)
class Performance:
    """One sound to be generated.

    Attributes:
        sound_class: a name of the taxonomy.
        material: a material of the taxonomy, or None.
        samples: length of the answer, samples at 48 kHz.
        intensity: 0..1.
        style: style latents.
        activity: motion energy over the sound at 25 per second, 0..255, first step at its start;
            empty where motion does not shape the sound (short actions, ambience).
        channels: 1 for actions, 2 for ambience beds (decorrelated).
        seed: of the noise; same performance, same samples, bit for bit.
    """

    sound_class: str
    material: str | None
    samples: int
    intensity: float
    style: Style
    activity: tuple[int, ...]
    channels: int
    seed: int

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its `identity`) makes of this."""
        return digest({"generator": generator, "performance": cast(Json, asdict(self))})


class Generator(Protocol):
    """Performs cues. Implementations: `embedded` here, others later."""

    @property
    def identity(self) -> str:
        """Name, version, weights sha256 and quality: all of the generator that shapes sound."""
        ...

    def longest_samples(self, sound_class: str) -> int:
        """The longest `Performance.samples` it performs in one piece for a class."""
        ...

    def perform(self, performances: Sequence[Performance]) -> list[F32]:
        """One waveform `(C, N)` at 48 kHz in [-1, 1] for each performance, in order.

        An action starts at sample 0 with its attack; a performance's samples do not depend on
        what else is in the batch.

        Raises:
            GenerationError: the audio is not finite, or silent.
        """
        ...
