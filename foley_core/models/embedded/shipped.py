"""The weights that ship with the package: their names by tier, and where they are.

Imports no torch, so that a driver can name and count weights that only its workers load.
"""

from importlib.resources import files
from pathlib import Path

from foley_core.errors import CheckpointError
from foley_core.types import Tier

GENERATOR_NAMES: dict[Tier, str] = {"full": "embedded", "light": "embedded-light"}
"""What a stem's name, a track and a metadata row call the generator of a tier."""
GENERATOR_FILES: dict[Tier, str] = {
    "full": "generator.safetensors",
    "light": "generator-light.safetensors",
}
PERCEPTION_FILE = "perception.safetensors"


def shipped_folder() -> Path:
    """The folder of the package's weights, each with its record (`.toml`) beside it."""
    return Path(str(files("foley_core.models.embedded"))) / "weights"


def is_shipped(tier: Tier) -> bool:
    """Whether this package has weights for the generator of a tier."""
    return (shipped_folder() / GENERATOR_FILES[tier]).is_file()


def generator_weights(tier: Tier) -> Path:
    """The package's weights of the generator of a tier.

    Raises:
        CheckpointError: this package has none.
    """
    if not is_shipped(tier):
        raise CheckpointError(
            f"this package has no weights for tier '{tier}' ({GENERATOR_FILES[tier]} is missing in "
            f"{shipped_folder()}); train them with 'foley train', or use another tier"
        )
    return shipped_folder() / GENERATOR_FILES[tier]
