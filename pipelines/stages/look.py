"""Look at a video's clips for a generator of whole clips: visual features into the feature store.

Decoding and the visual encoders share a worker, since pixels must not travel. It comes before the
video is split by region, so that no region looks again. A long video comes in parts; each part
looks at the clips that begin in it.
"""

from foley_core.models.hunyuan.clip_generator import HunyuanLooker
from foley_core.models.hunyuan.public_model import PublicModel
from foley_core.soundtrack.clips import clip_windows
from foley_core.soundtrack.span import clip_ranges
from foley_core.soundtrack.visuals import ensure_visuals, trace_visuals
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage


class Look(Stage):
    """A row in, the same row out; what was seen is in the store."""

    name = "look"
    store: Storage

    def __init__(
        self,
        run_id: str,
        output: str,
        clip_s: int,
        schemes: tuple[str, ...],
        model: PublicModel,
        device: str,
        anonymises: bool,
        acts: bool,
    ) -> None:
        """Look up nothing, load nothing.

        Args:
            acts: whether actions shall sound in videos whose row does not say; without actions no
                clip is performed, so none is looked at.
        """
        self.run_id = run_id
        self.store = Storage(output)
        self.clip_steps = clip_s * MOTION_RATE
        self.schemes = schemes
        self.looker = HunyuanLooker(model, device, anonymises)
        self.acts = acts

    def process(self, row: Row) -> list[Row]:
        action = row.wishes.action
        if not (self.acts if action is None else action):
            return [row]
        trace_visuals(self.store, row.video_id, row.span, self.looker)
        first, last = clip_ranges(row.span.steps, self.clip_steps)[row.part]
        for clip in clip_windows(row.span.steps):
            if not first <= clip[0] < last:
                continue
            computed = ensure_visuals(
                self.store, row.video, row.span, clip, self.looker, self.schemes
            )
            row = row.counted(features_computed=computed, features_reused=not computed)
        return [row]
