"""China's label of generated content (GB 45438-2025): seven fields as one JSON text.

A producer fills the first four fields; who spreads the content later fills the others. Where the
text stands in a file is for `media.file_marks`.
"""

import json
from dataclasses import dataclass

from foley_core.parsing import parsed_json

IS_GENERATED = "1"
"""Value of `Label`: the content is generated; "2" means that it may be, "3" that it seems so."""

_DIGEST_MARK = "audio-sha256:"
_LONGEST = 4096
_FIELDS = (
    "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID",
    "ReservedCode2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AigcLabel:
    """A label, as its producer writes it.

    Attributes:
        producer: name or code of the provider.
        produce_id: number of the content, unique for the producer.
        audio_sha256: digest of the sound, kept in the field that is the producer's own; empty in
            labels of other programs.
        label: see `IS_GENERATED`.
    """

    producer: str
    produce_id: str
    audio_sha256: str = ""
    label: str = IS_GENERATED

    def to_text(self) -> str:
        """Return the label as it stands in a file."""
        own = f"{_DIGEST_MARK}{self.audio_sha256}" if self.audio_sha256 else ""
        values = (self.label, self.producer, self.produce_id, own, "", "", "")
        return json.dumps(dict(zip(_FIELDS, values, strict=True)), ensure_ascii=False)


def label_of_sound(producer: str, audio_sha256: str) -> AigcLabel:
    """Return the label of a sound; its number is the beginning of the sound's digest."""
    return AigcLabel(producer, audio_sha256[:32], audio_sha256)


def read_label(text: str) -> AigcLabel:
    """Return the label in a text that anybody may have written.

    Raises:
        ValueError: it is none; the message says why.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST} characters")
    found = parsed_json(text)
    if isinstance(found, dict) and isinstance(found.get("AIGC"), dict):
        found = found["AIGC"]
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")
    values = [found.get(field, "") for field in _FIELDS]
    if not all(isinstance(value, str) for value in values):
        raise ValueError("a field of it is no text")
    if not values[0] or not values[1]:
        raise ValueError("it has no Label or no ContentProducer")
    own = values[3]
    digest = own.removeprefix(_DIGEST_MARK) if own.startswith(_DIGEST_MARK) else ""
    return AigcLabel(values[1], values[2], digest, values[0])
