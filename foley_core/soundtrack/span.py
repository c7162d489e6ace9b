"""The span of picture that a row asks for: what its file's header says, kept in a note so that it
need not be read again.

The note is trusted only while the file looks the same from outside (size and entity tag, or size
and time of change), so a rerun for another region opens no video. Where there is no file any more,
or none that can be read, the latest note of the same row stands for it: what was seen is stored.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import BinaryIO

from foley_core.cues.timecode import read_rate, written_rate
from foley_core.errors import DecodeError, FoleyError, ReplacedError, StorageError
from foley_core.ids import digest
from foley_core.media.clock_places import refuse_restarts
from foley_core.media.empty_time import refuse_empty_time
from foley_core.media.probe import VideoInfo, probe
from foley_core.media.tags import timecode_s
from foley_core.parsing import parsed_json
from foley_core.soundtrack.first_label import first_label
from foley_core.soundtrack.request import LONGEST_S, SCHEMES, VideoRequest
from foley_core.soundtrack.seen_part import part_inside, seen_part
from foley_core.soundtrack.traces import traced_keys, traces_of
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
    only serves to write timecodes, and is None where the file states no constant one. `timecode` is
    the label of the first picture, None where the source states none. `seen` marks
    pictures that are looked at otherwise than they are stored, see `seen_part`. `signature` is how
    the file looked from outside when its header was read; empty where nobody could look.
    """

    identity: str
    start_s: Fraction
    duration_s: Fraction
    time_reference: int = 0
    frame_rate: Fraction | None = Fraction(25)
    seen: str = ""
    signature: str = field(default="", compare=False)
    timecode: str | None = None

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
            ReplacedError: it is not the file whose header was read, or is no more when all is done.
            RowError: its URI is not one that may be opened.
            StorageError: the storage failed.
        """
        uri = self.request.uri
        with open_source(uri, tuple(self.schemes)) as source:
            self._refuse_other(source)
            info = probe(source.file, uri)
            yield source.file, replace(info, inside=part_inside(self.span.seen))
            self._refuse_other(source)

    def _refuse_other(self, source: Source) -> None:
        if self.span.signature not in ("", source.signature):
            raise ReplacedError(
                f"{self.request.uri} was replaced while it was worked on; run again"
            )


def span_of(request: VideoRequest, schemes: Sequence[str] = SCHEMES) -> Span:
    """The span of picture that a request asks for; opens the file and reads its header.

    Raises:
        DecodeError: as `Footage.open`, or `start_s` lies beyond the end, or the file states far
            more time than it has pictures for.
        RowError, StorageError: as `Footage.open`.
    """
    with open_source(request.uri, tuple(schemes)) as source:
        signature = source.signature
        info = probe(source.file, request.uri)
        refuse_empty_time(source.file, request.uri, info)
        start_s = request.start_s or Fraction(0)
        end_s = min(info.duration_s, request.end_s or info.duration_s)
        if start_s >= end_s:
            raise DecodeError(
                f"{request.uri}: start_s {float(start_s):g} is not before the picture's end at "
                f"{float(end_s):g} s; correct start_s or end_s of its row, or --start or --end"
            )
        refuse_restarts(source.file, request.uri, info)
        seen = seen_part(source.file, request.uri, info, start_s, end_s - start_s)
        identity = source.identity
    midnight_s = timecode_s(info.timecode or "", info.constant_rate or info.frame_rate)
    time_reference = duration_samples(midnight_s) + duration_samples(start_s)
    rate, label = info.constant_rate, first_label(info, start_s)
    return Span(identity, start_s, end_s - start_s, time_reference, rate, seen, signature, label)


def refuse_long(request: VideoRequest, span: Span, longest_s: int) -> None:
    """Raise DecodeError for more picture than one row may have, in seconds."""
    if span.duration_s > longest_s:
        raise DecodeError(
            f"{request.uri}: {float(span.duration_s) / 3600:,.1f} hours of picture, more than the "
            f"{longest_s / 3600:,.1f} that a row may have; name parts by start_s and end_s, or "
            "raise longest_video_s in the job file"
        )


def clip_ranges(steps: int, clip_steps: int) -> list[tuple[int, int]]:
    """Half-open ranges of motion steps, no gap and no overlap, that split a picture into clips.

    The last clip takes a remainder shorter than half a clip, since a clip of a few steps would cost
    a seek and a start for nothing.
    """
    count = max(1, (steps + clip_steps // 2) // clip_steps)
    edges = [clip_steps * index for index in range(count)] + [steps]
    return list(pairwise(edges))


@dataclass(frozen=True, slots=True)
class Found:
    """The footage of a request; whether the video was opened for it; what to tell people of it."""

    footage: Footage
    opened: bool
    note: str | None = None


def find_footage(
    store: VideoStore,
    request: VideoRequest,
    schemes: Sequence[str] = SCHEMES,
    longest_s: int = LONGEST_S,
) -> Found:
    """The footage of a request, its span from the store where the file has not changed since.

    A video that is no longer there, or can no longer be read, is known by what its row was when it
    last could: another region needs no picture. One that was replaced is seen anew, and that is
    told.

    Args:
        longest_s: seconds of picture that the row may have.

    Raises:
        DecodeError: there is more picture than that.
        DecodeError, RowError, StorageError: as `span_of`, for a video that is not known; or what
            was kept is damaged.
    """
    found = _found(store, request, schemes)
    refuse_long(request, found.footage.span, longest_s)
    return found


def _found(store: VideoStore, request: VideoRequest, schemes: Sequence[str]) -> Found:
    try:
        signature = signature_of(request.uri, tuple(schemes))
    except (DecodeError, StorageError) as error:
        return _from_store(store, request, schemes, error)
    key = _key(request, signature)
    store.trace([key])
    if not store.lacks(key):
        span, former, _ = _read(store.storage, key)
        span = replace(span, signature=signature)
        return Found(Footage(request, span, schemes), False, _told(request, span, former))
    try:
        span = span_of(request, schemes)
    except (DecodeError, StorageError) as error:
        return _from_store(store, request, schemes, error)
    if span.signature != signature:
        key = _key(request, span.signature)
        store.trace([key])
    before = known_span(store, request)
    former = before.identity if before else None
    store.add(key, _noted(request, span, former))
    return Found(Footage(request, span, schemes), True, _told(request, span, former))


def _from_store(
    store: VideoStore, request: VideoRequest, schemes: Sequence[str], error: FoleyError
) -> Found:
    """The footage of a video that cannot be looked at; raises why, for one that is not known."""
    if (known := known_span(store, request)) is None:
        raise error
    note = f"made from what is stored, since the video cannot be looked at: {error}"
    return Found(Footage(request, known, schemes), False, note)


def _told(request: VideoRequest, span: Span, former: str | None) -> str | None:
    """Return a sentence on a video that was replaced; None where it was not."""
    if former in (None, span.identity):
        return None
    return (
        f"the video at {request.uri} is not the one that was first seen there; earlier tracks "
        "follow the former picture"
    )


def _key(request: VideoRequest, signature: str) -> str:
    # Notes of earlier versions, without marks or timecode, are made again where the video is there.
    name = digest([*_asked(request), signature, "seen", "timecode"])
    return f"{SPANS_FOLDER}{name[:2]}/{name}.json"


def _asked(request: VideoRequest) -> list[str]:
    return [request.uri, str(request.start_s), str(request.end_s)]


def _noted(request: VideoRequest, span: Span, former: str | None) -> bytes:
    note = {
        "identity": span.identity,
        "start_s": str(span.start_s),
        "duration_s": str(span.duration_s),
        "time_reference": span.time_reference,
        "frame_rate": written_rate(span.frame_rate),
        "timecode": span.timecode,
        "seen": span.seen,
        "asked": list(_asked(request)),
        "former": former,
    }
    return json.dumps(note, sort_keys=True).encode()


def known_span(store: VideoStore, request: VideoRequest) -> Span | None:
    """Return the span of the note that was last written for a row, of whatever file was there then;
    None where there is no note, so that the video has to be there.

    Notes of earlier versions do not say what was asked; one of them counts if it is the only one.
    """
    noted: list[tuple[float, Span, object]] = []
    for trace in store.storage.list(traces_of(store.video_id)):
        for key in traced_keys(store.storage, trace.key):
            if _is_span(key) and store.storage.exists(key):
                span, _, asked = _read(store.storage, key)
                noted.append((trace.modified_s, span, asked))
    own = [one for one in noted if one[2] == _asked(request)]
    if not own and len(noted) == 1 and noted[0][2] is None:
        own = noted
    return max(own, key=lambda one: one[0])[1] if own else None


def _is_span(key: str) -> bool:
    """False for what earlier versions noted of deleted originals in the same folder, too."""
    return key.startswith(SPANS_FOLDER) and not key.startswith(f"{SPANS_FOLDER}gone/")


def _read(store: Storage, key: str) -> tuple[Span, str | None, object]:
    """A span, the identity of the file that was there before, and what was asked."""
    try:
        note = parsed_json(store.read(key))
        span = Span(
            identity=note["identity"],
            start_s=Fraction(note["start_s"]),
            duration_s=Fraction(note["duration_s"]),
            time_reference=note["time_reference"],
            frame_rate=read_rate(note["frame_rate"]),
            seen=note.get("seen", ""),
            timecode=note.get("timecode"),
        )
        return span, note.get("former"), note.get("asked")
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{store.uri(key)} is not a span ({error}); delete it and rerun"
        ) from error
