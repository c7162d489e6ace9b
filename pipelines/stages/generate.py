"""Generate the sounds of one video for one region: style pack, filters, then missing stems.

Long videos come in parts; each part generates the stems that begin in it. The missing stems of all
rows of a batch are generated together, since a GPU wants many cues at once; a cue sounds the same
in any batch. Where a generator of whole clips makes the actions, its clips are stems as well.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from threading import Thread

import pyarrow as pa

from foley_core.errors import FoleyError
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.protocol import ClipGenerator
from foley_core.soundtrack.clips import ClipPlan, keep_clips, text_keys
from foley_core.soundtrack.correction_log import with_corrections
from foley_core.soundtrack.mix_plan import keep_plan, plan_keys
from foley_core.soundtrack.planning import Score, Scoring, score
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.stem_plan import STEMS_FOLDER, StemPlan
from foley_core.soundtrack.stored_detection import load_detection
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.types import Tier
from pipelines.stages.gather import GatheringStage
from pipelines.stages.row import Row, rows_of, table_of
from pipelines.stages.stage import stopwatch, survived
from pipelines.stopping import stops_noted


class Generate(GatheringStage):
    """Detections in; once the last part of a video and region is generated, its mix plan out."""

    name = "generate"

    def __init__(
        self,
        run_id: str,
        output: str,
        generators: Mapping[Tier, EmbeddedGenerator],
        scoring: Mapping[str, Scoring],
        clipwise: ClipGenerator | None = None,
    ) -> None:
        """Begin to load the generators, where they will be needed.

        Args:
            generators: of the tiers that the job's rows ask for.
            clipwise: the generator of the actions of all rows instead, as whole clips.
        """
        self.run_id = run_id
        self.store = Storage(output)
        self.generators = generators
        self.scoring = scoring
        self.clipwise = clipwise
        self._ahead: set[str] = set()
        self._kept: tuple[tuple[str, ...], Score] | None = None
        Thread(target=self._load_ahead, daemon=True).start()

    def __call__(self, table: pa.Table) -> pa.Table:
        rows = rows_of(table)
        healthy = [row for row in rows if not row.error]
        with stops_noted(self.store, self.run_id):
            if len(healthy) > 1:
                with stopwatch() as (wall_s, cpu_s):
                    self._ahead = self._generate_ahead(healthy)
                faulty = [row for row in rows if row.error]
                rows = faulty + self.timed(healthy, wall_s(), cpu_s())
            return table_of([after for row in rows for after in self.attempt(row)])

    def _load_ahead(self) -> None:
        """Load the generators while the first video is looked at, where no stem is stored yet: it
        will need some, while a later job often finds all of its own, and then needs no network.

        What fails here fails again, and is reported, when the first stem is asked for.
        """
        with suppress(FoleyError):
            if any(self.store.list(STEMS_FOLDER)):
                return
            for generator in self.generators.values():
                generator.load()

    def _generate_ahead(self, rows: list[Row]) -> set[str]:
        """Keys of the stems generated for a batch at once.

        None where that failed, or killed a worker before: each row's own attempt then shows which
        of them is at fault.
        """
        made: set[str] = set()
        try:
            with survived(self.run_id, f"{self.name} ahead", rows, attempts=1):
                scored = [
                    (row, self._score(row), VideoStore(self.store, row.video_id)) for row in rows
                ]
                for _, whole, store in scored:
                    self._trace(whole, store)
                for tier, generator in self.generators.items():
                    asked = [
                        (store, self._stems(row, whole))
                        for row, whole, store in scored
                        if row.tier == tier
                    ]
                    made |= keep_stems(asked, generator)
                if self.clipwise:
                    clips = [(store, self._clips(row, whole)) for row, whole, store in scored]
                    made |= keep_clips(clips, self.clipwise)
        except FoleyError as error:
            if not error.sets_row_aside:
                raise
        return made

    def work(self, row: Row, store: VideoStore) -> Row:
        generator = self.generators[row.tier]
        whole = self._score(row)
        self._trace(whole, store)
        stems = self._stems(row, whole)
        keys = {plan.key(generator.identity) for plan in stems}
        made = keep_stems([(store, stems)], generator)
        if self.clipwise:
            clips = self._clips(row, whole)
            keys |= {clip.key(self.clipwise.identity) for clip in clips}
            made |= keep_clips([(store, clips)], self.clipwise)
        made |= keys & self._ahead
        self._ahead -= keys
        return row.counted(stems_generated=len(made), stems_reused=len(keys - made))

    def finish(self, row: Row, store: VideoStore) -> list[Row]:
        return [replace(row, plan=keep_plan(store, self._score(row).mix_plan))]

    def _score(self, row: Row) -> Score:
        """The score of a whole video and region; the last is kept for its next part."""
        key = (row.detection, row.video_id, row.region, row.request, row.tier)
        if self._kept is None or self._kept[0] != key:
            seen = prompted(load_detection(self.store, row.detection), row.wishes)
            detection = with_corrections(self.store, seen, row.video_id, row.corrections)
            generator = self.generators[row.tier]
            clipwise = (self.clipwise, row.span) if self.clipwise else None
            scored = score(detection, row.video, self.scoring[row.region], generator, clipwise)
            self._kept = (key, scored)
        return self._kept[1]

    def _trace(self, whole: Score, store: VideoStore) -> None:
        """Note what will come from a video."""
        store.trace(plan_keys(whole.mix_plan))
        if self.clipwise:
            store.trace(text_keys(whole.clips, self.clipwise))

    def _stems(self, row: Row, whole: Score) -> list[StemPlan]:
        """The stems that begin in this row's part of the timeline."""
        return [plan for plan in whole.stems if _begins_in(row, plan.start)]

    def _clips(self, row: Row, whole: Score) -> list[ClipPlan]:
        """The clips that do."""
        return [clip for clip in whole.clips if _begins_in(row, clip.start)]


def _begins_in(row: Row, start: int) -> bool:
    """Return True where what begins at that sample belongs to this row's part of the timeline."""
    part = -(-row.span.samples // row.parts)
    return min(start // part, row.parts - 1) == row.part
