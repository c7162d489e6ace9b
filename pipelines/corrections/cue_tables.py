"""Cue sheets for people: a table on the screen, CSV and JSON to edit and hand back."""

import json
from dataclasses import asdict

from rich.table import Table

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import SourceClock, written_rate
from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cells import csv_bytes
from pipelines.metadata.delivered import SeenVideo

CSV_COLUMNS = ("video_id", "cue", "op", "kind", "time", "end", "sound_class", "material",
               "intensity", "take", "pan", "size", "spread", "gain_db", "confidence", "source",
               "onset_s", "offset_s", "by", "why")  # fmt: skip


def sheet_of(store: Storage, video: SeenVideo, region: str | None) -> CueSheet:
    """Return what was seen in a video, as corrected; or, for a region, what sounds there.

    Raises:
        ConfigError: the video was not delivered for that region.
    """
    if region is None:
        return video.sheet_after(store)
    if region not in video.rows:
        known = ", ".join(video.rows)
        raise ConfigError(f"{video.video_id} has no track for '{region}'; it has: {known}")
    return CueSheet.from_json(store.read(f"cues/region={region}/{video.video_id}.json"))


def cue_table(video: SeenVideo, sheet: CueSheet) -> Table:
    """A table for the screen."""
    clock, rate = video.clock, video.clock.frame_rate
    pace = "a variable rate of pictures" if rate is None else f"{float(rate):g} pictures a second"
    table = Table(title=f"{video.video_id}, {pace}")
    table.box, table.padding = None, (0, 2, 0, 0)  # so that it fits 80 columns
    for name in ("cue", "from", "to"):
        table.add_column(name, no_wrap=True)
    # Long names go on in a second line; ids and timecodes are copied, so they stay whole.
    table.add_column("class, material", overflow="fold")
    for name in ("inten-\nsity", "sure", "dB"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("source", no_wrap=True)
    for cue in sheet.cues:
        table.add_row(
            cue.cue_id or "–",
            clock.timecode(cue.onset),
            clock.timecode(cue.offset),
            f"{cue.sound_class}, {cue.material}" if cue.material else cue.sound_class,
            f"{cue.intensity:.2f}",
            f"{cue.confidence:.2f}",
            f"{cue.gain_db:+.1f}",
            cue.source,
        )
    return table


def csv_of(video: SeenVideo, sheet: CueSheet) -> bytes:
    """CSV whose rows may be edited and given to `foley correct`."""
    return csv_bytes(CSV_COLUMNS, (_row(video, cue) for cue in sheet.cues))


def json_of(video: SeenVideo, sheet: CueSheet) -> bytes:
    """JSON: the picture, then its cues with timecodes."""
    document = {
        "video_id": video.video_id,
        "frame_rate": written_rate(video.clock.frame_rate),
        "samples": sheet.samples,
        "cues": [{**asdict(cue), **_times(cue, video.clock)} for cue in sheet.cues],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _row(video: SeenVideo, cue: Cue) -> dict[str, object]:
    return {
        **asdict(cue),
        **_times(cue, video.clock),
        "video_id": video.video_id,
        "cue": cue.cue_id,
        "material": cue.material or "",
    }


def _times(cue: Cue, clock: SourceClock) -> dict[str, object]:
    return {
        "time": clock.timecode(cue.onset),
        "end": clock.timecode(cue.offset),
        "onset_s": cue.onset_s,
        "offset_s": cue.offset_s,
    }
