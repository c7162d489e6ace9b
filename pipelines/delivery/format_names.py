"""The names of the formats that `foley deliver` and job files know; what each writes stands in
`formats`, `layouts` and `pictures`."""

from collections.abc import Sequence
from typing import Literal, get_args

from foley_core.errors import ConfigError
from foley_core.messages import unknown

Layout = Literal["stems", "m-and-e", "film"]
Container = Literal["mov", "mkv"]
Format = Literal[
    "otio", "edl", "reaper", "resolve", "premiere", "protools", "captions",
    "stems", "m-and-e", "film", "surround", "mov", "mkv",
]  # fmt: skip

FORMATS: tuple[Format, ...] = get_args(Format)
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
CONTAINERS: tuple[Container, ...] = get_args(Container)
NAMING_SOUNDS: frozenset[Format] = frozenset({"otio", "reaper", "premiere", "protools"})
"""Formats that name the files of stems."""


def checked_formats(names: Sequence[str]) -> tuple[Format, ...]:
    """Return some formats, each once.

    Args:
        names: names, or several with commas between.

    Raises:
        ConfigError: there is no such format.
    """
    parts = [part.strip() for name in names for part in name.split(",")]
    asked = list(filter(None, parts))
    for name in asked:
        if name not in FORMATS:
            raise ConfigError(unknown("format", name, FORMATS))
    return tuple(one for one in FORMATS if one in asked)
