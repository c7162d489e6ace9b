"""What one row asks for, and the span of picture it asks it for."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import BinaryIO

from foley_core.errors import DecodeError
from foley_core.ids import seed_of
from foley_core.media.probe import VideoInfo, probe
from foley_core.storage.store import open_source
from foley_core.timebase import duration_samples, motion_steps
from foley_core.types import TimeOfDay

SCHEMES = ("file", "s3")


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """One video to be soundtracked, as its manifest row asks for it.

    `start_s`, `end_s` cut the picture, in seconds from its first shown frame. Without a `seed` the
    video's id is its seed, so that a rerun performs alike and two videos do not. What is None is as
    the job has it.
    """

    video_id: str
    uri: str
    prompt: str = ""
    negative_prompt: str = ""
    scene: str | None = None
    time_of_day: TimeOfDay | None = None
    seed: int | None = None
    start_s: Fraction | None = None
    end_s: Fraction | None = None
    sound_filters: str = ""
    environment: bool | None = None
    action: bool | None = None
    music: bool | None = None
    mood: str | None = None
    tempo_bpm: float | None = None

    @property
    def noise_seed(self) -> int:
        """The seed that every seed of this video is derived from."""
        return seed_of("video", self.video_id) if self.seed is None else self.seed


@dataclass(frozen=True, slots=True)
class Span:
    """The picture to be soundtracked: which content, from where, for how long.

    `identity` names the content of the file (not its place), so that equal pictures share features.
    `time_reference` is the source's timecode at `start_s`, in samples since midnight; `frame_rate`
    only serves to write timecodes.
    """

    identity: str
    start_s: Fraction
    duration_s: Fraction
    time_reference: int = 0
    frame_rate: Fraction = Fraction(25)

    @property
    def samples(self) -> int:
        """Exact length of the track, samples at 48 kHz."""
        return duration_samples(self.duration_s)

    @property
    def steps(self) -> int:
        """Motion steps that cover the picture."""
        return motion_steps(self.duration_s)


@contextmanager
def open_video(
    request: VideoRequest, schemes: Sequence[str] = SCHEMES
) -> Iterator[tuple[BinaryIO, VideoInfo]]:
    """The opened file of a request and what its header says.

    Raises:
        DecodeError: it is not a video that can be read.
        RowError: its URI is not one that may be opened.
        StorageError: the storage failed.
    """
    with open_source(request.uri, tuple(schemes)) as source:
        yield source.file, probe(source.file, request.uri)


def span_of(request: VideoRequest, schemes: Sequence[str] = SCHEMES) -> Span:
    """The span of picture that a request asks for; opens the file and reads its header.

    Raises:
        DecodeError: as `open_video`, or `start_s` lies beyond the end.
        RowError, StorageError: as `open_video`.
    """
    with open_source(request.uri, tuple(schemes)) as source:
        info = probe(source.file, request.uri)
        identity = source.identity
    start_s = request.start_s or Fraction(0)
    end_s = min(info.duration_s, request.end_s or info.duration_s)
    if start_s >= end_s:
        raise DecodeError(
            f"{request.uri}: start_s {float(start_s):g} is not before the picture's end at "
            f"{float(end_s):g} s; correct start_s or end_s in the manifest"
        )
    time_reference = _timecode_samples(info) + duration_samples(start_s)
    return Span(identity, start_s, end_s - start_s, time_reference, info.frame_rate)


def _timecode_samples(info: VideoInfo) -> int:
    """Samples since midnight of the source's timecode `hh:mm:ss:ff`; 0 without one.

    Drop-frame timecodes (`;` before the frames) count the two labels left out each minute but
    every tenth, at 29.97 and 59.94 per second (SMPTE ST 12-1).
    """
    match = re.fullmatch(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)", info.timecode or "")
    if not match:
        return 0
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    nominal = round(info.frame_rate)
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if match[4] != ":":
        total_minutes = hours * 60 + minutes
        count -= round(nominal / 15) * (total_minutes - total_minutes // 10)
    return duration_samples(count / info.frame_rate)


def clip_ranges(steps: int, clip_steps: int) -> list[tuple[int, int]]:
    """Half-open ranges of motion steps, no gap and no overlap, that split a picture into clips.

    The last clip takes a remainder shorter than half a clip, since a clip of a few steps would cost
    a seek and a start for nothing.
    """
    count = max(1, (steps + clip_steps // 2) // clip_steps)
    edges = [clip_steps * index for index in range(count)] + [steps]
    return list(pairwise(edges))
