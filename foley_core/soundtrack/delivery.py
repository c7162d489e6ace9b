"""Settings of what is delivered: encoding, loudness, which files. Data only.

A driver settles this for every region and masters nothing: it needs none of the signal processing
of `deliver`, whose libraries take seconds to import.
"""

from dataclasses import dataclass, field
from typing import Literal

from foley_core.mixing.target import LoudnessTarget

TrackEncoding = Literal["wav16", "wav24", "flac16", "flac24"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Settings of a delivered track.

    `original_db` None drops the video's own sound; `hold_gain` keeps sound filters from moving the
    master, whatever loudness results.
    """

    encoding: TrackEncoding = "wav16"
    target: LoudnessTarget = field(default_factory=LoudnessTarget)
    stems: bool = False
    muxed: bool = False
    original_db: float | None = None
    hold_gain: bool = False
