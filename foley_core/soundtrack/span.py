"""The span of picture that a row asks for: what its file's header says, kept in a note so that it
need not be read again.

The note is trusted only while the file looks the same from outside (size and entity tag, or size
and time of change), so a rerun for another region opens no video.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import BinaryIO

from foley_core.errors import DecodeError, StorageError
from foley_core.ids import digest
from foley_core.media.probe import VideoInfo, probe
from foley_core.soundtrack.request import SCHEMES, VideoRequest
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.sources import Source, open_source, signature_of
from foley_core.storage.store import Storage
from foley_core.timebase import duration_samples, motion_steps

SPANS_VERSION = 2
SPANS_FOLDER = f"features/spans-v{SPANS_VERSION}/"


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


@dataclass(frozen=True, slots=True)
class Footage:
    """The picture that a request is about: its file, its span, and how the file may be reached.

    `schemes` are those of URIs that may be opened.
    """

    request: VideoRequest
    span: Span
    schemes: Sequence[str] = SCHEMES

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, VideoInfo]]:
        """Open the file, and read what its header says.

        Raises:
            DecodeError: it is not a video that can be read.
            RowError: its URI is not one that may be opened.
            StorageError: the storage failed.
        """
        uri = self.request.uri
        with open_source(uri, tuple(self.schemes)) as source:
            yield source.file, probe(source.file, uri)


def span_of(request: VideoRequest, schemes: Sequence[str] = SCHEMES) -> Span:
    """The span of picture that a request asks for; opens the file and reads its header.

    Raises:
        DecodeError: as `Footage.open`, or `start_s` lies beyond the end.
        RowError, StorageError: as `Footage.open`.
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


def find_footage(
    store: VideoStore, request: VideoRequest, schemes: Sequence[str] = SCHEMES
) -> tuple[Footage, bool]:
    """The footage of a request, its span from the store where the file has not changed since; and
    True where the video had to be opened for it.

    A video that was deleted on purpose after it was delivered is known by what it looked like then
    (see `remember_gone`), so that another region still needs no picture.

    Raises:
        DecodeError, RowError, StorageError: as `span_of`; or what was kept is damaged.
    """
    signature = _signature_of(store.storage, request, schemes)
    name = digest([request.uri, str(request.start_s), str(request.end_s), signature])
    key = f"{SPANS_FOLDER}{name[:2]}/{name}.json"
    store.trace([key])
    if not store.lacks(key):
        return Footage(request, _read(store.storage, key), schemes), False
    span = span_of(request, schemes)
    note = {
        "identity": span.identity,
        "start_s": str(span.start_s),
        "duration_s": str(span.duration_s),
        "time_reference": span.time_reference,
        "frame_rate": str(span.frame_rate),
    }
    store.add(key, json.dumps(note, sort_keys=True).encode())
    return Footage(request, span, schemes), True


def remember_gone(store: VideoStore, source: Source) -> None:
    """Note what a source looks like, before it is deleted.

    Raises:
        StorageError: the store failed.
    """
    key = _gone_key(source.uri)
    store.trace([key])
    store.replace(key, json.dumps({"signature": source.signature}).encode())


def _gone_key(uri: str) -> str:
    name = digest({"gone": uri})
    return f"{SPANS_FOLDER}gone/{name[:2]}/{name}.json"


def _signature_of(store: Storage, request: VideoRequest, schemes: Sequence[str]) -> str:
    try:
        return signature_of(request.uri, tuple(schemes))
    except DecodeError:
        key = _gone_key(request.uri)
        if not store.exists(key):
            raise
        return str(json.loads(store.read(key))["signature"])


def _read(store: Storage, key: str) -> Span:
    try:
        note = json.loads(store.read(key))
        return Span(
            identity=note["identity"],
            start_s=Fraction(note["start_s"]),
            duration_s=Fraction(note["duration_s"]),
            time_reference=note["time_reference"],
            frame_rate=Fraction(note["frame_rate"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{store.uri(key)} is not a span ({error}); delete it and rerun"
        ) from error
