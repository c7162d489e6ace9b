"""The families of motion by name; each makes a random act, or its silent twin."""

from typing import Protocol

import numpy as np

from foley_core.world import (
    animals,
    blasts,
    falling,
    hands,
    people,
    striking,
    table,
    things,
    water,
)
from foley_core.world.acting import Act, Setting


class Family(Protocol):
    """A function that makes a random act for a setting; the same generator state, the same act."""

    def __call__(self, rng: np.random.Generator, setting: Setting) -> Act: ...


FAMILIES: dict[str, Family] = {
    "ball": falling.ball, "drop": falling.drop, "shatter": falling.shatter, "snap": falling.snap,
    "roll": falling.roll, "splash": water.splash, "drip": water.drip, "pour": water.pour,
    "hammer": striking.hammer, "chop": striking.chop, "drumstick": striking.drumstick,
    "drum": striking.drum, "slap": striking.slap, "knock": striking.knock,
    "keyboard": hands.keyboard, "switch": hands.light_switch, "set_down": hands.set_down,
    "slide": hands.slide, "table_hand": table.table_hand, "saw": hands.saw,
    "whoosh": hands.whoosh, "cloth": hands.cloth,
    "walker": people.walker, "runner": people.runner, "shuffler": people.shuffler,
    "approach": people.approach, "first_person": people.first_person, "dog": animals.dog,
    "rooster": animals.rooster, "door": things.door, "lid": things.lid, "vehicle": things.vehicle,
    "engine": things.engine_block, "machine": things.machine, "foliage": things.foliage,
    "fire": blasts.fire, "gun": blasts.gun, "explosion": blasts.explosion,
}  # fmt: skip

MOTION_ONLY_FAMILIES = ("table_hand", "door", "walker", "runner", "shuffler")
"""Families whose actions look alike in a single picture: only motion tells which one it is."""

HELD_OUT_PAIRS = frozenset({
    ("strike", "stone"), ("tap", "glass"), ("set_down", "ceramic"), ("slap", "cloth"),
    ("drop", "plastic"), ("bounce", "wood"), ("lid_close", "metal"), ("door_close", "metal"),
    ("shatter", "ceramic"), ("snap", "plastic"),
})  # fmt: skip
"""Pairs (sound class, material) that are never trained on.

Evaluation asks for them, to see whether perception combines a class and a material that it knows
only apart from each other.
"""

# How often a family is drawn. An act with a single sound gives the training one example of it, an
# act with a rhythm many, so the former are drawn twice as often. Lasting sounds fill whole scenes.
_ONE_SOUND = frozenset({"set_down", "door", "lid", "drop", "shatter", "snap", "splash", "switch"})
_LASTING = frozenset({"roll", "pour", "slide", "saw", "vehicle", "engine", "machine", "foliage",
                      "fire"})  # fmt: skip


def random_families(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` names drawn with replacement, those with one sound a scene most often."""
    names = list(FAMILIES)
    weights = np.array([2.0 if n in _ONE_SOUND else 0.7 if n in _LASTING else 1.0 for n in names])
    return [str(name) for name in rng.choice(names, count, p=weights / weights.sum())]
