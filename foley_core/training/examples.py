"""Worlds as training examples: motion and scene of each step, and the truth about them.

A world is rendered straight to the pictures that perception looks at, as the decoder would deliver
them: at each motion step the newest picture of the world's own frame rate, scaled to 128².
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import floor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.media.decode import (
    MOTION_SIDE_PX,
    SIGHT_STEPS,
    StepPicture,
    sight_picture,
)
from foley_core.media.video_frames_at_steps import far_apart
from foley_core.models.embedded.perception_net import ACTIONS, AMBIENCES, MATERIALS, SUSTAINED
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP, STEPS_PER_SCENE
from foley_core.types import F32, I8, U8
from foley_core.vision.motion import step_motions
from foley_core.world.scene import World

EXAMPLE_STEPS = 8 * STEPS_PER_SCENE
"""Motion steps of an example: 96, which is 3.84 s."""
_HEAT_STEPS = 0.8
"""Standard deviation of the heat around an onset: 32 ms."""


@dataclass(frozen=True, slots=True)
class Examples:
    """A stack of examples; all arrays have a first axis B.

    T motion steps, S = T / 12 scene steps.

    Attributes:
        maps: (B, T, 8, 32, 32) int8, see `StepMotion`.
        glimpse: (B, T, 4, 32, 32) int8.
        camera: (B, T, 12).
        scenes: (B, S, 128, 128, 3) RGB, 0..255.
        onset: (B, T) heat 0..1, 1 at the step nearest to an onset.
        shift: (B, T) place of the onset within its step, -0.5..0.5 steps; 0 where there is none.
        action, material: (B, T) indices of classes, -1 where there is no onset.
        intensity: (B, T) 0..1, 0 where there is no onset.
        activity: (B, T, sustained) 1 where a sustained class sounds.
        ambience: (B, S) indices.
        clear: (B,) whether a person would see all of it plainly.
    """

    maps: I8
    glimpse: I8
    camera: F32
    scenes: U8
    onset: F32
    shift: F32
    action: NDArray[np.int64]
    material: NDArray[np.int64]
    intensity: F32
    activity: F32
    ambience: NDArray[np.int64]
    clear: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.maps)


def world_pictures(world: World, steps: int) -> Iterator[StepPicture]:
    """Yield the pictures that the decoder would show at motion steps 0 … `steps` - 1 of a world."""
    shown, picture, whole = -1, np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)
    for step in range(steps):
        between: tuple[tuple[float, U8], ...] = ()
        # The newest picture that has begun by then; slow videos show one picture at several steps.
        index = min(world.frames - 1, floor(step * world.frame_rate / MOTION_RATE))
        if index != shown:
            passed = [(float(n / world.frame_rate), n) for n in range(max(shown, 0), index)]
            between = tuple(
                (time_s, _gray(_small(world.picture(n))))
                for time_s, n in far_apart(passed, float(index / world.frame_rate))
            )
            shown = index
            whole = world.picture(index)
            picture = _small(whole)
            gray = _gray(picture)
        rgb = picture if step % STEPS_PER_SCENE == 0 else None
        sight_rgb = partial(sight_picture, whole) if step % SIGHT_STEPS == 0 else None
        yield StepPicture(step, float(index / world.frame_rate), gray, rgb, sight_rgb, between)


def _small(picture: U8) -> U8:
    """Return a picture (H, W, 3) as perception looks at it, (128, 128, 3)."""
    side = (MOTION_SIDE_PX, MOTION_SIDE_PX)
    return np.asarray(cv2.resize(picture, side, interpolation=cv2.INTER_AREA), np.uint8)


def _gray(picture: U8) -> U8:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def example(world: World) -> Examples:
    """Return one example (B = 1): the first 3.84 s of a world."""
    seen = list(world_pictures(world, EXAMPLE_STEPS))
    moved = list(step_motions((picture.gray, picture.time_s) for picture in seen))
    truth = _truth(world.sheet)
    return Examples(
        maps=np.stack([step.maps for step in moved])[None],
        glimpse=np.stack([step.glimpse for step in moved])[None],
        camera=np.stack([step.camera for step in moved])[None],
        scenes=np.stack([picture.rgb for picture in seen if picture.rgb is not None])[None],
        clear=np.array([world.clear]),
        **truth,
    )


def _truth(sheet: CueSheet) -> dict[str, Any]:
    """Return the true arrays of `Examples`, read from a cue sheet."""
    steps = np.arange(EXAMPLE_STEPS)
    onset, shift, intensity = np.zeros((3, EXAMPLE_STEPS), np.float32)
    action, material = np.full((2, EXAMPLE_STEPS), -1, np.int64)
    activity = np.zeros((EXAMPLE_STEPS, len(SUSTAINED)), np.float32)
    ambience = np.zeros(EXAMPLE_STEPS // STEPS_PER_SCENE, np.int64)
    for cue in sheet.cues:
        # In motion steps, with fractions.
        at, end = cue.onset / SAMPLES_PER_STEP, cue.offset / SAMPLES_PER_STEP
        if cue.kind == "ambience":
            # A scene step shows the ambience that sounds at its instant; a later cue overwrites the
            # rest.
            ambience[int(np.ceil(at / STEPS_PER_SCENE)) :] = AMBIENCES.index(cue.sound_class)
        elif cue.sound_class in SUSTAINED:
            # From the step nearest to the onset up to the last one before the offset.
            activity[(steps >= at - 0.5) & (steps < end), SUSTAINED.index(cue.sound_class)] = 1.0
        elif round(at) < EXAMPLE_STEPS:
            # A Gaussian rather than a single 1: a step beside the onset is nearly right, and the
            # loss should say so. Which step it is nearest to is exact; `shift` says the rest.
            step = round(at)
            heat = np.exp(-0.5 * np.square((steps - at) / _HEAT_STEPS)).astype(np.float32)
            heat[step] = 1.0
            onset, shift[step] = np.maximum(onset, heat), at - step
            action[step], intensity[step] = ACTIONS.index(cue.sound_class), cue.intensity
            # A cue without a material counts as the first one of the taxonomy.
            material[step] = MATERIALS.index(cue.material or taxonomy().materials[0])
    return {
        "onset": onset[None], "shift": shift[None], "action": action[None],
        "material": material[None], "intensity": intensity[None], "activity": activity[None],
        "ambience": ambience[None],
    }  # fmt: skip
