"""See what happens: features of each clip, then the detected cue sheet of the whole video.

Decoding, optical flow and the visual encoder share a worker, since pixels must not travel. The part
that completes its video also detects the cue sheet: it has the perception loaded already.
"""

from collections.abc import Mapping
from dataclasses import replace

from foley_core.models.embedded.perception import Perception
from foley_core.soundtrack.span import Footage, clip_ranges
from foley_core.soundtrack.stored_features import detection_keys, keep_detection, keep_features
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from foley_core.types import Tier
from pipelines.stages.gather import GatheringStage
from pipelines.stages.row import Row


class Perceive(GatheringStage):
    """Clips in; once the last clip of a video is seen, a row for each region and part out."""

    name = "perceive"

    def __init__(
        self,
        run_id: str,
        output: str,
        clip_s: int,
        schemes: tuple[str, ...],
        perceptions: Mapping[Tier, Perception],
    ) -> None:
        """Take the store and the models.

        Args:
            perceptions: of the tiers that the job's rows ask for.
        """
        self.run_id = run_id
        self.store = Storage(output)
        self.clip_steps = clip_s * MOTION_RATE
        self.schemes = schemes
        self.perceptions = perceptions

    def work(self, row: Row, store: VideoStore) -> Row:
        footage = Footage(row.video, row.span, self.schemes)
        clips = clip_ranges(footage.span.steps, self.clip_steps)
        perception = self.perceptions[row.tier]
        store.trace(detection_keys(footage.span, clips, perception.identity))
        computed = keep_features(store, footage, clips[row.part], perception)
        return row.counted(features_computed=computed, features_reused=not computed)

    def finish(self, row: Row, store: VideoStore) -> list[Row]:
        clips = clip_ranges(row.span.steps, self.clip_steps)
        key = keep_detection(store, row.span, clips, self.perceptions[row.tier])
        seen = replace(row, detection=key, parts=len(clips))
        return [
            replace(seen, region=region, request=request, part=part, tally=tally)
            for region, request, tallies in zip(
                row.regions, row.requests, _tallies(row, len(clips)), strict=True
            )
            for part, tally in enumerate(tallies)
        ]


def _tallies(row: Row, parts: int) -> list[list[dict[str, float]]]:
    """Return the tally of each part of each region: the first region had the work, the
    others found it done."""
    regions = [[{"features_reused": float(parts)}] for _ in row.regions]
    regions[0] = [row.tally]
    return [tallies + [{} for _ in range(parts - 1)] for tallies in regions]
