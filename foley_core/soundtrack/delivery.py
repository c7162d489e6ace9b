"""Settings of what is delivered: encoding, loudness, which files. Data only.

A driver settles this for every region and masters nothing: it needs none of the signal processing
of `deliver`, whose libraries take seconds to import.
"""

from dataclasses import dataclass, field
from typing import Literal

from foley_core.mixing.target import LoudnessTarget
from foley_core.provenance.marking import SIDECAR_ENDING, Marking

TrackEncoding = Literal["wav16", "wav24", "flac16", "flac24"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Settings of a delivered track.

    `original_db` None drops the video's own sound; `hold_gain` keeps sound filters from moving the
    master, whatever loudness results. `formats` are those of other programs, `languages` those of
    captions among them. `other_tracks` keeps the source's other sound and its subtitles in files
    with the picture.
    """

    encoding: TrackEncoding = "wav16"
    target: LoudnessTarget = field(default_factory=LoudnessTarget)
    stems: bool = False
    muxed: bool = False
    original_db: float | None = None
    hold_gain: bool = False
    marking: Marking = field(default_factory=Marking)
    formats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    other_tracks: bool = False


def muxed_key(video_id: str, region: str) -> str:
    """Return the key of the picture with its track."""
    return f"muxed/region={region}/{video_id}.mp4"


def stems_folder(video_id: str, region: str) -> str:
    """Return the prefix of the keys of a track's stems."""
    return f"stems/region={region}/{video_id}/"


def formats_folder(video_id: str, region: str) -> str:
    """Return the prefix of the keys of a track in the formats of other programs."""
    return f"formats/region={region}/{video_id}/"


def track_key(video_id: str, region: str, encoding: str) -> str:
    """Return the key of a track."""
    suffix = "flac" if encoding.startswith("flac") else "wav"
    return f"tracks/region={region}/{video_id}.{suffix}"


def sidecar_key(key: str) -> str:
    """Return the key of the credentials beside a track that cannot hold them (C2PA)."""
    return f"{key.rpartition('.')[0]}{SIDECAR_ENDING}"


def key_of_track(uri: str) -> str:
    """Return the key of the track at a URI, wherever its output lay when the URI was written."""
    return f"tracks/{uri.rpartition('/tracks/')[2]}"


def left_over(video_id: str, region: str, encoding: str) -> str:
    """Return the key that a track of the other kind of encoding has."""
    return track_key(video_id, region, "wav" if encoding.startswith("flac") else "flac")
