"""The package's models, loaded when they are first needed.

A run for another region often finds every feature, and sometimes every stem, in the store. Its
workers then need the names of the models and nothing else, and importing torch is what would take
them longest.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.shipped import (
    ACTION_SAMPLES,
    PERCEPTION_FILE,
    TILE_SAMPLES,
    generator_identity,
    generator_weights,
    perception_identity,
    recorded_sha256,
    shipped_folder,
)
from foley_core.models.protocol import SoundSpec
from foley_core.types import F32, Quality, Tier

if TYPE_CHECKING:
    from foley_core.media.decode import StepPicture
    from foley_core.models.embedded.cue_generator import EmbeddedGenerator
    from foley_core.models.embedded.features import ClipFeatures
    from foley_core.models.embedded.perception import Perception


class DeferredGenerator:
    """`EmbeddedGenerator` with the package's weights; they are loaded by the first performance."""

    def __init__(self, device: str, quality: Quality, tier: Tier) -> None:
        """Look up the weights.

        Raises:
            CheckpointError: there are none, or no record of them.
        """
        self._device, self._quality, self._tier = device, quality, tier
        sha256 = recorded_sha256(generator_weights(tier))
        self.identity = generator_identity(tier, quality, sha256)
        self._loading = Lock()

    @cached_property
    def _loaded(self) -> "EmbeddedGenerator":
        from foley_core.models.embedded.cue_generator import EmbeddedGenerator

        return EmbeddedGenerator(device=self._device, quality=self._quality, tier=self._tier)

    def load(self) -> "EmbeddedGenerator":
        """The generator, loaded if it is not yet; may be called from another thread, ahead of need.

        Raises:
            CheckpointError: the weights are damaged.
        """
        with self._loading:
            return self._loaded

    def longest_samples(self, sound_class: str) -> int:
        """As `EmbeddedGenerator.longest_samples`."""
        kind = taxonomy().sound_class(sound_class).kind
        return ACTION_SAMPLES if kind == "action" else TILE_SAMPLES

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """As `EmbeddedGenerator.generate`; CheckpointError too, where the weights are damaged."""
        return self.load().generate(specs)


class DeferredPerception:
    """`Perception` with the package's weights; they are loaded by the first picture or sheet."""

    def __init__(self, anonymises: bool = False) -> None:
        sha256 = recorded_sha256(shipped_folder() / PERCEPTION_FILE)
        self.anonymises = anonymises
        self.identity = perception_identity(sha256, anonymises)

    @cached_property
    def _loaded(self) -> "Perception":
        from foley_core.models.embedded.perception import Perception

        return Perception(anonymises=self.anonymises)

    def encode(
        self, pictures: "Iterable[StepPicture]", first_step: int, last_step: int
    ) -> "ClipFeatures":
        """As `Perception.encode`."""
        return self._loaded.encode(pictures, first_step, last_step)

    def detect(self, clips: "Sequence[ClipFeatures]", samples: int) -> CueSheet:
        """As `Perception.detect`."""
        return self._loaded.detect(clips, samples)
