"""Generate the sounds of one video for one region: style pack, filters, then missing stems.

Long videos come in parts; each part generates the stems that begin in it. The missing stems of all
rows of a batch are generated together, since a GPU wants many cues at once; a cue sounds the same
in any batch. Where a generator of whole clips makes the actions, its clips are stems as well.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Thread

from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.protocol import ClipGenerator
from foley_core.soundtrack.clips import ClipPlan, keep_clips, text_keys
from foley_core.soundtrack.correction_log import with_corrections
from foley_core.soundtrack.mix_plan import keep_plan, plan_key, plan_keys
from foley_core.soundtrack.planning import Score, Scoring, score
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.stem_plan import STEMS_FOLDER, StemPlan
from foley_core.soundtrack.stored_detection import load_detection
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.types import Tier
from pipelines.stages.ahead import AheadStage
from pipelines.stages.gather import GatheringStage
from pipelines.stages.row import Row

ROWS_SCORED_AT_ONCE = 8
"""Rows of a batch whose detections are read and traces are written at once: a store far away
answers each request late."""


class Generate(AheadStage, GatheringStage):
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
        self._kept: dict[tuple[str, ...], Score] = {}
        Thread(target=self._load_ahead, daemon=True).start()

    def _load_ahead(self) -> None:
        """Load the generators while the first video is looked at, where no stem is stored yet: it
        will need some, while a later job often finds all of its own, and then needs no network.

        What fails here fails again, and is reported, when the first stem is asked for.
        """
        with suppress(Exception):
            if any(self.store.list(STEMS_FOLDER)):
                return
            # The largest first: it takes longest.
            if self.clipwise:
                self.clipwise.load()
            for generator in self.generators.values():
                generator.load()

    def make_ahead(self, rows: list[Row]) -> set[str]:
        """Generate the stems of a batch at once; return the keys of those generated."""
        with ThreadPoolExecutor(ROWS_SCORED_AT_ONCE, "score") as threads:
            # Parts of one video have one score.
            firsts = {_score_key(row): row for row in rows}
            scores = threads.map(self._score, firsts.values())
            self._kept = dict(zip(firsts, scores, strict=True))
            asked = list(threads.map(self._asked, rows))
        if not self.clipwise:
            return self._stems_ahead(asked)
        # Beds are made beside the clips, which leave most of a processor free.
        with ThreadPoolExecutor(1, "beds") as beside:
            beds = beside.submit(self._stems_ahead, asked)
            clips = [(store, self._clips(row, whole)) for row, whole, store in asked]
            return keep_clips(clips, self.clipwise) | beds.result()

    def _asked(self, row: Row) -> tuple[Row, Score, VideoStore]:
        """A row with what is asked of it, noted in its store."""
        whole, store = self._score(row), VideoStore(self.store, row.video_id)
        self._trace(whole, store)
        return row, whole, store

    def _stems_ahead(self, asked: Sequence[tuple[Row, Score, VideoStore]]) -> set[str]:
        """Generate the stems of several rows at once, each by its own tier; their keys."""
        made: set[str] = set()
        for tier, generator in self.generators.items():
            of_tier = [
                (store, self._stems(r, whole)) for r, whole, store in asked if r.tier == tier
            ]
            made |= keep_stems(of_tier, generator)
        return made

    def work(self, row: Row, store: VideoStore) -> Row:
        generator = self.generators[row.tier]
        whole = self._score(row)
        self._trace(whole, store)
        stems = self._stems(row, whole)
        keys = {plan.key(generator.identity) for plan in stems}
        # What was generated ahead is there: no need to ask a store far away for each.
        left = [plan for plan in stems if plan.key(generator.identity) not in self.ahead]
        made = keep_stems([(store, left)], generator)
        if self.clipwise:
            clips = self._clips(row, whole)
            keys |= {clip.key(self.clipwise.identity) for clip in clips}
            unmade = [clip for clip in clips if clip.key(self.clipwise.identity) not in self.ahead]
            made |= keep_clips([(store, unmade)], self.clipwise)
        made |= self.counted_ahead(keys)
        return row.counted(stems_generated=len(made), stems_reused=len(keys - made))

    def finish(self, row: Row, store: VideoStore) -> list[Row]:
        plan = self._score(row).mix_plan
        if self.clipwise and self.clipwise.remarks:
            plan = plan.noting(self.clipwise.remarks)
            store.trace([plan_key(plan)])
        return [replace(row, plan=keep_plan(store, plan))]

    def _score(self, row: Row) -> Score:
        """The score of a whole video and region; the last ones are kept, for a next part too."""
        if kept := self._kept.get(_score_key(row)):
            return kept
        seen = prompted(load_detection(self.store, row.detection), row.wishes)
        detection = with_corrections(self.store, seen, row.video_id, row.corrections)
        generator = self.generators[row.tier]
        clipwise = (self.clipwise, row.span) if self.clipwise else None
        whole = score(detection, row.video, self.scoring[row.region], generator, clipwise)
        self._kept = {_score_key(row): whole}
        return whole

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


def _score_key(row: Row) -> tuple[str, ...]:
    return (row.detection, row.video_id, row.region, row.request, row.tier)


def _begins_in(row: Row, start: int) -> bool:
    """Return True where what begins at that sample belongs to this row's part of the timeline."""
    part = -(-row.span.samples // row.parts)
    return min(start // part, row.parts - 1) == row.part
