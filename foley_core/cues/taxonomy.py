"""The taxonomy: all sound classes and materials. Data in `taxonomy.toml`, read once.

A class says what happens (a footstep), a material of what it is (gravel). People type both names
into filters and corrections, so an unknown name is answered with the nearest known one.

Networks detect and generate the `classes`, in the order of the file. No network knows the
`composed` classes: their sounds are written note by note in style packs.
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
    """One class of the taxonomy.

    Attributes:
        name: such as `footstep_walk`.
        kind: `action` (short, with an onset), `sustained` (follows the motion), `ambience` (the
            place itself) or `composed` (written in a style pack).
        group: name of the classes that people turn up or down together.
        ucs: category of the Universal Category System.
        level_db: level in the mix, relative to a footstep of full intensity.
        materials: materials that it can have; empty for ambience and composed classes.
        recordings: classes of the training corpus that it learns from.
    """

    name: str
    kind: ClassKind
    group: str
    ucs: str
    level_db: float
    materials: tuple[str, ...]
    recordings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All sound classes and materials.

    Attributes:
        classes: classes of the networks by name, in the order that the networks were built for.
        materials: names of all materials, likewise in order.
        composed: composed classes by name.
    """

    classes: dict[str, SoundClass]
    materials: tuple[str, ...]
    composed: dict[str, SoundClass]

    @property
    def all_classes(self) -> dict[str, SoundClass]:
        """Every class that a cue may have, except music."""
        return self.classes | self.composed

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the networks' classes, in the order of their first class."""
        return tuple(dict.fromkeys(c.group for c in self.classes.values()))

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Every group that the class of a cue may belong to, except music."""
        return tuple(dict.fromkeys(c.group for c in self.all_classes.values()))

    def of_kind(self, kind: ClassKind) -> tuple[SoundClass, ...]:
        """Return the networks' classes of one kind, in the order by which networks index them."""
        return tuple(c for c in self.classes.values() if c.kind == kind)

    def sound_class(self, name: str) -> SoundClass:
        """Return the class of that name.

        Raises:
            ConfigError: there is no such class; the message names the nearest.
        """
        if name in self.classes:
            return self.classes[name]
        if name not in self.composed:
            raise ConfigError(unknown("sound class", name, self.all_classes))
        return self.composed[name]

    def generated_class(self, name: str) -> SoundClass:
        """Return the class of that name, one that networks generate.

        Raises:
            ConfigError: there is no such class, or it is composed; the message names the nearest,
                or all that can be used.
        """
        if name in self.composed:
            raise ConfigError(
                f"'{name}' sounds only where a style pack composes it; "
                f"use one of: {', '.join(self.classes)}"
            )
        if name not in self.classes:
            raise ConfigError(unknown("sound class", name, self.classes))
        return self.classes[name]

    def names_in(self, class_or_group: str) -> tuple[str, ...]:
        """Return the names of the classes that a class name or a group name means.

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
    """Return the taxonomy of the package, read at the first call."""
    text = files("foley_core.cues").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Taxonomy(
        classes=_classes(data["classes"]),
        materials=tuple(data["materials"]),
        composed=_classes(data["composed"], kind="composed", materials=[], recordings=[]),
    )


def _classes(rows: dict[str, dict[str, Any]], **same: object) -> dict[str, SoundClass]:
    """Return classes by name; `same` holds the values that all rows share."""
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
