"""Public checkpoints as a job knows them before anything is loaded: their names and versions.

Imports no torch, so a driver, or a worker whose work is already stored, does not load any of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from foley_core.models.hunyuan.kernels import Kernels
from foley_core.models.hunyuan.licence import TRAINING_MARK, require_acceptance
from foley_core.models.hunyuan.published import Fingerprints, ModelName, Published
from foley_core.models.sight.anonymise import anonymised_mark
from foley_core.types import Quality, Shortcut

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

    def identity(
        self,
        quality: Quality,
        device: str,
        kernels: Kernels,
        alone: bool = False,
        shortcuts: Collection[Shortcut] = (),
    ) -> str:
        """Return all that shapes a clip's sound: name, version, weights, quality and kernels.

        Args:
            kernels: those of the device.
            alone: clips are generated one by one; on CUDA other kernels then make other bits.
            shortcuts: of a draft.
        """
        precision = f"bf16{'-alone' * alone}" if device.startswith("cuda") else "fp32"
        name = f"{self.model}-{PUBLIC_GENERATOR_VERSION}-{self.fingerprints.sound[:16]}"
        taken = "".join(f"-{shortcut}" for shortcut in sorted(set(shortcuts)))
        return f"{name}-{quality}{taken}-{precision}-{kernels.name}"

    def encoder(self, anonymises: bool, device: str) -> str:
        """Return version, weights and precision of the visual encoders, and a mark for blurring.

        On CUDA products of matrices round to TF32 and the synchronisation encoder is in half
        precision; features of a CPU have another name.
        """
        eyes = self.fingerprints.eyes
        precision = "/tf32" if device.startswith("cuda") else ""
        return f"hunyuan-eyes/{ENCODER_VERSION}/{eyes}{precision}{anonymised_mark(anonymises)}"


def find_model(model: ModelName, place: str, accepted: str | None) -> PublicModel:
    """Look for the files of a model. Local files are read whole the first time.

    Args:
        place: a folder, `s3://…` or `hf://owner/name`.
        accepted: name of the licence that the operator accepts.

    Raises:
        CheckpointError: the licence is not accepted, or a file is missing.
        StorageError: the place cannot be read.
    """
    require_acceptance(model, accepted)
    return PublicModel(place, model, Published(place, model).fingerprints())
