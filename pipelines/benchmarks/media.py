"""The cost of looking at a video, against decoding alone: `foley benchmark media`.

Every pipeline must decode; whatever comes on top is our own. The clip is rendered here: textured
ground that a camera pans over, objects that cross it, and grain, at about 5 Mbit/s, because an
empty picture decodes too fast and no two videos alike. CPU time of one thread, not wall time; the
variants alternate and medians are compared, because the machine may be busy.
"""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from foley_core.media.decode import decode_only, pictures
from foley_core.media.picture_encoder import encode_pictures
from foley_core.media.probe import VideoInfo, probe
from foley_core.timebase import motion_steps
from foley_core.types import F32, U8
from foley_core.vision.optical_flow import optical_flow

_FRAME_RATE = Fraction(25)
_BITS_PER_S = 5_000_000
_ROUNDS = 5
_BALLS = 6


def benchmark_media(seconds: int, size: str = "1280x720") -> dict[str, object]:
    """CPU seconds of decoding alone, with resizing, and with resizing and optical flow.

    Args:
        seconds: length of the clip that is rendered.
        size: `WIDTHxHEIGHT`, pixels.

    Returns:
        `size`, `seconds`, `mbit_per_s`, `decode_cpu_s`, `pictures_cpu_s`, `optical_flow_cpu_s`
        (decode, resize and optical flow together) and the ratios of the last two to the first,
        `pictures_ratio`, `optical_flow_ratio`. Medians of five rounds.
    """
    width_px, height_px = (int(side) for side in size.split("x"))
    with TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        scene = rendered_scene(seconds, width_px, height_px)
        encode_pictures(clip, scene, _FRAME_RATE, _BITS_PER_S)
        with clip.open("rb") as file:
            info = probe(file, clip.name)
        decode, shrink, look = _alternating(clip, info)
        mbit_per_s = clip.stat().st_size * 8 / seconds / 1e6
    return {
        "size": size,
        "seconds": seconds,
        "mbit_per_s": round(mbit_per_s, 2),
        "decode_cpu_s": round(decode, 4),
        "pictures_cpu_s": round(shrink, 4),
        "optical_flow_cpu_s": round(look, 4),
        "pictures_ratio": round(shrink / decode, 3),
        "optical_flow_ratio": round(look / decode, 3),
    }


def rendered_scene(seconds: int, width_px: int, height_px: int) -> Iterator[U8]:
    """(H, W, 3) pictures at 25 per second: a pan over texture, crossing balls, and grain."""
    rng = np.random.default_rng(11)
    pan_px = 3 * round(seconds * _FRAME_RATE)
    ground = _texture(rng, height_px, width_px + pan_px)
    grain = rng.normal(0.0, 3.0, (4, height_px, width_px, 1)).astype(np.float32)
    starts = rng.uniform(0.0, 1.0, (_BALLS, 2))
    speeds = rng.uniform(-0.4, 0.4, (_BALLS, 2))
    for index in range(round(seconds * _FRAME_RATE)):
        left = 3 * index
        picture = ground[:, left : left + width_px] + grain[index % len(grain)]
        centres = (starts + speeds * (index / float(_FRAME_RATE))) % 1.0
        for ball, (x, y) in enumerate(centres):
            centre = (round(x * width_px), round(y * height_px))
            shade = (40 + 30 * ball, 200 - 20 * ball, 90)
            cv2.circle(picture, centre, height_px // 14, shade, -1, cv2.LINE_AA)
        yield np.clip(picture, 0, 255).astype(np.uint8)


def _texture(rng: np.random.Generator, height_px: int, width_px: int) -> F32:
    """(H, W, 3) noise with the falling spectrum of natural pictures, mean grey."""
    total = np.full((height_px, width_px, 3), 110.0, np.float32)
    for octave in range(2, 8):
        rows, columns = (max(2, side >> (8 - octave)) for side in (height_px, width_px))
        noise = rng.normal(0.0, 1.0, (rows, columns, 3)).astype(np.float32)
        scaled = cv2.resize(noise, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
        total += scaled * (60.0 / octave)
    return total


def _alternating(clip: Path, info: VideoInfo) -> tuple[float, float, float]:
    variants = (_decode, _decode_and_shrink, _decode_shrink_and_look)
    for variant in variants:
        variant(clip, info)
    rounds = [[_cpu_s(variant, clip, info) for variant in variants] for _ in range(_ROUNDS)]
    decode, shrink, look = (median(column) for column in zip(*rounds, strict=True))
    return decode, shrink, look


def _cpu_s(work: Callable[[Path, VideoInfo], None], clip: Path, info: VideoInfo) -> float:
    begin = time.process_time()
    work(clip, info)
    return time.process_time() - begin


def _decode(clip: Path, info: VideoInfo) -> None:
    with clip.open("rb") as file:
        decode_only(file, clip.name)


def _decode_and_shrink(clip: Path, info: VideoInfo) -> None:
    with clip.open("rb") as file:
        for _ in pictures(file, clip.name, info, 0, motion_steps(info.duration_s)):
            pass


def _decode_shrink_and_look(clip: Path, info: VideoInfo) -> None:
    before: U8 | None = None
    with clip.open("rb") as file:
        for picture in pictures(file, clip.name, info, 0, motion_steps(info.duration_s)):
            if before is not None:
                optical_flow(before, picture.gray)
            before = picture.gray
