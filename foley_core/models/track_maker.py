"""The models that make a track, with the names they have in files, metadata rows and requests.

Imports no torch, so that a driver need not load any of it.
"""

from dataclasses import dataclass
from pathlib import Path

from foley_core.errors import ConfigError
from foley_core.ids import digest
from foley_core.models.embedded.weights_folder import (
    GENERATOR_NAMES,
    EmbeddedWeights,
    find_weights,
)
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.models.hunyuan.public_model import PublicModel, find_model
from foley_core.models.hunyuan.published import GeneratorName, generator_named, place_missing
from foley_core.types import Tier


@dataclass(frozen=True)
class TrackMaker:
    """The weights of the embedded model, and the public checkpoints that generate the actions.

    With public checkpoints the embedded model generates ambience beds and motifs alone; without
    them it generates everything.
    """

    weights: EmbeddedWeights
    public: PublicModel | None = None

    @property
    def licence(self) -> str | None:
        """Name of the licence that the operator accepted; None for our own model."""
        return LICENCE if self.public else None

    def name(self, tier: Tier) -> str:
        """Return the model's name, as a metadata row states it."""
        return self.public.model if self.public else GENERATOR_NAMES[tier]

    def digest(self, tier: Tier) -> str:
        """Return the digest of all weights that make a track of a tier.

        Raises:
            CheckpointError: there are none for the tier.
        """
        beds = self.weights.digest(tier)
        return digest([beds, self.public.fingerprints.sound]) if self.public else beds

    def label(self, tier: Tier) -> str:
        """Return the text by which a track's file names its makers.

        Raises:
            CheckpointError: as `digest`.
        """
        beds = self.weights.label(tier)
        return self.public.label(beds) if self.public else beds


def find_maker(
    model: GeneratorName, place: str | Path | None, accepted: str | None = None
) -> TrackMaker:
    """Look up the weights of a model in a place, once, where a job begins; load nothing.

    Args:
        place: of the embedded model a folder or `s3://bucket/prefix`, None for the package's
            weights; of public checkpoints a folder, `s3://…` or `hf://owner/name`.
        accepted: name of the licence of public checkpoints that the operator accepts.

    Raises:
        CheckpointError: weights are missing or damaged, or their licence is not accepted.
        ConfigError: no such model or kind of place, or no place for public checkpoints.
        StorageError: the place cannot be read.
    """
    model = generator_named(model)
    if model == "embedded":
        return TrackMaker(find_weights(place))
    if place is None:
        raise ConfigError(place_missing(model))
    return TrackMaker(find_weights(), find_model(model, str(place), accepted))
