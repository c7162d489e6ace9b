"""The form of a `pack.toml`, schema version 1: every key, its range and its meaning.

Names of classes and materials are checked against the taxonomy as the file is read, so that a typo
is reported with its place and the nearest valid name. No key is without effect, but `prompt`, which
is for generators that are conditioned on text.
"""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from foley_core.cues.sheet import STYLE_NAMES, Style
from foley_core.cues.taxonomy import taxonomy, unknown
from foley_core.styles.moods import TEMPO_RANGE_BPM, Mood

SCHEMA_VERSION = 1


def _class_name(name: str) -> str:
    if name not in taxonomy().classes:
        raise ValueError(unknown("sound class", name, taxonomy().classes))
    return name


def _ambience_name(name: str) -> str:
    known = tuple(one.name for one in taxonomy().of_kind("ambience"))
    if name not in known:
        raise ValueError(unknown("ambience class", name, known))
    return name


def _class_or_group(name: str) -> str:
    known = (*taxonomy().classes, *taxonomy().groups)
    if name not in known:
        raise ValueError(unknown("sound class or group", name, known))
    return name


def _material_name(name: str) -> str:
    if name not in taxonomy().materials:
        raise ValueError(unknown("material", name, taxonomy().materials))
    return name


ClassName = Annotated[str, AfterValidator(_class_name)]
AmbienceName = Annotated[str, AfterValidator(_ambience_name)]
ClassOrGroup = Annotated[str, AfterValidator(_class_or_group)]
MaterialName = Annotated[str, AfterValidator(_material_name)]
PackName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Latent = Annotated[float, Field(ge=-1.0, le=1.0)]
LevelDb = Annotated[float, Field(ge=-40.0, le=12.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Latents(_Part):
    """Style latents to be added to a cue's own."""

    brightness: Latent = 0.0
    hardness: Latent = 0.0
    wetness: Latent = 0.0
    size: Latent = 0.0

    @property
    def amounts(self) -> dict[str, float]:
        """The latents that are not 0, by name."""
        return {name: amount for name in STYLE_NAMES if (amount := getattr(self, name))}

    @property
    def style(self) -> Style:
        """The latents as a cue holds them."""
        return Style(**self.amounts)


class Layer(_Part):
    """One bed of a scene's ambience; `level_db` is relative to the class's own level."""

    sound_class: AmbienceName
    level_db: LevelDb = 0.0
    style: Latents = Latents()


class Motif(_Part):
    """A small sound that now and then happens in some scenes.

    `per_minute` is the mean rate; `duration_s` is how long one lasts, which matters to sustained
    classes and bounds the others.
    """

    name: PackName
    sound_class: ClassName
    material: MaterialName | None = None
    scenes: tuple[AmbienceName, ...] = Field(min_length=1)
    per_minute: float = Field(gt=0.0, le=60.0)
    level_db: LevelDb = -12.0
    intensity: float = Field(default=0.5, gt=0.0, le=1.0)
    duration_s: float = Field(default=1.0, ge=0.1, le=30.0)
    style: Latents = Latents()


class Prompt(_Part):
    """Text for generators that are conditioned on it; guidance 1 leaves the text unheard."""

    text: str = Field(default="", max_length=1000)
    avoid: str = Field(default="", max_length=1000)
    guidance: float = Field(default=4.5, ge=1.0, le=20.0)


class Mix(_Part):
    """Loudness of the finished track, and how far the pack's beds and motifs are raised."""

    loudness_lufs: float = Field(default=-23.0, ge=-40.0, le=-9.0)
    true_peak_dbtp: float = Field(default=-1.0, ge=-20.0, le=-0.1)
    ambience_db: LevelDb = 0.0


class Music(_Part):
    """The music bed, where a job asks for music."""

    mood: Mood = "calm"
    tempo_bpm: float = Field(default=84.0, ge=TEMPO_RANGE_BPM[0], le=TEMPO_RANGE_BPM[1])
    level_db: LevelDb = -14.0


class PackFile(_Part):
    """One `pack.toml` as it is written, without what its fallback adds."""

    schema_version: Literal[1]
    name: PackName
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    regions: tuple[RegionCode, ...] = ()
    fallback: PackName | None = None
    licence: str = Field(min_length=1, max_length=100)
    ambience: dict[AmbienceName, Annotated[tuple[Layer, ...], Field(max_length=8)]] = {}
    substitutions: dict[ClassName, ClassName] = {}
    styles: dict[ClassOrGroup, Latents] = {}
    motifs: tuple[Motif, ...] | None = Field(default=None, max_length=64)
    prompt: Prompt | None = None
    mix: Mix | None = None
    music: Music | None = None

    @field_validator("substitutions")
    @classmethod
    def _same_kinds(cls, pairs: dict[str, str]) -> dict[str, str]:
        classes = taxonomy().classes
        for old, new in pairs.items():
            if classes[old].kind != classes[new].kind:
                raise ValueError(f"'{old}' is {classes[old].kind}, '{new}' {classes[new].kind}")
        return pairs


_PARTS = (PackFile, Layer, Motif, Latents, Prompt, Mix, Music)
KNOWN_KEYS = tuple(dict.fromkeys(key for part in _PARTS for key in part.model_fields))
