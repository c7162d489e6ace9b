"""The decoded video frame that is on screen at each motion step.

At step k it is the last one whose time is not after `start + k / 25`: a low frame rate repeats
video frames, a high one leaves some out. Of those left out, the ones that stand alone (at 30 a
second every sixth) are given beside it, so that motion can be followed without a gap.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import BinaryIO, TypeAlias, TypeVar

from av.video.frame import VideoFrame

from foley_core.errors import DecodeError
from foley_core.media.container import open_container, stream_time_base, video_stream
from foley_core.media.decoder import EARLY_S, PictureDecoder
from foley_core.media.probe import VideoInfo
from foley_core.timebase import MOTION_RATE

LEAST_APART_S = 0.025
"""Pictures nearer than this to one that is looked at are left out: 50 pictures a second cost no
more than 25."""

T = TypeVar("T")
Between: TypeAlias = tuple[tuple[float, VideoFrame], ...]
"""Seconds and video frame of each one between the steps."""


def video_frames_at_steps(
    file: BinaryIO,
    name: str,
    info: VideoInfo,
    first_step: int,
    last_step: int,
    start_s: Fraction,
) -> Iterator[tuple[int, float, VideoFrame, Between]]:
    """Yield (step, seconds, video frame, those between) of each step of [first_step, last_step).

    The seconds say when the video frame appeared. Steps and seconds are counted from the first
    shown picture, or from the row's `start_s`. The ones between appeared after that of the step
    before, at least `LEAST_APART_S` away from it, from each other and from this one; there are none
    at `first_step`.

    Raises:
        DecodeError: as `PictureDecoder.video_frames`, or there is no picture at all.
    """
    with open_container(file, name) as container:
        stream = video_stream(container, name, info.stream)
        clock = _StepClock(stream_time_base(stream, name), info.start_s + start_s)
        video_frames = PictureDecoder(container, stream, info, name).video_frames(
            clock.latest(first_step), clock.latest(last_step - 1)
        )
        step = first_step
        shown: VideoFrame | None = None
        shown_s = 0.0
        # The one that the last step showed, and those that came after it.
        passed: list[tuple[float, VideoFrame]] = []
        for at, video_frame in video_frames:
            # Of many pictures within one step only those are held that can be given beside it.
            if (
                shown is not None
                and step > first_step
                and clock.latest(step) >= at
                and shown_s - passed[-1][0] >= LEAST_APART_S
            ):
                passed.append((shown_s, shown))
            # It is shown until the next one comes: all steps before that show the last one.
            while shown is not None and step < last_step and clock.latest(step) < at:
                between = far_apart(passed, shown_s) if step > first_step else ()
                yield step, shown_s, shown, between
                step += 1
                passed = [(shown_s, shown)]
            shown, shown_s = video_frame, clock.seconds(at)
        if shown is None:
            raise DecodeError(f"{name}: truncated: no picture at step {step}; upload it again")
        for remaining in range(step, last_step):
            yield (
                remaining,
                shown_s,
                shown,
                far_apart(passed, shown_s) if remaining > first_step else (),
            )
            passed = [(shown_s, shown)]


def far_apart(passed: Sequence[tuple[float, T]], shown_s: float) -> tuple[tuple[float, T], ...]:
    """Return those after the first one that are `LEAST_APART_S` from it, each other and `shown_s`.

    Args:
        passed: seconds and picture, from the one that a step showed on.
        shown_s: seconds at which the picture of the next step appeared.
    """
    kept = list(passed[:1])
    for time_s, video_frame in passed[1:]:
        if min(time_s - kept[-1][0], shown_s - time_s) >= LEAST_APART_S:
            kept.append((time_s, video_frame))
    return tuple(kept[1:])


class _StepClock:
    """Container timestamps of motion steps, computed in whole numbers.

    A timestamp is `(origin + early + step / 25) / tick`. With one denominator for all terms only a
    multiplication and a division remain for each step, without the cost of fractions.
    """

    def __init__(self, tick_s: Fraction, origin_s: Fraction) -> None:
        first = (origin_s + EARLY_S) / tick_s
        per_step = 1 / (MOTION_RATE * tick_s)
        self._whole = first.denominator * per_step.denominator
        self._first = first.numerator * per_step.denominator
        self._per_step = per_step.numerator * first.denominator
        self._tick_s = tick_s
        self._origin_s = origin_s

    def latest(self, step: int) -> int:
        """Return the latest timestamp that counts as shown at a step."""
        return (self._first + step * self._per_step) // self._whole

    def seconds(self, at: int) -> float:
        """Return the seconds from step 0 to a timestamp."""
        return float(at * self._tick_s - self._origin_s)
