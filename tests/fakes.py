"""Generators of twenty lines, without weights: a tone for each class, hiss for each clip, and a
glance at its pictures; and stems in a store in one call.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import DecodeError
from foley_core.media.marks import NO_TRAINING
from foley_core.models.hunyuan.clip_encoding import PictureClock
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.models.hunyuan.network_config import SCENE_RATE, SYNC_RATE, sync_segments
from foley_core.models.protocol import ClipGenerator, ClipSpec, Generator, SoundSpec
from foley_core.soundtrack.clips import ClipPlan, keep_clips
from foley_core.soundtrack.stem_plan import StemPlan
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.types import F32, U8


class ToneGenerator:
    """Performs every cue as a constant whose value comes from its seed; counts what it performs."""

    identity = "tone/1"

    def __init__(self) -> None:
        self.performed: list[SoundSpec] = []

    def longest_samples(self, sound_class: str) -> int:
        """1.28 s for actions, 5.12 s for the rest."""
        return 61_440 if taxonomy().sound_class(sound_class).kind == "action" else 245_760

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """A constant between 0.1 and 0.5 for each."""
        self.performed.extend(specs)
        return [
            np.full((p.channels, p.samples), 0.1 + 0.4 * (p.seed % 997) / 997, dtype=np.float32)
            for p in specs
        ]


@dataclass
class FunctionGenerator:
    """Performs cues with a function; of every class, 5.12 s are the longest."""

    function: Callable[[Sequence[SoundSpec]], list[F32]]
    identity: str = "function/1"

    def longest_samples(self, sound_class: str) -> int:
        """5.12 s."""
        return 245_760

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Whatever the function makes of them."""
        return self.function(specs)


class HissGenerator:
    """Performs every clip as hiss of one level from its seed; its files bear a mark."""

    identity = "hiss/1"
    encoder = "blind/1"
    comment = f"{NO_TRAINING} hiss-licence"
    remarks: tuple[str, ...] = ()

    def __init__(self, shorter_by: int = 0) -> None:
        self.performed: list[ClipSpec] = []
        self._shorter_by = shorter_by

    def load(self) -> None:
        """There is nothing to load."""

    def batches(self, clips: Sequence[ClipSpec]) -> list[list[int]]:
        """Two at a time."""
        return [list(range(len(clips)))[first : first + 2] for first in range(0, len(clips), 2)]

    def texts(self, clip: ClipSpec) -> dict[str, str]:
        """It reads nothing."""
        return {}

    def encode_text(self, prompt: str) -> bytes:
        """It makes nothing of it."""
        return b""

    def generate_clips(self, clips: Sequence[ClipSpec], store: Storage) -> list[F32]:
        """White noise at -20 dB, by some steps shorter than the clip."""
        self.performed.extend(clips)
        return [
            np.random.default_rng(clip.seed)
            .normal(0, 0.1, (1, (clip.steps - self._shorter_by) * SAMPLES_PER_STEP))
            .astype(np.float32)
            for clip in clips
        ]


def pictures_taken(times_s: Iterable[float], rate: int) -> list[int]:
    """Index of the picture at each moment, of pictures that appear at `times_s`."""
    clock = PictureClock(rate)
    return [index for index, t in enumerate(times_s) for _ in range(clock.times_taken(t))]


class GlanceLooker:
    """Sees no more of a picture than its mean colours; counts the clips it looks at."""

    def __init__(self, anonymises: bool = False) -> None:
        self.anonymises = anonymises
        self.encoder = "blind/1/anonymised" if anonymises else "blind/1"
        self.times: list[list[float]] = []

    def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Mean colours of each scene picture, and of the first eight pictures of each segment."""
        seen = [(time_s, rgb.mean((0, 1)).astype(np.float32)) for time_s, rgb in pictures]
        times = [time_s for time_s, _ in seen]
        self.times.append(times)
        scene, sync = (
            [seen[k][1] for k in pictures_taken(times, r)] for r in (SCENE_RATE, SYNC_RATE)
        )
        if len(sync) < 16:
            raise DecodeError(f"{len(sync)} pictures are too few")
        tokens = [c for s in range(sync_segments(len(sync))) for c in sync[8 * s : 8 * s + 8]]
        return ClipVisuals(np.stack(scene), np.stack(tokens), len(sync))


def store_stems(storage: Storage, plans: Sequence[StemPlan], generator: Generator) -> set[str]:
    """Generate and store the stems of a video `v`, traced; the keys of those generated."""
    store = VideoStore(storage, "v")
    store.trace(plan.key(generator.identity) for plan in plans)
    return keep_stems([(store, plans)], generator)


def store_clips(storage: Storage, plans: Sequence[ClipPlan], generator: ClipGenerator) -> set[str]:
    """Generate and store the clips of a video `v`, traced; the keys of those generated."""
    store = VideoStore(storage, "v")
    store.trace(plan.key(generator.identity) for plan in plans)
    return keep_clips([(store, plans)], generator)
