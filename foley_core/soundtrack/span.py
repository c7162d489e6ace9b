"""What was found out about a video file, kept so that it need not be read again.

The note is trusted only while the file looks the same from outside (size and entity tag, or size
and time of change), so a rerun for another region opens no video.
"""

import json
import os
from collections.abc import Sequence
from fractions import Fraction

from foley_core.errors import DecodeError, StorageError
from foley_core.ids import digest
from foley_core.soundtrack.request import SCHEMES, Span, VideoRequest, span_of
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Source, Storage, signature_of

SPANS_VERSION = 2
FOLDER = f"features/spans-v{SPANS_VERSION}/"


def ensure_span(
    store: Storage, request: VideoRequest, schemes: Sequence[str] = SCHEMES
) -> tuple[Span, bool]:
    """The span of a request, from the store where the file has not changed since; and whether the
    video had to be opened for it.

    A video that was deleted on purpose after it was delivered is known by what it looked like then
    (see `remember_gone`), so that another region still needs no picture.

    Raises:
        DecodeError, RowError, StorageError: as `span_of`; or what was kept is damaged.
    """
    signature = _signature_of(store, request, schemes)
    name = digest([request.uri, str(request.start_s), str(request.end_s), signature])
    key = f"{FOLDER}{name[:2]}/{name}.json"
    leave_trace(store, request.video_id, [key])
    if store.exists(key):
        return _read(store, key), False
    span = span_of(request, schemes)
    note = {
        "identity": span.identity,
        "start_s": str(span.start_s),
        "duration_s": str(span.duration_s),
        "time_reference": span.time_reference,
        "frame_rate": str(span.frame_rate),
    }
    store.put_if_absent(key, json.dumps(note, sort_keys=True).encode())
    return span, True


def remember_gone(store: Storage, video_id: str, source: Source) -> None:
    """Note what a source looks like, before it is deleted.

    Raises:
        StorageError: the store failed.
    """
    key = _gone_key(source.uri)
    leave_trace(store, video_id, [key])
    store.put(key, json.dumps({"signature": _signature(source)}).encode())


def _gone_key(uri: str) -> str:
    name = digest({"gone": uri})
    return f"{FOLDER}gone/{name[:2]}/{name}.json"


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


def _signature(source: Source) -> str:
    """As `signature_of`, of what is open."""
    if source.tag is not None:
        return f"{source.size_bytes}:{source.tag}"
    return f"{source.size_bytes}:{os.fstat(source.file.fileno()).st_mtime_ns}"
