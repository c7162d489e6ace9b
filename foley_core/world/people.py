"""People who walk, run, shuffle and wave."""

from math import atan2, cos, hypot, pi, sin

import numpy as np

from foley_core.world.acting import Act, Setting, Sounding, any_colour, material_colour
from foley_core.world.canvas import Camera, Canvas, Colour, Point, shade
from foley_core.world.kinematics import Gait, swings

# Grounds that footsteps of the taxonomy have; on any other a step is taken for one on concrete.
_STEP_MATERIALS = ("wood", "concrete", "stone", "gravel", "grass", "snow", "sand", "earth")


def walker(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who walks, seen from the side; the silent twin stands and waves."""
    return _person(rng, setting, "footstep_walk")


def runner(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who runs, seen from the side; the silent twin stands and waves."""
    return _person(rng, setting, "footstep_run")


def shuffler(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who shuffles: short steps that hardly leave the ground; the silent twin waves."""
    return _person(rng, setting, "footstep_shuffle")


def _person(rng: np.random.Generator, setting: Setting, sound_class: str) -> Act:
    """Return somebody who moves on foot across the picture; the camera follows every third one."""
    tall = setting.size * rng.uniform(0.75, 1.0)
    # Steps a second, step length and lift in body heights, share of a cycle on the ground. Running
    # is the gait whose share is below a half: both feet leave the ground.
    rate_hz, length, lift, stance = {
        "footstep_walk": (rng.uniform(1.5, 2.3), rng.uniform(0.32, 0.42), 0.07, 0.6),
        "footstep_run": (rng.uniform(2.5, 3.4), rng.uniform(0.42, 0.6), 0.2, 0.38),
        "footstep_shuffle": (rng.uniform(1.2, 2.0), rng.uniform(0.14, 0.22), 0.015, 0.58),
    }[sound_class]
    facing = 1.0 if rng.random() < 0.5 else -1.0
    # The walk is centred: it passes `setting.x` in the middle of the scene.
    span = length * tall * rate_hz * setting.seconds
    gait = Gait(
        -0.5 * span,
        rate_hz,
        0.0 if setting.silent else length * tall,
        lift * tall,
        stance,
        rng.random(),
    )
    body = _Body(rng, setting, tall, facing)
    wave = swings(rng, 0.9, (rng.uniform(0.8, 1.6),))

    def draw(canvas: Canvas, t: float) -> None:
        if setting.silent:
            body.stand(canvas, wave(t))
        else:
            body.walk(canvas, gait, t)

    material = setting.ground if setting.ground in _STEP_MATERIALS else "concrete"
    strength = {"footstep_walk": 0.55, "footstep_run": 0.8, "footstep_shuffle": 0.3}[sound_class]
    # Seen by a camera that goes along, a walker stays in place and the background moves.
    follows = not setting.silent and rng.random() < 0.33

    def in_picture(t: float) -> bool:
        """Return whether the walker is in the picture; steps beyond its edge have no cue."""
        return follows or -0.05 < setting.x + facing * gait.body_x(t) < setting.aspect + 0.05

    cues = [
        Sounding(sound_class, material, t, t + 0.4, strength)
        for t in gait.strike_times(setting.seconds)
        if in_picture(t)
    ]

    def follow(t: float) -> Camera:
        """Return a camera that stays with the walker."""
        return Camera(right=facing * gait.body_x(t))

    return Act(draw, [] if setting.silent else cues, follow if follows else None)


class _Body:
    """A jointed figure `tall` world units high, with clothes of its own colours."""

    def __init__(
        self, rng: np.random.Generator, setting: Setting, tall: float, facing: float
    ) -> None:
        self.setting, self.tall, self.facing = setting, tall, facing
        self.skin = material_colour(rng, "flesh")
        self.coat, self.trousers, self.shoes = (any_colour(rng) for _ in range(3))

    def walk(self, canvas: Canvas, gait: Gait, t: float) -> None:
        """Draw the figure in its gait: legs follow the feet, arms swing against them."""
        x = gait.body_x(t)
        hip_y = 0.5 * self.tall + 0.02 * self.tall * gait.bob(t)
        hip = self._at(x, hip_y)
        self._shadow(canvas, x)
        for side in (1, 0):
            foot_x, foot_y = gait.foot(side, t)
            self._leg(
                canvas, hip, self._at(foot_x, foot_y), shade(self.trousers, 1.0 - 0.25 * side)
            )
        # How far one foot is ahead, in steps: the arm on that side swings back by as much.
        lead = (gait.foot(0, t)[0] - x) / max(1e-3, gait.length)
        self._torso(canvas, hip, -0.9 * lead, 0.9 * lead)

    def stand(self, canvas: Canvas, wave: float) -> None:
        """Draw the figure standing, with one arm that waves."""
        hip = self._at(0.0, 0.5 * self.tall)
        self._shadow(canvas, 0.0)
        for side in (-1, 1):
            self._leg(canvas, hip, self._at(0.06 * side * self.tall, 0.0), self.trousers)
        self._torso(canvas, hip, 2.4 + 0.5 * wave, 0.1)

    def _at(self, x: float, up: float) -> Point:
        """Return the point `x` ahead of the setting and `up` above the ground."""
        return self.setting.x + self.facing * x, self.setting.floor - up

    def _shadow(self, canvas: Canvas, x: float) -> None:
        """Draw the figure's shadow on the ground."""
        canvas.disc(self._at(x, 0.0), 0.2 * self.tall, (50, 48, 46), 0.14)

    def _leg(self, canvas: Canvas, hip: Point, foot: Point, colour: Colour) -> None:
        """Draw thigh and shin from hip to foot; the knee lies where two equal bones meet."""
        thigh = 0.27 * self.tall
        dx, dy = foot[0] - hip[0], foot[1] - hip[1]
        # Two bones of equal length reach at most twice their length; the law of cosines gives the
        # angle by which the thigh turns away from the line between hip and foot.
        reach = min(hypot(dx, dy), 1.99 * thigh)
        bend = np.arccos(reach / (2.0 * thigh))
        angle = atan2(dy, dx) - self.facing * bend
        knee = (hip[0] + thigh * cos(angle), hip[1] + thigh * sin(angle))
        canvas.line([hip, knee, foot], 0.085 * self.tall, colour)
        toe = (foot[0] + self.facing * 0.07 * self.tall, foot[1])
        canvas.line([foot, toe], 0.06 * self.tall, self.shoes)

    def _torso(self, canvas: Canvas, hip: Point, near: float, far: float) -> None:
        """Draw trunk, head and hair, with the far arm behind and the near arm in front."""
        tall = self.tall
        neck = (hip[0] + self.facing * 0.02 * tall, hip[1] - 0.3 * tall)
        self._arm(canvas, neck, far, shade(self.coat, 0.75))
        canvas.line([hip, neck], 0.17 * tall, self.coat)
        canvas.disc(
            (neck[0] + self.facing * 0.01 * tall, neck[1] - 0.14 * tall), 0.075 * tall, self.skin
        )
        canvas.disc(
            (neck[0] - self.facing * 0.01 * tall, neck[1] - 0.17 * tall),
            0.072 * tall,
            shade(self.shoes, 0.8),
            0.75,
        )
        self._arm(canvas, neck, near, shade(self.coat, 1.15))

    def _arm(self, canvas: Canvas, neck: Point, angle: float, colour: Colour) -> None:
        """Draw an arm that hangs from the neck, turned by `angle` radians from straight down."""
        tall, facing = self.tall, self.facing
        elbow = (
            neck[0] + facing * 0.16 * tall * sin(angle),
            neck[1] + 0.03 * tall + 0.16 * tall * cos(angle),
        )
        bent = angle + 0.4
        hand = (elbow[0] + facing * 0.15 * tall * sin(bent), elbow[1] + 0.15 * tall * cos(bent))
        canvas.line([(neck[0], neck[1] + 0.03 * tall), elbow, hand], 0.06 * tall, colour)
        canvas.disc(hand, 0.035 * tall, self.skin)


def approach(rng: np.random.Generator, setting: Setting) -> Act:
    """Somebody who walks towards the camera; the silent twin glides towards it."""
    rate_hz, phase = rng.uniform(1.5, 2.3), rng.random()
    gait = Gait(0.0, rate_hz, 0.0, 0.1, 0.6, phase)
    coat, trousers, skin = any_colour(rng), any_colour(rng), material_colour(rng, "flesh")
    grow = rng.uniform(0.03, 0.12)

    def draw(canvas: Canvas, t: float) -> None:
        # The figure grows and its feet sink in the picture as it comes near.
        tall = setting.size * (0.6 + grow * t)
        floor = setting.floor - 0.12 + 0.1 * (0.6 + grow * t)
        bob = 0.0 if setting.silent else 0.03 * tall * gait.bob(t)
        sway = 0.0 if setting.silent else 0.02 * tall * cos(pi * (t * rate_hz + phase))
        hip = (setting.x + sway, floor - 0.5 * tall - bob)
        for side in (0, 1):
            lift = 0.0 if setting.silent else gait.foot(side, t)[1] * tall
            foot = (setting.x + (0.07 - 0.14 * side) * tall, floor - lift)
            canvas.line([hip, foot], 0.1 * tall, shade(trousers, 1.0 + 2.0 * lift))
            canvas.disc(foot, 0.05 * tall, shade(trousers, 0.5), 0.6)
        canvas.line([hip, (hip[0], hip[1] - 0.3 * tall)], 0.24 * tall, coat)
        for side in (-1, 1):
            swing = 0.0 if setting.silent else 0.06 * tall * cos(pi * (t * rate_hz + phase)) * side
            canvas.line(
                [
                    (hip[0] + side * 0.13 * tall, hip[1] - 0.3 * tall),
                    (hip[0] + side * 0.17 * tall, hip[1] - swing),
                ],
                0.06 * tall,
                shade(coat, 0.85),
            )
        canvas.disc((hip[0], hip[1] - 0.45 * tall), 0.085 * tall, skin)

    material = setting.ground if setting.ground in _STEP_MATERIALS else "concrete"
    cues = [
        Sounding("footstep_walk", material, t, t + 0.4, 0.5)
        for t in gait.strike_times(setting.seconds)
    ]
    return Act(draw, [] if setting.silent else cues)


def first_person(rng: np.random.Generator, setting: Setting) -> Act:
    """A camera that itself walks: the whole picture bobs; the silent twin glides on rails."""
    running = rng.random() < 0.4
    rate_hz, phase = rng.uniform(2.4, 3.2) if running else rng.uniform(1.5, 2.2), rng.random()
    gait = Gait(0.0, rate_hz, 0.0, 0.1, 0.6, phase)
    amount, speed = rng.uniform(0.012, 0.035) * (1.5 if running else 1.0), rng.uniform(0.02, 0.07)

    def look(t: float) -> Camera:
        if setting.silent:
            return Camera(zoom=1.0 + speed * t)
        # One sway to each side takes two steps; each step also jolts the camera for about 50 ms.
        sway = 0.6 * amount * cos(pi * (t * rate_hz + phase))
        since = min((t - s for s in strikes_s if t >= s), default=1.0)
        jolt = 0.5 * amount * np.exp(-since / 0.05) * sin(60.0 * since)
        return Camera(sway, -amount * gait.bob(t) + jolt, 1.0 + speed * t, 0.3 * sway)

    strikes_s = gait.strike_times(setting.seconds)
    name = "footstep_run" if running else "footstep_walk"
    material = setting.ground if setting.ground in _STEP_MATERIALS else "concrete"
    cues = [Sounding(name, material, t, t + 0.4, 0.6) for t in strikes_s]
    return Act(lambda canvas, t: None, [] if setting.silent else cues, look)
