"""Speech, gestures and handling before the act: much motion, then what is heard; dim footsteps."""

from math import cos, exp, pi, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Camera, Canvas, Point, shade
from foley_core.world.kinematics import Gait, Key, Profile, wander
from foley_core.world.sprites import Sprite
from foley_core.world.tools import HeldTool, Target


class Speaker:
    """Somebody from the hips up who talks: sways, nods, moves the jaw."""

    def __init__(self, rng: np.random.Generator, place: Point, size: float) -> None:
        self._place, self._size = place, size
        self._body = Sprite(rng, any_colour(rng), "bar", 0.6)
        self._head = Sprite(rng, material_colour(rng, "flesh"), "disc", 0.4)
        self._hair = Sprite(rng, shade(any_colour(rng), 0.6), "blob", 0.7)
        self._sway = wander(rng, 0.03 * size, (0.3, 0.7, 1.3))
        self._nod = wander(rng, 0.02 * size, (0.8, 1.7, 2.6))
        self._jaw = wander(rng, 1.0, (2.1, 3.4, 5.2))

    def draw(self, canvas: Canvas, t: float) -> None:
        """Draw the speaker at time `t`."""
        size, x, y = self._size, self._place[0] + self._sway(t), self._place[1]
        self._body.place(canvas, (x, y - 0.35 * size), (x, y + 0.9 * size), 0.42 * size)
        head = (x + 0.5 * self._nod(t), y - 0.45 * size + self._nod(t))
        self._head.stamp(canvas, head, 0.13 * size, pi / 2.0, 0.8)
        self._hair.stamp(canvas, (head[0], head[1] - 0.1 * size), 0.14 * size, 0.0, 0.6)
        mouth = (head[0], head[1] + 0.06 * size)
        canvas.disc(mouth, 0.03 * size, (90, 40, 40), 0.15 + 0.4 * abs(self._jaw(t)))


def gestures(rng: np.random.Generator, size: float, seconds: float) -> tuple[Profile, Profile]:
    """Return right and down of a hand that talks along: it moves, rests, moves again.

    Args:
        rng: draws where and when.
        size: of the act; the hand reaches a quarter of it to each side.
        seconds: length.
    """
    right, down, t = [Key(0.0, 0.0)], [Key(0.0, 0.0)], 0.0
    while t < seconds:
        # A move of the hand takes 0.15 to 0.6 s, and half of them follow without a rest.
        t += float(rng.uniform(0.02, 0.7)) if rng.random() < 0.5 else 0.02
        right.append(Key(t, right[-1].value))
        down.append(Key(t, down[-1].value))
        t += float(rng.uniform(0.15, 0.6))
        right.append(Key(t, size * rng.uniform(-0.25, 0.25)))
        down.append(Key(t, size * rng.uniform(-0.25, 0.25)))
    return Profile(right), Profile(down)


def late_shots(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who talks, gestures with a pistol, raises it and fires; the twin lowers it again."""
    size, seconds = setting.size, setting.seconds
    facing = 1.0 if rng.random() < 0.5 else -1.0
    aims_s = float(rng.uniform(0.15, 0.45)) * seconds
    first = aims_s + float(rng.uniform(0.5, 1.2))
    gap = rng.uniform(0.2, 1.3)
    shots = [first + n * float(gap * rng.uniform(0.8, 1.2)) for n in range(int(rng.integers(1, 6)))]
    shots = sorted(t for t in shots if t < seconds - 0.15)
    right, down = gestures(rng, size, seconds)
    ready = Profile([Key(aims_s, 0.0), Key(aims_s + rng.uniform(0.25, 0.6), 1.0)]
                    + ([Key(first + 0.4, 1.0), Key(first + 1.0, 0.0)] if setting.silent else [])
                    )  # fmt: skip
    speaker = Speaker(rng, (setting.x - facing * 0.35 * size, setting.floor - 0.4 * size), size)
    arm = Sprite(rng, any_colour(rng), "bar", 0.5)
    gun = Sprite(rng, (52.0, 54.0, 58.0), "box", 0.6)
    hand = Sprite(rng, material_colour(rng, "flesh"), "disc", 0.3)
    kick_size, fade_s = rng.uniform(0.3, 1.2), rng.uniform(0.05, 0.14)
    flashes = rng.random() < 0.5
    tremble = wander(rng, 0.006 * size, (1.2, 3.0, 7.0))

    def draw(canvas: Canvas, t: float) -> None:
        since = 9.0 if setting.silent else min((t - at for at in shots if at <= t), default=9.0)
        kick = kick_size * exp(-since / fade_s) * min(1.0, since / 0.02)
        up, aside = ready(t), 1.0 - ready(t)
        speaker.draw(canvas, t)
        shoulder = (setting.x - facing * 0.25 * size, setting.floor - 0.62 * size)
        grip = (
            setting.x + facing * (0.15 * up - 0.06 * kick) * size + aside * right(t) + tremble(t),
            setting.floor
            - (0.3 + 0.3 * up + 0.05 * kick) * size
            + aside * down(t)
            + tremble(t + 9),
        )
        rise = 0.35 * kick - aside * (0.9 + 2.0 * down(t) / size)
        muzzle = (grip[0] + facing * 0.24 * size * cos(rise), grip[1] - 0.24 * size * sin(rise))
        arm.place(canvas, shoulder, grip, 0.12 * size)
        gun.place(canvas, grip, muzzle, 0.07 * size)
        hand.stamp(canvas, grip, 0.065 * size)
        if since < 0.045 and flashes:
            canvas.glow(muzzle, 0.4 * size, (255, 220, 150), 0.9)
        if since < 0.5:
            puff = (muzzle[0] + facing * (0.05 + 0.2 * since) * size, muzzle[1] - 0.15 * since)
            canvas.disc(puff, (0.02 + 0.06 * since) * size, (185, 185, 188))

    cues = [Sounding("gunshot", "metal", t, t + 0.6, 0.9) for t in shots]
    return Act(draw, [] if setting.silent else cues)


def late_blow(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who handles a tool, raises it slowly and strikes once; the twin lays it down."""
    size, seconds = setting.size, setting.seconds
    hit_s = float(rng.uniform(0.5, 0.85)) * seconds
    right, down = gestures(rng, size, seconds)
    swing_s, raise_s = rng.uniform(0.1, 0.25), rng.uniform(0.3, 0.8)
    wait_s = rng.uniform(0.0, 0.6)
    begin = max(0.1, hit_s - swing_s - wait_s - raise_s)
    # 1 is raised; before that the tool is handled half-way up, after the blow it rests below.
    raised_s = begin + raise_s
    height = Profile([
        Key(begin, 0.5), Key(raised_s, 1.0), Key(max(raised_s + 0.01, hit_s - swing_s), 1.0),
        Key(hit_s, 0.25, "smooth") if setting.silent else Key(hit_s, 0.0, "accelerate"),
        Key(hit_s + rng.uniform(0.3, 1.0), 0.25 if setting.silent else 0.0),
    ])  # fmt: skip
    handled = Profile([Key(begin, 1.0), Key(begin + 0.3, 0.0)])
    kind = "axe" if rng.random() < 0.5 else "hammer"
    tool = HeldTool(rng, "axe" if kind == "axe" else "hammer", size)
    side = 1.0 if rng.random() < 0.5 else -1.0
    speaker = Speaker(rng, (setting.x + side * 0.65 * size, setting.floor - 0.4 * size), size)
    contact = (setting.x, setting.floor - 0.25 * size)
    middle = (contact[0], contact[1] + 0.1 * size)
    block = Target(rng, "wood", "box", middle, (0.3 * size, 0.2 * size), pi / 2.0)
    lift = size * rng.uniform(0.4, 0.7)

    def draw(canvas: Canvas, t: float) -> None:
        speaker.draw(canvas, t)
        block.draw(canvas, t, [] if setting.silent else [hit_s])
        h, loose = height(t), 0.6 * handled(t)
        point = (contact[0] + loose * right(t), contact[1] - lift * h + loose * down(t))
        angle = -0.4 - 0.9 * h + loose * 3.0 * right(t) / size
        tool.draw(canvas, point, angle if side > 0.0 else pi - angle)

    name = "chop" if kind == "axe" else "strike"
    cues = [Sounding(name, "wood", hit_s, hit_s + 0.5, 0.8)]
    return Act(draw, [] if setting.silent else cues)


def dim_steps(rng: np.random.Generator, setting: Setting) -> Act:
    """Legs that walk, near, in poor light; the silent twin shifts its weight where it stands."""
    tall = setting.size * rng.uniform(1.0, 1.7)
    facing = 1.0 if rng.random() < 0.5 else -1.0
    length = 0.0 if setting.silent else tall * rng.uniform(0.25, 0.4)
    lift = tall * rng.uniform(0.02, 0.09)
    gait = Gait(0.0, rng.uniform(1.4, 2.4), length, lift, 0.6, rng.random())
    legs = [Sprite(rng, any_colour(rng), "bar", 0.6) for _ in range(2)]
    shoes = [Sprite(rng, any_colour(rng), "disc", 0.4) for _ in range(2)]
    weight = wander(rng, 0.03 * tall, (0.4, 0.9))
    begin = setting.x - facing * 0.5 * gait.body_x(setting.seconds)

    def draw(canvas: Canvas, t: float) -> None:
        ahead = gait.body_x(t) + (weight(t) if setting.silent else 0.0)
        hip = (begin + facing * ahead, setting.floor - (0.5 + 0.02 * gait.bob(t)) * tall)
        for side in (1, 0):
            x, up = gait.foot(side, t) if not setting.silent else (0.1 * tall * side, 0.0)
            foot = (begin + facing * x, setting.floor - up)
            bend = facing * (0.03 * tall + 0.6 * up)
            knee = (0.5 * (hip[0] + foot[0]) + bend, 0.5 * (hip[1] + foot[1]))
            legs[side].place(canvas, hip, knee, 0.12 * tall)
            legs[side].place(canvas, knee, foot, 0.1 * tall)
            toe = (foot[0] + facing * 0.05 * tall, foot[1] + 0.01 * tall)
            shoes[side].stamp(canvas, toe, 0.075 * tall, -0.8 * facing * up / tall, 0.5)

    def follow(t: float) -> Camera:
        """Return a camera that goes along with the legs."""
        return Camera(right=begin + facing * gait.body_x(t) - setting.x)

    cues = [Sounding("footstep_walk", "concrete", t, t + 0.4, 0.5)
            for t in gait.strike_times(setting.seconds) if t < setting.seconds - 0.05]  # fmt: skip
    if setting.silent:
        return Act(draw)
    return Act(draw, cues, follow if rng.random() < 0.6 else None)
