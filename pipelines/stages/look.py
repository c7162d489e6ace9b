"""Look at a video's clips for a generator of whole clips: visual features into the feature store.

Decoding and the visual encoders share a worker, since pixels must not travel. It comes before the
video is split by region, so that no region looks again. A long video comes in parts; each part
looks at the clips that begin in it.
"""

from foley_core.models.hunyuan.clip_generator import HunyuanLooker
from foley_core.models.hunyuan.public_model import PublicModel
from foley_core.soundtrack.clips import clip_windows
from foley_core.soundtrack.span import Footage, clip_ranges
from foley_core.soundtrack.video_store import VideoStore
from foley_core.soundtrack.visuals import keep_visuals, visual_keys
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
                clip is generated, so none is looked at.
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
        footage = Footage(row.video, row.span, self.schemes)
        store = VideoStore(self.store, row.video_id)
        store.trace(visual_keys(footage.span, self.looker.encoder))
        first, last = clip_ranges(footage.span.steps, self.clip_steps)[row.part]
        for clip in clip_windows(footage.span.steps):
            if not first <= clip[0] < last:
                continue
            computed = keep_visuals(store, footage, clip, self.looker)
            row = row.counted(features_computed=computed, features_reused=not computed)
        return [row]
