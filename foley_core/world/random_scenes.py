"""Random scenes: places, acts, camera and lens that follow from a seed.

About a third of the acts are silent twins: the same kind of motion without contact, so that motion
alone is not enough. What does not matter is varied: framing, light, blur, noise, compression, frame
rate, letterbox, cuts, several things at once.

Everything is drawn from one random generator, in a fixed order: a draw that is added, taken away or
moved changes every world, and weights and figures say which seeds they were made with.
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
"""The (class, material) pairs that may sound.

"trained": none of `HELD_OUT_PAIRS`; "unseen": the first act of a shot has one of them;
"any": all.
"""

# Film, television and web rates; 25 and 30 stand twice, since most videos have them.
_FRAME_RATES = (
    Fraction(12), Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(25),
    Fraction(30000, 1001), Fraction(30), Fraction(30), Fraction(50), Fraction(60),
)  # fmt: skip
# The families that can sound with a held-out pair.
_UNSEEN_FAMILIES = (
    "hammer", "drumstick", "set_down", "slap", "drop", "ball", "lid", "door", "shatter", "snap",
    "table_hand",
)  # fmt: skip
_DARK = ("night", "thunderstorm")
_TRIES = 60
"""Attempts to get an act whose pairs are allowed; the last one is kept."""
_LARGEST = (1.0, 0.75, 0.6)
"""Largest size of an act that stands alone, with one other, with two others."""


def render_random_scene(
    seed: int,
    seconds: float,
    height_px: int = 144,
    width_px: int = 256,
    family: str | None = None,
    pairs: Pairs = "any",
) -> World:
    """Return a random scene.

    Args:
        seed: the same seed (and other arguments) gives the same pictures and cues.
        seconds: length of the scene.
        height_px, width_px: size of its pictures.
        family: a name of `FAMILIES` for the first act of each shot, or None for any.
        pairs: which pairs of class and material may sound.
    """
    rng = np.random.default_rng(seed_of(seed, "world", pairs))
    if pairs == "unseen" and family is None:
        family = str(rng.choice(_UNSEEN_FAMILIES))
    cuts = [0.0]
    # One scene in eight has a cut: a jump of the whole picture that must not be taken for an
    # impact.
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
    # "Clear" is judged by what was drawn, not by the pictures: bright, sharp, hardly compressed
    # and without a cut, so that a person would see all of it plainly. At 12 pictures a second
    # an impact falls between two of them.
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
    """Return a shot, and whether its acts are large, its light is good and its camera is quiet."""
    ambiences = [c.name for c in taxonomy().trained_of_kind("ambience")]
    where = scenery_of(rng, ambiences[int(rng.integers(len(ambiences)))], *size_px)
    # One scene in twenty shows a place where nothing happens.
    count = int(rng.choice([0, 1, 2, 3], p=[0.05, 0.6, 0.25, 0.1]))
    names = random_families(rng, count)
    if family is not None:
        names = [family, *names[1:]]
    acts, settings = [], []
    for number, name in enumerate(names):
        # Only the first act must have a held-out pair; the others never have one.
        wanted: Pairs = pairs if number == 0 or pairs == "any" else "trained"
        aspect = size_px[1] / size_px[0]
        room = (number, len(names))
        act, setting = _random_act(rng, name, where, seconds, aspect, wanted, room)
        acts.append(act)
        settings.append(setting)
    # Nearly half of the cameras stand still; a hand-held one shakes, and that must not sound.
    kind = str(rng.choice(["still", "hand", "pan", "zoom"], p=[0.45, 0.33, 0.12, 0.1]))
    look = _random_camera_path(rng, kind)
    if len(settings) == 1 and acts[0].look is None and rng.random() < 0.25:
        # A close-up of a single act, unless the act moves the camera itself.
        look = _close_up(look, settings[0], float(rng.uniform(1.3, 2.0)))
    # A picture tells what happens if it is large, in good light, not crowded, and the camera is
    # quiet.
    clear = (
        all(setting.size >= 0.5 for setting in settings)
        and len(settings) <= 2
        and where.ambience not in _DARK
        and kind in ("still", "hand")
    )
    return Shot(start_s, where, tuple(acts), look), clear


def _random_act(
    rng: np.random.Generator, name: str, where: Scenery, seconds: float, aspect: float,
    pairs: Pairs, room: tuple[int, int],
) -> tuple[Act, Setting]:  # fmt: skip
    """Return an act whose pairs are allowed, and its setting; both are drawn again until they are.

    Args:
        name: family of the act.
        where: the place.
        seconds: length of the shot.
        aspect: width over height of the picture.
        pairs: which pairs may sound.
        room: number of the act, and how many there are. They stand side by side and share the
            width, since nobody could say what goes on behind something else.
    """
    number, count = room
    largest = _LARGEST[count - 1]
    margin = 0.2 if count == 1 else 0.08
    width = (1.0 - 2.0 * margin) / count
    left = margin + width * number
    # Acts that share the picture keep to the middle half of their part of it.
    inner = 0.0 if count == 1 else 0.25
    for _ in range(_TRIES):
        setting = Setting(
            seconds=seconds,
            aspect=aspect,
            floor=where.floor,
            ground=where.ground,
            size=float(rng.uniform(0.4, largest)),
            x=(left + width * float(rng.uniform(inner, 1.0 - inner))) * aspect,
            silent=bool(rng.random() < 0.3) and pairs != "unseen",
        )
        act = FAMILIES[name](rng, setting)
        unseen = any((s.sound_class, s.material) in HELD_OUT_PAIRS for s in act.soundings)
        if pairs == "any" or unseen == (pairs == "unseen"):
            break
    return act, setting


def _close_up(look: CameraPath, setting: Setting, zoom: float) -> CameraPath:
    """Return the same camera, nearer to the act by a factor of `zoom`."""
    # The camera moves four fifths of the way: the act is near the middle, not always in it.
    right = 0.8 * (setting.x - 0.5 * setting.aspect)
    down = setting.floor - 0.3 * setting.size - 0.5

    def nearer(t: float) -> Camera:
        return look(t) + Camera(right, 0.8 * down, zoom)

    return nearer


def _random_camera_path(rng: np.random.Generator, kind: str) -> CameraPath:
    """Return a camera on a tripod, in a hand, in a pan or in a zoom, around a random framing."""
    zoom = float(rng.uniform(1.0, 1.25))
    shift, speed = rng.uniform(-0.06, 0.06, 2), rng.uniform(-0.12, 0.12, 2)
    # For each of right, down and roll of a hand-held camera: one sinusoid of 0.3 to 2 Hz.
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
    """Return random exposure, blur, noise, compression and letterbox."""
    return Lens(
        light=float(rng.uniform(0.6, 1.25)),
        blur_px=float(rng.choice([0.0, 0.0, 0.6, 1.2])),
        noise=float(rng.choice([0.0, 2.0, 5.0])),
        quality=int(rng.integers(18, 60)) if rng.random() < 0.5 else None,
        letterbox=float(rng.choice([0.0, 0.0, 0.0, 0.0, 0.1])),
    )
