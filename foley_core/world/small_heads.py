"""Small animals whose heads jerk as they bark, while body, tail, ears and looks mean nothing."""

from collections.abc import Sequence
from math import cos, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, material_colour, one_of
from foley_core.world.canvas import Canvas, shade
from foley_core.world.kinematics import Key, Profile, wander
from foley_core.world.sprites import Sprite


def small_head(rng: np.random.Generator, setting: Setting) -> Act:
    """A small dog that barks with a jerk of its head; the twin only looks, pants and wags."""
    size, seconds = setting.size * rng.uniform(0.5, 1.1), setting.seconds
    coat = material_colour(rng, one_of(rng, "earth", "wood", "stone", "snow", "sand"))
    barks = _bursts(rng, seconds)
    jerk = _jerks(rng, barks)
    trunk, skull = Sprite(rng, coat, "disc", 0.7), Sprite(rng, shade(coat, 1.1), "disc", 0.6)
    ear, snout = Sprite(rng, shade(coat, 0.6), "wedge", 0.5), Sprite(rng, shade(coat, 1.3), "disc")
    tail_look, leg = Sprite(rng, shade(coat, 0.8), "bar"), Sprite(rng, shade(coat, 0.9), "bar")
    side = 1.0 if rng.random() < 0.5 else -1.0
    # A jerk goes up, forwards or both; it is small, and a quarter of the dogs hop with it.
    amount, lean = size * rng.uniform(0.03, 0.13), rng.uniform(0.2, 1.6)
    hop = 0.3 if rng.random() < 0.25 else 0.0
    looks = _looks(rng, seconds)
    breath = wander(rng, 0.012 * size, (2.2, 3.1) if rng.random() < 0.5 else (0.4, 0.6))
    wag = wander(rng, rng.choice([0.0, 0.3, 0.7]), (2.5, 4.5))
    flicks = _jerks(rng, list(rng.uniform(0.2, seconds, int(rng.integers(0, 5)))))

    def draw(canvas: Canvas, t: float) -> None:
        bark = 0.0 if setting.silent else jerk(t)
        x, y = setting.x, setting.floor - 0.35 * size - hop * amount * bark
        wagging = 2.2 + wag(t)
        root = (x - side * 0.3 * size, y)
        tip = (root[0] - side * 0.25 * size * sin(wagging), root[1] + 0.25 * size * cos(wagging))
        tail_look.place(canvas, root, tip, 0.07 * size)
        for step in (-0.2, -0.1, 0.12, 0.22):
            foot = (x + side * step * size, setting.floor)
            leg.place(canvas, (foot[0], y + 0.05 * size), foot, 0.08 * size)
        trunk.stamp(canvas, (x, y + breath(t)), 0.36 * size, 0.0, 0.6)
        # Head: where the dog looks shifts its snout, eyes and ears over the skull.
        turned = side * 0.5 + looks(t)
        head = (
            x + side * (0.28 * size + amount * bark * cos(lean)) + 0.08 * size * turned,
            y - 0.24 * size - amount * bark * sin(lean) + 0.5 * breath(t),
        )
        for way in (-1.0, 1.0):
            base = (head[0] + (way * 0.11 - 0.05 * turned) * size, head[1] - 0.12 * size)
            flick = 0.5 * flicks(t) * way
            end = (base[0] + (0.03 * way + 0.1 * flick) * size, base[1] - 0.13 * size)
            ear.place(canvas, base, end, 0.1 * size)
        skull.stamp(canvas, head, 0.17 * size, 0.0, 1.0)
        nose = (head[0] + 0.1 * size * turned, head[1] + 0.05 * size)
        mouth = 0.7 * bark if not setting.silent else 3.0 * abs(breath(t)) / size
        canvas.disc((nose[0], nose[1] + 0.06 * size), 0.055 * size, (70, 20, 25), 0.2 + mouth)
        snout.stamp(canvas, (nose[0], nose[1] - 0.02 * size * bark), 0.09 * size, 0.0, 0.7)
        canvas.disc(
            (nose[0] + 0.03 * size * turned, nose[1] - 0.02 * size), 0.025 * size, (20,) * 3
        )
        for way in (-1.0, 1.0):
            eye = (head[0] + (0.07 * way + 0.06 * turned) * size, head[1] - 0.05 * size)
            canvas.disc(eye, 0.018 * size, (18, 16, 15))

    cues = [Sounding("dog_bark", "flesh", t, t + 0.3, 0.7) for t in barks]
    return Act(draw, [] if setting.silent else cues)


def _bursts(rng: np.random.Generator, seconds: float) -> list[float]:
    """Return instants of barks: one to four in a row, then a pause."""
    times, t = [], float(rng.uniform(0.2, 1.2))
    while t < seconds - 0.15:
        gap = rng.uniform(0.25, 0.6)
        for _ in range(int(rng.integers(1, 5))):
            if t < seconds - 0.15:
                times.append(t)
            t += float(gap * rng.uniform(0.9, 1.2))
        t += float(rng.uniform(0.2, 1.6))
    return times


def _jerks(rng: np.random.Generator, times_s: Sequence[float]) -> Profile:
    """Return short jerks 0..1 that begin at given instants and swing back."""
    # A bark is heard as the head starts; it is farthest 50 to 90 ms later and back soon after.
    rise_s, back_s = rng.uniform(0.05, 0.09), rng.uniform(0.08, 0.16)
    keys = [Key(0.0, 0.0)]
    for time_s in sorted(times_s):
        begin = time_s - 0.02
        if begin > keys[-1].time_s + 0.005:
            keys.append(Key(begin, 0.0))
            keys.append(Key(begin + rise_s, rng.uniform(0.7, 1.0), "decelerate"))
            keys.append(Key(begin + rise_s + back_s, 0.0))
    return Profile(keys)


def _looks(rng: np.random.Generator, seconds: float) -> Profile:
    """Return where the head looks, -1 to 1: it rests, turns within half a second, rests again."""
    keys, t = [Key(0.0, float(rng.uniform(-0.5, 0.5)))], 0.0
    while t < seconds:
        t += float(rng.uniform(0.4, 2.0))
        keys.append(Key(t, keys[-1].value))
        t += float(rng.uniform(0.2, 0.6))
        keys.append(Key(t, float(rng.uniform(-1.0, 1.0))))
    return Profile(keys)
