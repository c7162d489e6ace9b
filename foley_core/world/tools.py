"""Tools in a hand, with the arm that moves them, and things that are hit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, exp, pi, sin
from typing import Literal

import numpy as np

from foley_core.world.acting import any_colour, material_colour
from foley_core.world.canvas import Canvas, Point, shade
from foley_core.world.kinematics import Key, Profile
from foley_core.world.sprites import Outline, Sprite

ToolKind = Literal["stick", "hammer", "axe", "knife", "hand"]

_LENGTHS: dict[ToolKind, tuple[float, float]] = {
    "stick": (0.35, 0.7),
    "hammer": (0.25, 0.45),
    "axe": (0.4, 0.65),
    "knife": (0.2, 0.35),
    "hand": (0.06, 0.1),
}
"""Shortest and longest distance from the grip to the point of contact, in sizes of the act."""


@dataclass(frozen=True, slots=True)
class Swing:
    """A tool's way: poses at contact and away from it; in between it turns and shifts evenly.

    Attributes:
        contact: where it touches, world units.
        away: direction in which it is drawn back, radians from x towards y.
        lift: how far its point of contact is drawn back, world units.
        angle: direction from the point of contact to the grip, at contact.
        turn: by how many radians it turns while it is drawn back.
    """

    contact: Point
    away: float
    lift: float
    angle: float
    turn: float

    def pose(self, drawn_back: float) -> tuple[Point, float]:
        """Return the point of contact and the angle to the grip; 0 touches, 1 is drawn back."""
        way = self.lift * drawn_back
        point = (self.contact[0] + way * cos(self.away), self.contact[1] + way * sin(self.away))
        return point, self.angle + self.turn * drawn_back


class HeldTool:
    """A tool, the hand that holds it and the sleeve that follows.

    Attributes:
        kind: what it is.
        length: from the point of contact to the grip, world units.
    """

    def __init__(self, rng: np.random.Generator, kind: ToolKind, size: float) -> None:
        self.kind, self.size = kind, size
        self.length = size * rng.uniform(*_LENGTHS[kind])
        handle = material_colour(rng, "wood") if kind != "knife" else any_colour(rng)
        self._handle = Sprite(rng, handle, "bar", 0.4)
        self._head = Sprite(rng, material_colour(rng, "metal"), "box", 0.5)
        skin = material_colour(rng, "flesh")
        self._hand = Sprite(rng, skin, "disc", 0.3)
        self._sleeve = Sprite(rng, any_colour(rng) if rng.random() < 0.7 else skin, "bar", 0.5)
        self._thick = size * rng.uniform(0.1, 0.17)
        # Where the arm comes into the picture: mostly from below or from a side, far outside.
        self._bend = rng.uniform(-0.5, 0.5)

    def draw(self, canvas: Canvas, point: Point, angle: float) -> None:
        """Draw it with its point of contact at `point` and its grip at `angle` from there."""
        towards = (cos(angle), sin(angle))
        grip = (point[0] + self.length * towards[0], point[1] + self.length * towards[1])
        # The forearm goes on roughly as the tool points, bent a little at the wrist.
        arm = angle + self._bend
        elbow = (grip[0] + 0.9 * self.size * cos(arm), grip[1] + 0.9 * self.size * sin(arm))
        self._sleeve.place(canvas, elbow, grip, self._thick)
        if self.kind != "hand":
            self._tool(canvas, point, grip, angle)
        reach = 0.09 if self.kind != "hand" else 0.11
        middle = (
            grip
            if self.kind != "hand"
            else ((grip[0] + point[0]) / 2.0, (grip[1] + point[1]) / 2.0)
        )
        self._hand.stamp(canvas, middle, reach * self.size, angle, 0.7)

    def _tool(self, canvas: Canvas, point: Point, grip: Point, angle: float) -> None:
        """Draw handle and head; a knife's blade reaches from the grip to the point of contact."""
        size, across = self.size, (-sin(angle), cos(angle))
        if self.kind == "knife":
            # The edge is what touches: the blade lies above the contact, the grip beside it.
            self._head.place(canvas, grip, point, 0.09 * size)
            return
        self._handle.place(canvas, grip, point, (0.04 if self.kind == "stick" else 0.05) * size)
        if self.kind == "stick":
            return
        half = (0.08 if self.kind == "hammer" else 0.12) * size
        self._head.place(
            canvas,
            (point[0] - half * across[0], point[1] - half * across[1]),
            (point[0] + half * across[0], point[1] + half * across[1]),
            0.09 * size,
        )


class Target:
    """A thing that is hit: it gives way, wobbles for a moment, and may shed pieces that fly."""

    def __init__(
        self,
        rng: np.random.Generator,
        material: str,
        outline: Outline,
        place: Point,
        size: Point,
        push: float,
    ) -> None:
        """Paint the thing.

        Args:
            rng: draws colours and liveliness.
            material: gives its colour.
            outline: its shape.
            place: its middle, world units.
            size: width and height.
            push: direction in which a hit pushes it, radians from x towards y.
        """
        self._sprite = Sprite(rng, material_colour(rng, material), outline, rng.uniform(0.3, 0.9))
        self._foot = Sprite(rng, shade(any_colour(rng), 0.7), "box", 0.5)
        self._place, self._size = place, size
        self._push = (cos(push), sin(push))
        # Half of the things hardly move at all.
        self._give = 0.03 * size[1] * rng.uniform(0.0, 1.0) * (rng.random() < 0.5)
        self._rate, self._fade_s = rng.uniform(5.0, 12.0), rng.uniform(0.04, 0.15)

    def draw(self, canvas: Canvas, t: float, hits: Sequence[float]) -> None:
        """Draw it at time `t`, after those of the `hits` that lie before."""
        since = min((t - at for at in hits if at <= t), default=9.0)
        give = self._give * exp(-since / self._fade_s) * cos(2.0 * pi * self._rate * since)
        x, y = self._place[0] + give * self._push[0], self._place[1] + give * self._push[1]
        width, height = self._size
        self._foot.place(
            canvas, (x - 0.7 * width, y + height), (x + 0.7 * width, y + height), height
        )
        self._sprite.place(canvas, (x - 0.5 * width, y), (x + 0.5 * width, y), height)


def even_strokes(
    rng: np.random.Generator,
    times_s: Sequence[float],
    fastest_s: float,
    tops: Sequence[float] | None = None,
) -> Profile:
    """Return the course of blows that are lifted as fast as they strike: 0 touches, 1 is lifted.

    Only the way down ends in a contact. At the top the tool slows down, hangs or turns at once.

    Args:
        rng: draws the height of each stroke and the time that the tool stays below.
        times_s: instants of the contacts, ascending.
        fastest_s: time of a strike and of a lift, if the pause between two blows leaves as much.
        tops: how far each is lifted, 0..1, or None for about the same.
    """
    stay_s, sharp = rng.uniform(0.0, 0.06), rng.random() < 0.5
    keys = [Key(0.0, rng.uniform(0.3, 1.0))]
    for number, time_s in enumerate(times_s):
        before = times_s[number - 1] if number else time_s - 2.0
        after = times_s[number + 1] if number + 1 < len(times_s) else time_s + 2.0
        top = tops[number] if tops is not None else rng.uniform(0.75, 1.0)
        down_s = min(fastest_s, 0.45 * (time_s - before - stay_s))
        up_s = rng.uniform(0.8, 1.2) * min(fastest_s, 0.37 * (after - time_s - stay_s))
        if time_s - down_s > keys[-1].time_s + 0.005:
            keys.append(Key(time_s - down_s, top))
        keys.append(Key(time_s, 0.0, "accelerate"))
        if stay_s > 0.015:
            keys.append(Key(time_s + stay_s, 0.0, "linear"))
        # The mirror image of the strike, or a lift that starts and stops gently.
        ease: Literal["decelerate", "smooth"] = "decelerate" if sharp else "smooth"
        keys.append(Key(time_s + stay_s + up_s, top * rng.uniform(0.8, 1.0), ease))
    return Profile(keys)


def turned_back(
    rng: np.random.Generator, course: Callable[[float], float]
) -> Callable[[float], float]:
    """Return the course of a silent twin: it comes as near as a quarter, and turns there gently."""
    nearest = rng.uniform(0.2, 0.4)

    def near(t: float) -> float:
        # The square root of a sum of squares rounds the tip off: there is no stop.
        return float(np.sqrt(nearest**2 + course(t) ** 2))

    return near
