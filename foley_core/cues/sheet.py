"""The cue sheet: what must sound, when, and how loud.

Perception writes it, people and style packs edit it, and sound is generated from it. Times are
samples at 48 kHz, counted from the first shown picture. They are integers, so that equal sheets are
equal byte for byte, and their digest can name what is made from them. Seconds appear only where
people read.
"""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

from foley_core.ids import canonical_json, digest
from foley_core.parsing import parsed_json
from foley_core.timebase import SAMPLE_RATE, samples_to_seconds
from foley_core.types import Json

CueKind = Literal["action", "ambience", "music", "motif"]

STYLE_NAMES = ("brightness", "hardness", "wetness", "size")


@dataclass(frozen=True, slots=True)
class Style:
    """Style latents: four sliders that colour a sound, each -1..+1; 0 leaves the class as it is.

    Attributes:
        brightness: dull to bright.
        hardness: soft to hard attacks.
        wetness: dry to long and reverberant.
        size: small to large.
    """

    brightness: float = 0.0
    hardness: float = 0.0
    wetness: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that shall sound.

    Attributes:
        kind: action, ambience, music or motif.
        sound_class: a class of the taxonomy, or `music`.
        material: a material of the taxonomy; None for ambience, music and composed classes.
        onset: first sample.
        offset: sample after the last.
        intensity: 0..1, rounded to 1/1000 so that it survives JSON. For a composition: how busy it
            is.
        gain_db: gain in the mix; it never shapes the generated sound.
        confidence: how sure perception is, 0..1, rounded likewise.
        source: who wrote the cue or named it: `detected`, `pack:<name>`, `manifest` (a wish for
            this video, such as its prompt) or `person:<who>`.
        style: latents that colour the sound.
        take: number of the attempt; another take of the same cue is generated from other noise.
        filter_db: the part of `gain_db` that sound filters and corrections of people added.
        cue_id: name of a cue that was detected or that a person added, see `corrections`.
        composition: name of the composition that a style pack holds for a composed class.
        pan: where in the picture it is, -1 at the left edge to +1 at the right; 0 also where that
            is unknown.
        size: share of the picture's height that the thing fills, 0..1; None: unknown.
        spread: 0 for a point, up to 1 for what is as wide as the picture.
        path: where a lasting sound goes: samples from its onset on, and its pan then.

    Raises:
        ValueError: not 0 <= onset < offset.
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
    pan: float = 0.0
    size: float | None = None
    spread: float = 0.0
    path: tuple[tuple[int, float], ...] = ()

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
    """All cues of one video.

    Attributes:
        samples: length of the track.
        cues: ordered by onset, kind, class and material.
    """

    samples: int
    cues: tuple[Cue, ...]

    def with_cues(self, cues: "list[Cue] | tuple[Cue, ...]") -> "CueSheet":
        """Return a sheet of the same length with other cues, put in order."""
        ordered = sorted(cues, key=lambda c: (c.onset, c.kind, c.sound_class, c.material or ""))
        return replace(self, cues=tuple(ordered))

    def to_json(self) -> bytes:
        """Return the sheet as canonical JSON, schema version 1."""
        cues: list[Json] = [cast(Json, asdict(cue)) for cue in self.cues]
        return canonical_json(
            {"schema_version": 1, "sample_rate": SAMPLE_RATE, "samples": self.samples, "cues": cues}
        )

    @classmethod
    def from_json(cls, text: bytes) -> "CueSheet":
        """Read what `to_json` wrote.

        Raises:
            ValueError: the text is not a cue sheet of schema version 1.
        """
        data = parsed_json(text)
        if data.get("schema_version") != 1 or data.get("sample_rate") != SAMPLE_RATE:
            raise ValueError("not a cue sheet of schema version 1 at 48 kHz")
        cues = tuple(_cue_of(row) for row in data["cues"])
        return cls(samples=data["samples"], cues=cues)

    @property
    def sha256(self) -> str:
        """Digest that names the content of this sheet, sha256 in hex."""
        return digest(cast("dict[str, Json]", {"sheet": self.to_json().decode()}))


def _cue_of(row: dict[str, Any]) -> Cue:
    # Sheets that were stored before cues moved have no path.
    path = tuple((int(at), float(pan)) for at, pan in row.get("path", ()))
    return Cue(**{**row, "style": Style(**row["style"]), "path": path})
