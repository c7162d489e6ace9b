"""Stored stems: what is planned and missing is generated, assembled and kept.

Stems are kept 12 dB below full scale, so that sounds which overlap in one stem are not cut off.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.audio.waveform import envelope
from foley_core.errors import DecodeError, StorageError
from foley_core.media.encode import decode_stem, encode_stem
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.music.played_spec import PlayedSpec
from foley_core.soundtrack.stem_plan import StemPlan, TileSpec
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.types import F32

# 12 dB: FLAC holds no value above full scale, and several sounds may add up in one stem.
HEADROOM = 0.25
# A batch that a generator takes at once; its waveforms lie in memory together.
SPECS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class _MissingStem:
    """A stem that is still to be made, and the store that it goes to."""

    key: str
    store: VideoStore
    plan: StemPlan


def keep_stems(
    asked: Iterable[tuple[VideoStore, Sequence[StemPlan]]],
    generator: Generator,
    progress: Callable[[float], None] = lambda share: None,
) -> set[str]:
    """Generate and store the stems that are not stored yet; return the keys of those generated.

    Args:
        asked: the stems of each video. They are generated together, whatever video they are of.
        progress: gets the share of the missing stems that is done, 0..1.

    Raises:
        GenerationError: a stem would be silent or not finite.
        StorageError: the store failed.
    """
    wanted = {
        store.traced(plan.key(generator.identity)): (store, plan)
        for store, plans in asked
        for plan in plans
    }
    missing = [
        _MissingStem(key, store, plan) for key, (store, plan) in wanted.items() if store.lacks(key)
    ]
    done = 0
    for batch in _batches(missing):
        _generate(batch, generator)
        done += len(batch)
        progress(done / len(missing))
    return {one.key for one in missing}


def _batches(missing: Sequence[_MissingStem]) -> Iterator[list[_MissingStem]]:
    """Yield runs of stems of about `SPECS_AT_ONCE` sounds, so that memory is bounded."""
    batch: list[_MissingStem] = []
    for one in missing:
        batch.append(one)
        if sum(len(other.plan.tiles) for other in batch) >= SPECS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _generate(missing: Sequence[_MissingStem], generator: Generator) -> None:
    sounds = _generated([tile.spec for one in missing for tile in one.plan.tiles], generator)
    for one in missing:
        stem = np.zeros((one.plan.channels, one.plan.samples), dtype=np.float32)
        for tile in one.plan.tiles:
            sound = next(sounds)
            length = min(tile.samples, sound.shape[1])
            # Tiles of a long cue overlap; equal-power fades keep the level of noise steady there.
            gains = envelope(0, length, length, tile.fade_in, tile.fade_out)
            stem[:, tile.offset : tile.offset + length] += sound[:, :length] * gains
        one.store.add(one.key, encode_stem(np.clip(stem * np.float32(HEADROOM), -1.0, 1.0)))


def _generated(specs: Sequence[TileSpec], generator: Generator) -> Iterator[F32]:
    """Yield the waveforms of specs, in order; the generator gets its own all at once."""
    # Here, since a process that plans stems and makes none would wait for the signal processing.
    from foley_core.music.composition_synthesis import compose
    from foley_core.music.played_sound import play

    asked = [one for one in specs if isinstance(one, SoundSpec)]
    generated = iter(generator.generate(asked) if asked else [])
    for one in specs:
        if isinstance(one, PlayedSpec):
            yield play(one)
        else:
            yield next(generated) if isinstance(one, SoundSpec) else compose(one)


def load_stem(store: Storage, key: str) -> F32:
    """Return a stored stem at full level, `(C, N)`.

    Raises:
        StorageError: it is missing or damaged.
    """
    try:
        return decode_stem(store.read(key)) / np.float32(HEADROOM)
    except DecodeError as error:
        raise StorageError(
            f"{store.uri(key)} is not a stem ({error}); delete it and rerun"
        ) from error
