"""The form of a `pack.toml`, schema version 1: every key, its range and its meaning.

Names of classes and materials are checked against the taxonomy as the file is read, so that a typo
is reported with its place and the nearest valid name. No key is without effect, but `prompt`, which
is for generators that are conditioned on text. Names of compositions are checked once the fallbacks
are known, since a pack may use theirs.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from foley_core.cues.sheet import STYLE_NAMES, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.messages import unknown
from foley_core.music.composition import Composition, Section, Voice
from foley_core.music.moods import TEMPO_RANGE_BPM, Mood
from foley_core.types import TimeOfDay

PACK_SCHEMA_VERSION = 1
INDOORS = ("room", "office", "train", "workshop")
SCENE_GROUPS = ("indoors", "outdoors")
"""Names for all scenes within walls, and for all others."""
THE_SCENE = "scene"
"""What a layer calls the bed of the scene itself, whatever it is."""


def scene_group(scene: str) -> str:
    """The group that an ambience class belongs to."""
    return "indoors" if scene in INDOORS else "outdoors"


def _class_name(name: str) -> str:
    if name not in taxonomy().all_classes:
        raise ValueError(unknown("sound class", name, taxonomy().all_classes))
    return name


def _ambience_name(name: str) -> str:
    known = tuple(one.name for one in taxonomy().of_kind("ambience"))
    if name not in known:
        raise ValueError(unknown("ambience class", name, known))
    return name


def _bed_name(name: str) -> str:
    return name if name == THE_SCENE else _ambience_name(name)


def _scene_name(name: str) -> str:
    known = (*(one.name for one in taxonomy().of_kind("ambience")), *SCENE_GROUPS)
    if name not in known:
        raise ValueError(unknown("ambience class", name, known))
    return name


def _class_or_group(name: str) -> str:
    known = (*taxonomy().all_classes, *taxonomy().all_groups)
    if name not in known:
        raise ValueError(unknown("sound class or group", name, known))
    return name


def _material_name(name: str) -> str:
    if name not in taxonomy().materials:
        raise ValueError(unknown("material", name, taxonomy().materials))
    return name


ClassName = Annotated[str, AfterValidator(_class_name)]
BedName = Annotated[str, AfterValidator(_bed_name)]
SceneName = Annotated[str, AfterValidator(_scene_name)]
ClassOrGroup = Annotated[str, AfterValidator(_class_or_group)]
MaterialName = Annotated[str, AfterValidator(_material_name)]
PackName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
PackOrClass = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Latent = Annotated[float, Field(ge=-1.0, le=1.0)]
LevelDb = Annotated[float, Field(ge=-40.0, le=12.0)]


class Latents(Section):
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


class Layer(Section):
    """One bed of a scene's ambience: performed under a class, or a composition.

    `level_db` is relative to the class's own level; `density` is how busy it is. `times` are those
    of day at which it is there; without any, at all.
    """

    sound_class: BedName | None = None
    composition: PackName | None = None
    level_db: LevelDb = 0.0
    density: float = Field(default=1.0, gt=0.0, le=1.0)
    times: tuple[TimeOfDay, ...] = ()
    style: Latents = Latents()

    @model_validator(mode="after")
    def _one_sound(self) -> "Layer":
        if (self.sound_class is None) is (self.composition is None):
            raise ValueError("a layer has a sound_class or a composition")
        return self


class Motif(Section):
    """A small sound that now and then happens in some scenes, or answers an action that is seen.

    `per_minute` is the mean rate; `after` names actions or groups of them that it follows instead,
    by `delay_s`. `duration_s` is how long one lasts, which matters to sustained classes and to
    compositions that go on, and bounds the others.

    Of a composed class a motif names the `composition`, or only the `sound_class`: then the pack's
    substitutions say which composition that is ("which siren").
    """

    name: PackName
    sound_class: ClassName | None = None
    composition: PackName | None = None
    material: MaterialName | None = None
    scenes: tuple[SceneName, ...] = Field(min_length=1)
    times: tuple[TimeOfDay, ...] = ()
    per_minute: float | None = Field(default=None, gt=0.0, le=60.0)
    after: tuple[ClassOrGroup, ...] = ()
    delay_s: float = Field(default=0.3, ge=0.0, le=30.0)
    level_db: LevelDb = -12.0
    intensity: float = Field(default=0.5, gt=0.0, le=1.0)
    duration_s: float = Field(default=1.0, ge=0.1, le=30.0)
    style: Latents = Latents()

    @model_validator(mode="after")
    def _one_sound_and_trigger(self) -> "Motif":
        if (self.sound_class is None) is (self.composition is None):
            raise ValueError("a motif has a sound_class or a composition")
        if (self.per_minute is None) is not bool(self.after):
            raise ValueError("a motif comes per_minute, or after some actions")
        return self


class Prompt(Section):
    """Text for generators that are conditioned on it; guidance 1 leaves the text unheard."""

    text: str = Field(default="", max_length=1000)
    avoid: str = Field(default="", max_length=1000)
    guidance: float = Field(default=4.5, ge=1.0, le=20.0)


class MixSection(Section):
    """Loudness of the finished track, and how far the pack's beds and motifs are raised."""

    loudness_lufs: float = Field(default=-23.0, ge=-40.0, le=-9.0)
    true_peak_dbtp: float = Field(default=-1.0, ge=-20.0, le=-0.1)
    ambience_db: LevelDb = 0.0


class Music(Section):
    """The music bed, where a job asks for music."""

    mood: Mood = "calm"
    tempo_bpm: float = Field(default=84.0, ge=TEMPO_RANGE_BPM[0], le=TEMPO_RANGE_BPM[1])
    level_db: LevelDb = -14.0


Layers = Annotated[tuple[Layer, ...], Field(max_length=8)]


class PackFile(Section):
    """One `pack.toml` as it is written, without what its fallback adds."""

    schema_version: Literal[1]
    name: PackName
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    regions: tuple[RegionCode, ...] = ()
    fallback: PackName | None = None
    licence: str = Field(min_length=1, max_length=100)
    ambience: dict[SceneName, Layers] = Field(default={})
    substitutions: dict[ClassName, PackOrClass] = Field(default={})
    styles: dict[ClassOrGroup, Latents] = Field(default={})
    motifs: tuple[Motif, ...] | None = Field(default=None, max_length=64)
    compositions: dict[PackName, Composition] = Field(default={}, max_length=64)
    prompt: Prompt | None = None
    mix: MixSection | None = None
    music: Music | None = None

    @field_validator("substitutions")
    @classmethod
    def _same_kinds(cls, pairs: dict[str, str]) -> dict[str, str]:
        """Of the classes that are seen; those of composed classes name compositions."""
        classes = taxonomy().classes
        for old, new in pairs.items():
            if old not in classes:
                continue
            if new not in classes:
                raise ValueError(unknown("sound class", new, classes))
            if classes[old].kind != classes[new].kind:
                raise ValueError(f"'{old}' is {classes[old].kind}, '{new}' {classes[new].kind}")
        return pairs


_PARTS = (PackFile, Layer, Motif, Latents, Prompt, MixSection, Music, Composition, Voice)
KNOWN_KEYS = tuple(dict.fromkeys(key for part in _PARTS for key in part.model_fields))
