"""The parts of an evaluation: which are asked for, and why one cannot be measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import soundfile

from foley_core.errors import ConfigError
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.training.sound_corpus import recordings, split_by_author
from foley_core.types import Progress, Tier
from pipelines.evaluation.report import PageTable, Picture

MeasuredPart = Literal[
    "real", "tracks", "perception", "generator", "regions", "privacy", "feedback", "speed"
]

MEASURED_PARTS: tuple[MeasuredPart, ...] = (
    "real",
    "tracks",
    "perception",
    "generator",
    "regions",
    "privacy",
    "feedback",
    "speed",
)
"""In this order: what fails for a wrong table fails first, and speed is measured alone."""


_TIERED: tuple[MeasuredPart, ...] = ("generator", "speed")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an evaluation.

    Attributes:
        out: folder of the report.
        sounds: corpus of recordings, a folder with `sounds.csv`; None leaves the generator out.
        clips: tables of real clips, see `foley_core.evaluation.real_table`; none leaves them out.
        worlds: how many worlds perception is evaluated on, 3.84 s each.
        seed: other worlds, other takes.
        parts: what is asked for; the size of the weights always is.
        tiers: of the generator.
    """

    out: Path
    sounds: Path | None
    clips: tuple[Path, ...]
    worlds: int
    seed: int
    parts: tuple[MeasuredPart, ...]
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures by key, pictures, tables, and by part why something was not measured after all."""

    figures: dict[str, float] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    tables: list[PageTable] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def can_draw() -> bool:
    """Return True where matplotlib is here to draw pictures with."""
    return find_spec("matplotlib") is not None


def reasons_not_measured(settings: Settings) -> dict[str, str]:
    """Return why parts of `promises.toml` are not measured; those that are measured are absent."""
    reasons: dict[str, str] = {}
    if settings.sounds is None:
        reasons |= dict.fromkeys(("retrieval", "generator", "light_generator"), "needs --sounds")
    if not settings.clips:
        reasons |= dict.fromkeys(("real", "tracks", "real_faces"), "needs --clips")
    for part in MEASURED_PARTS:
        if part not in settings.parts:
            reasons |= dict.fromkeys(_names(part), f"needs --only with '{part}'")
    if "perception" in reasons:
        reasons["retrieval"] = reasons["perception"]
    if "privacy" in reasons:
        reasons["real_faces"] = reasons["privacy"]
    for part in _TIERED:
        if "full" not in settings.tiers:
            reasons.setdefault(part, "needs --tier full or both")
        if "light" not in settings.tiers:
            reasons.setdefault(f"light_{part}", "needs --tier light or both")
        elif "light" not in find_weights().tiers:
            reasons.setdefault(f"light_{part}", "this package has no weights of the light tier")
    return reasons


def measured_parts(settings: Settings, reasons: Mapping[str, str]) -> list[MeasuredPart]:
    """Parts of which something is measured, for whatever tier."""
    return [part for part in settings.parts if not set(_names(part)) <= reasons.keys()]


def check_corpus(sounds: Path) -> None:
    """Open every recording of a corpus, which takes a second, so that none fails after minutes.

    Raises:
        ConfigError: `sounds` is not a corpus, a recording is missing or no sound file, or none is
            of an author that training leaves out.
    """
    rows = recordings(sounds)
    if not rows:
        raise ConfigError(f"{sounds / 'sounds.csv'} lists no recording that may be used")
    for row in rows:
        try:
            soundfile.info(row.path)
        except soundfile.LibsndfileError as error:
            raise ConfigError(f"{row.path} cannot be read as a sound: {error}") from error
    if not split_by_author(rows)[1]:
        raise ConfigError(
            f"{sounds} has too few authors in any class to keep some apart from training; "
            "there is nothing to compare generated sounds with"
        )


def share_of(progress: Progress, number: int, count: int) -> Progress:
    """Progress of the step `number` of `count` within the whole."""
    return lambda share, text: progress((number + share) / count, text)


def _names(part: MeasuredPart) -> tuple[str, ...]:
    """Return the names of a part in `promises.toml`: one for each tier."""
    return (part, f"light_{part}") if part in _TIERED else (part,)
