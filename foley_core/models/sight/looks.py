"""The looks at a clip: what sight saw in it, as it is stored. Data only, without any network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foley_core.types import I32

LOOK_STEPS = 24
"""Motion steps from one look to the next: 0.96 s. Looks are counted from step 0 of the video."""
LIGHT_LOOK_STEPS = 48
"""The same in the light tier."""
JOINT_STEPS = 3
"""Motion steps from one look at joints to the next, while people are in the picture: 0.12 s."""
THINGS = 1000
"""Kinds of things and places that a picture as a whole is recognised as: ImageNet's, in order."""
BOXES = 20
"""Boxes that are kept of a look, the surest ones."""
PEOPLE = 6
JOINTS = 17
"""Joints of a person, in the order of COCO: nose, eyes, ears, shoulders, elbows, wrists, hips,
knees, ankles; the left one first."""
COLOURS = (
    "brightness", "brightness_spread", "dark_share", "bright_share", "saturation", "grey_share",
    "vivid_share", "edges",
    "red", "orange", "yellow", "green", "cyan", "blue", "violet", "magenta",
)  # fmt: skip
"""Names of the colour statistics, all 0..1, see `colours`."""

F16 = NDArray[np.float16]
I16 = NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Results of L looks, and of J looks at joints, in a range of motion steps.

    Attributes:
        steps: (L,) motion steps of the looks, ascending.
        centre: (L, 1000) probabilities of ImageNet's classes for the square in the middle.
        whole: (L, 1000) the same for the whole picture.
        box_kind: (L, 20) kinds of things in boxes, 0..79 in the order of COCO; -1 for no box.
        box_score: (L, 20) 0..1, descending.
        box_place: (L, 20, 4) top, left, bottom, right, as shares of the picture.
        colour: (L, 16) statistics of colours, see `COLOURS`.
        joint_steps: (J,) motion steps of the looks at joints, ascending.
        joints: (J, 6, 17, 3) y and x, as shares of the picture, and score 0..1 of the joints.
        person_score: (J, 6) scores 0..1 of the people, zero where there is nobody.
    """

    steps: I32
    centre: F16
    whole: F16
    box_kind: I16
    box_score: F16
    box_place: F16
    colour: F16
    joint_steps: I32
    joints: F16
    person_score: F16

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by the names of their fields, as `of_arrays` takes them."""
        return {field.name: np.ascontiguousarray(getattr(self, field.name)) for field in _FIELDS}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Looks":
        """Return the looks of some arrays by name; there may be others among them.

        Raises:
            KeyError: one is missing.
            ValueError: one has another shape.
        """
        looks = cls(**{field.name: arrays[field.name] for field in _FIELDS})
        for field in _FIELDS:
            rows = looks.joint_steps if field.name in _JOINT_SHAPES else looks.steps
            shape = (len(rows), *_SHAPES[field.name])
            if arrays[field.name].shape != shape:
                raise ValueError(f"{field.name} has shape {arrays[field.name].shape}, not {shape}")
        return looks


_FIELDS = fields(Looks)
_LOOK_SHAPES: dict[str, tuple[int, ...]] = {
    "steps": (),
    "centre": (THINGS,),
    "whole": (THINGS,),
    "box_kind": (BOXES,),
    "box_score": (BOXES,),
    "box_place": (BOXES, 4),
    "colour": (len(COLOURS),),
}
_JOINT_SHAPES: dict[str, tuple[int, ...]] = {
    "joint_steps": (),
    "joints": (PEOPLE, JOINTS, 3),
    "person_score": (PEOPLE,),
}
_SHAPES = _LOOK_SHAPES | _JOINT_SHAPES
_KINDS: dict[str, Any] = {"steps": np.int32, "joint_steps": np.int32, "box_kind": np.int16}


def stacked(rows: Mapping[str, Sequence[Any]]) -> Looks:
    """Return the looks whose rows are given by field name; a field that is missing has none."""
    return Looks.of_arrays(
        {
            name: np.array(rows.get(name, ()), _KINDS.get(name, np.float16)).reshape(-1, *shape)
            for name, shape in _SHAPES.items()
        }
    )


NO_LOOKS = stacked({})


def joined(parts: Sequence[Looks]) -> Looks:
    """Return the looks of consecutive ranges as those of one."""
    arrays = [NO_LOOKS.arrays(), *(part.arrays() for part in parts)]
    return Looks.of_arrays({name: np.concatenate([a[name] for a in arrays]) for name in _SHAPES})
