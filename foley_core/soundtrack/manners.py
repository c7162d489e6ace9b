"""Manners: how takes of a class are performed. Data in `manners.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from foley_core.cues.taxonomy import taxonomy
from foley_core.timebase import seconds_to_samples


@dataclass(frozen=True, slots=True)
class TouchChance:
    """A touch that may follow an attack, see `protocol.Touch`.

    Attributes:
        chance: 0..1.
        after_s: least and most seconds from the attack.
        level_db: least and most level over the attack's.
        scrapes_s: seconds for which it scrapes.
    """

    chance: float
    after_s: tuple[float, float]
    level_db: tuple[float, float]
    scrapes_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Manner:
    """The performance of takes of one class.

    Attributes:
        kin: share of the noise, 0..1, that takes of one thing have in common.
        kin_of_another_take: the same for a take that a person asked for in place of the first.
        sides: parts of the thing that take turns, such as two feet.
        side_kin: share of the noise that takes of one side have in common, a part of `kin`.
        side_force: what the sides after the first lack in intensity, 0..1.
        damp_s: seconds in which a take dies away when the next of the same thing begins; 0 where
            it rings on.
        force: added to the intensity.
        through_pauses: share of the motion around a pause of less than a second that a lasting
            sound keeps in it.
        touches: what may follow the attack at once, in order.
    """

    kin: float
    kin_of_another_take: float
    sides: int = 1
    side_kin: float = 0.0
    side_force: float = 0.0
    damp_s: float = 0.0
    force: float = 0.0
    through_pauses: float = 0.0
    touches: tuple[TouchChance, ...] = ()

    @property
    def damp_samples(self) -> int:
        """`damp_s` in samples."""
        return seconds_to_samples(self.damp_s)


@cache
def manner_of(sound_class: str) -> Manner:
    """Return the manner of a class: its own entries, before those of its group, before the rest.

    Raises:
        ConfigError: there is no such class.
    """
    rows = _rows()
    group = taxonomy().sound_class(sound_class).group
    row = rows["default"] | rows.get(group, {}) | rows.get(sound_class, {})
    touches = tuple(
        TouchChance(**one | {name: tuple(one[name]) for name in ("after_s", "level_db")})
        for one in row.get("touches", ())
    )
    return Manner(**row | {"touches": touches})


@cache
def _rows() -> dict[str, dict[str, Any]]:
    text = files("foley_core.soundtrack").joinpath("manners.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
