"""One delivered WAV file: its name by the Universal Category System, its `bext` and iXML chunks.

Names are `CatID_FXName_foley_<video>.wav`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from foley_core.media.broadcast_wave import BroadcastExtension
from foley_core.media.encode import Encoding, write_track
from foley_core.media.ixml import SceneNotes
from foley_core.media.marks import MADE_BY
from foley_core.types import Blocks
from pipelines.delivery.edit_timeline import EditTimeline

CREATOR = "foley"
"""Third part of a name by the Universal Category System."""
_BITS: dict[Encoding, int] = {"wav24": 24, "wav32f": 32}
_CHANNELS = {2: "stereo", 6: "multi"}


@dataclass(frozen=True, slots=True)
class Described:
    """Description of its sound that a file carries.

    Attributes:
        category: of the Universal Category System.
        name: what sounds; its channels are called after it.
        layout: what the file is a part of.
        made_by: what generated the sound.
        loudness_lufs, loudness_range_lu, true_peak_dbtp: measured; None where they were not.
    """

    category: str
    name: str
    layout: str
    made_by: str
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None


def write_sound(
    path: Path,
    blocks: Blocks,
    timeline: EditTimeline,
    described: Described,
    *,
    channels: int = 2,
    encoding: Encoding = "wav24",
) -> None:
    """Write a file of sound as long as a timeline, which begins where that does.

    Args:
        blocks: starts the stream, `(channels, n)` blocks.
        encoding: `wav24` or `wav32f`.

    Raises:
        EncodeError: it cannot be written, or is beyond full scale in 24 bits.
    """
    bits, told = _BITS[encoding], f"{described.layout} of {timeline.video_id}"
    notes = SceneNotes(
        scene=timeline.video_id,
        tape=timeline.region,
        name=described.name,
        note=f"{described.layout} of a generated soundtrack",
        bits=bits,
        time_reference_samples=timeline.time_reference,
        frame_rate=timeline.clock.frame_rate,
        drops=timeline.clock.drops,
        category=described.category,
        channels=channels,
    )
    coded = f"A=PCM,F=48000,W={bits},M={_CHANNELS[channels]},T={CREATOR}"
    write_track(
        path,
        blocks(),
        channels=channels,
        samples=timeline.samples,
        encoding=encoding,
        bext=BroadcastExtension(
            description=f"{described.category} {described.name}: {told}",
            originator=CREATOR,
            time_reference_samples=timeline.time_reference,
            loudness_lufs=described.loudness_lufs,
            loudness_range_lu=described.loudness_range_lu,
            true_peak_dbtp=described.true_peak_dbtp,
            coding_history=f"{coded}; {MADE_BY}{described.made_by}",
        ),
        ixml=notes.to_bytes(),
    )


def file_name(category: str, name: str, video_id: str) -> str:
    """Return a file's name by the Universal Category System, whose parts hold no underscore."""
    source = re.sub(r"[_/\\:*?\"<>|]", "-", video_id)
    return f"{category}_{name}_{CREATOR}_{source}.wav"
