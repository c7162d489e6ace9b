"""Look of filmed pictures: a hand that holds the camera, its exposure and focus, poor light, grain.

Amounts are wide on purpose: telephones in calm and in nervous hands, by day and by night.
"""

from dataclasses import replace

import cv2
import numpy as np

from foley_core.world.acting import CameraPath, any_colour
from foley_core.world.canvas import Camera, Canvas, value_noise
from foley_core.world.kinematics import wander
from foley_core.world.scene import Lens
from foley_core.world.scenery import Scenery
from foley_core.world.sprites import Sprite


def held_camera(rng: np.random.Generator, unrest: float) -> CameraPath:
    """Return a camera held by hand: slow drift, tremor, roll, wandering exposure and focus.

    Args:
        rng: draws the movement.
        unrest: 0 is a tripod, 1 a nervous hand.
    """
    # A body sways below 0.5 Hz, an arm at 1 to 3 Hz, muscles tremble at 6 to 11 Hz, the faster the
    # less.
    shifts = [
        [
            wander(rng, unrest * rng.uniform(0.01, 0.06), (0.12, 0.3, 0.5)),
            wander(rng, unrest * rng.uniform(0.002, 0.01), (1.1, 1.9, 3.0)),
            wander(rng, unrest * rng.uniform(0.0, 0.0015), (6.5, 8.5, 10.5)),
        ]
        for _ in range(2)
    ]
    roll = wander(rng, unrest * rng.uniform(0.005, 0.04), (0.2, 0.7, 1.7))
    breath = wander(rng, 0.02 * unrest, (0.2, 0.45))
    exposure = wander(rng, rng.choice([0.0, 0.04, 0.15]), (0.15, 0.4, 0.9))
    # Focus is lost in one world of four, and comes and goes.
    focus = wander(rng, 0.012 if rng.random() < 0.25 else 0.0, (0.2, 0.45))
    zoom, framing = float(rng.uniform(1.08, 1.35)), rng.uniform(-0.05, 0.05, 2)
    # A hand that frames anew moves for a few tenths of a second and rests again.
    moved_s, moved = rng.uniform(0.5, 4.5), rng.uniform(-0.12, 0.12, 2) * (rng.random() < 0.2)

    def look(t: float) -> Camera:
        share = float(np.clip((t - moved_s) / 0.4, 0.0, 1.0))
        anew = unrest * share * share * (3.0 - 2.0 * share)
        right, down = (
            float(framing[axis] + anew * moved[axis]) + sum(part(t) for part in shifts[axis])
            for axis in (0, 1)
        )
        return Camera(
            right, down, zoom * (1.0 + breath(t)), roll(t), 1.0 + exposure(t), max(0.0, focus(t))
        )

    return look


def filmed_lens(rng: np.random.Generator, dim: bool) -> Lens:
    """Return a lens as of a telephone or a compressed clip from the web.

    Args:
        rng: draws its properties.
        dim: True for poor light: few levels, strong noise, long exposure.
    """
    lens = Lens(
        light=float(rng.uniform(0.55, 1.25)),
        blur_px=float(rng.choice([0.0, 0.5, 0.8, 1.3])),
        noise=float(rng.choice([0.0, 1.5, 3.0, 6.0])),
        quality=int(rng.integers(12, 55)) if rng.random() < 0.7 else None,
        letterbox=float(rng.choice([0.0, 0.0, 0.0, 0.0, 0.1])),
        # A shutter that is open for half of the interval is usual; in bright light it is shorter.
        shutter=float(rng.choice([0.0, 0.0, 0.3, 0.5])),
    )
    if not dim:
        return lens
    light = float(rng.uniform(0.08, 0.28))
    return replace(
        lens,
        light=light,
        noise=float(rng.choice([1.0, 2.0, 3.0])),
        # The camera amplifies what it gets, but rarely to full brightness.
        gain=float(rng.uniform(0.3, 0.6)) / light,
        shutter=float(rng.uniform(0.5, 0.9)),
    )


def filmed_place(rng: np.random.Generator, where: Scenery) -> Scenery:
    """Return a place whose backdrop has texture down to the pixel, and maybe things in it."""
    canvas = Canvas(1, 1)
    canvas.view, canvas.scale = where.backdrop.view, where.backdrop.scale
    canvas.aspect, canvas.picture = where.backdrop.aspect, where.backdrop.picture.copy()
    height, width = canvas.picture.shape[:2]
    if rng.random() < 0.5:
        # No drawn place: stains of two colours, as of a wall, a meadow, a table out of focus.
        stains = value_noise(rng, height, width, int(rng.integers(2, 12)), 5)[:, :, None]
        dark, light = np.array(any_colour(rng)) * 0.6, np.array(any_colour(rng))
        canvas.picture = (dark + (light - dark) * stains).astype(np.uint8)
        for _ in range(int(rng.integers(0, 7))):
            thing = Sprite(rng, any_colour(rng), "box" if rng.random() < 0.6 else "blob", 0.6)
            spot = (rng.uniform(-0.2, canvas.aspect + 0.2), rng.uniform(0.0, 0.9))
            thing.stamp(canvas, spot, rng.uniform(0.05, 0.35), rng.uniform(0, 3.1), 0.6)
    # Grain of one to four pixels: walls, carpets, lawns and gravel differ in how much they have.
    grain = value_noise(rng, height, width, width // int(rng.integers(2, 7)), 2)[:, :, None]
    strength = float(rng.choice([0.05, 0.15, 0.35]))
    canvas.picture = np.clip(
        canvas.picture * (1.0 + 2.0 * strength * (grain - 0.5)), 0, 255
    ).astype(np.uint8)
    if rng.random() < 0.3:
        # A background out of focus, as behind everything that is near the camera.
        canvas.picture = np.asarray(cv2.GaussianBlur(canvas.picture, (0, 0), 2.0), np.uint8)
    return replace(where, backdrop=canvas)
