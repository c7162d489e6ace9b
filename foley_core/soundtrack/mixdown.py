"""The mix of one video and region before mastering: whole, or apart by class group.

Groups and music sum to the mix. What the sound filters of a row ask for is in the plan already.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.media.original import original_sound
from foley_core.mixing.ducking import ducking
from foley_core.mixing.speakers import FRONT_AND_AROUND
from foley_core.mixing.surround import spread_around
from foley_core.mixing.timeline import BLOCK_SAMPLES, beneath, group_blocks, group_names, mix_blocks
from foley_core.music.bed import music_span
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.span import Footage
from foley_core.soundtrack.stored_stems import load_stem
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Blocks

END_FADE_SAMPLES = SAMPLE_RATE // 200


def mix_of(store: Storage, plan: MixPlan, load: Callable[[str], F32] | None = None) -> Blocks:
    """Return the mix before mastering, as blocks `(2, n)`; the same each time it is started.

    Args:
        load: returns the stem of a key, `(C, N)`; None for reading it from the store.
    """
    loads = load or partial(load_stem, store)
    samples = plan.sheet.samples

    def blocks() -> Iterator[F32]:
        mixed = mix_blocks(plan.placements, loads, samples, spaces=plan.spaces)
        return with_end_fade(_with_music(mixed, plan), samples)

    return blocks


def surround_mix_of(store: Storage, plan: MixPlan) -> Blocks:
    """Return the mix before mastering in surround, see `mixing.surround`, as blocks `(5, n)`; the
    same each time it is started. Music stays left and right."""
    samples = plan.sheet.samples

    def blocks() -> Iterator[F32]:
        mixed = mix_blocks(
            plan.placements,
            partial(load_stem, store),
            samples,
            spaces=plan.spaces,
            speakers=FRONT_AND_AROUND,
        )
        return with_end_fade(_with_music(spread_around(mixed), plan), samples)

    return blocks


def stem_groups(store: Storage, plan: MixPlan) -> dict[str, Blocks]:
    """Return the mix before mastering, apart: by class group, and `music`. They sum to the mix."""
    groups: dict[str, Blocks] = {
        group: partial(_group_of, store, plan, group) for group in group_names(plan.placements)
    }
    if plan.music:
        groups["music"] = partial(_music_of, plan)
    return groups


def _group_of(store: Storage, plan: MixPlan, group: str) -> Iterator[F32]:
    loads, samples = partial(load_stem, store), plan.sheet.samples
    blocks = group_blocks(group, plan.placements, loads, samples, spaces=plan.spaces)
    return with_end_fade(blocks, samples)


def _music_of(plan: MixPlan) -> Iterator[F32]:
    samples = plan.sheet.samples
    silence = mix_blocks([], _no_stem, samples)
    return with_end_fade(_with_music(silence, plan), samples)


def _no_stem(key: str) -> F32:
    raise KeyError(key)


def music_parts(plan: MixPlan) -> Iterator[tuple[F32, F64]]:
    """Yield the music of a plan at its own level, `(2, n)`, and its ducking as factors, `(n,)`.

    The blocks are as long as those of the mix.
    """
    music, samples = plan.music, plan.sheet.samples
    if music is None:
        return
    ducked = ducking(plan.sheet)
    for start in range(0, samples, BLOCK_SAMPLES):
        count = min(BLOCK_SAMPLES, samples - start)
        bed = music_span(
            music.seed, music.mood, music.tempo_bpm, start, count, samples, music.instruments
        )
        yield bed, ducked.gains(start, start + count)


def _with_music(blocks: Iterator[F32], plan: MixPlan) -> Iterator[F32]:
    """Yield the blocks `(C, n)` with the music under their first two channels, left and right; it
    steps back where actions sound."""
    if plan.music is None:
        yield from blocks
        return
    gain = db_to_gain(plan.music.gain_db)
    for block, (bed, ducked) in zip(blocks, music_parts(plan), strict=True):
        summed = block.copy()
        summed[:2] += (gain * ducked * bed).astype(np.float32)
        yield summed


def with_end_fade(blocks: Iterator[F32], samples: int) -> Iterator[F32]:
    """Yield the blocks with the last 5 ms faded: the picture may cut a sound that still rings."""
    fade = equal_power_fade(min(END_FADE_SAMPLES, samples))[::-1].astype(np.float32)
    # The fade lies where it lies in the whole mix, however the mix is cut into blocks.
    first, start = samples - len(fade), 0
    for block in blocks:
        end = start + block.shape[1]
        if end > first:
            block = block.copy()
            into = max(start, first)
            block[:, into - start :] *= fade[into - first : end - first]
        yield block
        start = end


def with_original(blocks: Blocks, footage: Footage, gain_db: float) -> Blocks:
    """Return the mix with the video's own sound beneath, if it has any."""

    def summed() -> Iterator[F32]:
        uri, span = footage.request.uri, footage.span
        with footage.open() as (file, info):
            if not info.has_audio:
                yield from blocks()
                return
            own = original_sound(file, uri, info, span.start_s, span.samples)
            yield from beneath(blocks(), own, gain_db)

    return summed
