"""Facts about where a generated sound comes from: what made it, for whom, out of what."""

from dataclasses import asdict, dataclass
from typing import Literal

from foley_core import __version__

SourceType = Literal[
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"
]
"""IPTC's digital source types that occur here: made by a trained model; that together with what was
recorded; made by rules, such as composed music."""

SOURCE_TYPES_URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a sound, in the words of its metadata row.

    Attributes:
        model, model_sha256: generator, and the digest of all its weights.
        licence: of the weights, where an operator had to accept one; it forbids training on the
            sound.
        request: digest of all that was asked for.
    """

    region: str = ""
    model: str = ""
    model_sha256: str = ""
    licence: str | None = None
    request: str = ""

    def facts(self, audio_sha256: str) -> dict[str, str | None]:
        """Return all facts by name, with the digest of the sound they are about."""
        return {**asdict(self), "audio_sha256": audio_sha256, "program": f"foley {__version__}"}


def source_type_uri(source_type: SourceType) -> str:
    """Return the address by which IPTC's list names a source type."""
    return f"{SOURCE_TYPES_URI}{source_type}"
