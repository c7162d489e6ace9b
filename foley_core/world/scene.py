"""The procedural audio-visual world: pictures, and the exact truth of what would be heard.

A scene is one or more shots in places of the taxonomy, a few acts in each, a camera and a lens.
Pictures are a pure function of seed and index; the cue sheet says what would be heard, to the
sample. See `random_scenes` for random scenes and `samples` for those made by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, hypot
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.ids import seed_of
from foley_core.timebase import duration_samples, seconds_to_samples
from foley_core.types import U8
from foley_core.world.acting import Act, CameraPath
from foley_core.world.canvas import Camera, Canvas
from foley_core.world.scenery import Scenery


@dataclass(frozen=True, slots=True)
class Shot:
    """The part of a scene between two cuts; its acts and camera count time from `start_s`."""

    start_s: float
    place: Scenery
    acts: tuple[Act, ...]
    look: CameraPath


@dataclass(frozen=True, slots=True)
class Lens:
    """Changes to the finished picture, as a camera and a file make them.

    Attributes:
        light: factor on the brightness (exposure).
        blur_px: standard deviation of a Gaussian blur, pixels.
        noise: standard deviation of the sensor noise, levels of 0..255.
        quality: JPEG quality 1..100 that the picture goes through once, or None.
        letterbox: height of each black bar, as a share of the picture's height.
        gain: factor on the levels after the noise, as a camera brightens what it took in the dark:
            few levels stay few.
        shutter: share of the time between two pictures for which the shutter is open around the
            time of the picture: motion blur.
    """

    light: float = 1.0
    blur_px: float = 0.0
    noise: float = 0.0
    quality: int | None = None
    letterbox: float = 0.0
    gain: float = 1.0
    shutter: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """A scene that can be rendered.

    Attributes:
        frame_rate: pictures a second.
        frames: how many pictures there are.
        sheet: the true cues.
        clear: whether a person would see all of it plainly.
    """

    seed: int
    height_px: int
    width_px: int
    frame_rate: Fraction
    frames: int
    shots: tuple[Shot, ...]
    lens: Lens
    sheet: CueSheet
    clear: bool = False

    def picture(self, index: int) -> U8:
        """Return the RGB picture (H, W, 3) number `index`."""
        time_s = float(index / self.frame_rate)
        # A picture exactly at a cut belongs to the new shot, whatever rounding says.
        shot = [s for s in self.shots if s.start_s <= time_s + 1e-9][-1]
        since = time_s - shot.start_s
        picture = self._exposed(shot, since) if self.lens.shutter else self._drawn(shot, since)
        camera = camera_of(shot, since)
        return _apply_lens(self.lens, picture, camera, seed_of(self.seed, "lens", index))

    def _exposed(self, shot: Shot, since: float) -> U8:
        """Return the mean of what is seen while the shutter is open around `since` seconds."""
        open_s = self.lens.shutter / float(self.frame_rate)
        # At the middles of three equal parts of the exposure, never before the shot began.
        moments = [max(0.0, since + open_s * share) for share in (-1 / 3, 0.0, 1 / 3)]
        total = np.sum([self._drawn(shot, t) for t in moments], axis=0, dtype=np.uint16)
        return np.asarray(total // len(moments), np.uint8)

    def _drawn(self, shot: Shot, since: float) -> U8:
        """Return what the camera sees of a shot `since` seconds after it began."""
        canvas = Canvas(self.height_px, self.width_px)
        canvas.look(camera_of(shot, since))
        canvas.backdrop(shot.place.backdrop)
        shot.place.behind(canvas, since)
        for act in shot.acts:
            act.draw(canvas, since)
        shot.place.before(canvas, since)
        return canvas.picture

    def pictures(self) -> Iterator[U8]:
        """Return all pictures in order."""
        return (self.picture(index) for index in range(self.frames))


def camera_of(shot: Shot, since: float) -> Camera:
    """Return the camera of a shot, with what its acts do to it, `since` seconds after it began."""
    camera = shot.look(since)
    for act in shot.acts:
        if act.look is not None:
            camera = camera + act.look(since)
    return camera


def world_of_shots(
    seed: int, seconds: float, height_px: int, width_px: int, frame_rate: Fraction,
    shots: tuple[Shot, ...], lens: Lens, clear: bool = False,
) -> World:  # fmt: skip
    """Return a world of given shots, with the cues of all their acts.

    Args:
        seconds: length; rounded to 1/10,000 s, so that samples and pictures are counted exactly.
    """
    samples = duration_samples(Fraction(seconds).limit_denominator(10_000))
    ends = [*(shot.start_s for shot in shots[1:]), seconds]
    cues = [
        cue
        for shot, end in zip(shots, ends, strict=True)
        for cue in _cues(shot, min(samples, seconds_to_samples(end)))
    ]
    return World(
        seed=seed,
        height_px=height_px,
        width_px=width_px,
        frame_rate=frame_rate,
        frames=ceil(Fraction(seconds).limit_denominator(10_000) * frame_rate),
        shots=shots,
        lens=lens,
        sheet=CueSheet(samples, ()).with_cues(cues),
        clear=clear,
    )


def _cues(shot: Shot, end: int) -> list[Cue]:
    """Return the ambience and the sounds of a shot that ends at sample `end`, as cues."""
    start = seconds_to_samples(shot.start_s)
    found = [Cue("ambience", shot.place.ambience, None, start, end, 0.5)]
    for act in shot.acts:
        for sounding in act.soundings:
            onset = seconds_to_samples(shot.start_s + max(0.0, sounding.onset_s))
            # A sound ends with its shot: after the cut it is not seen any more.
            offset = min(end, seconds_to_samples(shot.start_s + sounding.offset_s))
            if onset < offset:
                intensity = round(min(1.0, sounding.intensity), 3)
                found.append(
                    Cue("action", sounding.sound_class, sounding.material, onset, offset, intensity)
                )
    return found


def _apply_lens(lens: Lens, picture: U8, camera: Camera, seed: int) -> U8:
    """Return the picture as the lens shows it, in the order of the light's way into a file.

    Args:
        camera: its exposure and focus.
        seed: seed of the noise.
    """
    seen: NDArray[Any] = picture
    # A Gaussian blur after another is one whose variance is the sum of both.
    blur_px = hypot(lens.blur_px, camera.blur * len(picture))
    if blur_px > 0.0:
        seen = cv2.GaussianBlur(seen, (0, 0), blur_px)
    if lens.light * camera.light != 1.0:
        seen = cv2.convertScaleAbs(seen, alpha=lens.light * camera.light)
    if lens.noise > 0.0:
        seen = cv2.add(seen, _noise(seen, lens.noise, seed), dtype=cv2.CV_8U)
    if lens.gain != 1.0:
        seen = cv2.convertScaleAbs(seen, alpha=lens.gain)
    if lens.letterbox > 0.0:
        bar = round(lens.letterbox * len(seen))
        # Bars come after the noise and before compression, as in a film that is letterboxed for the
        # web.
        seen[:bar] = seen[len(seen) - bar :] = 0
    if lens.quality is not None:
        coded = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, lens.quality])[1]
        seen = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return np.asarray(seen, np.uint8)


def _noise(picture: U8, strength: float, seed: int) -> NDArray[np.int16]:
    """Return sensor noise (H, W, 3), the same in all channels; the seed picks it from a table."""
    height, width = picture.shape[:2]
    # Sixteen tables, made once and cut at 64 places each, so that noise need not be drawn afresh
    # for every picture.
    top, left = seed // 16 % 8, seed // 128 % 8
    gray = _noise_table(height + 8, width + 8, strength, seed % 16)
    return np.repeat(gray[top : top + height, left : left + width, None], 3, axis=2)


@lru_cache(maxsize=32)
def _noise_table(height: int, width: int, strength: float, seed: int) -> NDArray[np.int16]:
    """Return normal noise (height, width), rounded to whole levels."""
    table = np.random.default_rng(seed).normal(0.0, strength, (height, width))
    return np.rint(table).astype(np.int16)
