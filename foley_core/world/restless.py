"""Motion that goes on and on without a single contact: machines, water, crowds, gestures, walks.

Filmed clips of such things are full of stops and turns, none of which is heard by itself. None of
these acts has a cue, whatever the setting asks for.
"""

from math import cos, pi, sin

import cv2
import numpy as np

from foley_core.types import U8
from foley_core.world.acting import Act, Setting, any_colour, material_colour
from foley_core.world.canvas import Camera, Canvas, shade, value_noise
from foley_core.world.handling import Speaker, gestures
from foley_core.world.kinematics import Key, Profile, wander
from foley_core.world.sprites import Sprite


def mechanism(rng: np.random.Generator, setting: Setting) -> Act:
    """A machine that trembles, with a wheel, a rod driven by it, and a carriage to and fro."""
    size, x, y = setting.size, setting.x, setting.floor - 0.3 * setting.size
    block = Sprite(rng, material_colour(rng, "metal"), "box", 0.7)
    wheel, rod = Sprite(rng, any_colour(rng), "disc", 0.9), Sprite(rng, any_colour(rng), "bar", 0.5)
    needle, slider = (Sprite(rng, material_colour(rng, "metal"), "box", 0.8) for _ in range(2))
    # From a slow pump to a sewing machine.
    turn_hz = float(np.exp(rng.uniform(np.log(0.4), np.log(9.0))))
    stroke, crank = size * rng.uniform(0.05, 0.2), size * rng.uniform(0.06, 0.16)
    tremble = wander(rng, rng.choice([0.0, 0.004, 0.012]) * size, (6.0, 8.5, 11.0))
    beat = wander(rng, 0.5, (0.5, 1.3))
    line = _to_and_fro(rng, setting.seconds, 0.35 * size)
    shows = rng.random(4) < (0.6, 0.7, 0.5, 0.4)

    def draw(canvas: Canvas, t: float) -> None:
        # The tremble swells and fades, as of an engine that idles unevenly.
        shake = tremble(t) * (1.0 + beat(t))
        left, top, turn = x + shake, y + 0.7 * shake, 2.0 * pi * turn_hz * t
        block.place(canvas, (left - 0.4 * size, top), (left + 0.4 * size, top), 0.5 * size)
        if shows[0]:
            wheel.stamp(canvas, (left - 0.15 * size, top), 0.19 * size, turn)
        if shows[1]:
            pin = (left - 0.15 * size + crank * cos(turn), top + crank * sin(turn))
            rod.place(canvas, pin, (left + 0.35 * size, top + 0.3 * crank * sin(turn)), 0.06 * size)
        if shows[2]:
            low = top - 0.1 * size + stroke * sin(turn)
            needle.place(
                canvas,
                (left + 0.25 * size, low - 0.35 * size),
                (left + 0.25 * size, low),
                0.05 * size,
            )
        if shows[3]:
            at = (left + line(t), top - 0.3 * size)
            slider.place(
                canvas, (at[0] - 0.1 * size, at[1]), (at[0] + 0.1 * size, at[1]), 0.12 * size
            )

    return Act(draw)


def _to_and_fro(rng: np.random.Generator, seconds: float, reach: float) -> Profile:
    """Return even movement between two ends with abrupt turns, as of a printer's carriage."""
    pass_s, rest_s = rng.uniform(0.25, 1.2), rng.choice([0.0, 0.1])
    keys, t, end = [Key(0.0, -reach)], 0.0, reach
    while t < seconds:
        t += float(pass_s)
        keys.append(Key(t, end, "linear"))
        if rest_s:
            t += float(rest_s)
            keys.append(Key(t, end))
        end = -end
    return Profile(keys)


def flowing(rng: np.random.Generator, setting: Setting) -> Act:
    """Water, smoke or a crowd from afar: two layers of texture that stream over each other."""
    layers: list[U8] = []
    colour, other = np.array(any_colour(rng)), np.array(any_colour(rng))
    for cells in rng.integers(5, 20, 2):
        noise = value_noise(rng, 192, 256, int(cells), 4)[:, :, None]
        layers.append((colour + (other - colour) * noise).astype(np.uint8))
    direction = rng.uniform(0.0, 2.0 * pi, 2)
    speeds = rng.uniform(0.03, 0.7, 2)
    surge = [wander(rng, 0.06, (0.3, 0.8, 1.9)) for _ in range(2)]
    swell, rate = rng.uniform(0.0, 0.03), rng.uniform(2.0, 7.0)
    top, bottom = sorted(rng.uniform(0.0, 1.0, 2))
    top, bottom = float(top), max(float(bottom), float(top) + 0.35)

    def draw(canvas: Canvas, t: float) -> None:
        height, width = canvas.picture.shape[:2]
        from_picture = cv2.invertAffineTransform(canvas.view)
        seen = []
        for layer, turn, speed, pulse in zip(layers, direction, speeds, surge, strict=True):
            way = speed * t + pulse(t)
            # 160 pixels of the texture are one world unit.
            to_layer = 160.0 * from_picture
            to_layer[:, 2] -= 160.0 * way * np.array([cos(turn), sin(turn)])
            to_layer[1, 2] += 160.0 * swell * sin(rate * t)
            seen.append(cv2.warpAffine(layer, to_layer, (width, height),
                                       flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                                       borderMode=cv2.BORDER_REFLECT))  # fmt: skip
        first = int(np.clip(canvas.view[1, 1] * top + canvas.view[1, 2], 0, height - 1))
        last = int(np.clip(canvas.view[1, 1] * bottom + canvas.view[1, 2], first + 1, height))
        mixed = cv2.addWeighted(seen[0][first:last], 0.5, seen[1][first:last], 0.5, 0.0)
        canvas.picture[first:last] = mixed

    return Act(draw)


def swaying_people(rng: np.random.Generator, setting: Setting) -> Act:
    """People who sway, bob and wave their arms, each in a rhythm of their own or all in one."""
    count, size = int(rng.integers(2, 10)), setting.size * rng.uniform(0.4, 0.9)
    bodies = [Sprite(rng, any_colour(rng), "bar", 0.6) for _ in range(count)]
    heads = [Sprite(rng, material_colour(rng, "flesh"), "disc", 0.4) for _ in range(count)]
    common = rng.uniform(0.5, 2.5) if rng.random() < 0.5 else None
    rates = [float(common) if common else float(rng.uniform(0.4, 2.5)) for _ in range(count)]
    sways = [wander(rng, 0.1 * size, (0.4 * rate, rate)) for rate in rates]
    bobs = [wander(rng, 0.03 * size, (rate, 2.0 * rate)) for rate in rates]
    waves = [wander(rng, rng.uniform(0.1, 1.2), (rate, 1.4 * rate)) for rate in rates]
    places = [
        (
            setting.aspect * (n + rng.uniform(0.2, 0.8)) / count,
            setting.floor - rng.uniform(0.3, 0.6) * size,
        )
        for n in range(count)
    ]

    def draw(canvas: Canvas, t: float) -> None:
        for n, (x, y) in enumerate(places):
            top = (x + sways[n](t), y + bobs[n](t) - 0.3 * size)
            bodies[n].place(canvas, top, (x, y + 0.6 * size), 0.3 * size)
            heads[n].stamp(canvas, (top[0], top[1] - 0.1 * size), 0.11 * size, 0.0, 1.2)
            for side in (-1.0, 1.0):
                lift = 0.3 + side * waves[n](t)
                shoulder = (top[0] + 0.12 * side * size, top[1] + 0.06 * size)
                hand = (
                    shoulder[0] + 0.28 * side * size * cos(lift),
                    shoulder[1] - 0.28 * size * sin(lift),
                )
                bodies[n].place(canvas, shoulder, hand, 0.08 * size)
                heads[n].stamp(canvas, hand, 0.04 * size)

    return Act(draw)


def conversation(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who talks and gestures with both hands, without touching anything."""
    size, x, y = setting.size, setting.x, setting.floor - 0.3 * setting.size
    speaker = Speaker(rng, (x, y), size)
    sleeve, hand = (
        Sprite(rng, any_colour(rng), "bar"),
        Sprite(rng, material_colour(rng, "flesh"), "disc"),
    )
    moves = [gestures(rng, size, setting.seconds) for _ in range(2)]
    thing = Sprite(rng, any_colour(rng), "box", 0.7) if rng.random() < 0.4 else None

    def draw(canvas: Canvas, t: float) -> None:
        speaker.draw(canvas, t)
        for side, (right, down) in zip((-1.0, 1.0), moves, strict=True):
            shoulder = (x + 0.2 * side * size, y - 0.25 * size)
            elbow = (x + 0.32 * side * size, y + 0.1 * size + 0.3 * down(t))
            palm = (x + 0.2 * side * size + 0.7 * right(t), y + 0.7 * down(t))
            sleeve.place(canvas, shoulder, elbow, 0.12 * size)
            sleeve.place(canvas, elbow, palm, 0.1 * size)
            if thing is not None and side > 0.0:
                thing.stamp(
                    canvas, (palm[0], palm[1] - 0.06 * size), 0.1 * size, 3.0 * right(t) / size, 0.5
                )
            hand.stamp(canvas, palm, 0.06 * size)

    return Act(draw)


def strolling_camera(rng: np.random.Generator, setting: Setting) -> Act:
    """A camera that is carried along softly; the bobbing of the picture is not heard."""
    rate_hz, amount = rng.uniform(1.4, 2.3), rng.uniform(0.003, 0.015)
    speed, glide = rng.uniform(0.01, 0.06), rng.uniform(-0.06, 0.06)
    things = [
        Sprite(rng, shade(any_colour(rng), 0.8), "box" if n % 2 else "blob", 0.8) for n in range(6)
    ]
    places = rng.uniform((-0.2, 0.1), (setting.aspect + 0.2, 0.9), (6, 2))
    radii = rng.uniform(0.04, 0.2, 6)

    def draw(canvas: Canvas, t: float) -> None:
        for (x, y), radius, thing in zip(places, radii, things, strict=True):
            thing.stamp(canvas, (float(x), float(y)), float(radius), 0.0, 0.8)

    def look(t: float) -> Camera:
        phase = 2.0 * pi * rate_hz * t
        return Camera(
            0.6 * amount * sin(0.5 * phase) + glide * t,
            amount * cos(phase),
            1.0 + speed * t,
            0.2 * amount * sin(0.5 * phase),
        )

    return Act(draw, [], look)
