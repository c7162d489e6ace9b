"""A few small scenes for demonstrations, each plainly something else, with their true cue sheets.

People look at them, so they were put together by hand rather than drawn at random.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sin
from pathlib import Path

import numpy as np

from foley_core.errors import ConfigError
from foley_core.ids import seed_of
from foley_core.media.picture_encoder import encode_pictures
from foley_core.messages import unknown
from foley_core.world.acting import Setting
from foley_core.world.canvas import Camera
from foley_core.world.families import FAMILIES
from foley_core.world.scene import Lens, Shot, World, world_of_shots
from foley_core.world.scenery import scenery_of

_HEIGHT_PX, _WIDTH_PX = 360, 640
_FRAME_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class Sample:
    """One scene.

    Attributes:
        name, title: for commands and for people.
        ambience: place of the taxonomy.
        family: a name of `FAMILIES`, or None for the place alone.
        seconds: length.
        size: size of the act; 1 fills about half of the picture's height.
        x: where the act is, 0 (left edge) to 1 (right edge).
        seed: chosen by eye.
    """

    name: str
    title: str
    ambience: str
    family: str | None
    seconds: float
    size: float
    x: float
    seed: int


# name, title, ambience, family, seconds, size, x, seed.
_SAMPLES = (
    Sample("street_walk", "Somebody walks along a street", "street", "walker", 8.0, 0.62, 0.5, 3),
    Sample("ball", "A ball bounces in a room", "room", "ball", 6.0, 0.9, 0.5, 10),
    Sample("workshop_hammer", "Hammering in a workshop", "workshop", "hammer", 8.0, 0.8, 0.42, 2),
    Sample("door", "A door is slammed in a room", "room", "door", 6.0, 0.62, 0.45, 5),
    Sample(
        "glass", "A glass falls and breaks in a workshop", "workshop", "shatter", 5.0, 0.75, 0.5, 1
    ),
    Sample("dog", "A dog barks in a forest", "forest", "dog", 7.0, 0.8, 0.5, 3),
    Sample("seaside", "The sea, and nothing else", "sea", None, 10.0, 1.0, 0.5, 8),
    Sample("rain", "Rain in the street", "rain", None, 8.0, 1.0, 0.5, 9),
)


def sample_videos() -> list[Sample]:
    """Return the scenes in the order in which to show them."""
    return list(_SAMPLES)


def sample_world(name: str) -> World:
    """Return the world of a sample.

    Raises:
        ConfigError: there is no sample of that name.
    """
    samples = {sample.name: sample for sample in _SAMPLES}
    if name not in samples:
        raise ConfigError(unknown("sample", name, list(samples)))
    sample = samples[name]
    rng = np.random.default_rng(seed_of(sample.seed, "sample", name))
    where = scenery_of(rng, sample.ambience, _HEIGHT_PX, _WIDTH_PX)
    aspect = _WIDTH_PX / _HEIGHT_PX
    setting = Setting(
        sample.seconds, aspect, where.floor, where.ground, sample.size, sample.x * aspect, False
    )
    acts = (FAMILIES[sample.family](rng, setting),) if sample.family else ()
    shot = Shot(0.0, where, acts, _hand_held)
    return world_of_shots(
        sample.seed, sample.seconds, _HEIGHT_PX, _WIDTH_PX, _FRAME_RATE, (shot,), Lens(noise=1.0)
    )


def render_sample(name: str, path: Path) -> World:
    """Write a sample as an MP4 of 640×360 pixels and return its world.

    Raises:
        ConfigError: there is no sample of that name.
        EncodeError: the file cannot be written.
    """
    world = sample_world(name)
    encode_pictures(path, world.pictures(), world.frame_rate)
    return world


def _hand_held(t: float) -> Camera:
    """Return a camera in a calm hand, magnified a little so that no edge of the place shows."""
    return Camera(0.002 * sin(1.3 * t), 0.002 * sin(1.9 * t + 1.0), 1.04)
