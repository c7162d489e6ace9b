"""Scenes drawn by lot: places, acts, camera and lens from a seed.

About a third of the acts are silent twins: the same kind of motion without contact, so that motion
alone is not enough. What does not matter is varied: framing, light, blur, noise, compression, frame
rate, letterbox, cuts, several things at once.
"""

from fractions import Fraction
from math import sin
from typing import Literal

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import seed_of
from foley_core.world.acting import Act, CameraPath, Setting
from foley_core.world.canvas import Camera
from foley_core.world.families import FAMILIES, HELD_OUT_PAIRS, random_families
from foley_core.world.scene import Lens, Shot, World, world_of_shots
from foley_core.world.scenery import Scenery, scenery_of

Pairs = Literal["trained", "unseen", "any"]
"""Which (class, material) pairs may sound; of "unseen", the first act of a shot has one."""

_FRAME_RATES = (
    Fraction(12), Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(25),
    Fraction(30000, 1001), Fraction(30), Fraction(30), Fraction(50), Fraction(60),
)  # fmt: skip
_UNSEEN_FAMILIES = (
    "hammer", "drumstick", "set_down", "slap", "drop", "ball", "lid", "door", "shatter", "snap",
    "table_hand",
)  # fmt: skip
_DARK = ("night", "thunderstorm")
_TRIES = 60
_LARGEST = (1.0, 0.75, 0.6)
"""Size of an act among one, two or three."""


def render_random_scene(
    seed: int,
    seconds: float,
    height_px: int = 144,
    width_px: int = 256,
    family: str | None = None,
    pairs: Pairs = "any",
) -> World:
    """A random scene.

    Args:
        seed: same seed (and other arguments), same pictures and cues.
        family: the first act's family of `FAMILIES`, or None for any.
        pairs: which pairs of class and material may sound.
    """
    rng = np.random.default_rng(seed_of(seed, "world", pairs))
    if pairs == "unseen" and family is None:
        family = str(rng.choice(_UNSEEN_FAMILIES))
    cuts = [0.0]
    if rng.random() < 0.12 and seconds > 2.0:
        cuts.append(float(rng.uniform(0.35, 0.65) * seconds))
    ends = [*cuts[1:], seconds]
    clear, shots = True, []
    for start, end in zip(cuts, ends, strict=True):
        shot, seen_plainly = _random_shot(
            rng, start, end - start, (height_px, width_px), family, pairs
        )
        clear = clear and seen_plainly
        shots.append(shot)
    frame_rate = _FRAME_RATES[int(rng.integers(len(_FRAME_RATES)))]
    lens = _random_lens(rng)
    plain_lens = lens.light >= 0.75 and lens.blur_px < 1.0 and (lens.quality or 99) >= 30
    return world_of_shots(
        seed,
        seconds,
        height_px,
        width_px,
        frame_rate,
        tuple(shots),
        lens,
        clear=clear and plain_lens and frame_rate > 14 and len(shots) == 1,
    )


def _random_shot(
    rng: np.random.Generator, start_s: float, seconds: float, size_px: tuple[int, int],
    family: str | None, pairs: Pairs,
) -> tuple[Shot, bool]:  # fmt: skip
    """A shot, and whether its acts are large, its light good and its camera quiet."""
    ambiences = [c.name for c in taxonomy().of_kind("ambience")]
    where = scenery_of(rng, ambiences[int(rng.integers(len(ambiences)))], *size_px)
    count = int(rng.choice([0, 1, 2, 3], p=[0.05, 0.6, 0.25, 0.1]))
    names = random_families(rng, count)
    if family is not None:
        names = [family, *names[1:]]
    acts, stages = [], []
    for number, name in enumerate(names):
        wanted: Pairs = pairs if number == 0 or pairs == "any" else "trained"
        aspect = size_px[1] / size_px[0]
        room = (number, len(names))
        act, stage = _random_act(rng, name, where, seconds, aspect, wanted, room)
        acts.append(act)
        stages.append(stage)
    kind = str(rng.choice(["still", "hand", "pan", "zoom"], p=[0.45, 0.33, 0.12, 0.1]))
    look = _random_camera_path(rng, kind)
    if len(stages) == 1 and acts[0].look is None and rng.random() < 0.25:
        look = _close_up(look, stages[0], float(rng.uniform(1.3, 2.0)))
    clear = (
        all(stage.size >= 0.5 for stage in stages)
        and len(stages) <= 2
        and where.ambience not in _DARK
        and kind in ("still", "hand")
    )
    return Shot(start_s, where, tuple(acts), look), clear


def _random_act(
    rng: np.random.Generator, name: str, where: Scenery, seconds: float, aspect: float,
    pairs: Pairs, room: tuple[int, int],
) -> tuple[Act, Setting]:  # fmt: skip
    """An act of a family whose pairs are allowed; drawn again until they are.

    Args:
        room: number of the act, and of how many: they stand side by side and share the width, since
            nobody could say what goes on behind something else.
    """
    number, count = room
    largest = _LARGEST[count - 1]
    margin = 0.2 if count == 1 else 0.08
    width = (1.0 - 2.0 * margin) / count
    left = margin + width * number
    inner = 0.0 if count == 1 else 0.25
    for _ in range(_TRIES):
        stage = Setting(
            seconds=seconds,
            aspect=aspect,
            floor=where.floor,
            ground=where.ground,
            size=float(rng.uniform(0.4, largest)),
            x=(left + width * float(rng.uniform(inner, 1.0 - inner))) * aspect,
            silent=bool(rng.random() < 0.3) and pairs != "unseen",
        )
        act = FAMILIES[name](rng, stage)
        unseen = any((s.sound_class, s.material) in HELD_OUT_PAIRS for s in act.soundings)
        if pairs == "any" or unseen == (pairs == "unseen"):
            break
    return act, stage


def _close_up(look: CameraPath, stage: Setting, zoom: float) -> CameraPath:
    """The same camera, nearer to the act."""
    right = 0.8 * (stage.x - 0.5 * stage.aspect)
    down = stage.floor - 0.3 * stage.size - 0.5

    def nearer(t: float) -> Camera:
        return look(t) + Camera(right, 0.8 * down, zoom)

    return nearer


def _random_camera_path(rng: np.random.Generator, kind: str) -> CameraPath:
    """Tripod, hand-held, pan or zoom, around a random framing."""
    zoom = float(rng.uniform(1.0, 1.25))
    shift, speed = rng.uniform(-0.06, 0.06, 2), rng.uniform(-0.12, 0.12, 2)
    amounts, rates, phases = (
        rng.uniform(0.001, 0.008, 3),
        rng.uniform(2.0, 12.0, 3),
        rng.uniform(0, 6, 3),
    )

    def look(t: float) -> Camera:
        right, down, roll, magnification = float(shift[0]), float(shift[1]), 0.0, zoom
        if kind == "hand":
            right, down, roll = (
                base + amount * sin(rate * t + phase)
                for base, amount, rate, phase in zip(
                    (right, down, 0.0), amounts, rates, phases, strict=True
                )
            )
        elif kind == "pan":
            right, down = right + float(speed[0]) * t, down + 0.3 * float(speed[1]) * t
        elif kind == "zoom":
            magnification *= 1.0 + abs(float(speed[0])) * t
        return Camera(right, down, magnification, roll)

    return look


def _random_lens(rng: np.random.Generator) -> Lens:
    return Lens(
        light=float(rng.uniform(0.6, 1.25)),
        blur_px=float(rng.choice([0.0, 0.0, 0.6, 1.2])),
        noise=float(rng.choice([0.0, 2.0, 5.0])),
        quality=int(rng.integers(18, 60)) if rng.random() < 0.5 else None,
        letterbox=float(rng.choice([0.0, 0.0, 0.0, 0.0, 0.1])),
    )
