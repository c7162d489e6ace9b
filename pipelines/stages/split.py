"""Inspect a video and split it into clips: 1 row in, 1 row a clip out.

Runs as tasks, before any actor is needed: it reads headers only, through range reads.
"""

from dataclasses import replace

from foley_core.cues.timecode import written_rate
from foley_core.soundtrack.request import LONGEST_S
from foley_core.soundtrack.span import clip_ranges, find_footage
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage


class Split(Stage):
    """A row for each clip of a video; a broken video stays one row, set aside."""

    name = "split"
    store: Storage

    def __init__(
        self,
        run_id: str,
        output: str,
        clip_s: int,
        schemes: tuple[str, ...],
        longest_s: int = LONGEST_S,
    ) -> None:
        self.run_id = run_id
        self.store = Storage(output)
        self.clip_steps = clip_s * MOTION_RATE
        self.schemes = schemes
        self.longest_s = longest_s

    def process(self, row: Row) -> list[Row]:
        store = VideoStore(self.store, row.video_id)
        found = find_footage(store, row.video, self.schemes, self.longest_s)
        span = found.footage.span
        inspected = replace(
            row,
            identity=span.identity,
            start_s=str(span.start_s),
            duration_s=str(span.duration_s),
            time_reference=span.time_reference,
            frame_rate=written_rate(span.frame_rate),
            timecode=span.timecode,
            seen=span.seen,
            signature=span.signature,
            parts=len(clip_ranges(span.steps, self.clip_steps)),
            notes=(found.note,) if found.note else (),
        )
        first = inspected.counted(videos_opened=found.opened)
        return [first, *(replace(inspected, part=part) for part in range(1, inspected.parts))]
