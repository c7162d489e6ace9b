"""The weights that ship with the package: their names by tier, where they are, and what names
what is made with them.

Imports no torch, so that a driver can name and count weights that only its workers load, and a
worker that finds all its work done need not load them.
"""

import tomllib
from importlib.resources import files
from pathlib import Path

from foley_core.errors import CheckpointError
from foley_core.types import Quality, Tier
from foley_core.vision.anonymise import anonymised_mark

GENERATOR_NAMES: dict[Tier, str] = {"full": "embedded", "light": "embedded-light"}
"""What a stem's name, a track and a metadata row call the generator of a tier."""
GENERATOR_FILES: dict[Tier, str] = {
    "full": "generator.safetensors",
    "light": "generator-light.safetensors",
}
GENERATOR_VERSION = "1"
PERCEPTION_VERSION = 6
ACTION_SAMPLES, TILE_SAMPLES = 61_440, 245_760
"""Longest performance in one piece: 1.28 s of an action, 5.12 s of what lasts."""
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


def generator_identity(tier: Tier, quality: Quality, sha256: str) -> str:
    """Name of the tier, version, weights and quality: all of a generator that shapes sound."""
    return f"{GENERATOR_NAMES[tier]}-{GENERATOR_VERSION}-{sha256[:16]}-{quality}"


def perception_identity(sha256: str, anonymises: bool = False) -> str:
    """Name, version and weights of perception, and whether it sees blurred faces: all that shapes
    features and sheets."""
    return f"embedded-perception/{PERCEPTION_VERSION}/{sha256}{anonymised_mark(anonymises)}"


def recorded_sha256(weights: Path) -> str:
    """The sha256 in the record beside weights of the package; checked when they are loaded.

    Raises:
        CheckpointError: there is no record that can be read.
    """
    record = weights.with_suffix(".toml")
    try:
        return str(tomllib.loads(record.read_text(encoding="utf-8"))["sha256"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise CheckpointError(f"weights record {record} cannot be read: {error}") from error
