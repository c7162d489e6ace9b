"""The sidecar: a small TOML file beside a video, `walk.mp4.foley.toml`, with wishes for it alone.

    schema_version = 1
    filters = "footsteps: 50%, duller doors"
    music = true
    mood = "calm"

What it says wins over the manifest's row, which wins over the job: the nearer to the picture, the
later a person has looked at it.
"""

from typing import Literal

from pydantic import ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints, read_toml
from foley_core.storage.sources import open_source
from foley_core.styles.wishes import FilterText, SoundWishes, Wishes, filters_of

SIDECAR_SUFFIX = ".foley.toml"
SIDECAR_LIMIT_BYTES = 64 * 1024


class Sidecar(SoundWishes):
    """The content of a sidecar; what it leaves out is as the row and the job have it."""

    schema_version: Literal[1]
    filters: FilterText = ""

    def over(self, wishes: Wishes) -> Wishes:
        """Return a row's wishes with those of this sidecar on top, its filters over theirs.

        Raises:
            ConfigError: the row's filters cannot be read.
        """
        own = self.model_dump(include=set(SoundWishes.model_fields), exclude_none=True)
        merged = wishes.filters.merged(filters_of(self.filters)).to_text()
        return wishes.changed(**own, sound_filters=merged)


def sidecar_place(uri: str) -> str:
    """Return the address where a sidecar of a video would be."""
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
