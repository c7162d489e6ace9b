"""The embedded generator: every class of the taxonomy, on one processor core.

Imports no torch: a worker that finds every stem stored needs the name of the model alone.
"""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.weights_folder import EmbeddedWeights, find_weights
from foley_core.models.protocol import SoundSpec
from foley_core.types import F32, Quality, Tier

if TYPE_CHECKING:
    from foley_core.models.embedded.cue_sampler import CueSampler

ACTION_SAMPLES, TILE_SAMPLES = 61_440, 245_760
"""Samples of the longest sound in one piece: 1.28 s of an action, 5.12 s of what lasts."""


class EmbeddedGenerator:
    """A `Generator`: a small diffusion transformer, the full or the light one.

    Cheap to make and to pickle; the network is loaded when it is first needed. `identity` is name
    of the tier, version, weights and quality: all of it that shapes sound.
    """

    def __init__(
        self,
        weights: EmbeddedWeights | None = None,
        device: str = "cpu",
        quality: Quality = "standard",
        tier: Tier = "full",
    ) -> None:
        """Take the name of the weights; load nothing.

        Args:
            weights: None for those of the package.

        Raises:
            CheckpointError: there are none for the tier.
        """
        self._weights = weights or find_weights()
        self._device, self._quality, self._tier = device, quality, tier
        self.identity = self._weights.generator_identity(tier, quality)
        self._loading = Lock()

    def __reduce__(
        self,
    ) -> tuple[type["EmbeddedGenerator"], tuple[EmbeddedWeights, str, Quality, Tier]]:
        return type(self), (self._weights, self._device, self._quality, self._tier)

    @cached_property
    def _loaded(self) -> "CueSampler":
        from foley_core.models.embedded.cue_sampler import CueSampler

        return CueSampler(self._weights, self._device, self._quality, self._tier)

    def load(self) -> "CueSampler":
        """Return the network, loaded if it is not yet; any thread may call it ahead of need.

        Raises:
            CheckpointError: the weights are missing, damaged, or not those on record.
            StorageError: they cannot be fetched.
        """
        with self._loading:
            return self._loaded

    def longest_samples(self, sound_class: str) -> int:
        """Return the longest sound in one piece, samples: 1.28 s of an action, 5.12 s otherwise.

        Raises:
            ConfigError: there is no such class.
        """
        kind = taxonomy().sound_class(sound_class).kind
        return ACTION_SAMPLES if kind == "action" else TILE_SAMPLES

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Return one waveform `(C, N)` for each sound; see `Generator`.

        Raises:
            CheckpointError, StorageError: as `load`.
            GenerationError: the audio is not finite or silent.
            ConfigError: there is no such class.
            ValueError: a sound is longer than `longest_samples`.
        """
        return self.load().generate(specs)
