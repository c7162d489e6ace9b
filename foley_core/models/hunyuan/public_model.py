"""Public checkpoints as a job knows them before anything is loaded: their names and versions.

Imports no torch, so a driver, or a worker whose work is already stored, does not load any of it.
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
    """A model in a place, known by the fingerprints of its files."""

    place: str
    model: ModelName
    fingerprints: Fingerprints

    @cached_property
    def published(self) -> Published:
        """The files of the model."""
        return Published(self.place, self.model)

    def label(self, beds: str) -> str:
        """Return what a track says about its makers, with the mark of the licence.

        Args:
            beds: label of the model that made the ambience beds.
        """
        return f"{self.model} {self.fingerprints.sound[:16]}, beds by {beds}; {TRAINING_MARK}"

    def identity(self, quality: Quality, device: str) -> str:
        """Return name, version, weights, quality and precision: all that shapes a clip's sound."""
        precision = "bf16" if device.startswith("cuda") else "fp32"
        name = f"{self.model}-{PUBLIC_GENERATOR_VERSION}-{self.fingerprints.sound[:16]}"
        return f"{name}-{quality}-{precision}"

    def encoder(self, anonymises: bool) -> str:
        """Return version and weights of the visual encoders, with a mark for blurred pictures."""
        eyes = self.fingerprints.eyes
        return f"hunyuan-eyes/{ENCODER_VERSION}/{eyes}{anonymised_mark(anonymises)}"


def find_model(model: ModelName, place: str, accepted: str | None) -> PublicModel:
    """Look for the files of a model. Local files are read whole: do it once, where a job begins.

    Args:
        place: a folder, `s3://…` or `hf://owner/name`.
        accepted: name of the licence that the operator accepts.

    Raises:
        CheckpointError: the licence is not accepted, or a file is missing.
        StorageError: the place cannot be read.
    """
    require_acceptance(model, accepted)
    return PublicModel(place, model, Published(place, model).fingerprints())
