"""Which weights a job runs with, known without loading them."""

from importlib.resources import files
from pathlib import Path

from foley_core.ids import digest, sha256_of_file


def model_sha256() -> str:
    """Digest of the weights of the embedded model."""
    folder = Path(str(files("foley_core.models.embedded"))) / "weights"
    return digest(
        {path.name: sha256_of_file(path) for path in sorted(folder.glob("*.safetensors"))}
    )


def model_label(model: str, sha256: str) -> str:
    """What a track says of the model that made it."""
    return f"{model} {sha256[:16]}"
