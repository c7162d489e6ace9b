"""The picture of a track's footage and the track in one file, at the timecode of the source."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from foley_core.errors import EncodeError
from foley_core.media.mux import mux
from foley_core.soundtrack.span import Footage


def mux_footage(
    footage: Footage,
    track: Path,
    out: Path,
    marks: Mapping[str, str],
    *,
    lossless: bool = False,
    other_tracks: bool = False,
) -> str | None:
    """Write picture and track to a file; return what of the source is not in it, in words.

    Args:
        track, out, marks, lossless: see `mux`.
        other_tracks: copy the other sound and the subtitles of the source too.

    Raises:
        DecodeError, EncodeError, ReplacedError, RowError, StorageError: see `mux`, `Footage.open`.
    """
    try:
        left_out = _muxed(footage, track, out, marks, lossless, other_tracks)
    except EncodeError:
        if not other_tracks:
            raise
        # Few programs write every kind of track; the picture with its new sound matters more.
        _muxed(footage, track, out, marks, lossless, other_tracks=False)
        left_out = ("all other tracks",)
    if not left_out:
        return None
    return f"the {out.suffix} cannot hold {', '.join(left_out)} of the source"


def _muxed(
    footage: Footage,
    track: Path,
    out: Path,
    marks: Mapping[str, str],
    lossless: bool,
    other_tracks: bool,
) -> tuple[str, ...]:
    span = footage.span
    with ExitStack() as stack:
        file, info = stack.enter_context(footage.open())
        others = stack.enter_context(footage.open())[0] if other_tracks else None
        return mux(
            file,
            footage.request.uri,
            track,
            out,
            info,
            span.start_s,
            span.duration_s,
            marks,
            lossless=lossless,
            timecode=span.timecode,
            others=others,
        )
