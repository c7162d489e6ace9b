"""One hand, one thing, one table, four actions: only motion tells them apart.

A network that looks at single pictures cannot learn these from the objects.
"""

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, material_colour, one_of
from foley_core.world.canvas import Canvas, shade
from foley_core.world.falling import draw_block
from foley_core.world.kinematics import Key, Profile, rhythm, strikes, swings

_MATERIALS = {
    "tap": ("wood", "metal", "glass", "plastic", "ceramic"),
    "slap": ("wood", "cloth"),
    "set_down": ("wood", "glass", "ceramic", "metal", "plastic"),
    "slide": ("wood", "metal", "plastic", "cloth"),
}


def table_hand(rng: np.random.Generator, setting: Setting) -> Act:
    """A hand that taps, slaps, slides or sets down a thing; the silent twin only hovers."""
    action = one_of(rng, *_MATERIALS)
    material = one_of(rng, *_MATERIALS[action])
    moves = _Movement(rng, setting, action)
    colour, skin = material_colour(rng, material), material_colour(rng, "flesh")
    table, size = material_colour(rng, "wood"), setting.size
    width, height = size * rng.uniform(0.3, 0.45), size * rng.uniform(0.1, 0.2)
    side = 1.0 if rng.random() < 0.5 else -1.0

    def draw(canvas: Canvas, t: float) -> None:
        top = setting.floor - 0.12 * size
        canvas.box(setting.x - 0.8, top, setting.x + 0.8, top + 0.1 * size, table)
        x, up = setting.x + side * moves.across(t), moves.carried(t)
        draw_block(canvas, (x, top - 0.5 * height - up), (width, height), 0.0, colour)
        hand = (x + 0.03 * size, top - height - up - moves.above(t) - 0.04 * size)
        elbow = (hand[0] + side * 0.55 * size, hand[1] - 0.22 * size)
        canvas.line([hand, elbow, (elbow[0] + side * 0.5, elbow[1] + 0.1)], 0.1 * size, skin)
        canvas.line([(hand[0] - side * 0.12 * size, hand[1]), hand], 0.07 * size, shade(skin, 1.1))

    return Act(draw, [] if setting.silent else moves.soundings(action, material))


class _Movement:
    """A movement of the hand.

    Attributes:
        above: height of the hand above the thing, world units over time.
        carried: height of the thing above the table.
        across: how far the thing is pushed.
        times: instants of the sounds; empty for a slide.
    """

    def __init__(self, rng: np.random.Generator, setting: Setting, action: str) -> None:
        size, self.seconds = setting.size, setting.seconds
        still = Profile([Key(0.0, 0.0)])
        self.above, self.carried, self.across = still, still, still
        self.times: list[float] = []
        if action in ("tap", "slap"):
            # A tap is small, fast and frequent; a slap is lifted five times as high and comes less
            # often.
            interval_s = rng.uniform(0.25, 0.5) if action == "tap" else rng.uniform(0.6, 1.1)
            lift = rng.uniform(0.05, 0.1) if action == "tap" else rng.uniform(0.3, 0.5)
            self.times = rhythm(rng, setting.seconds, interval_s, 0.2)
            swing_s = 0.08 if action == "tap" else rng.uniform(0.12, 0.2)
            self.above = strikes(self.times, lift * size, swing_s, 0.3, setting.silent)
        elif action == "set_down":
            self.times = rhythm(rng, setting.seconds, rng.uniform(1.1, 1.6), 0.2)
            self.carried = _set_downs(self.times, rng.uniform(0.15, 0.3) * size, setting.silent)
        else:
            self.begin = rng.uniform(0.1, 0.6)
            self.end = min(setting.seconds - 0.1, self.begin + rng.uniform(1.5, 3.0))
            self.across = _pushes(rng, self.begin, self.end, size)
            hover = 0.15 * size if setting.silent else 0.0
            self.carried = Profile([Key(0.0, hover)])
        if setting.silent and not self.times:
            # The hand of a silent slide sways: perfect stillness would give the twin away.
            self.above = swings(rng, 0.02 * size, (0.7,))

    def soundings(self, action: str, material: str) -> list[Sounding]:
        """Return the sounds of the movement."""
        if action == "slide":
            return [Sounding(action, material, self.begin, self.end, 0.5)]
        strength = {"tap": 0.4, "slap": 0.75, "set_down": 0.5}[action]
        return [Sounding(action, material, t, t + 0.4, strength) for t in self.times]


def _set_downs(times_s: list[float], lift: float, silent: bool) -> Profile:
    """Return heights of a thing that is set down at each time; the twin stops above the table."""
    lowest = 0.35 * lift if silent else 0.0
    keys = [Key(0.0, lift)]
    for time_s in times_s:
        keys += [
            Key(max(keys[-1].time_s + 0.02, time_s - 0.4), lift),
            # An even descent that stops dead shows contact; the twin slows down before it turns.
            Key(time_s, lowest, "smooth" if silent else "linear"),
            Key(time_s + 0.2, lowest),
            Key(time_s + 0.55, lift),
        ]
    return Profile(keys)


def _pushes(rng: np.random.Generator, begin_s: float, end_s: float, size: float) -> Profile:
    """Return a movement to and fro, about one push in 0.6 s."""
    keys, direction = [Key(begin_s, 0.0)], 1.0
    while keys[-1].time_s < end_s - 0.3:
        step_s = min(rng.uniform(0.4, 0.8), end_s - keys[-1].time_s)
        keys.append(Key(keys[-1].time_s + step_s, direction * rng.uniform(0.12, 0.28) * size))
        direction = -direction
    return Profile(keys)
