"""Wishes: everything that people can ask for, with limits and descriptions, written once.

Manifest columns, the columns of the rows that travel in a job, metadata columns, the keys of
sidecars and of a job's `[sound]`, the settings of the engine, the options of `foley one` and the
digest of a request derive from the fields of these classes. A new wish is a new field here, with a
description, and code that follows it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool
from pydantic.fields import FieldInfo

from foley_core.cues.filters import SoundFilters, parse_filters
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.errors import ConfigError
from foley_core.messages import unknown
from foley_core.music.moods import TEMPO_RANGE_BPM, mood_named
from foley_core.storage.addresses import is_utf8
from foley_core.types import Json, SpaceWish, Tier, TimeOfDay

SEED_LIMIT = 2**63

T = TypeVar("T")

_ALWAYS_IN_DIGEST = frozenset({"scene", "time_of_day", "seed"})
"""Wishes that a request's digest holds even if they are None, as it did before others came."""


def scene_named(text: str) -> str:
    """Return the ambience class of that name, or the one that an everyday word means.

    Raises:
        ConfigError: no scene is meant; the message names the nearest.
    """
    known = tuple(one.name for one in taxonomy().of_kind("ambience"))
    if text in known:
        return text
    meant = [name for name in vocabulary().names_for(text) if name in known]
    if not meant:
        raise ConfigError(unknown("scene", text, known))
    return meant[0]


@lru_cache(maxsize=1024)
def filters_of(text: str) -> SoundFilters:
    """Return the sound filters of a text. Results are cached: a catalogue repeats few texts.

    Raises:
        ConfigError: it cannot be read as filters.
    """
    return parse_filters(text, "sound_filters")


def _understood(read: Callable[[str], T], text: str) -> T:
    """Return what a text means, its faults as a ValueError: pydantic lists those, and no others."""
    try:
        return read(text)
    except ConfigError as error:
        raise ValueError("; ".join(error.problems) or str(error)) from None


def _filter_text(text: str) -> str:
    _understood(filters_of, text)
    return text


def _scene_text(text: str) -> str:
    """Return the text as it is, if it means a scene: the digest of a request holds the text."""
    if text:
        _understood(scene_named, text)
    return text


def _mood_name(text: str) -> str | None:
    return _understood(mood_named, text) if text else None


def _whole_text(text: str) -> str:
    if not is_utf8(text):
        raise ValueError("it holds half of a surrogate pair, which is no text")
    return text


WholeText = Annotated[str, AfterValidator(_whole_text)]
FilterText = Annotated[str, AfterValidator(_filter_text)]
SceneText = Annotated[str, AfterValidator(_scene_text)]
MoodName = Annotated[str, AfterValidator(_mood_name)]


class MusicWishes(BaseModel):
    """Wishes about the music. None leaves the decision to the next level, see `Direction`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    mood: MoodName | None = Field(
        None,
        description="mood of the music, such as calm or epic, or a word for one",
    )
    tempo_bpm: float | None = Field(
        None,
        ge=TEMPO_RANGE_BPM[0],
        le=TEMPO_RANGE_BPM[1],
        description="tempo of the music, beats a minute",
    )


class SoundWishes(MusicWishes):
    """Wishes that a sidecar and the `[sound]` section of a job may hold too: switches and music.

    A switch that is None leaves the decision to the job.
    """

    environment: StrictBool | None = Field(None, description="whether ambience and motifs sound")
    action: StrictBool | None = Field(None, description="whether actions sound")
    music: StrictBool | None = Field(None, description="whether there is music")
    diegetic_music: StrictBool | None = Field(
        None, description="whether instruments that are seen play"
    )
    space: SpaceWish | None = Field(
        None, description="whether sounds lie in the space of their scene, or dry and in the middle"
    )
    width: float | None = Field(
        None, ge=0.0, le=1.0, description="share of the stereo width that the picture fills"
    )


class Wishes(SoundWishes):
    """All that can be asked for one video.

    Without a `seed` the video's id is its seed, so that a rerun generates the same and two videos
    do not. `scene` is an ambience class, or an everyday word for one, in place of the one seen.
    """

    prompt: WholeText = Field("", description="what shall sound, in words")
    negative_prompt: WholeText = Field("", description="what shall not sound, in words")
    scene: SceneText | None = Field(None, description="ambience in place of the one seen")
    time_of_day: TimeOfDay | None = Field(None, description="time of day of the picture")
    seed: int | None = Field(None, ge=0, lt=SEED_LIMIT, description="seed of the noise")
    sound_filters: FilterText = Field("", description='such as "footsteps: 50%, rain: off"')
    tier: Tier | None = Field(None, description="network of the generator")

    @property
    def filters(self) -> SoundFilters:
        """Sound filters, read from `sound_filters`.

        Raises:
            ConfigError: they cannot be read; only where the wishes were not validated.
        """
        return filters_of(self.sound_filters)

    def changed(self, **wishes: Any) -> "Wishes":
        """Return these wishes with some replaced; the new values must be valid."""
        return self.model_copy(update=wishes)

    def columns(self) -> dict[str, Any]:
        """Return the wishes by name, as a table holds them."""
        # Read straight, not through pydantic's iterator: a manifest has a million rows.
        fields = self.__dict__
        return {name: fields[name] for name in WISH_NAMES}

    def for_digest(self) -> dict[str, Json]:
        """Return the part of these wishes that the digest of a request holds.

        A wish that is None is left out, so that a wish that is new to the program leaves the
        digests of rows without it as they were.
        """
        return {
            name: value
            for name, value in self.columns().items()
            if value is not None or name in _ALWAYS_IN_DIGEST
        }


WISH_NAMES: tuple[str, ...] = tuple(
    sorted(Wishes.model_fields, key=lambda name: name in SoundWishes.model_fields)
)
"""All wishes, those of single videos first."""
NO_WISHES = Wishes()


def plain_type(field: FieldInfo) -> Any:
    """Return the type of a wish's value: `bool`, `int`, `float`, `str` or a `Literal`."""
    if get_origin(field.annotation) is Literal:
        return field.annotation
    said = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    kind = said[0] if said else field.annotation
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def wishes_in(values: Mapping[str, Any]) -> Wishes:
    """Return the wishes among the columns of a row, or among the options of a command.

    Args:
        values: by name; others than wishes are passed over, missing ones and None are unsaid.

    Raises:
        ValidationError: a wish cannot be followed.
    """
    said = {name: values[name] for name in WISH_NAMES if values.get(name) is not None}
    return Wishes.model_validate(said) if said else NO_WISHES
