"""Fire, shots and explosions."""

from math import cos, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Camera, Canvas, mix, shade
from foley_core.world.kinematics import (
    rhythm,
    swings,
)


def fire(rng: np.random.Generator, stage: Setting) -> Act:
    """A fire burns; the twin is cold wood and drifting smoke."""
    s, tongues = stage.size, 14
    flickers = [swings(rng, 1.0, (2.0, 4.0, 6.5)) for _ in range(tongues)]

    def draw(canvas: Canvas, t: float) -> None:
        for log in (-0.12, 0.0, 0.12):
            canvas.line(
                [
                    (stage.x - 0.25 * s, stage.floor - 0.03 * s + log * 0.2),
                    (stage.x + 0.25 * s, stage.floor - 0.05 * s - log * 0.3),
                ],
                0.07 * s,
                (74, 50, 36),
            )
        if stage.silent:
            for puff in range(4):
                rise = (0.15 * t + 0.25 * puff) % 1.0
                canvas.disc(
                    (stage.x + 0.05 * sin(3 * rise + puff), stage.floor - rise * s),
                    0.04 * s + 0.05 * rise,
                    (150, 150, 152),
                )
            return
        canvas.glow(
            (stage.x, stage.floor - 0.2 * s), 0.6 * s, (255, 150, 60), 0.4 + 0.1 * flickers[0](t)
        )
        for number, flicker in enumerate(flickers):
            x = stage.x + (number / (tongues - 1) - 0.5) * 0.4 * s
            tall = s * (0.25 + 0.15 * flicker(t)) * (1.2 - abs(number / (tongues - 1) - 0.5))
            tip = (x + 0.08 * s * flicker(t + 5.0), stage.floor - 0.08 * s - tall)
            warm = mix((250, 110, 30), (255, 225, 110), (number % 3) / 2.0)
            canvas.polygon(
                [
                    (x - 0.05 * s, stage.floor - 0.06 * s),
                    tip,
                    (x + 0.05 * s, stage.floor - 0.06 * s),
                ],
                warm,
            )

    return Act(draw, [] if stage.silent else [Sounding("fire", "air", 0.0, stage.seconds, 0.5)])


def gun(rng: np.random.Generator, stage: Setting) -> Act:
    """A pistol fires: flash, recoil, smoke; the twin is aimed here and there."""
    s, skin, way = stage.size, material_colour(rng, "flesh"), 1.0 if rng.random() < 0.5 else -1.0
    times = rhythm(rng, stage.seconds, rng.uniform(0.25, 1.2), 0.4)
    aim, with_flash = swings(rng, 0.04, (0.5, 0.8)), rng.random() < 0.7

    def draw(canvas: Canvas, t: float) -> None:
        since = min((t - at for at in times if t >= at), default=9.0)
        kick = 0.0 if stage.silent else np.exp(-since / 0.09) * min(1.0, since / 0.02)
        hand = (stage.x - way * 0.08 * s * kick, stage.floor - 0.4 * s - 0.06 * s * kick + aim(t))
        rise = 0.3 * kick + 0.3 * aim(t)
        muzzle = (hand[0] + way * 0.3 * s * cos(rise), hand[1] - 0.08 * s - 0.3 * s * sin(rise))
        canvas.line([hand, (hand[0] - way * 0.7, hand[1] + 0.3)], 0.14 * s, shade(skin, 0.9))
        canvas.line([(hand[0], hand[1] - 0.08 * s), muzzle], 0.07 * s, (48, 50, 54))
        canvas.disc(hand, 0.08 * s, skin)
        if stage.silent:
            return
        if since < 0.05 and with_flash:
            canvas.glow(muzzle, 0.5 * s, (255, 220, 150), 0.9)
            canvas.disc((muzzle[0] + way * 0.06 * s, muzzle[1]), 0.09 * s, (255, 240, 190))
        if since < 0.6:
            canvas.disc(
                (muzzle[0] + way * (0.05 + 0.2 * since) * s, muzzle[1] - 0.2 * since * s),
                (0.03 + 0.06 * since) * s,
                (190, 190, 192),
            )

    cues = [Sounding("gunshot", "metal", t, t + 0.8, 0.9) for t in times]
    return Act(draw, [] if stage.silent else cues)


def explosion(rng: np.random.Generator, stage: Setting) -> Act:
    """A flash, a ball of fire that becomes smoke, a jolt; the twin is a lamp going on and off."""
    s, y = stage.size, stage.floor - rng.uniform(0.1, 0.5) * stage.size
    times = rhythm(rng, stage.seconds, rng.uniform(1.2, 2.5), 0.4)
    sparks = rng.normal(0.0, 1.0, (24, 2))
    colour = any_colour(rng)

    def draw(canvas: Canvas, t: float) -> None:
        if stage.silent:
            on = int(t * 1.3) % 2 == 0
            canvas.disc((stage.x, y), 0.06 * s, (255, 245, 200) if on else (120, 115, 100))
            return
        for at in times:
            since = t - at
            if not 0.0 <= since < 1.6:
                continue
            radius = 0.45 * s * (1.0 - np.exp(-since / 0.12))
            if since < 0.12:
                canvas.glow((stage.x, y), 1.2, (255, 230, 180), 1.0 - since / 0.12)
            hot = max(0.0, 1.0 - since / 0.6)
            if since < 1.0:
                canvas.disc(
                    (stage.x, y - 0.1 * since), 0.5 * radius, mix((90, 86, 84), (255, 170, 70), hot)
                )
            for dx, dy in sparks:
                spark = (stage.x + dx * radius, y + dy * radius + 0.3 * since * since)
                canvas.disc(spark, 0.012 * s * (0.5 + hot), mix((120, 110, 100), colour, hot))

    def look(t: float) -> Camera:
        since = min((t - at for at in times if t >= at), default=9.0)
        return Camera(
            0.01 * np.exp(-since / 0.15) * sin(55.0 * since),
            0.015 * np.exp(-since / 0.15) * sin(70.0 * since),
        )

    cues = [Sounding("explosion", "air", t, t + 1.5, 0.95) for t in times]
    return Act(draw, [] if stage.silent else cues, None if stage.silent else look)
