"""The sidecar: a small TOML file beside a video, `walk.mp4.foley.toml`, with wishes for it alone.

    schema_version = 1
    filters = "footsteps: 50%, duller doors"
    music = true
    mood = "calm"

What it says wins over the manifest's row, which wins over the job: the nearer to the picture, the
later a person has looked at it.
"""

from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from foley_core.cues.filters import parse_filters
from foley_core.errors import ConfigError
from foley_core.messages import complaints, read_toml
from foley_core.music.moods import TEMPO_RANGE_BPM, mood_named
from foley_core.storage.sources import open_source

SIDECAR_SUFFIX = ".foley.toml"
SIDECAR_LIMIT_BYTES = 64 * 1024


class Sidecar(BaseModel):
    """What a sidecar may say; what it leaves out is as the row and the job have it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    schema_version: Literal[1]
    filters: str = ""
    environment: StrictBool | None = None
    action: StrictBool | None = None
    music: StrictBool | None = None
    mood: str | None = None
    tempo_bpm: float | None = Field(None, ge=TEMPO_RANGE_BPM[0], le=TEMPO_RANGE_BPM[1])

    @field_validator("filters", "mood")
    @classmethod
    def _can_be_used(cls, text: str | None, info: ValidationInfo) -> str | None:
        try:
            if info.field_name == "mood":
                return mood_named(text) if text else None
            parse_filters(text or "", "filters")
        except ConfigError as error:
            raise ValueError("; ".join(error.problems) or str(error)) from None
        return text

    def over(self, sound_filters: str) -> dict[str, Any]:
        """The fields of a row that change beneath this sidecar, its sound filters being these.

        Raises:
            ConfigError: the row's filters cannot be read.
        """
        own = self.model_dump(exclude={"schema_version", "filters"}, exclude_none=True)
        lower, upper = (
            parse_filters(sound_filters, "sound_filters"),
            parse_filters(self.filters, ""),
        )
        return {**own, "sound_filters": lower.merged(upper).to_text()}


def sidecar_place(uri: str) -> str:
    """Where the sidecar of a video is, if it has one."""
    return uri + SIDECAR_SUFFIX


def load_sidecar(place: str, schemes: tuple[str, ...]) -> Sidecar:
    """The sidecar at a path or URI.

    Raises:
        ConfigError: it is not valid; every fault is listed.
        DecodeError, RowError, StorageError: it cannot be read.
    """
    with open_source(place, schemes) as source:
        data = source.file.read(SIDECAR_LIMIT_BYTES + 1)
    return read_sidecar(data, place)


def read_sidecar(data: bytes, place: str) -> Sidecar:
    """A sidecar from its bytes; `place` is said in the message.

    Raises:
        ConfigError: it is not valid; every fault is listed with its key.
    """
    if len(data) > SIDECAR_LIMIT_BYTES:
        raise ConfigError(f"{place}: a sidecar has at most {SIDECAR_LIMIT_BYTES} bytes")
    document = read_toml(data, place, "the sidecar")
    try:
        return Sidecar.model_validate(document)
    except ValidationError as error:
        problems = complaints(error, Sidecar.model_fields)
        raise ConfigError(f"{place}: the sidecar is not valid", problems) from None
