"""The cue sheet: what must sound, when, and how loud. Perception writes it, people and regions
edit it, the generator performs it.

Times are samples at 48 kHz from the first shown picture: integers, so that equal sheets are equal
byte for byte and can name what is made from them. Seconds appear only where people read.
"""

from dataclasses import asdict, dataclass, field, replace
from typing import Literal, cast

from foley_core.ids import canonical_json, digest
from foley_core.timebase import SAMPLE_RATE, samples_to_seconds
from foley_core.types import Json

CueKind = Literal["action", "ambience", "music", "motif"]

STYLE_NAMES = ("brightness", "hardness", "wetness", "size")


@dataclass(frozen=True, slots=True)
class Style:
    """Style latents, each from -1 to +1; 0 leaves the class as it is."""

    brightness: float = 0.0
    hardness: float = 0.0
    wetness: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that shall sound.

    `intensity` and `confidence` are 0..1 and rounded to 1/1000, so that they survive JSON.
    `gain_db` is applied in the mix and never shapes the generated sound; `filter_db` is the part of
    it that sound filters added. `source` says who wrote the cue: `detected`, `pack:<name>`,
    `manifest`, `person:<who>`. A `take` above 0 is another performance of the same cue. `cue_id`
    names a cue that was detected or that a person added, see `corrections`. `composition` names
    what the style pack has written for a composed class; its intensity is how busy it is.
    """

    kind: CueKind
    sound_class: str
    material: str | None
    onset: int
    offset: int
    intensity: float = 0.7
    gain_db: float = 0.0
    confidence: float = 1.0
    source: str = "detected"
    style: Style = field(default_factory=Style)
    take: int = 0
    filter_db: float = 0.0
    cue_id: str = ""
    composition: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.onset < self.offset:
            raise ValueError(f"a cue needs 0 <= onset < offset, got {self.onset}, {self.offset}")

    @property
    def onset_s(self) -> float:
        """Onset in seconds."""
        return samples_to_seconds(self.onset)

    @property
    def offset_s(self) -> float:
        """Offset in seconds."""
        return samples_to_seconds(self.offset)


@dataclass(frozen=True, slots=True)
class CueSheet:
    """All cues of one video, ordered by onset, class and material, over `samples` samples."""

    samples: int
    cues: tuple[Cue, ...]

    def with_cues(self, cues: "list[Cue] | tuple[Cue, ...]") -> "CueSheet":
        """The same picture with other cues, put in order."""
        ordered = sorted(cues, key=lambda c: (c.onset, c.kind, c.sound_class, c.material or ""))
        return replace(self, cues=tuple(ordered))

    def to_json(self) -> bytes:
        """Canonical JSON, schema version 1."""
        cues: list[Json] = [cast(Json, asdict(cue)) for cue in self.cues]
        return canonical_json(
            {"schema_version": 1, "sample_rate": SAMPLE_RATE, "samples": self.samples, "cues": cues}
        )

    @classmethod
    def from_json(cls, text: bytes) -> "CueSheet":
        """Inverse of `to_json`.

        Raises:
            ValueError: the text is not a cue sheet of schema version 1.
        """
        import json

        data = json.loads(text)
        if data.get("schema_version") != 1 or data.get("sample_rate") != SAMPLE_RATE:
            raise ValueError("not a cue sheet of schema version 1 at 48 kHz")
        cues = tuple(Cue(**{**row, "style": Style(**row["style"])}) for row in data["cues"])
        return cls(samples=data["samples"], cues=cues)

    @property
    def sha256(self) -> str:
        """Name of this sheet's content."""
        return digest(cast("dict[str, Json]", {"sheet": self.to_json().decode()}))
