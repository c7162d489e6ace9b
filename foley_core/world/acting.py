"""The contract between a scene and what acts in it: the setting goes in, an act comes out.

Most acts have a *silent twin*: the same kind of motion without contact, and so without a sound.
Without twins a network would learn that everything which moves is heard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from foley_core.world.canvas import Camera, Canvas, Colour, shade

Draw = Callable[[Canvas, float], None]
"""Draws one moment on a canvas; the number is the time in seconds since the shot began."""
CameraPath = Callable[[float], Camera]
"""Gives the camera at a time in seconds since the shot began."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The place of an act, in world units (see `canvas`).

    Attributes:
        seconds: length of the shot.
        aspect: width of the picture; its height is 1.
        floor: y of the ground where things land.
        ground: material of the ground.
        size: size of the act; 1 fills about half of the picture's height.
        x: x of the middle of the act.
        silent: True for the silent twin, an act without contact and without cues.
    """

    seconds: float
    aspect: float
    floor: float
    ground: str
    size: float
    x: float
    silent: bool


@dataclass(frozen=True, slots=True)
class Sounding:
    """One sound of an act: class and material of the taxonomy, intensity 0..1.

    Onset and offset are in seconds since the shot began.
    """

    sound_class: str
    material: str
    onset_s: float
    offset_s: float
    intensity: float


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens in a shot.

    Attributes:
        draw: draws one moment of it.
        soundings: its sounds; empty for a silent twin.
        look: what it does to the camera (a jolt, a walk), or None.
    """

    draw: Draw
    soundings: list[Sounding] = field(default_factory=list)
    look: CameraPath | None = None


# Red, green, blue 0..255: a typical colour of each material, chosen by eye. `material_colour`
# varies it, so that no network can read the material from one exact colour.
_MATERIAL_COLOURS: dict[str, Colour] = {
    "wood": (150, 105, 62),
    "metal": (150, 155, 165),
    "stone": (128, 124, 118),
    "concrete": (150, 148, 143),
    "glass": (175, 215, 222),
    "ceramic": (232, 228, 218),
    "plastic": (60, 120, 190),
    "cloth": (135, 70, 95),
    "leather": (95, 58, 38),
    "rubber": (52, 52, 58),
    "flesh": (214, 164, 134),
    "paper": (236, 232, 220),
    "earth": (104, 78, 52),
    "gravel": (138, 130, 120),
    "grass": (84, 128, 58),
    "snow": (232, 238, 245),
    "ice": (190, 220, 236),
    "sand": (214, 190, 140),
    "water": (58, 112, 145),
    "air": (230, 235, 240),
}


def material_colour(rng: np.random.Generator, material: str) -> Colour:
    """Return a colour that a material can have, varied in lightness and a little in hue."""
    lightness = rng.uniform(0.75, 1.2)
    red, green, blue = shade(_MATERIAL_COLOURS[material], lightness)
    drift = rng.uniform(-12.0, 12.0, 3)
    return shade((red + drift[0], green + drift[1], blue + drift[2]), 1.0)


def any_colour(rng: np.random.Generator) -> Colour:
    """Return a random colour."""
    # Neither black nor white: the lens brightens and darkens the picture later.
    red, green, blue = rng.uniform(35.0, 225.0, 3)
    return red, green, blue


def one_of(rng: np.random.Generator, *choices: str) -> str:
    """Return one of the choices, each equally likely."""
    return choices[int(rng.integers(len(choices)))]
