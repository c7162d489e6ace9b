"""Cue sheets for people: a table on the screen, CSV and JSON to edit and hand back."""

import csv
import io
import json
from dataclasses import asdict
from fractions import Fraction

from rich.table import Table

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import timecode
from foley_core.errors import ConfigError, MissingError
from foley_core.storage.store import Storage
from pipelines.metadata.delivered import SeenVideo

CSV_COLUMNS = ("video_id", "cue", "op", "kind", "time", "end", "sound_class", "material",
               "intensity", "gain_db", "confidence", "source", "onset_s", "offset_s", "by",
               "why")  # fmt: skip


def sheet_of(store: Storage, video: SeenVideo, region: str | None) -> CueSheet:
    """Return what was seen in a video, as corrected; or, for a region, what sounds there.

    Raises:
        ConfigError: the video was not delivered for that region.
    """
    if region is None:
        return video.sheet_after(store)
    try:
        return CueSheet.from_json(store.read(f"cues/region={region}/{video.video_id}.json"))
    except MissingError:
        known = ", ".join(video.rows)
        raise ConfigError(
            f"{video.video_id} has no track for '{region}'; it has: {known}"
        ) from None


def cue_table(video: SeenVideo, sheet: CueSheet) -> Table:
    """A table for the screen."""
    rate = video.frame_rate
    table = Table(title=f"{video.video_id}, {float(rate):g} pictures a second")
    for name in ("cue", "from", "to", "class", "material"):
        table.add_column(name, no_wrap=name in ("cue", "from", "to"))
    for name in ("intensity", "sure", "dB"):
        table.add_column(name, justify="right")
    table.add_column("source")
    for cue in sheet.cues:
        table.add_row(
            cue.cue_id or "–",
            timecode(cue.onset, rate),
            timecode(cue.offset, rate),
            cue.sound_class,
            cue.material or "",
            f"{cue.intensity:.2f}",
            f"{cue.confidence:.2f}",
            f"{cue.gain_db:+.1f}",
            cue.source,
        )
    return table


def csv_of(video: SeenVideo, sheet: CueSheet) -> bytes:
    """CSV whose rows may be edited and given to `foley correct`."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_row(video, cue) for cue in sheet.cues)
    return text.getvalue().encode()


def json_of(video: SeenVideo, sheet: CueSheet) -> bytes:
    """JSON: the picture, then its cues with timecodes."""
    document = {
        "video_id": video.video_id,
        "frame_rate": str(video.frame_rate),
        "samples": sheet.samples,
        "cues": [{**asdict(cue), **_times(cue, video.frame_rate)} for cue in sheet.cues],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _row(video: SeenVideo, cue: Cue) -> dict[str, object]:
    return {
        **asdict(cue),
        **_times(cue, video.frame_rate),
        "video_id": video.video_id,
        "cue": cue.cue_id,
        "material": cue.material or "",
    }


def _times(cue: Cue, rate: Fraction) -> dict[str, object]:
    return {
        "time": timecode(cue.onset, rate),
        "end": timecode(cue.offset, rate),
        "onset_s": cue.onset_s,
        "offset_s": cue.offset_s,
    }
