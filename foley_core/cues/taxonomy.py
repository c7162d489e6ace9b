"""The taxonomy: all sound classes and materials. Data in `taxonomy.toml`, read once.

A class says what happens (a footstep), a material of what it is (gravel). People type both names
into filters and corrections, so an unknown name is answered with the nearest known one.

Perception detects the `trained` classes, in the order of that list; all other `classes` can be seen
and named as well. The generator learns every class, in the order of `learned`. One that its weights
do not know, because they are older, is performed as a trained one, its nearest relative. `composed`
classes are written note by note in style packs; some can be seen too.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from foley_core.errors import ConfigError
from foley_core.messages import unknown

ClassKind = Literal["action", "sustained", "ambience", "composed"]

_PHRASED_GROUPS = frozenset({"voices", "animals", "birds", "wildlife", "signals", "instruments"})


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
        recordings: classes of the training corpus that it learns from; none if it is learned from
            computed sounds alone.
        performed_as: trained class that a generator without it performs in its place; None if it is
            trained or composed.
        part_of: older, broader class that it was before; who filters that one means this one too.
        needs_onsets: whether its cues stand at moments that can be seen.
        absurd_unless_seen: whether a viewer would laugh at it where nothing of the kind is seen.
    """

    name: str
    kind: ClassKind
    group: str
    ucs: str
    level_db: float
    materials: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    performed_as: str | None = None
    part_of: str | None = None
    needs_onsets: bool = False
    absurd_unless_seen: bool = False

    @property
    def is_phrased(self) -> bool:
        """True where it comes in phrases of its own, cries or rings, that no motion shapes."""
        return self.group in _PHRASED_GROUPS


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All sound classes and materials.

    Attributes:
        classes: classes that can be seen and generated, by name; the trained ones first.
        materials: names of all materials, in the order that the networks were built for.
        trained: names of the classes that perception was built for, in their order.
        near_materials: for each material those that sound most like it, the nearest first.
        composed: composed classes by name; some of them are `classes` too.
    """

    classes: dict[str, SoundClass]
    materials: tuple[str, ...]
    trained: tuple[str, ...]
    near_materials: dict[str, tuple[str, ...]]
    composed: dict[str, SoundClass]

    @property
    def all_classes(self) -> dict[str, SoundClass]:
        """Every class that a cue may have, except music; one that is both as it is seen."""
        return self.classes | {n: c for n, c in self.composed.items() if n not in self.classes}

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Every group that the class of a cue may belong to, except music."""
        return tuple(dict.fromkeys(c.group for c in self.all_classes.values()))

    @property
    def learned(self) -> tuple[str, ...]:
        """Classes that the generator learns, in the order of its embeddings.

        Weights know the first so many of them, so a new class comes last.
        """
        return tuple(self.classes)

    def learned_groups(self, classes: int) -> tuple[str, ...]:
        """Return the groups of the first so many learned classes, in the order of their first."""
        return tuple(dict.fromkeys(self.classes[name].group for name in self.learned[:classes]))

    def of_kind(self, kind: ClassKind) -> tuple[SoundClass, ...]:
        """Return the `classes` of one kind."""
        return tuple(c for c in self.classes.values() if c.kind == kind)

    def trained_of_kind(self, kind: ClassKind) -> tuple[SoundClass, ...]:
        """Return the trained classes of one kind, in the order by which networks index them."""
        return tuple(c for c in map(self.classes.__getitem__, self.trained) if c.kind == kind)

    def sound_class(self, name: str, *, composed: bool = False) -> SoundClass:
        """Return the class of that name.

        Args:
            composed: True for the sound of a composition; else a class that is seen as well as
                composed is meant as it is seen.

        Raises:
            ConfigError: there is no such class; the message names the nearest.
        """
        if name in self.classes and not (composed and name in self.composed):
            return self.classes[name]
        if name not in self.composed:
            raise ConfigError(unknown("sound class", name, self.all_classes))
        return self.composed[name]

    def generated_class(self, name: str) -> SoundClass:
        """Return the class of that name, one that can be generated.

        Raises:
            ConfigError: there is no such class, or it is only composed; the message names the
                nearest, or all that can be used.
        """
        if name in self.composed and name not in self.classes:
            raise ConfigError(
                f"'{name}' sounds only where a style pack composes it; "
                f"use one of: {', '.join(self.classes)}"
            )
        if name not in self.classes:
            raise ConfigError(unknown("sound class", name, self.classes))
        return self.classes[name]

    def performed(
        self, name: str, material: str | None, classes: int
    ) -> tuple[SoundClass, str | None]:
        """Return the class that performs a class, and the material that it does it with.

        A class that the generator knows performs itself, with any material. A relative takes the
        nearest material that it can have.

        Args:
            classes: how many of the `learned` ones the generator knows, from the first on.

        Raises:
            ConfigError: as `sound_class`.
        """
        known = self.sound_class(name)
        if known.performed_as is None or name in self.learned[:classes]:
            return known, material
        relative = self.classes[known.performed_as]
        if material is None or not relative.materials:
            return relative, None
        near = (material, *self.near_materials[material], *relative.materials)
        return relative, next(one for one in near if one in relative.materials)

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

    def finer_classes(self, name: str) -> tuple[str, ...]:
        """Return the names of the classes that are part of an older, broader class."""
        return tuple(c.name for c in self.classes.values() if c.part_of == name)


@cache
def taxonomy() -> Taxonomy:
    """Return the taxonomy of the package, read at the first call."""
    text = files("foley_core.cues").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Taxonomy(
        classes={name: _class(name, row) for name, row in data["classes"].items()},
        materials=tuple(data["materials"]),
        trained=tuple(data["trained"]),
        near_materials={name: tuple(near) for name, near in data["near_materials"].items()},
        composed={
            name: _class(name, row | {"kind": "composed"}) for name, row in data["composed"].items()
        },
    )


def _class(name: str, row: dict[str, Any]) -> SoundClass:
    """Return the class of one row of the file; a composed one has no materials."""
    return SoundClass(
        name=name,
        kind=row["kind"],
        group=row["group"],
        ucs=row["ucs"],
        level_db=float(row["level_db"]),
        materials=tuple(row.get("materials", ())),
        recordings=tuple(row.get("recordings", ())),
        performed_as=row.get("performed_as"),
        part_of=row.get("part_of"),
        needs_onsets=row.get("needs_onsets", False),
        absurd_unless_seen=row.get("absurd_unless_seen", False),
    )
