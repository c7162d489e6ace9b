"""Which weights a job runs with, known without loading them."""

from foley_core.ids import digest, sha256_of_file
from foley_core.models.embedded.shipped import (
    GENERATOR_FILES,
    GENERATOR_NAMES,
    PERCEPTION_FILE,
    generator_weights,
    is_shipped,
    shipped_folder,
)
from foley_core.types import Tier


def model_sha256(tier: Tier) -> str:
    """Digest of the weights that make a track of a tier: what sees, and what performs.

    Raises:
        CheckpointError: this package has no weights for the tier.
    """
    used = (generator_weights(tier), shipped_folder() / PERCEPTION_FILE)
    return digest({path.name: sha256_of_file(path) for path in used})


def shipped_models() -> dict[Tier, str]:
    """`model_sha256` of every tier that this package has weights for."""
    return {tier: model_sha256(tier) for tier in GENERATOR_FILES if is_shipped(tier)}


def model_label(tier: Tier, sha256: str) -> str:
    """What a track says of the model that made it."""
    return f"{GENERATOR_NAMES[tier]} {sha256[:16]}"
