"""The schema of a `pack.toml`, version 1: every key, its range and its meaning.

Names of classes and materials are checked against the taxonomy as the file is read, so that a typo
is reported with its place and the nearest valid name. Names of compositions are checked in `pack`,
once the fallbacks are known, since a pack may use theirs. Every key has an effect on every model,
except `prompt`, which is for generators that are conditioned on text.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from foley_core.cues.sheet import STYLE_NAMES, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.messages import unknown
from foley_core.music.composition import LEAST, Composition, Section, Voice
from foley_core.music.moods import TEMPO_RANGE_BPM, Mood
from foley_core.types import TimeOfDay

PACK_SCHEMA_VERSION = 1
INDOORS = (
    *("room", "office", "train", "workshop"),
    *("kitchen", "hall", "stage", "sports_hall", "restaurant"),
)
"""Ambience classes inside walls; all others are outdoors, except under water."""
UNDER_WATER = "underwater"
"""Ambience class that is a group of its own: no sound of a region is heard there."""
SCENE_GROUPS = ("indoors", "outdoors")
"""Names by which a pack means all scenes inside walls, or all others."""
THE_SCENE = "scene"
"""Name by which a layer means the bed of the scene itself, whatever the scene is."""


def scene_group(scene: str) -> str:
    """Return the group of an ambience class: `indoors`, `outdoors`, or under water itself."""
    if scene == UNDER_WATER:
        return scene
    return "indoors" if scene in INDOORS else "outdoors"


def scene_names(scene: str) -> tuple[str, ...]:
    """Return the names by which a pack may mean an ambience class, the most exact first.

    They are the class, the relative that it is performed as if both are in one group, and the
    group.
    """
    relative = taxonomy().classes[scene].performed_as
    group = scene_group(scene)
    near = (relative,) if relative and scene_group(relative) == group else ()
    return (scene, *near, group)


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


# Names that are checked against the taxonomy while a file is read: a fault gets its key's place.
ClassName = Annotated[str, AfterValidator(_class_name)]
BedName = Annotated[str, AfterValidator(_bed_name)]
SceneName = Annotated[str, AfterValidator(_scene_name)]
ClassOrGroup = Annotated[str, AfterValidator(_class_or_group)]
MaterialName = Annotated[str, AfterValidator(_material_name)]
PackName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
PackOrClass = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Latent = Annotated[float, Field(ge=-1.0, le=1.0)]
Share = Annotated[float, Field(ge=LEAST, le=1.0)]
LevelDb = Annotated[float, Field(ge=-40.0, le=12.0)]


class Latents(Section):
    """Style latents that are added to those of a cue, -1..1 each."""

    brightness: Latent = 0.0
    hardness: Latent = 0.0
    wetness: Latent = 0.0
    size: Latent = 0.0

    @property
    def amounts(self) -> dict[str, float]:
        """Latents that are not 0, by name."""
        return {name: amount for name in STYLE_NAMES if (amount := getattr(self, name))}

    @property
    def style(self) -> Style:
        """Latents in the form that a cue holds."""
        return Style(**self.amounts)


class Layer(Section):
    """One bed of a scene's ambience: generated as an ambience class, or a composition.

    Attributes:
        sound_class: an ambience class, or `scene` for that of the scene itself.
        composition: name of a composition, in place of a class.
        level_db: level relative to the level of the class, against the other layers: all together
            lie as far under what happens as the scene asks for, see `bed_levels`.
        density: how busy the bed is, 0.001..1.
        times: times of day at which it is there; without any, always.
        style: style latents.
    """

    sound_class: BedName | None = None
    composition: PackName | None = None
    level_db: LevelDb = 0.0
    density: Share = 1.0
    times: tuple[TimeOfDay, ...] = ()
    style: Latents = Latents()

    @model_validator(mode="after")
    def _one_sound(self) -> "Layer":
        if (self.sound_class is None) is (self.composition is None):
            raise ValueError("a layer has a sound_class or a composition")
        return self


class Motif(Section):
    """A small sound that happens now and then in some scenes, or that follows an action.

    For a composed class a motif names the `composition`, or only the `sound_class`: then the pack's
    substitutions say which composition that is ("which siren").

    Attributes:
        name: name within the pack; it takes part in the seed.
        sound_class: the class, in place of a composition.
        composition: name of a composition, in place of a class.
        material: material of the class.
        scenes: ambience classes, or groups of them, in which it happens.
        times: times of day at which it happens; without any, always.
        per_minute: mean rate, if it happens now and then.
        after: actions, or groups of them, that it follows instead.
        delay_s: time from such an action to the motif.
        level_db: level relative to the level of the class.
        intensity: 0.001..1; for a composition, how busy it is.
        duration_s: length of sustained classes and of compositions that go on; limit of others.
        style: style latents.
    """

    name: PackName
    sound_class: ClassName | None = None
    composition: PackName | None = None
    material: MaterialName | None = None
    scenes: tuple[SceneName, ...] = Field(min_length=1)
    times: tuple[TimeOfDay, ...] = ()
    per_minute: float | None = Field(default=None, ge=LEAST, le=60.0)
    after: tuple[ClassOrGroup, ...] = ()
    delay_s: float = Field(default=0.3, ge=0.0, le=30.0)
    level_db: LevelDb = -12.0
    intensity: Share = 0.5
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
    """Words for generators that are conditioned on text.

    Attributes:
        text: what the region sounds like.
        avoid: what it does not sound like.
        guidance: scale of classifier-free guidance, 1..20; at 1 the words have no effect. The
            default is that of the public HunyuanVideo-Foley checkpoints.
    """

    text: str = Field(default="", max_length=1000)
    avoid: str = Field(default="", max_length=1000)
    guidance: float = Field(default=4.5, ge=1.0, le=20.0)


class MixSection(Section):
    """Loudness of the finished track.

    Attributes:
        loudness_lufs: integrated loudness; the default is that of EBU R 128.
        true_peak_dbtp: highest true peak; likewise.
        ambience_db: how much louder all beds and motifs are than scenes ask for.
    """

    loudness_lufs: float = Field(default=-23.0, ge=-40.0, le=-9.0)
    true_peak_dbtp: float = Field(default=-1.0, ge=-20.0, le=-0.1)
    ambience_db: LevelDb = 0.0


class Music(Section):
    """The music bed of the region, for jobs that ask for music.

    Attributes:
        mood: usual mood.
        tempo_bpm: tempo of that mood, beats per minute.
        level_db: level in the mix.
    """

    mood: Mood = "calm"
    tempo_bpm: float = Field(default=84.0, ge=TEMPO_RANGE_BPM[0], le=TEMPO_RANGE_BPM[1])
    level_db: LevelDb = -14.0


Layers = Annotated[tuple[Layer, ...], Field(max_length=8)]


class PackFile(Section):
    """One `pack.toml` as it is written, without what its fallback adds; keys as in `StylePack`."""

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
        """Check that a detected class is replaced by one of its kind."""
        # A composed class names a composition here, which `pack` checks.
        classes = taxonomy().classes
        for old, new in pairs.items():
            if old in taxonomy().composed:
                continue
            if new not in classes:
                raise ValueError(unknown("sound class", new, classes))
            if classes[old].kind != classes[new].kind:
                raise ValueError(f"'{old}' is {classes[old].kind}, '{new}' {classes[new].kind}")
        return pairs


_PARTS = (PackFile, Layer, Motif, Latents, Prompt, MixSection, Music, Composition, Voice)
KNOWN_KEYS = tuple(dict.fromkeys(key for part in _PARTS for key in part.model_fields))
