"""Tools that chop, hammer and beat with a lift as fast as the strike: one sound per stroke."""

from collections.abc import Callable
from math import pi

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, one_of
from foley_core.world.canvas import Canvas
from foley_core.world.kinematics import rhythm
from foley_core.world.sprites import Outline
from foley_core.world.tools import HeldTool, Swing, Target, ToolKind, even_strokes, turned_back

_WORK: dict[ToolKind, tuple[str, tuple[str, ...]]] = {
    "knife": ("chop", ("wood", "flesh")),
    "axe": ("chop", ("wood",)),
    "hammer": ("strike", ("wood", "metal")),
    "stick": ("strike", ("wood", "metal", "cloth")),
    "hand": ("slap", ("wood", "flesh")),
}
"""Sound class of each tool, and materials that it works on."""


def stroke(rng: np.random.Generator, setting: Setting) -> Act:
    """A tool that goes up as fast as it comes down; the silent twin turns before it touches."""
    tools: list[ToolKind] = ["knife", "knife", "axe", "hammer", "hammer", "stick", "hand"]
    kind = tools[int(rng.integers(len(tools)))]
    sound_class, materials = _WORK[kind]
    material = one_of(rng, *materials)
    # From a slow axe to a fast kitchen knife: 0.8 to 3 strokes a second.
    times = rhythm(rng, setting.seconds, 1.0 / rng.uniform(0.8, 3.0), rng.choice([0.05, 0.3]))
    course: Callable[[float], float] = even_strokes(rng, times, rng.uniform(0.08, 0.28))
    if setting.silent:
        course = turned_back(rng, course)
    size, side = setting.size, 1.0 if rng.random() < 0.5 else -1.0
    contact = (setting.x, setting.floor - rng.uniform(0.15, 0.5) * size)
    # The grip lies level with the contact or up to 60 degrees above it, to one side.
    rise = rng.uniform(0.0, pi / 3.0)
    angle = -rise if side > 0.0 else pi + rise
    away = -pi / 2.0 + rng.uniform(-0.4, 0.4)
    lift = size * rng.uniform(0.12, 0.3 if kind == "knife" else 0.6)
    turn = -side * rng.uniform(-0.1, 0.7 if kind != "knife" else 0.25)
    swing = Swing(contact, away, lift, angle, turn)
    tool = HeldTool(rng, kind, size)
    wide, high = size * rng.uniform(0.2, 0.6), size * rng.uniform(0.1, 0.25)
    outline: Outline = "box" if rng.random() < 0.5 else "blob"
    # The upper edge of the thing is where the tool stops; a blade goes half-way in.
    depth = 0.5 if kind in ("knife", "axe") and rng.random() < 0.5 else 0.9
    middle = (contact[0], contact[1] + 0.5 * depth * high)
    target = Target(rng, material, outline, middle, (wide, high), pi / 2.0)

    def draw(canvas: Canvas, t: float) -> None:
        target.draw(canvas, t, [] if setting.silent else times)
        tool.draw(canvas, *swing.pose(course(t)))

    strength = float(np.clip(0.3 + lift / size, 0.0, 1.0))
    cues = [Sounding(sound_class, material, t, t + 0.4, strength) for t in times]
    return Act(draw, [] if setting.silent else cues)
