"""Hands and tools that strike, chop, tap, slap and knock."""

from math import cos, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour, one_of
from foley_core.world.canvas import Canvas, Colour, Point, shade
from foley_core.world.kinematics import rhythm, strikes


def hammer(rng: np.random.Generator, setting: Setting) -> Act:
    """An arm that swings a hammer onto something; the silent twin stops short."""
    material, interval_s = one_of(rng, "metal", "wood", "stone"), rng.uniform(0.45, 1.2)
    return _swung_tool(
        rng, setting, ("strike", material), "hammer", interval_s, rng.uniform(0.8, 1.3)
    )


def chop(rng: np.random.Generator, setting: Setting) -> Act:
    """An axe that comes down on a log; the silent twin stops short."""
    interval_s, lift = rng.uniform(0.9, 1.8), rng.uniform(0.9, 1.4)
    return _swung_tool(rng, setting, ("chop", "wood"), "axe", interval_s, lift)


def drumstick(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick that taps a thing lightly; the silent twin stops short."""
    material = one_of(rng, "wood", "metal", "glass", "plastic", "ceramic")
    interval_s = rng.uniform(0.2, 0.7)
    return _swung_tool(
        rng, setting, ("tap", material), "stick", interval_s, rng.uniform(0.15, 0.45)
    )


def drum(rng: np.random.Generator, setting: Setting) -> Act:
    """A stick that beats a bag or a drum with force; the silent twin stops short."""
    interval_s = rng.uniform(0.3, 0.9)
    return _swung_tool(
        rng, setting, ("strike", "cloth"), "stick", interval_s, rng.uniform(0.75, 1.3)
    )


def slap(rng: np.random.Generator, setting: Setting) -> Act:
    """A flat hand that slaps a surface; the silent twin stops short."""
    material, interval_s = one_of(rng, "flesh", "wood", "cloth"), rng.uniform(0.25, 1.0)
    return _swung_tool(rng, setting, ("slap", material), "hand", interval_s, rng.uniform(0.4, 1.2))


def _swung_tool(
    rng: np.random.Generator,
    setting: Setting,
    sound: tuple[str, str],
    tool: str,
    interval_s: float,
    lift: float,
) -> Act:
    """Return an act with a tool that is lifted by `lift` radians about every `interval_s`.

    Args:
        sound: class and material.
        tool: "hammer", "axe", "stick" or "hand".
    """
    sound_class, material = sound
    # Half of the rhythms are those of a machine (4 % jitter), half those of a person (35 %).
    times = rhythm(rng, setting.seconds, interval_s, rng.choice([0.04, 0.35]))
    # The swing fits into the pause before it, however fast the rhythm is.
    swing_s = min(0.45 * interval_s, rng.uniform(0.1, 0.25))
    angle = strikes(times, lift, swing_s, rng.uniform(0.05, 0.35), setting.silent)
    colour, handle = material_colour(rng, material), material_colour(rng, "wood")
    sleeve, skin = any_colour(rng), material_colour(rng, "flesh")
    side = 1.0 if rng.random() < 0.5 else -1.0
    size, length = setting.size, setting.size * rng.uniform(0.4, 0.65)
    top = setting.floor - 0.18 * size
    give = rng.uniform(0.0, 0.02) * size

    def draw(canvas: Canvas, t: float) -> None:
        # What is struck gives way a little while the tool touches it.
        pressed = give * max(0.0, 1.0 - angle(t) / (0.15 * lift)) if times else 0.0
        target = _log if tool == "axe" else _anvil
        target(canvas, (setting.x, top + pressed), size, colour)
        pivot = (setting.x + side * length, top - 0.04 * size)
        raised = angle(t)
        head = (pivot[0] - side * length * cos(raised), pivot[1] - length * sin(raised))
        shoulder = (pivot[0] + side * 0.35 * size, pivot[1] - 0.25 * size + 0.1 * size * raised)
        canvas.line([shoulder, (shoulder[0] + side * 0.3 * size, 1.3)], 0.22 * size, sleeve)
        canvas.line([shoulder, pivot], 0.12 * size, shade(sleeve, 0.9))
        _tool(canvas, tool, pivot, head, raised, side, size, handle, skin)

    cues = [
        # The farther a tool is drawn back, the louder the blow.
        Sounding(sound_class, material, t, t + 0.6, float(np.clip(0.35 + 0.5 * lift, 0, 1)))
        for t in times
    ]
    return Act(draw, [] if setting.silent else cues)


def _tool(
    canvas: Canvas,
    tool: str,
    pivot: Point,
    head: Point,
    raised: float,
    side: float,
    size: float,
    handle: Colour,
    skin: Colour,
) -> None:
    """Draw a tool from the pivot (the hand) to its head, turned by `raised` radians."""
    if tool == "hand":
        canvas.line([pivot, head], 0.09 * size, skin)
        canvas.disc(head, 0.08 * size, shade(skin, 1.05), 0.6)
        return
    canvas.line([pivot, head], (0.025 if tool == "stick" else 0.04) * size, handle)
    canvas.disc(pivot, 0.06 * size, skin)
    if tool == "stick":
        canvas.disc(head, 0.03 * size, shade(handle, 1.3))
        return
    # Along the handle and across it: the head of a hammer or an axe is a box that turns with it.
    across = (
        np.array([side * sin(raised), -cos(raised)]) * (0.1 if tool == "hammer" else 0.2) * size
    )
    along = np.array([side * cos(raised), sin(raised)]) * (0.05 if tool == "hammer" else 0.1) * size
    corners = [
        head + across * 0.6 + along,
        head + across * 0.6 - along,
        head - across * 0.4 - along,
        head - across * 0.4 + along,
    ]
    canvas.polygon(np.array(corners), (112, 116, 124))


def _log(canvas: Canvas, top: Point, size: float, colour: Colour) -> None:
    """Draw a log that stands on end, its cut face with a ring."""
    x, y = top
    canvas.box(x - 0.09 * size, y, x + 0.09 * size, y + 0.32 * size, shade(colour, 0.6))
    canvas.disc((x, y), 0.09 * size, shade(colour, 1.4), 0.35)
    canvas.disc((x, y), 0.045 * size, shade(colour, 1.0), 0.35)


def _anvil(canvas: Canvas, top: Point, size: float, colour: Colour) -> None:
    """Draw a block on a foot, with an edge that catches the light."""
    x, y = top
    canvas.box(x - 0.22 * size, y, x + 0.22 * size, y + 0.1 * size, colour)
    canvas.box(x - 0.16 * size, y + 0.1 * size, x + 0.16 * size, y + 0.3 * size, shade(colour, 0.7))
    canvas.line(
        [(x - 0.2 * size, y + 0.02 * size), (x + 0.2 * size, y + 0.02 * size)],
        0.012,
        shade(colour, 1.3),
    )


def knock(rng: np.random.Generator, setting: Setting) -> Act:
    """A fist that knocks on a door a few times in a row; the silent twin stops short of it."""
    wood, skin, sleeve = (
        material_colour(rng, "wood"),
        material_colour(rng, "flesh"),
        any_colour(rng),
    )
    first = rng.uniform(0.4, max(0.5, 0.4 * setting.seconds))
    gap = rng.uniform(0.2, 0.35)
    times = [
        first + n * gap
        for n in range(int(rng.integers(2, 6)))
        if first + n * gap < setting.seconds - 0.1
    ]
    reach = strikes(times, 0.2 * setting.size, 0.4 * gap, 0.3, setting.silent)
    y = setting.floor - 0.45 * setting.size

    def draw(canvas: Canvas, t: float) -> None:
        door = setting.x
        canvas.box(door, -0.6, door + 0.6, 1.6, wood)
        for row in (0.1, 0.55):
            canvas.box(door + 0.1, row, door + 0.5, row + 0.35, shade(wood, 0.85))
        fist = (door - 0.06 * setting.size - reach(t), y + 0.3 * reach(t))
        canvas.line([fist, (fist[0] - 0.5, y + 0.5)], 0.11 * setting.size, sleeve)
        canvas.disc(fist, 0.075 * setting.size, skin)

    cues = [Sounding("door_knock", "wood", t, t + 0.4, 0.6) for t in times]
    return Act(draw, [] if setting.silent else cues)
