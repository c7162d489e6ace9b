"""Public checkpoints as a job knows them before anything is loaded: names, and what they vary by.

Imports no torch, so that a driver, and a worker that finds its work done, need not load any of it.
"""

from dataclasses import dataclass
from functools import cached_property

from foley_core.models.hunyuan.licence import TRAINING_MARK, require_acceptance
from foley_core.models.hunyuan.published import Fingerprints, ModelName, Published
from foley_core.types import Quality
from foley_core.vision.anonymise import anonymised_mark

PUBLIC_GENERATOR_VERSION = 1
ENCODER_VERSION = 1


@dataclass(frozen=True)
class PublicModel:
    """A model in its place, known by the fingerprints of its files."""

    place: str
    model: ModelName
    fingerprints: Fingerprints

    @cached_property
    def published(self) -> Published:
        """Its files."""
        return Published(self.place, self.model)

    def label(self, beds: str) -> str:
        """What a track says of what made it, its licence's mark included; `beds` made the beds."""
        return f"{self.model} {self.fingerprints.sound[:16]}, beds by {beds}; {TRAINING_MARK}"

    def identity(self, quality: Quality, device: str) -> str:
        """Name, version, weights, quality and precision: all that shapes the sound of a clip."""
        precision = "bf16" if device.startswith("cuda") else "fp32"
        name = f"{self.model}-{PUBLIC_GENERATOR_VERSION}-{self.fingerprints.sound[:16]}"
        return f"{name}-{quality}-{precision}"

    def encoder(self, anonymises: bool) -> str:
        """Version and weights of what looks, and whether it sees blurred faces."""
        eyes = self.fingerprints.eyes
        return f"hunyuan-eyes/{ENCODER_VERSION}/{eyes}{anonymised_mark(anonymises)}"


def find_model(model: ModelName, place: str, accepted: str | None) -> PublicModel:
    """Look for the files of a model, once, where a job begins; local ones are read whole.

    Args:
        place: a folder, `s3://…` or `hf://owner/name`.
        accepted: name of the licence that the operator accepts.

    Raises:
        CheckpointError: the licence is not accepted, or a file is missing.
        StorageError: the place cannot be read.
    """
    require_acceptance(model, accepted)
    return PublicModel(place, model, Published(place, model).fingerprints())
