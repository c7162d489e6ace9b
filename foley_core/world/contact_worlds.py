"""Worlds that teach what contacts look like on filmed pictures.

Half of them show the families of `random_scenes`, half those that filmed clips are misread for:
lifts as fast as strikes, fast hands, pushes, soft targets, small heads, and motion without any
contact. Most are seen through a camera held by hand and a lens as of a telephone.

They have seeds of their own: no world of the evaluation is among them.
"""

from dataclasses import replace
from fractions import Fraction
from math import ceil

import numpy as np

from foley_core.ids import seed_of
from foley_core.world.acting import CameraPath, Setting, one_of
from foley_core.world.canvas import Camera
from foley_core.world.families import Family
from foley_core.world.fast_hands import fast_hands
from foley_core.world.filming import filmed_lens, filmed_place, held_camera
from foley_core.world.handling import dim_steps, late_blow, late_shots
from foley_core.world.pushes import poke
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.restless import (
    conversation,
    flowing,
    mechanism,
    strolling_camera,
    swaying_people,
)
from foley_core.world.scene import Shot, World, world_of_shots
from foley_core.world.scenery import GROUNDS, scenery_of
from foley_core.world.small_heads import small_head
from foley_core.world.soft_targets import into_cloth, into_leaves
from foley_core.world.tool_strokes import stroke

CONTACT_FAMILIES: dict[str, Family] = {
    "stroke": stroke, "fast_hands": fast_hands, "poke": poke, "into_leaves": into_leaves,
    "into_cloth": into_cloth, "small_head": small_head, "late_shots": late_shots,
    "late_blow": late_blow, "dim_steps": dim_steps, "mechanism": mechanism, "flowing": flowing,
    "swaying_people": swaying_people, "conversation": conversation,
    "strolling_camera": strolling_camera,
}  # fmt: skip
"""Families of acts whose contacts, or whose lack of them, are hard to tell on filmed pictures."""

_FRAME_RATES = (Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30))
_SHAKY = frozenset({"poke"})
"""Families that are always filmed by an unquiet hand: what they do is small beside the shake."""
_FLOOR_SEEN = 0.8
"""Lowest y that a camera which points at the middle of the scene surely sees, world units."""
_TWICE = ("stroke", "fast_hands", "poke")
"""Families that are drawn twice as often: most of what was missed or doubled is of these."""
_DIM = frozenset({"dim_steps"})
"""Families that are always filmed in poor light."""


def contact_world(
    seed: int,
    seconds: float,
    family: str | None = None,
    height_px: int = 144,
    width_px: int = 256,
) -> World:
    """Return a world for the training of a reader of contacts.

    Args:
        seed: the same seed (and other arguments) gives the same pictures and cues.
        seconds: length.
        family: a name of `CONTACT_FAMILIES`, or None for any world of the mixture.
        height_px, width_px: size of its pictures.
    """
    own_seed = seed_of(seed, "contact world")
    rng = np.random.default_rng(own_seed)
    frame_rate = _FRAME_RATES[int(rng.integers(len(_FRAME_RATES)))]
    if family is None and rng.random() < 0.5:
        return _filmed_scene(rng, own_seed, seconds, frame_rate, (height_px, width_px))
    cuts = [0.0]
    if rng.random() < 0.1 and seconds > 2.0:
        cuts.append(float(rng.uniform(0.3, 0.7) * seconds))
    name = family if family is not None else one_of(rng, *CONTACT_FAMILIES, *_TWICE)
    shots = [
        _shot(rng, name, start, end - start, (height_px, width_px))
        for start, end in zip(cuts, [*cuts[1:], seconds], strict=True)
    ]
    lens = filmed_lens(rng, dim=name in _DIM or rng.random() < 0.12)
    return world_of_shots(own_seed, seconds, height_px, width_px, frame_rate, tuple(shots), lens)


def filmed_scene(seed: int, seconds: float, height_px: int = 144, width_px: int = 256) -> World:
    """Return a world of `random_scenes`, in two of three cases as filmed; see `contact_world`."""
    own_seed = seed_of(seed, "contact world")
    rng = np.random.default_rng(own_seed)
    frame_rate = _FRAME_RATES[int(rng.integers(len(_FRAME_RATES)))]
    return _filmed_scene(rng, own_seed, seconds, frame_rate, (height_px, width_px))


def _filmed_scene(
    rng: np.random.Generator, seed: int, seconds: float, frame_rate: Fraction,
    size_px: tuple[int, int],
) -> World:  # fmt: skip
    """Return a world of `random_scenes` at another frame rate, in two of three cases as filmed."""
    world = render_random_scene(seed, seconds, *size_px, pairs="trained")
    frames = ceil(Fraction(seconds).limit_denominator(10_000) * frame_rate)
    world = replace(world, frame_rate=frame_rate, frames=frames)
    if rng.random() < 0.33:
        return world
    shots = []
    for shot in world.shots:
        held = held_camera(rng, _unrest(rng))
        # Pointed down to the floor, where most of these acts are.
        aim = Camera(down=shot.place.floor - _FLOOR_SEEN, zoom=0.95)
        look = _both(held, aim)
        shots.append(replace(shot, place=filmed_place(rng, shot.place), look=look))
    return replace(world, shots=tuple(shots), lens=filmed_lens(rng, dim=rng.random() < 0.12))


def _shot(
    rng: np.random.Generator, name: str, start_s: float, seconds: float, size_px: tuple[int, int]
) -> Shot:
    """Return a shot with an act of a family, as filmed."""
    place = scenery_of(rng, one_of(rng, *GROUNDS), *size_px)
    if rng.random() < 0.85:
        place = filmed_place(rng, place)
    aspect = size_px[1] / size_px[0]
    setting = Setting(
        seconds=seconds,
        aspect=aspect,
        floor=place.floor,
        ground=place.ground,
        # Filmed acts fill the picture more often than drawn ones: people film what happens.
        size=float(rng.uniform(0.45, 1.3)),
        x=float(rng.uniform(0.25, 0.75)) * aspect,
        silent=bool(rng.random() < 0.2),
    )
    acts = [CONTACT_FAMILIES[name](rng, setting)]
    if rng.random() < 0.15:
        # Something goes on behind it that has nothing to do with it.
        aside = float(rng.uniform(0.0, 1.0)) * aspect
        behind = replace(setting, size=0.5 * setting.size, x=aside)
        acts.insert(0, (mechanism if rng.random() < 0.5 else swaying_people)(rng, behind))
    unrest = float(rng.uniform(0.4, 1.2)) if name in _SHAKY else _unrest(rng)
    held = held_camera(rng, unrest)
    # Whoever films something points the camera at it, more or less.
    aim = Camera(
        float(rng.uniform(0.5, 1.0)) * (setting.x - 0.5 * aspect),
        # The ground stays in the picture even at the greatest zoom.
        max(
            float(rng.uniform(0.5, 1.0)) * (setting.floor - 0.4 * setting.size - 0.5),
            setting.floor - _FLOOR_SEEN,
        ),
    )
    return Shot(start_s, place, tuple(acts), _both(held, aim))


def _both(look: CameraPath, aim: Camera) -> CameraPath:
    """Return a camera that moves as `look` does, pointed elsewhere."""
    return lambda t: look(t) + aim


def _unrest(rng: np.random.Generator) -> float:
    """Return how unquiet a camera is: a tripod in one of three cases."""
    return 0.0 if rng.random() < 0.33 else float(rng.uniform(0.1, 1.2))
