"""From directed cue sheet to stems, through the stem store.

A stem is the sound of one cue group: the cues of one class within one window of the timeline. It
is assembled from performances and named by their digests, so it is generated once, whatever video,
region or run asks for it again. Gains stay out of the name: a slider moves no stem.

Long cues are performed in tiles that overlap by an equal-power cross-fade. A window holds a few
tiles, so that a film has thousands of objects, not a hundred thousand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from foley_core.audio.waveform import envelope
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import DecodeError, StorageError
from foley_core.ids import digest, seed_of
from foley_core.media.encode import decode_stem, encode_stem
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.music.composed_spec import LONGEST_SAMPLES, ComposedSpec
from foley_core.music.composition import Composition
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import F32, U8

STEMS_VERSION = 1
STEMS_FOLDER = f"stems-store/v{STEMS_VERSION}/"
WINDOW_SAMPLES = 20 * SAMPLE_RATE
TILE_OVERLAP_SAMPLES = SAMPLE_RATE // 2
TILES_PER_STEM = 4
EDGE_FADE_SAMPLES = SAMPLE_RATE // 50
HEADROOM = 0.25
SPECS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Tile:
    """One performance inside a stem: from `offset` samples on, faded at its joints."""

    offset: int
    spec: SoundSpec | ComposedSpec
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True, slots=True)
class StemPlan:
    """One stem before it exists: its tiles, and where it goes on the timeline."""

    start: int
    group: str
    gain_db: float
    fade_in: int
    fade_out: int
    tiles: tuple[Tile, ...]
    filter_db: float = 0.0

    @property
    def channels(self) -> int:
        """1 for actions, 2 for beds."""
        return self.tiles[0].spec.channels

    @property
    def samples(self) -> int:
        """Length of the stem."""
        return max(tile.offset + tile.spec.samples for tile in self.tiles)

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its identity) makes of this."""
        name = digest(
            {
                "version": STEMS_VERSION,
                "parts": [
                    [tile.offset, tile.fade_in, tile.fade_out, tile.spec.key(generator)]
                    for tile in self.tiles
                ],
            }
        )
        return f"{STEMS_FOLDER}{name[:2]}/{name}.flac"


def plan_stems(
    sheet: CueSheet,
    motion_energy: U8,
    seed: int,
    generator: Generator,
    compositions: Mapping[str, Composition] = MappingProxyType({}),
) -> list[StemPlan]:
    """The stems that perform a directed sheet, in order of time. Music is not among them.

    Args:
        motion_energy: `(T,)` at 25 per second.
        seed: the video's noise seed.
        compositions: those that the sheet's cues name.
    """
    plans: list[StemPlan] = []
    short: dict[tuple[object, ...], list[Cue]] = {}
    for cue in sheet.cues:
        if cue.kind == "music":
            continue
        if cue.composition is not None:
            plans += _composed(cue, sheet.samples, seed, compositions[cue.composition])
        elif taxonomy().sound_class(cue.sound_class).kind == "action":
            window = cue.onset // WINDOW_SAMPLES
            levels = (cue.gain_db, cue.filter_db)
            short.setdefault((cue.kind, cue.sound_class, levels, window), []).append(cue)
        else:
            plans += _tiled(cue, sheet.samples, motion_energy, seed, generator)
    plans += [_grouped(cues, seed, generator) for cues in short.values()]
    return sorted(plans, key=lambda plan: (plan.start, plan.group, plan.key("")))


def _gain_db(cue: Cue) -> float:
    return round(taxonomy().sound_class(cue.sound_class).level_db + cue.gain_db, 3)


def _group_of(cue: Cue) -> str:
    return taxonomy().sound_class(cue.sound_class).group


def _grouped(cues: Sequence[Cue], seed: int, generator: Generator) -> StemPlan:
    start = min(cue.onset for cue in cues)
    tiles = tuple(Tile(cue.onset - start, _one_shot(cue, seed, generator)) for cue in cues)
    first, group = cues[0], _group_of(cues[0])
    return StemPlan(start, group, _gain_db(first), 0, 0, tiles, first.filter_db)


def _one_shot(cue: Cue, seed: int, generator: Generator) -> SoundSpec:
    return SoundSpec(
        sound_class=cue.sound_class,
        material=cue.material,
        samples=generator.longest_samples(cue.sound_class),
        intensity=cue.intensity,
        style=cue.style,
        activity=(),
        channels=1,
        seed=seed_of(seed, cue.sound_class, cue.onset, cue.take),
    )


def _composed(cue: Cue, samples: int, seed: int, composition: Composition) -> list[StemPlan]:
    """Stems of a composition: one where it is played once, else tiles to the cue's end."""

    def spec_of(index: int, onset: int, count: int) -> ComposedSpec:
        own_seed = seed_of(seed, cue.composition, cue.onset, cue.take, index)
        return ComposedSpec(composition, count, cue.intensity, cue.style, own_seed)

    if cue.kind == "motif" and composition.lasts_s is not None:
        once = Tile(0, spec_of(0, cue.onset, cue.offset - cue.onset))
        gain_db, group = _gain_db(cue), _group_of(cue)
        return [StemPlan(cue.onset, group, gain_db, 0, 0, (once,), cue.filter_db)]
    return _tiles(cue, min(cue.offset, samples), LONGEST_SAMPLES, spec_of)


def _tiled(
    cue: Cue, samples: int, motion_energy: U8, seed: int, generator: Generator
) -> list[StemPlan]:
    """Stems of a class that lasts, performed by the generator."""
    kind = taxonomy().sound_class(cue.sound_class).kind

    def spec_of(index: int, onset: int, count: int) -> SoundSpec:
        first = onset // SAMPLES_PER_STEP
        energy = motion_energy[first : first - (-count // SAMPLES_PER_STEP)]
        return SoundSpec(
            sound_class=cue.sound_class,
            material=cue.material,
            samples=count,
            intensity=cue.intensity,
            style=cue.style,
            activity=tuple(int(step) for step in energy) if kind == "sustained" else (),
            channels=2 if kind == "ambience" else 1,
            seed=seed_of(seed, cue.sound_class, cue.onset, cue.take, index),
        )

    longest = generator.longest_samples(cue.sound_class)
    return _tiles(cue, min(cue.offset, samples), longest, spec_of)


def _tiles(
    cue: Cue,
    end: int,
    tile: int,
    spec_of: Callable[[int, int, int], SoundSpec | ComposedSpec],
) -> list[StemPlan]:
    """A long cue in tiles that overlap, a few to a stem; the last is cut to the cue's end.

    Args:
        spec_of: a tile's specification, given its index, its onset and its length in samples.
    """
    overlap, hop = TILE_OVERLAP_SAMPLES, tile - TILE_OVERLAP_SAMPLES
    count = max(1, -(-(end - cue.onset - overlap) // hop))
    plans = []
    for first in range(0, count, TILES_PER_STEM):
        indices = range(first, min(first + TILES_PER_STEM, count))
        tiles = [
            Tile(
                offset=(index - first) * hop,
                spec=spec_of(index, onset, min(tile, end - onset)),
                fade_in=0 if index == indices[0] else overlap,
                fade_out=0 if index == indices[-1] else overlap,
            )
            for index in indices
            for onset in (cue.onset + index * hop,)
        ]
        last = indices[-1] == count - 1
        plans.append(
            StemPlan(
                start=cue.onset + first * hop,
                group=_group_of(cue),
                gain_db=_gain_db(cue),
                fade_in=overlap if first else EDGE_FADE_SAMPLES,
                fade_out=EDGE_FADE_SAMPLES if last else overlap,
                tiles=tuple(tiles),
                filter_db=cue.filter_db,
            )
        )
    return plans


def keep_stems(
    asked: Iterable[tuple[VideoStore, Sequence[StemPlan]]],
    generator: Generator,
    progress: Callable[[float], None] = lambda share: None,
) -> set[str]:
    """Generate and store the stems that are not stored yet; the keys of those generated.

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


@dataclass(frozen=True, slots=True)
class _MissingStem:
    """A stem that is still to be made, and the store that it goes to."""

    key: str
    store: VideoStore
    plan: StemPlan


def _batches(missing: Sequence[_MissingStem]) -> Iterator[list[_MissingStem]]:
    """Runs of stems of about `SPECS_AT_ONCE` performances, so that memory is bounded."""
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
            length = sound.shape[1]
            gains = envelope(0, length, length, tile.fade_in, tile.fade_out)
            stem[:, tile.offset : tile.offset + length] += sound * gains
        one.store.add(one.key, encode_stem(np.clip(stem * np.float32(HEADROOM), -1.0, 1.0)))


def _generated(specs: Sequence[SoundSpec | ComposedSpec], generator: Generator) -> Iterator[F32]:
    """The waveforms of performances, in order; the generator gets its own all at once."""
    # Here, since whoever plans stems and performs none would wait for the signal processing.
    from foley_core.music.composition_synthesis import compose

    asked = [one for one in specs if isinstance(one, SoundSpec)]
    generated = iter(generator.generate(asked) if asked else [])
    for one in specs:
        yield next(generated) if isinstance(one, SoundSpec) else compose(one)


def load_stem(store: Storage, key: str) -> F32:
    """A stored stem at full level, `(C, N)`.

    Raises:
        StorageError: it is missing or damaged.
    """
    try:
        return decode_stem(store.read(key)) / np.float32(HEADROOM)
    except DecodeError as error:
        raise StorageError(
            f"{store.uri(key)} is not a stem ({error}); delete it and rerun"
        ) from error
