"""Perform the cue sheet of one video for one region: style pack, filters, then missing stems.

Long videos come in parts; each part performs the stems that begin in it. The missing stems of all
rows of a batch are performed together, since a GPU wants many cues at once; a cue sounds the same
in any batch.
"""

from dataclasses import replace

import pyarrow as pa

from foley_core.errors import FoleyError
from foley_core.soundtrack.detection import load_detection
from foley_core.soundtrack.plan import store_plan
from foley_core.soundtrack.score import Score, Scoring, score
from foley_core.soundtrack.stems import StemPlan, ensure_stems
from foley_core.storage import Storage
from foley_core.types import Quality
from pipelines.gather import GatheringStage
from pipelines.stage import Row, rows_of, table_of


class Generate(GatheringStage):
    """Detections in; once the last part of a video and region is performed, its mix plan out."""

    name = "generate"

    def __init__(
        self, run_id: str, output: str, quality: Quality, device: str, scoring: dict[str, Scoring]
    ) -> None:
        from foley_core.generators.embedded import EmbeddedGenerator  # torch: for actors only

        self.run_id = run_id
        self.store = Storage(output)
        self.generator = EmbeddedGenerator(device=device, quality=quality)
        self.scoring = scoring
        self._ahead: set[str] = set()
        self._kept: tuple[tuple[str, ...], Score] | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        rows = rows_of(table)
        if len(rows) > 1:
            self._ahead = self._perform_together([row for row in rows if not row.error])
        return table_of([after for row in rows for after in self.attempt(row)])

    def _perform_together(self, rows: list[Row]) -> set[str]:
        """Keys of the stems generated for a batch; a faulty row is left to its own attempt."""
        try:
            plans = [plan for row in rows for plan in self._part(row, self._score(row))]
            return ensure_stems(self.store, plans, self.generator)
        except FoleyError as error:
            if not error.sets_row_aside:
                raise
            return set()

    def work(self, row: Row) -> Row:
        plans = self._part(row, self._score(row))
        keys = {plan.key(self.generator.identity) for plan in plans}
        made = ensure_stems(self.store, plans, self.generator) | (keys & self._ahead)
        self._ahead -= keys
        return row.counted(stems_generated=len(made), stems_reused=len(keys - made))

    def finish(self, row: Row) -> list[Row]:
        return [replace(row, plan=store_plan(self.store, self._score(row).mix_plan))]

    def _score(self, row: Row) -> Score:
        """The score of a whole video and region; the last is kept for its next part."""
        key = (row.detection, row.video_id, row.region, row.request)
        if self._kept is None or self._kept[0] != key:
            detection = load_detection(self.store, row.detection)
            scored = score(detection, row.video, self.scoring[row.region], self.generator)
            self._kept = (key, scored)
        return self._kept[1]

    def _part(self, row: Row, whole: Score) -> list[StemPlan]:
        """The stems that begin in this row's part of the timeline."""
        span = -(-row.span.samples // row.parts)
        return [plan for plan in whole.stems if min(plan.start // span, row.parts - 1) == row.part]
