"""The procedural audio-visual world: a scene from a seed, with exact ground truth.

A scene is one or two shots in places of the taxonomy, up to three acts in each, a camera and
a lens. About a third of the acts are silent twins: the same kind of motion without contact, so that
motion alone is not enough. Pictures are a pure function of seed and index; the cue sheet
says what would be heard, to the sample.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sin
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.ids import seed_of
from foley_core.timebase import duration_samples, seconds_to_samples
from foley_core.types import U8
from foley_core.world import animals, blasts, falling, hands, people, striking, things, water
from foley_core.world.canvas import Camera, Canvas
from foley_core.world.scenery import Place, place
from foley_core.world.stage import Act, Look, Stage


class Family(Protocol):
    """Makes an act for a stage."""

    def __call__(self, rng: np.random.Generator, stage: Stage) -> Act: ...


FAMILIES: dict[str, Family] = {
    "ball": falling.ball, "drop": falling.drop, "shatter": falling.shatter, "snap": falling.snap,
    "roll": falling.roll, "splash": water.splash, "drip": water.drip, "pour": water.pour,
    "hammer": striking.hammer, "chop": striking.chop, "drumstick": striking.drumstick,
    "drum": striking.drum, "slap": striking.slap, "knock": striking.knock,
    "keyboard": hands.keyboard, "switch": hands.light_switch, "set_down": hands.set_down,
    "slide": hands.slide, "saw": hands.saw, "whoosh": hands.whoosh, "cloth": hands.cloth,
    "walker": people.walker, "runner": people.runner, "shuffler": people.shuffler,
    "approach": people.approach, "first_person": people.first_person, "dog": animals.dog,
    "rooster": animals.rooster, "door": things.door, "lid": things.lid, "vehicle": things.vehicle,
    "engine": things.engine_block, "machine": things.machine, "foliage": things.foliage,
    "fire": blasts.fire, "gun": blasts.gun, "explosion": blasts.explosion,
}  # fmt: skip

_FRAME_RATES = (
    Fraction(12), Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(25),
    Fraction(30000, 1001), Fraction(30), Fraction(30), Fraction(50), Fraction(60),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """What is seen between two cuts; its clock starts at `start_s`."""

    start_s: float
    place: Place
    acts: tuple[Act, ...]
    look: Look


@dataclass(frozen=True, slots=True)
class Lens:
    """What happens to a picture after the scene: exposure, blur, noise, coarse compression."""

    light: float = 1.0
    blur_px: float = 0.0
    noise: float = 0.0
    quality: int | None = None
    letterbox: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """A rendered scene.

    frame_rate: pictures a second; frames: how many; sheet: the true cues.
    """

    seed: int
    height_px: int
    width_px: int
    frame_rate: Fraction
    frames: int
    shots: tuple[Shot, ...]
    lens: Lens
    sheet: CueSheet

    def picture(self, index: int) -> U8:
        """RGB picture (H, W, 3) number `index`."""
        time_s = float(index / self.frame_rate)
        shot = [s for s in self.shots if s.start_s <= time_s + 1e-9][-1]
        since = time_s - shot.start_s
        canvas = Canvas(self.height_px, self.width_px)
        camera = shot.look(since)
        for act in shot.acts:
            if act.look is not None:
                camera = camera + act.look(since)
        canvas.look(camera)
        canvas.backdrop(shot.place.backdrop)
        shot.place.behind(canvas, since)
        for act in shot.acts:
            act.draw(canvas, since)
        shot.place.before(canvas, since)
        return _through(self.lens, canvas.picture, camera.light, seed_of(self.seed, "lens", index))

    def pictures(self) -> Iterator[U8]:
        """All pictures in order."""
        return (self.picture(index) for index in range(self.frames))


def render(
    seed: int, seconds: float, height_px: int = 144, width_px: int = 256, family: str | None = None
) -> World:
    """A random scene.

    Args:
        seed: same seed, same pictures and cues.
        family: the first act's family of `FAMILIES`, or None for any.
    """
    rng = np.random.default_rng(seed_of(seed, "world"))
    cuts = [0.0]
    if rng.random() < 0.12 and seconds > 2.0:
        cuts.append(float(rng.uniform(0.35, 0.65) * seconds))
    ends = [*cuts[1:], seconds]
    shots = tuple(
        _random_shot(rng, start, end - start, height_px, width_px, family)
        for start, end in zip(cuts, ends, strict=True)
    )
    frame_rate = _FRAME_RATES[int(rng.integers(len(_FRAME_RATES)))]
    return composed(seed, seconds, height_px, width_px, frame_rate, shots, _random_lens(rng))


def composed(
    seed: int, seconds: float, height_px: int, width_px: int, frame_rate: Fraction,
    shots: tuple[Shot, ...], lens: Lens,
) -> World:  # fmt: skip
    """A world of given shots, with the cues of all their acts."""
    samples = duration_samples(Fraction(seconds).limit_denominator(10_000))
    ends = [*(shot.start_s for shot in shots[1:]), seconds]
    cues = [
        cue
        for shot, end in zip(shots, ends, strict=True)
        for cue in _cues(shot, min(samples, seconds_to_samples(end)))
    ]
    return World(
        seed=seed,
        height_px=height_px,
        width_px=width_px,
        frame_rate=frame_rate,
        frames=ceil(Fraction(seconds).limit_denominator(10_000) * frame_rate),
        shots=shots,
        lens=lens,
        sheet=CueSheet(samples, ()).with_cues(cues),
    )


def _cues(shot: Shot, end: int) -> list[Cue]:
    """Cues of a shot that ends at sample `end`: one ambience and what its acts do until then."""
    start = seconds_to_samples(shot.start_s)
    found = [Cue("ambience", shot.place.ambience, None, start, end, 0.5)]
    for act in shot.acts:
        for sounding in act.soundings:
            onset = seconds_to_samples(shot.start_s + max(0.0, sounding.onset_s))
            offset = min(end, seconds_to_samples(shot.start_s + sounding.offset_s))
            if onset < offset:
                intensity = round(min(1.0, sounding.intensity), 3)
                found.append(
                    Cue("action", sounding.sound_class, sounding.material, onset, offset, intensity)
                )
    return found


def _random_shot(
    rng: np.random.Generator, start_s: float, seconds: float, height_px: int, width_px: int,
    family: str | None,
) -> Shot:  # fmt: skip
    ambiences = [c.name for c in taxonomy().of_kind("ambience")]
    where = place(rng, ambiences[int(rng.integers(len(ambiences)))], height_px, width_px)
    count = int(rng.choice([0, 1, 2, 3], p=[0.06, 0.58, 0.26, 0.1]))
    names = [str(name) for name in rng.choice(list(FAMILIES), count)]
    if family is not None:
        names = [family, *names[1:]]
    acts = tuple(
        FAMILIES[name](rng, _stage(rng, where, seconds, width_px / height_px)) for name in names
    )
    return Shot(start_s, where, acts, _random_look(rng))


def _stage(rng: np.random.Generator, where: Place, seconds: float, aspect: float) -> Stage:
    return Stage(
        seconds=seconds,
        aspect=aspect,
        floor=where.floor,
        ground=where.ground,
        size=float(rng.uniform(0.4, 1.0)),
        x=float(rng.uniform(0.2, 0.8)) * aspect,
        silent=bool(rng.random() < 0.3),
    )


def _random_look(rng: np.random.Generator) -> Look:
    """Tripod, hand-held, pan or zoom, around a random framing."""
    kind = rng.choice(["still", "hand", "pan", "zoom"], p=[0.45, 0.33, 0.12, 0.1])
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


def _through(lens: Lens, picture: U8, light: float, seed: int) -> U8:
    seen: NDArray[Any] = picture
    if lens.blur_px > 0.0:
        seen = cv2.GaussianBlur(seen, (0, 0), lens.blur_px)
    if lens.light * light != 1.0:
        seen = cv2.convertScaleAbs(seen, alpha=lens.light * light)
    if lens.noise > 0.0:
        seen = cv2.add(seen, _noise(seen, lens.noise, seed), dtype=cv2.CV_8U)
    if lens.letterbox > 0.0:
        bar = round(lens.letterbox * len(seen))
        seen[:bar] = seen[len(seen) - bar :] = 0
    if lens.quality is not None:
        coded = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, lens.quality])[1]
        seen = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return np.asarray(seen, np.uint8)


def _noise(picture: U8, strength: float, seed: int) -> NDArray[np.int16]:
    """Sensor noise, the same in all channels; cut from one table at a place given by the seed."""
    height, width = picture.shape[:2]
    table = np.random.default_rng(seed % 16).normal(0.0, strength, (height + 8, width + 8))
    top, left = seed // 16 % 8, seed // 128 % 8
    gray = np.rint(table[top : top + height, left : left + width]).astype(np.int16)
    return np.repeat(gray[:, :, None], 3, axis=2)
