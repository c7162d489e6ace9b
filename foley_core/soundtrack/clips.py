"""The sounds of whole clips: planned from a directed cue sheet, generated, kept in the stem store.

A clip-wise generator takes at most 15 s at once. A longer picture is covered by clips of equal
length that overlap by a second: each is generated from its own seed, and where two overlap one
replaces the other by an equal-power cross-fade. Beds and music lie under all of them as stems of
their own, so that a film has one ambience; levels of clips are left as they come, so that the whole
is brought to one loudness only once, in mastering.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from foley_core.audio.waveform import envelope
from foley_core.cues.sheet import CueSheet
from foley_core.errors import DecodeError
from foley_core.ids import digest, seed_of
from foley_core.media.encode import encode_stem
from foley_core.models.protocol import ClipGenerator, ClipSpec
from foley_core.soundtrack.span import Span
from foley_core.soundtrack.stem_plan import STEMS_FOLDER, STEMS_VERSION
from foley_core.soundtrack.stems import EDGE_FADE_SAMPLES
from foley_core.soundtrack.stored_stems import HEADROOM
from foley_core.soundtrack.video_store import VideoStore
from foley_core.styles.clip_text import clip_text, generates_actions
from foley_core.styles.direction import Direction
from foley_core.styles.pack import StylePack
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP
from foley_core.types import F32

CLIP_GROUP = "foley"
LONGEST_STEPS = 15 * MOTION_RATE
SHORTEST_STEPS = 16
"""A window of the visual encoder: 0.64 s."""
OVERLAP_STEPS = MOTION_RATE
UNFILLED_STEPS = 4
"""Steps by which the sound of a clip may be shorter: pictures are sampled, not stretched."""
CLIP_GAIN_DB = 0.0
VISUAL_FEATURES_VERSION = 1

_BATCHES_AT_ONCE = 3
_OVERLAP_SAMPLES = OVERLAP_STEPS * SAMPLES_PER_STEP


@dataclass(frozen=True, slots=True)
class ClipPlan:
    """The sound of one clip before it exists, and where it goes on the timeline."""

    start: int
    samples: int
    fade_in: int
    fade_out: int
    spec: ClipSpec
    group: str = CLIP_GROUP
    gain_db: float = CLIP_GAIN_DB
    filter_db: float = 0.0
    # A clip holds many things, and the space that the public checkpoints heard around them.
    place: None = None
    is_bed: bool = False
    path: tuple[()] = ()
    levels: tuple[()] = ()

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its identity) makes of this."""
        name = digest({"version": STEMS_VERSION, "clip": self.spec.key(generator)})
        return f"{STEMS_FOLDER}{name[:2]}/{name}.flac"


def clip_windows(steps: int) -> list[tuple[int, int]]:
    """Half-open ranges of motion steps that a picture of `steps` is heard in, in order of time.

    All are of one length, but for a step, and each overlaps the next by at least
    `OVERLAP_STEPS + UNFILLED_STEPS`.

    Raises:
        DecodeError: the picture is too short to be looked at.
    """
    if steps < SHORTEST_STEPS:
        raise DecodeError(
            f"the picture lasts {steps / MOTION_RATE:.2f} s, this model needs at least "
            f"{SHORTEST_STEPS / MOTION_RATE:.2f} s; use the embedded model for it"
        )
    if steps <= LONGEST_STEPS:
        return [(0, steps)]
    # Neighbours share the cross-fade, and what a clip may be shorter than its steps.
    shared = OVERLAP_STEPS + UNFILLED_STEPS
    # The fewest clips that cover the picture, each advancing by its length less what is shared;
    # then the shortest equal length for that many. -(-a // b) rounds up.
    count = -(-(steps - shared) // (LONGEST_STEPS - shared))
    length = -(-(steps + (count - 1) * shared) // count)
    # Spread evenly, so that the last one ends with the picture.
    starts = [(steps - length) * index // (count - 1) for index in range(count)]
    return [(start, start + length) for start in starts]


def visual_key(span: Span, clip: tuple[int, int], encoder: str) -> str:
    """Return the key of the visual features of one clip."""
    name = digest(
        {
            "version": VISUAL_FEATURES_VERSION,
            "identity": span.identity,
            "start_s": str(span.start_s),
            "duration_s": str(span.duration_s),
            "steps": list(clip),
            "encoder": encoder,
            **({"seen": span.seen} if span.seen else {}),
        }
    )
    return f"features/clips-v{VISUAL_FEATURES_VERSION}/{name[:2]}/{name}.safetensors"


def plan_clips(
    sheet: CueSheet, span: Span, pack: StylePack, options: Direction, generator: ClipGenerator
) -> list[ClipPlan]:
    """The clips of a video, in order of time; none where nothing of it shall sound.

    Raises:
        DecodeError: the picture is too short.
    """
    if not generates_actions(options):
        return []
    ranges = clip_windows(span.steps)
    return [
        _clip(sheet, span, index, ranges, pack, options, generator) for index in range(len(ranges))
    ]


def _clip(
    sheet: CueSheet,
    span: Span,
    index: int,
    ranges: Sequence[tuple[int, int]],
    pack: StylePack,
    options: Direction,
    generator: ClipGenerator,
) -> ClipPlan:
    """One clip; it ends where the cross-fade into the next ends, the last with the picture."""
    first, last = ranges[index]
    start = first * SAMPLES_PER_STEP
    is_last = index == len(ranges) - 1
    end = span.samples if is_last else ranges[index + 1][0] * SAMPLES_PER_STEP + _OVERLAP_SAMPLES
    text = clip_text(sheet, start, end, pack, options)
    spec = ClipSpec(
        picture=visual_key(span, (first, last), generator.encoder),
        steps=last - first,
        prompt=text.prompt,
        negative_prompt=text.negative_prompt,
        guidance=text.guidance,
        seed=seed_of(options.seed, "clip", first, last),
    )
    return ClipPlan(
        start=start,
        samples=end - start,
        fade_in=_OVERLAP_SAMPLES if index else 0,
        fade_out=EDGE_FADE_SAMPLES if is_last else _OVERLAP_SAMPLES,
        spec=spec,
    )


def text_keys(plans: Sequence[ClipPlan], generator: ClipGenerator) -> list[str]:
    """Return the keys of the text features that the prompts of clips become."""
    return [key for plan in plans for key in generator.texts(plan.spec)]


def keep_clips(
    asked: Iterable[tuple[VideoStore, Sequence[ClipPlan]]],
    generator: ClipGenerator,
    progress: Callable[[float], None] = lambda share: None,
) -> set[str]:
    """Generate and store the clips that are not stored yet; return the keys of those generated.

    What the generator makes of their prompts is stored too.

    Args:
        asked: the clips of each video, all in one storage. They are generated together, whatever
            video they are of.
        progress: gets the share of the missing clips that is done, 0..1.

    Raises:
        GenerationError: a clip would be silent or not finite.
        StorageError: the store failed, or a clip's visual features are not there.
    """
    wanted = {
        store.traced(plan.key(generator.identity)): (store, plan.spec)
        for store, plans in asked
        for plan in plans
    }
    missing = [(key, store, clip) for key, (store, clip) in wanted.items() if store.lacks(key)]
    batches = generator.batches([clip for _, _, clip in missing])

    def make(batch: list[int]) -> int:
        chosen = [missing[index] for index in batch]
        _keep_texts([(store, clip) for _, store, clip in chosen], generator)
        storage = chosen[0][1].storage
        sounds = generator.generate_clips([clip for _, _, clip in chosen], storage)
        for (key, store, _), sound in zip(chosen, sounds, strict=True):
            store.add(key, encode_stem(_ended(sound), generator.comment))
        return len(batch)

    done = 0
    # Features of the next batch are read and sounds of the last one are written while the
    # generator, which takes one at a time, is at work.
    with ThreadPoolExecutor(_BATCHES_AT_ONCE, "clips") as threads:
        for count in threads.map(make, batches):
            done += count
            progress(done / len(missing))
    return {key for key, _, _ in missing}


def _keep_texts(clips: Iterable[tuple[VideoStore, ClipSpec]], generator: ClipGenerator) -> None:
    """Store what the generator makes of the clips' prompts, unless it is stored."""
    texts = {
        store.traced(key): (store, prompt)
        for store, clip in clips
        for key, prompt in generator.texts(clip).items()
    }
    for key, (store, prompt) in texts.items():
        store.keep(key, partial(generator.encode_text, prompt))


def _ended(sound: F32) -> F32:
    """At the level of stored stems, with a short fade where the sound ends."""
    count = sound.shape[1]
    gains = envelope(0, count, count, 0, min(EDGE_FADE_SAMPLES, count)) * HEADROOM
    return np.clip(sound * gains, -1.0, 1.0).astype(np.float32)
