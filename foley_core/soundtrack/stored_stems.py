"""Stored stems: what is planned and missing is generated, assembled and kept.

Stems are kept 12 dB below full scale, so that sounds which overlap in one stem are not cut off.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.audio.waveform import envelope
from foley_core.errors import DecodeError, StorageError
from foley_core.media.encode import decode_stem, encode_stem, stem_comment
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.music.played_spec import PlayedSpec
from foley_core.soundtrack.sound_check import CheckedSound, checked_sounds
from foley_core.soundtrack.stem_plan import StemPlan, Tile, TileSpec
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.types import F32

# 12 dB: FLAC holds no value above full scale, and several sounds may add up in one stem.
HEADROOM = 0.25
RETAKES = "retakes: "
"""Text in a stem some of whose sounds are other takes than the first, before their number."""
SPECS_AT_ONCE = 32
"""Sounds that a generator is asked for at once; their waveforms lie in memory together."""


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
    sounds = sounds_of([tile.spec for one in missing for tile in one.plan.tiles], generator)
    for done, one in enumerate(missing, 1):
        one.store.add(one.key, _made(one.plan, sounds))
        progress(done / len(missing))
    return {one.key for one in missing}


def _made(plan: StemPlan, sounds: Iterator[CheckedSound]) -> bytes:
    """Return the file of a stem, of the next sounds."""
    stem = np.zeros((plan.channels, plan.samples), dtype=np.float32)
    retakes = 0
    for tile in plan.tiles:
        sound = next(sounds)
        retakes += sound.retaken
        add_tile(stem, tile.offset, tile, sound.waveform)
    remark = f"{RETAKES}{retakes}" if retakes else ""
    return encode_stem(np.clip(stem * np.float32(HEADROOM), -1.0, 1.0), remark)


def add_tile(stem: F32, first: int, tile: Tile, sound: F32) -> None:
    """Add the sound `(C, N)` of a tile to a stem `(C, M)`, from sample `first` of it on."""
    length = min(tile.samples, sound.shape[1])
    # Tiles of a long cue overlap; equal-power fades keep the level of noise steady there.
    gains = envelope(0, length, length, tile.fade_in, tile.fade_out)
    stem[:, first : first + length] += sound[:, :length] * gains


def sounds_of(specs: Sequence[TileSpec], generator: Generator) -> Iterator[CheckedSound]:
    """Yield the sounds of specs, in order; `SPECS_AT_ONCE` of them are made at once.

    Raises:
        GenerationError: a sound is silent or not finite, in another take too.
    """
    # Here, since a process that plans stems and makes none would wait for the signal processing.
    from foley_core.music.composition_synthesis import compose
    from foley_core.music.played_sound import play

    for first in range(0, len(specs), SPECS_AT_ONCE):
        batch = specs[first : first + SPECS_AT_ONCE]
        asked = [one for one in batch if isinstance(one, SoundSpec)]
        generated = iter(checked_sounds(asked, generator) if asked else [])
        for one in batch:
            if isinstance(one, PlayedSpec):
                yield CheckedSound(play(one))
            else:
                yield next(generated) if isinstance(one, SoundSpec) else CheckedSound(compose(one))


class StemReader:
    """A reader of the stems of one track, which counts their retakes."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._retakes: dict[str, int] = {}

    def __call__(self, key: str) -> F32:
        """Return a stored stem; see `load_stem`."""
        data = self._store.read(key)
        stem = _decoded(data, self._store.uri(key))
        if key not in self._retakes:
            self._retakes[key] = _retakes_in(data)
        return stem

    @property
    def retakes(self) -> int:
        """Sounds, in all stems read so far, that are other takes than the first."""
        return sum(self._retakes.values())


def load_stem(store: Storage, key: str) -> F32:
    """Return a stored stem at full level, `(C, N)`.

    Raises:
        StorageError: it is missing or damaged.
    """
    return _decoded(store.read(key), store.uri(key))


def _decoded(data: bytes, uri: str) -> F32:
    try:
        return decode_stem(data) / np.float32(HEADROOM)
    except DecodeError as error:
        raise StorageError(f"{uri} is not a stem ({error}); delete it and rerun") from error


def _retakes_in(data: bytes) -> int:
    remark = stem_comment(data)
    count = remark.removeprefix(RETAKES)
    return int(count) if count != remark and count.isdigit() else 0
