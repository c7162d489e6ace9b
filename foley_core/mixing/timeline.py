"""Places stems on the timeline and sums them, block by block.

The mix of any sample is the sum, in double precision and in one fixed order, of the stems placed
over it; so neither the size of the blocks nor the order of the placements changes a bit of it.
Held in memory are one block and a bounded set of recently used stems, however long the video.

Not known here: where stems are stored, what they sound like, how loud the whole shall be.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.audio.waveform import cut_blocks, db_to_gain, envelope
from foley_core.types import F32, F64

BLOCK_SAMPLES = 480_000
HELD_STEM_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Placement:
    """One stem on the timeline.

    Attributes:
        stem: key of the stem.
        start: sample of the timeline where the stem's first sample falls; may lie before the
            picture.
        samples: how much of the stem sounds; past its end it is silent.
        gain_db: level in the mix.
        filter_db: the part of it that sound filters added.
        fade_in: samples of equal-power fade at the beginning.
        fade_out: samples of equal-power fade before `samples` is reached.
        group: the delivered stem that this belongs to.
    """

    stem: str
    start: int
    samples: int
    gain_db: float
    fade_in: int
    fade_out: int
    group: str
    filter_db: float = 0.0

    def __post_init__(self) -> None:
        if self.samples <= 0 or self.fade_in < 0 or self.fade_out < 0:
            raise ValueError(f"a placement needs samples > 0 and fades >= 0, got {self}")

    @property
    def end(self) -> int:
        """First sample of the timeline after the placement."""
        return self.start + self.samples

    @property
    def order(self) -> tuple[int, str, str, int, float, int, int]:
        """Place in the one order in which all placements are summed."""
        key = (self.start, self.group, self.stem, self.samples)
        return (*key, self.gain_db, self.fade_in, self.fade_out)


def mix_blocks(
    placements: Sequence[Placement],
    load: Callable[[str], F32],
    samples: int,
    block_samples: int = BLOCK_SAMPLES,
) -> Iterator[F32]:
    """The mix over exactly `samples` samples, as stereo blocks `(2, n)`.

    What is placed before 0 or after `samples` is cut off there. Mono stems go to both channels at
    full level. A stem is loaded when the timeline reaches it, and again if it returns much later.

    Args:
        load: the stem of a key, `(1, N)` or `(2, N)`.

    Raises:
        ValueError: a stem has another shape.
    """
    stems = _HeldStems(load)
    within = (p for p in placements if p.end > 0 and p.start < samples)
    waiting = sorted(within, key=lambda placement: placement.order, reverse=True)
    sounding: list[Placement] = []
    for first in range(0, samples, block_samples):
        last = min(first + block_samples, samples)
        sounding = [placement for placement in sounding if placement.end > first]
        while waiting and waiting[-1].start < last:
            sounding.append(waiting.pop())
        block = np.zeros((2, last - first))
        for placement in sounding:
            _add(block, first, placement, stems)
        yield block.astype(np.float32)


def group_names(placements: Sequence[Placement]) -> tuple[str, ...]:
    """The groups that are placed, in alphabetical order."""
    return tuple(sorted({placement.group for placement in placements}))


def group_blocks(
    group: str,
    placements: Sequence[Placement],
    load: Callable[[str], F32],
    samples: int,
    block_samples: int = BLOCK_SAMPLES,
) -> Iterator[F32]:
    """The mix of one group alone; the groups sum to the mix but for their own rounding."""
    chosen = [placement for placement in placements if placement.group == group]
    return mix_blocks(chosen, load, samples, block_samples)


def beneath(blocks: Iterator[F32], original: Iterator[F32], gain_db: float) -> Iterator[F32]:
    """A mix with the original sound `(2, n)` of the picture under it, at a gain.

    Raises:
        ValueError: the two are not of one length.
    """
    gain = db_to_gain(gain_db)
    pairs = zip(
        cut_blocks(blocks, 2, BLOCK_SAMPLES), cut_blocks(original, 2, BLOCK_SAMPLES), strict=True
    )
    for ours, theirs in pairs:
        if ours.shape != theirs.shape:
            raise ValueError(f"the original sound ends elsewhere: {ours.shape}, {theirs.shape}")
        yield (ours + gain * theirs.astype(np.float64)).astype(np.float32)


class _HeldStems:
    """The stems used last, as many as fit in `HELD_STEM_BYTES`, and always the newest."""

    def __init__(self, load: Callable[[str], F32]) -> None:
        self._load = load
        self._held: OrderedDict[str, F32] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> F32:
        if key not in self._held:
            self._held[key] = self._loaded(key)
            self._bytes += self._held[key].nbytes
        self._held.move_to_end(key)
        while self._bytes > HELD_STEM_BYTES and len(self._held) > 1:
            self._bytes -= self._held.popitem(last=False)[1].nbytes
        return self._held[key]

    def _loaded(self, key: str) -> F32:
        stem = self._load(key)
        if stem.ndim != 2 or stem.shape[0] not in (1, 2):
            raise ValueError(f"stem {key} has shape {stem.shape}, expected (1, N) or (2, N)")
        return stem


def _add(block: F64, first: int, placement: Placement, stems: _HeldStems) -> None:
    """Add to a block `(2, n)`, beginning at sample `first`, the part of a placement within it."""
    begin = max(first, placement.start)
    end = min(first + block.shape[1], placement.end)
    stem = stems.get(placement.stem)
    end = min(end, placement.start + stem.shape[1])
    if begin >= end:
        return
    part = slice(begin - placement.start, end - placement.start)
    gains = envelope(
        part.start, part.stop, placement.samples, placement.fade_in, placement.fade_out
    )
    gains *= db_to_gain(placement.gain_db)
    block[:, begin - first : end - first] += stem[:, part] * gains
