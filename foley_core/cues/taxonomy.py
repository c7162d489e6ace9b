"""The sound classes: data in `taxonomy.toml`, read once.

A class says what a sound is made by; a material says of what. Both are names that people type into
filters and corrections, so an unknown name is answered with the nearest known one.

Networks see and perform `classes`, in the order of the file. The `composed` classes no network
knows: what sounds under them is written note by note in a style pack.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from foley_core.errors import ConfigError
from foley_core.messages import unknown

ClassKind = Literal["action", "sustained", "ambience", "composed"]


@dataclass(frozen=True, slots=True)
class SoundClass:
    """One row of the taxonomy; `level_db` is relative to a full-intensity footstep in the mix."""

    name: str
    kind: ClassKind
    group: str
    ucs: str
    level_db: float
    materials: tuple[str, ...]
    recordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All sound classes by name, those of the networks and the composed ones, and all materials."""

    classes: dict[str, SoundClass]
    materials: tuple[str, ...]
    composed: dict[str, SoundClass]

    @property
    def all_classes(self) -> dict[str, SoundClass]:
        """Every class that a cue may be of, but music."""
        return self.classes | self.composed

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the networks' classes, in order of first appearance."""
        return tuple(dict.fromkeys(c.group for c in self.classes.values()))

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Every group that a cue's class may be of, but music."""
        return tuple(dict.fromkeys(c.group for c in self.all_classes.values()))

    def of_kind(self, kind: ClassKind) -> tuple[SoundClass, ...]:
        """Classes of one kind, in the order of the file (models index them by this order)."""
        return tuple(c for c in self.classes.values() if c.kind == kind)

    def sound_class(self, name: str) -> SoundClass:
        """The class of that name.

        Raises:
            ConfigError: there is none; the message names the nearest.
        """
        if name in self.classes:
            return self.classes[name]
        if name not in self.composed:
            raise ConfigError(unknown("sound class", name, self.all_classes))
        return self.composed[name]

    def names_in(self, class_or_group: str) -> tuple[str, ...]:
        """Class names meant by a class name or by the name of a group.

        Raises:
            ConfigError: it is neither; the message names the nearest.
        """
        if class_or_group in self.all_classes:
            return (class_or_group,)
        members = tuple(c.name for c in self.all_classes.values() if c.group == class_or_group)
        if not members:
            known = [*self.all_classes, *self.all_groups]
            raise ConfigError(unknown("sound class or group", class_or_group, known))
        return members


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy shipped with the package."""
    text = files("foley_core.cues").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Taxonomy(
        classes=_classes(data["classes"]),
        materials=tuple(data["materials"]),
        composed=_classes(data["composed"], kind="composed", materials=[], recordings=[]),
    )


def _classes(rows: dict[str, dict[str, Any]], **same: object) -> dict[str, SoundClass]:
    """Classes by name; `same` is what all rows have in common."""
    return {
        name: SoundClass(
            name=name,
            kind=row["kind"],
            group=row["group"],
            ucs=row["ucs"],
            level_db=float(row["level_db"]),
            materials=tuple(row["materials"]),
            recordings=tuple(row["recordings"]),
        )
        for name, row in ((name, row | same) for name, row in rows.items())
    }
