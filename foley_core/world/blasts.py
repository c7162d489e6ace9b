"""Fire, shots and explosions."""

from math import cos, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Camera, Canvas, mix, shade
from foley_core.world.kinematics import (
    rhythm,
    swings,
)


def fire(rng: np.random.Generator, setting: Setting) -> Act:
    """A fire burns; the silent twin is cold wood and drifting smoke."""
    size, tongues = setting.size, 14
    flickers = [swings(rng, 1.0, (2.0, 4.0, 6.5)) for _ in range(tongues)]

    def draw(canvas: Canvas, t: float) -> None:
        for log in (-0.12, 0.0, 0.12):
            canvas.line(
                [
                    (setting.x - 0.25 * size, setting.floor - 0.03 * size + log * 0.2),
                    (setting.x + 0.25 * size, setting.floor - 0.05 * size - log * 0.3),
                ],
                0.07 * size,
                (74, 50, 36),
            )
        if setting.silent:
            for puff in range(4):
                rise = (0.15 * t + 0.25 * puff) % 1.0
                canvas.disc(
                    (setting.x + 0.05 * sin(3 * rise + puff), setting.floor - rise * size),
                    0.04 * size + 0.05 * rise,
                    (150, 150, 152),
                )
            return
        # The glow flickers with the first tongue, so that light and flames agree.
        canvas.glow(
            (setting.x, setting.floor - 0.2 * size),
            0.6 * size,
            (255, 150, 60),
            0.4 + 0.1 * flickers[0](t),
        )
        for number, flicker in enumerate(flickers):
            x = setting.x + (number / (tongues - 1) - 0.5) * 0.4 * size
            # Tongues are tallest in the middle of the fire.
            tall = size * (0.25 + 0.15 * flicker(t)) * (1.2 - abs(number / (tongues - 1) - 0.5))
            tip = (x + 0.08 * size * flicker(t + 5.0), setting.floor - 0.08 * size - tall)
            warm = mix((250, 110, 30), (255, 225, 110), (number % 3) / 2.0)
            canvas.polygon(
                [
                    (x - 0.05 * size, setting.floor - 0.06 * size),
                    tip,
                    (x + 0.05 * size, setting.floor - 0.06 * size),
                ],
                warm,
            )

    return Act(draw, [] if setting.silent else [Sounding("fire", "air", 0.0, setting.seconds, 0.5)])


def gun(rng: np.random.Generator, setting: Setting) -> Act:
    """A pistol fires: flash, recoil, smoke; the silent twin is aimed here and there."""
    size, skin, facing = (
        setting.size,
        material_colour(rng, "flesh"),
        1.0 if rng.random() < 0.5 else -1.0,
    )
    times = rhythm(rng, setting.seconds, rng.uniform(0.25, 1.2), 0.4)
    aim, with_flash = swings(rng, 0.04, (0.5, 0.8)), rng.random() < 0.7

    def draw(canvas: Canvas, t: float) -> None:
        since = min((t - at for at in times if t >= at), default=9.0)
        # Recoil: full after 20 ms, then it decays within a few tenths of a second.
        kick = 0.0 if setting.silent else np.exp(-since / 0.09) * min(1.0, since / 0.02)
        hand = (
            setting.x - facing * 0.08 * size * kick,
            setting.floor - 0.4 * size - 0.06 * size * kick + aim(t),
        )
        rise = 0.3 * kick + 0.3 * aim(t)
        muzzle = (
            hand[0] + facing * 0.3 * size * cos(rise),
            hand[1] - 0.08 * size - 0.3 * size * sin(rise),
        )
        canvas.line([hand, (hand[0] - facing * 0.7, hand[1] + 0.3)], 0.14 * size, shade(skin, 0.9))
        canvas.line([(hand[0], hand[1] - 0.08 * size), muzzle], 0.07 * size, (48, 50, 54))
        canvas.disc(hand, 0.08 * size, skin)
        if setting.silent:
            return
        # Three of ten pistols show no flash: a shot must be known by its recoil alone too.
        if since < 0.05 and with_flash:
            canvas.glow(muzzle, 0.5 * size, (255, 220, 150), 0.9)
            canvas.disc((muzzle[0] + facing * 0.06 * size, muzzle[1]), 0.09 * size, (255, 240, 190))
        if since < 0.6:
            canvas.disc(
                (muzzle[0] + facing * (0.05 + 0.2 * since) * size, muzzle[1] - 0.2 * since * size),
                (0.03 + 0.06 * since) * size,
                (190, 190, 192),
            )

    cues = [Sounding("gunshot", "metal", t, t + 0.8, 0.9) for t in times]
    return Act(draw, [] if setting.silent else cues)


def explosion(rng: np.random.Generator, setting: Setting) -> Act:
    """A flash, a ball of fire that becomes smoke, a jolt of the camera.

    The silent twin is a lamp that is switched on and off: light that jumps without a blast.
    """
    size, y = setting.size, setting.floor - rng.uniform(0.1, 0.5) * setting.size
    times = rhythm(rng, setting.seconds, rng.uniform(1.2, 2.5), 0.4)
    sparks = rng.normal(0.0, 1.0, (24, 2))
    colour = any_colour(rng)

    def draw(canvas: Canvas, t: float) -> None:
        if setting.silent:
            on = int(t * 1.3) % 2 == 0
            canvas.disc((setting.x, y), 0.06 * size, (255, 245, 200) if on else (120, 115, 100))
            return
        for at in times:
            since = t - at
            if not 0.0 <= since < 1.6:
                continue
            # The ball grows fast and then stops (time constant 120 ms); its colour cools from
            # fire to smoke over 0.6 s.
            radius = 0.45 * size * (1.0 - np.exp(-since / 0.12))
            if since < 0.12:
                canvas.glow((setting.x, y), 1.2, (255, 230, 180), 1.0 - since / 0.12)
            hot = max(0.0, 1.0 - since / 0.6)
            if since < 1.0:
                canvas.disc(
                    (setting.x, y - 0.1 * since),
                    0.5 * radius,
                    mix((90, 86, 84), (255, 170, 70), hot),
                )
            for dx, dy in sparks:
                spark = (setting.x + dx * radius, y + dy * radius + 0.3 * since * since)
                canvas.disc(spark, 0.012 * size * (0.5 + hot), mix((120, 110, 100), colour, hot))

    def look(t: float) -> Camera:
        since = min((t - at for at in times if t >= at), default=9.0)
        # The blast shakes the camera: two damped oscillations of different rates, right and down.
        return Camera(
            0.01 * np.exp(-since / 0.15) * sin(55.0 * since),
            0.015 * np.exp(-since / 0.15) * sin(70.0 * since),
        )

    cues = [Sounding("explosion", "air", t, t + 1.5, 0.95) for t in times]
    return Act(draw, [] if setting.silent else cues, None if setting.silent else look)
