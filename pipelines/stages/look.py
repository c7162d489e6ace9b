"""Look at videos' clips for a generator of whole clips: visual features into the feature store.

Decoding and the visual encoders share a worker, since pixels must not travel. Decoding is most of
the work and needs no GPU, so several threads decode, each a clip, ahead of the networks, which take
one clip at a time. It comes before the video is split by region, so that no region looks again. A
long video comes in parts; each part looks at the clips that begin in it.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from foley_core.models.hunyuan.clip_generator import HunyuanLooker
from foley_core.models.hunyuan.public_model import PublicModel
from foley_core.soundtrack.clips import clip_windows, visual_key
from foley_core.soundtrack.span import Footage, clip_ranges
from foley_core.soundtrack.video_store import VideoStore
from foley_core.soundtrack.visuals import keep_visuals, visual_keys
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from pipelines.stages.ahead import AheadStage
from pipelines.stages.row import Row
from pipelines.stopping import raise_if_for_all

CLIPS_DECODED_AT_ONCE = 4
"""Threads of an actor. Some decode while the pictures of another are with the networks; each holds
the small pictures of its clip, 150 MB."""


@dataclass(frozen=True, slots=True)
class _Clip:
    """A clip to be looked at, and the key of what is seen."""

    store: VideoStore
    footage: Footage
    steps: tuple[int, int]
    key: str


class Look(AheadStage):
    """A row in, the same row out; what was seen is in the store."""

    name = "look"

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
        clips = self._clips(row)
        if not clips:
            return [row]
        made = self.counted_ahead({clip.key for clip in clips})
        made |= self._looked([clip for clip in clips if clip.key not in made], self._is_new)
        return [row.counted(features_computed=len(made), features_reused=len(clips) - len(made))]

    def make_ahead(self, rows: list[Row]) -> set[str]:
        """Look at the clips of a batch of rows; return the keys of the features computed.

        A row that cannot be looked at is left for its own attempt.
        """
        clips: list[_Clip] = []
        for row in rows:
            with _left_for_later():
                clips += self._clips(row)
        return self._looked(clips, self._is_new_if_usable)

    def _clips(self, row: Row) -> list[_Clip]:
        """The clips of a row's part; none where no action shall sound."""
        action = row.wishes.action
        if not (self.acts if action is None else action):
            return []
        footage, encoder = Footage(row.video, row.span, self.schemes), self.looker.encoder
        store = VideoStore(self.store, row.video_id)
        store.trace(visual_keys(footage.span, encoder))
        first, last = clip_ranges(footage.span.steps, self.clip_steps)[row.part]
        return [
            _Clip(store, footage, clip, visual_key(footage.span, clip, encoder))
            for clip in clip_windows(footage.span.steps)
            if first <= clip[0] < last
        ]

    def _looked(self, clips: Sequence[_Clip], is_new: Callable[[_Clip], bool]) -> set[str]:
        """Look at clips by several threads; the keys of those that were not stored yet."""
        with ThreadPoolExecutor(CLIPS_DECODED_AT_ONCE, "decode") as threads:
            made = list(threads.map(is_new, clips))
        return {clip.key for clip, new in zip(clips, made, strict=True) if new}

    def _is_new(self, clip: _Clip) -> bool:
        return keep_visuals(clip.store, clip.footage, clip.steps, self.looker)

    def _is_new_if_usable(self, clip: _Clip) -> bool:
        with _left_for_later():
            return self._is_new(clip)
        return False


@contextmanager
def _left_for_later() -> Iterator[None]:
    """Let a row's own fault pass: its own attempt meets it again."""
    try:
        yield
    except BaseException as error:
        raise_if_for_all(error)
