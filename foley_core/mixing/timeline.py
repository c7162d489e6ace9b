"""The timeline: stems placed in time and summed, block by block.

Each sample of the mix is the sum, in double precision and in one fixed order, of the stems placed
over it; so neither the size of the blocks nor the order of the placements changes a bit. In memory
are one block and a limited set of recently used stems, however long the video.

This module does not know where stems are stored, what they sound like, or how loud the mix shall
be.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from foley_core.audio.waveform import cut_blocks, db_to_gain, envelope
from foley_core.types import F32, F64

BLOCK_SAMPLES = 480_000
"""Length of a block of the mix: 10 s."""
HELD_STEM_BYTES = 64 * 2**20
"""Most memory for stems; 64 MiB are about three minutes of stereo."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One stem on the timeline.

    Attributes:
        stem: key of the stem.
        start: sample of the timeline at which the stem begins; below 0 if it begins before the
            picture.
        samples: length that sounds; beyond the end of the stem it is silent.
        gain_db: level in the mix.
        filter_db: the part of `gain_db` that sound filters added.
        fade_in: length of the equal-power fade at the beginning, samples.
        fade_out: length of the equal-power fade that ends at `samples`.
        group: the delivered stem that this belongs to.

    Raises:
        ValueError: `samples` is not above 0, or a fade is below 0.
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
        """Sort key of the fixed order in which placements are summed."""
        # Sums of floating-point numbers depend on their order. The order of the placements given
        # must not matter, so everything that shapes the sound takes part.
        key = (self.start, self.group, self.stem, self.samples)
        return (*key, self.gain_db, self.fade_in, self.fade_out)


def mix_blocks(
    placements: Sequence[Placement],
    load: Callable[[str], F32],
    samples: int,
    block_samples: int = BLOCK_SAMPLES,
) -> Iterator[F32]:
    """Yield the mix, exactly `samples` long, as stereo blocks `(2, n)`.

    Sound before 0 or after `samples` is cut off. Mono stems go to both channels at full level. A
    stem is loaded when the timeline reaches it, and again if it returns much later.

    Args:
        placements: stems on the timeline, in any order.
        load: returns the stem of a key, `(1, N)` or `(2, N)`.
        samples: length of the mix.
        block_samples: length of a block; the last may be shorter.

    Raises:
        ValueError: a stem has another shape.
    """
    stems = _HeldStems(load)
    within = (p for p in placements if p.end > 0 and p.start < samples)
    waiting = sorted(within, key=lambda placement: placement.order, reverse=True)
    # `waiting` is sorted backwards, so the next placement is taken from its end. `sounding` keeps
    # that order; both together touch each placement only while it sounds.
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
    """Return the names of all groups with a placement, in alphabetical order."""
    return tuple(sorted({placement.group for placement in placements}))


def group_blocks(
    group: str,
    placements: Sequence[Placement],
    load: Callable[[str], F32],
    samples: int,
    block_samples: int = BLOCK_SAMPLES,
) -> Iterator[F32]:
    """Yield the mix of one group alone; arguments as in `mix_blocks`.

    All groups sum to the whole mix, except for the rounding of each to float32.
    """
    chosen = [placement for placement in placements if placement.group == group]
    return mix_blocks(chosen, load, samples, block_samples)


def beneath(blocks: Iterator[F32], original: Iterator[F32], gain_db: float) -> Iterator[F32]:
    """Yield a mix with the original sound of the picture under it, in blocks `(2, n)`.

    Args:
        blocks: the mix, `(2, n)` blocks.
        original: the original sound, `(2, n)` blocks.
        gain_db: gain of the original sound.

    Raises:
        ValueError: the two have different lengths.
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
    """A cache of the stems used last: as many as fit in `HELD_STEM_BYTES`, at least one."""

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
    """Add the part of a placement that lies in a block `(2, n)`, which begins at sample `first`."""
    begin = max(first, placement.start)
    end = min(first + block.shape[1], placement.end)
    stem = stems.get(placement.stem)
    end = min(end, placement.start + stem.shape[1])
    if begin >= end:
        return
    # The envelope is that of the whole placement, cut to this part: a block border leaves no trace.
    part = slice(begin - placement.start, end - placement.start)
    gains = envelope(
        part.start, part.stop, placement.samples, placement.fade_in, placement.fade_out
    )
    gains *= db_to_gain(placement.gain_db)
    block[:, begin - first : end - first] += stem[:, part] * gains
