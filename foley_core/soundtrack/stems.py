"""From directed cue sheet to stems, through the stem store.

A stem is the sound of one cue group: the cues of one class within one window of the timeline. It
is assembled from performances and named by their digests, so it is generated once, whatever video,
region or run asks for it again. Gains stay out of the name: a slider moves no stem.

Long cues are performed in tiles that overlap by an equal-power cross-fade. A window holds a few
tiles, so that a film has thousands of objects, not a hundred thousand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from foley_core.audio.waveform import envelope
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import DecodeError, StorageError
from foley_core.generators.protocol import Generator, Performance
from foley_core.ids import digest, seed_of
from foley_core.media.encode import decode_stem, encode_stem
from foley_core.storage import Storage
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import F32, U8

STEMS_VERSION = 1
WINDOW_SAMPLES = 20 * SAMPLE_RATE
TILE_OVERLAP_SAMPLES = SAMPLE_RATE // 2
TILES_PER_STEM = 4
EDGE_FADE_SAMPLES = SAMPLE_RATE // 50
HEADROOM = 0.25
PERFORMANCES_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Part:
    """One performance inside a stem: from `offset` samples on, faded at its joints."""

    offset: int
    performance: Performance
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True, slots=True)
class StemPlan:
    """One stem before it exists: its parts, and where it goes on the timeline."""

    start: int
    group: str
    gain_db: float
    fade_in: int
    fade_out: int
    parts: tuple[Part, ...]
    filter_db: float = 0.0

    @property
    def channels(self) -> int:
        """1 for actions, 2 for beds."""
        return self.parts[0].performance.channels

    @property
    def samples(self) -> int:
        """Length of the stem."""
        return max(part.offset + part.performance.samples for part in self.parts)

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its identity) makes of this."""
        name = digest(
            {
                "version": STEMS_VERSION,
                "parts": [
                    [part.offset, part.fade_in, part.fade_out, part.performance.key(generator)]
                    for part in self.parts
                ],
            }
        )
        return f"stems-store/v{STEMS_VERSION}/{name[:2]}/{name}.flac"


def plan_stems(
    sheet: CueSheet, motion_energy: U8, seed: int, generator: Generator
) -> list[StemPlan]:
    """The stems that perform a directed sheet, in order of time. Music is not among them.

    Args:
        motion_energy: `(T,)` at 25 per second.
        seed: the video's noise seed.
    """
    plans: list[StemPlan] = []
    short: dict[tuple[object, ...], list[Cue]] = {}
    for cue in sheet.cues:
        if cue.kind == "music":
            continue
        if taxonomy().sound_class(cue.sound_class).kind == "action":
            window = cue.onset // WINDOW_SAMPLES
            levels = (cue.gain_db, cue.filter_db)
            short.setdefault((cue.kind, cue.sound_class, levels, window), []).append(cue)
        else:
            plans += _tiled(cue, sheet.samples, motion_energy, seed, generator)
    plans += [_grouped(cues, seed, generator) for cues in short.values()]
    return sorted(plans, key=lambda plan: (plan.start, plan.group, plan.key("")))


def _gain_db(cue: Cue) -> float:
    return round(taxonomy().sound_class(cue.sound_class).level_db + cue.gain_db, 3)


def _grouped(cues: Sequence[Cue], seed: int, generator: Generator) -> StemPlan:
    start = min(cue.onset for cue in cues)
    parts = tuple(Part(cue.onset - start, _one_shot(cue, seed, generator)) for cue in cues)
    group = taxonomy().sound_class(cues[0].sound_class).group
    return StemPlan(start, group, _gain_db(cues[0]), 0, 0, parts, cues[0].filter_db)


def _one_shot(cue: Cue, seed: int, generator: Generator) -> Performance:
    return Performance(
        sound_class=cue.sound_class,
        material=cue.material,
        samples=generator.longest_samples(cue.sound_class),
        intensity=cue.intensity,
        style=cue.style,
        activity=(),
        channels=1,
        seed=seed_of(seed, cue.sound_class, cue.onset, cue.take),
    )


def _tiled(
    cue: Cue, samples: int, motion_energy: U8, seed: int, generator: Generator
) -> list[StemPlan]:
    end = min(cue.offset, samples)
    tile = generator.longest_samples(cue.sound_class)
    hop = tile - TILE_OVERLAP_SAMPLES
    count = max(1, -(-(end - cue.onset - TILE_OVERLAP_SAMPLES) // hop))
    plans = []
    for first in range(0, count, TILES_PER_STEM):
        indices = range(first, min(first + TILES_PER_STEM, count))
        start = cue.onset + first * hop
        parts = tuple(
            _tile(cue, index, index - first, end, hop, motion_energy, seed, generator, count)
            for index in indices
        )
        parts = (replace(parts[0], fade_in=0), *parts[1:])
        parts = (*parts[:-1], replace(parts[-1], fade_out=0))
        last = indices[-1] == count - 1
        plans.append(
            StemPlan(
                start=start,
                group=taxonomy().sound_class(cue.sound_class).group,
                gain_db=_gain_db(cue),
                fade_in=TILE_OVERLAP_SAMPLES if first else EDGE_FADE_SAMPLES,
                fade_out=EDGE_FADE_SAMPLES if last else TILE_OVERLAP_SAMPLES,
                parts=parts,
                filter_db=cue.filter_db,
            )
        )
    return plans


def _tile(
    cue: Cue,
    index: int,
    slot: int,
    end: int,
    hop: int,
    motion_energy: U8,
    seed: int,
    generator: Generator,
    count: int,
) -> Part:
    """Tile `index` of a long cue; the last is cut to the cue's end."""
    kind = taxonomy().sound_class(cue.sound_class).kind
    onset = cue.onset + index * hop
    samples = min(hop + TILE_OVERLAP_SAMPLES, end - onset)
    first = onset // SAMPLES_PER_STEP
    energy = motion_energy[first : first - (-samples // SAMPLES_PER_STEP)]
    performance = Performance(
        sound_class=cue.sound_class,
        material=cue.material,
        samples=samples,
        intensity=cue.intensity,
        style=cue.style,
        activity=tuple(int(step) for step in energy) if kind == "sustained" else (),
        channels=2 if kind == "ambience" else 1,
        seed=seed_of(seed, cue.sound_class, cue.onset, cue.take, index),
    )
    overlap = TILE_OVERLAP_SAMPLES
    return Part(slot * hop, performance, overlap, 0 if index == count - 1 else overlap)


def ensure_stems(
    store: Storage,
    plans: Sequence[StemPlan],
    generator: Generator,
    progress: Callable[[float], None] = lambda share: None,
) -> set[str]:
    """Generate and store the stems that are not stored yet; the keys of those generated.

    `progress` gets the share of them that is done, 0..1.

    Raises:
        GenerationError: a stem would be silent or not finite.
        StorageError: the store failed.
    """
    wanted = {plan.key(generator.identity): plan for plan in plans}
    missing = {key: plan for key, plan in wanted.items() if not store.exists(key)}
    done = 0
    for batch in _batches(missing):
        _generate(store, batch, generator)
        done += len(batch)
        progress(done / len(missing))
    return set(missing)


def _batches(missing: Mapping[str, StemPlan]) -> Iterator[list[tuple[str, StemPlan]]]:
    """Runs of stems of about `PERFORMANCES_AT_ONCE` performances, so that memory is bounded."""
    batch: list[tuple[str, StemPlan]] = []
    for item in missing.items():
        batch.append(item)
        if sum(len(plan.parts) for _, plan in batch) >= PERFORMANCES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _generate(store: Storage, wanted: Sequence[tuple[str, StemPlan]], generator: Generator) -> None:
    sounds = iter(
        generator.perform([part.performance for _, plan in wanted for part in plan.parts])
    )
    for key, plan in wanted:
        stem = np.zeros((plan.channels, plan.samples), dtype=np.float32)
        for part in plan.parts:
            sound = next(sounds)
            length = sound.shape[1]
            gains = envelope(0, length, length, part.fade_in, part.fade_out)
            stem[:, part.offset : part.offset + length] += sound * gains
        store.put_if_absent(key, encode_stem(np.clip(stem * np.float32(HEADROOM), -1.0, 1.0)))


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
