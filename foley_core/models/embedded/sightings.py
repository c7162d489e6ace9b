"""Sightings: which sounds, places and materials the things go with that sight can see.

Data in `sightings.csv`: ImageNet's 1000 and COCO's 80 kinds, each with the sounds that it makes and
the places where it stands, by weights 0..1 that were reasoned from what such a thing sounds like.
`base_rates.csv` holds how much the recognisers respond with each sound where it is not, measured on
rendered worlds: what responds everywhere says little.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.types import F32

THINGS, BOX_KINDS = 1000, 80
"""Kinds of ImageNet and of COCO."""
PERSON = 0
"""The kind of a box around a person."""

_DRAWN = (
    398, 419, 446, 530, 539, 549, 556, 583, 600, 644, 657, 685, 723, 741, 744, 767, 769, 781, 789,
    799, 840, 844, 854, 893, 904, 905, 918, 921,
)  # fmt: skip
"""Kinds that flat drawings are taken for: signs, boards, rulers, envelopes, screens, clocks. Of 60
rendered worlds nine in ten give them 0.09 of what is recognised and more, of filmed pictures four
in five 0.04 and less."""
_HARD = {"wood", "metal", "stone", "concrete", "glass", "ceramic", "plastic", "ice"}


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights of one set of K kinds of things.

    Attributes:
        sounds: (K, sounds) of each kind for each sound.
        moving: (K, sounds) the part of them that is made only where something moves.
        places: (K, places).
        hardness: (K,) 1 for hard materials, -1 for soft ones, 0 where none is known.
        materials: (K, materials) 1 for the material of the kind.
    """

    sounds: F32
    moving: F32
    places: F32
    hardness: F32
    materials: F32


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """All weights.

    Attributes:
        sounds: names of the sounds: the taxonomy's classes that are no ambience.
        places: names of the ambiences.
        things: weights of ImageNet's kinds.
        boxes: weights of COCO's kinds.
        still: names of the sounds that most things make also where nothing is seen to move.
        base_rate: (sounds,) mean response where nothing of the kind is.
        drawn: (1000,) 1 for the kinds that flat drawings are taken for, see `_DRAWN`.
    """

    sounds: tuple[str, ...]
    places: tuple[str, ...]
    things: Weights
    boxes: Weights
    still: frozenset[str]
    base_rate: F32
    drawn: F32


@cache
def sightings() -> Sightings:
    """Return the weights of the package, read at the first call."""
    classes = taxonomy().classes.values()
    sounds = tuple(c.name for c in classes if c.kind != "ambience")
    places = tuple(c.name for c in classes if c.kind == "ambience")
    rows = _rows("sightings.csv")
    rates = {row["sound_class"]: float(row["mean"]) for row in _rows("base_rates.csv")}
    things = _weights([r for r in rows if r["source"] == "imagenet"], THINGS, sounds, places)
    boxes = _weights([r for r in rows if r["source"] == "coco"], BOX_KINDS, sounds, places)
    made, moving = (
        things.sounds.sum(axis=0) + boxes.sounds.sum(axis=0),
        things.moving.sum(axis=0) + boxes.moving.sum(axis=0),
    )
    return Sightings(
        sounds=sounds,
        places=places,
        things=things,
        boxes=boxes,
        still=frozenset(np.array(sounds)[moving < made / 2].tolist()),
        base_rate=np.array([rates.get(name, 0.0) for name in sounds], np.float32),
        drawn=np.isin(np.arange(THINGS), _DRAWN).astype(np.float32),
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("foley_core.models.embedded").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _weights(
    rows: list[dict[str, str]], kinds: int, sounds: tuple[str, ...], places: tuple[str, ...]
) -> Weights:
    """Return the weights of one source; a kind has several rows, one for each sound or place."""
    materials = taxonomy().materials
    weights = Weights(
        sounds=np.zeros((kinds, len(sounds)), np.float32),
        moving=np.zeros((kinds, len(sounds)), np.float32),
        places=np.zeros((kinds, len(places)), np.float32),
        hardness=np.zeros(kinds, np.float32),
        materials=np.zeros((kinds, len(materials)), np.float32),
    )
    for row in rows:
        kind = int(row["index"])
        if row["sound_class"]:
            sound = sounds.index(row["sound_class"])
            weights.sounds[kind, sound] = float(row["weight"])
            if row["needs_motion"]:
                weights.moving[kind, sound] = float(row["weight"])
        if row["place"]:
            weights.places[kind, places.index(row["place"])] = float(row["place_weight"])
        if row["material"] in materials:
            weights.materials[kind, materials.index(row["material"])] = 1.0
            weights.hardness[kind] = 1.0 if row["material"] in _HARD else -1.0
    return weights
