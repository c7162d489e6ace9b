"""The picture of a delivered track with its sound as PCM, in a .mov or .mkv, at its timecode.

This format alone opens the video, which must be the one that the track was made of.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from foley_core.errors import ConfigError
from foley_core.provenance.mark_file import mark_file, marks_for
from foley_core.provenance.marking import Marker
from foley_core.provenance.origin import SourceType
from foley_core.soundtrack.delivery import key_of_track
from foley_core.soundtrack.muxing import mux_footage
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import find_footage
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.delivery.format_names import Container


def written_picture(
    store: Storage,
    row: Mapping[str, Any],
    container: Container,
    folder: Path,
    marker: Marker,
    other_tracks: bool = False,
) -> tuple[Path, str | None]:
    """Write the picture with the sound of a row's track into a folder; its path, and what of the
    source is not in it, in words.

    Args:
        other_tracks: copy the source's other sound and its subtitles too.

    Raises:
        ConfigError: the video is not the one that the track was made of.
        DecodeError, EncodeError, RowError, StorageError: it cannot be read, or the container
            cannot hold its codec.
    """
    start, end = (
        None if row.get(name) is None else Fraction(str(row[name])) for name in ("start_s", "end_s")
    )
    request = VideoRequest(row["video_id"], row["uri"], start_s=start, end_s=end)
    footage = find_footage(VideoStore(store, row["video_id"]), request).footage
    if not row.get("source_identity"):
        raise ConfigError(
            "what its video held is not known, since its track is of an earlier version; run the "
            "job again"
        )
    if footage.span.identity != row.get("source_identity"):
        raise ConfigError(f"{row['uri']} is not the video that the track was made of any more")
    key = key_of_track(row["track_uri"])
    track, out = folder / f"track{Path(key).suffix}", folder / f"picture.{container}"
    store.fetch_file(key, track)
    digest = str(row.get("audio_sha256") or "")
    kind: SourceType = "compositeWithTrainedAlgorithmicMedia"
    marks = marks_for(marker, kind, digest)
    note = mux_footage(footage, track, out, marks, lossless=True, other_tracks=other_tracks)
    mark_file(out, marker, kind, digest, f"{row['video_id']}.{container}")
    return out, note
