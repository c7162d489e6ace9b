"""The timeline: stems placed in time and summed, block by block.

Each sample of the mix is the sum, in double precision and in one fixed order, of the stems placed
over it, and of what the spaces around them answer; so neither the size of the blocks nor the order
of the placements changes a bit. In memory are some blocks and a limited set of recently used stems,
however long the video.

This module does not know where stems are stored, what they sound like, or how loud the mix shall
be.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from foley_core.audio.waveform import cut_blocks, db_to_gain, envelope
from foley_core.mixing.air import aired
from foley_core.mixing.placement import Place, Placement
from foley_core.mixing.reverb import RINGING_SAMPLES, Reverb
from foley_core.mixing.spaces import SpaceSpan
from foley_core.types import F32, F64

BLOCK_SAMPLES = 480_000
"""Length of a block of the mix: 10 s."""
HELD_STEM_BYTES = 64 * 2**20
"""Most memory for stems; 64 MiB are about three minutes of stereo."""


def mix_blocks(
    placements: Sequence[Placement],
    load: Callable[[str], F32],
    samples: int,
    block_samples: int = BLOCK_SAMPLES,
    spaces: Sequence[SpaceSpan] = (),
) -> Iterator[F32]:
    """Yield the mix, exactly `samples` long, as stereo blocks `(2, n)`.

    Sound before 0 or after `samples` is cut off. Mono stems go to both channels at full level. A
    stem is loaded when the timeline reaches it, and again if it returns much later.

    Args:
        placements: stems on the timeline, in any order.
        load: returns the stem of a key, `(1, N)` or `(2, N)`.
        samples: length of the mix.
        block_samples: length of a block; the last may be shorter.
        spaces: which space answers when; without any the mix is dry.

    Raises:
        ValueError: a stem has another shape.
    """
    stems = _HeldStems(load)
    within = (p for p in placements if p.end > 0 and p.start < samples)
    waiting = sorted(within, key=lambda placement: placement.order, reverse=True)
    # `waiting` is sorted backwards, so the next placement is taken from its end. `sounding` keeps
    # that order; both together touch each placement only while it sounds.
    sounding: list[_Sounding] = []
    for first in range(0, samples, block_samples):
        last = min(first + block_samples, samples)
        sounding = [one for one in sounding if one.end > first]
        while waiting and waiting[-1].start < last:
            sounding.append(_Sounding(waiting.pop(), stems, spaces))
        block = np.zeros((2, last - first))
        for one in sounding:
            one.add_to(block, first)
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
    spaces: Sequence[SpaceSpan] = (),
) -> Iterator[F32]:
    """Yield the mix of one group alone; arguments as in `mix_blocks`.

    All groups sum to the whole mix, except for the rounding of each to float32.
    """
    chosen = [placement for placement in placements if placement.group == group]
    return mix_blocks(chosen, load, samples, block_samples, spaces)


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
        self._held: OrderedDict[tuple[str, float], F32] = OrderedDict()
        self._bytes = 0

    def get(self, placement: Placement) -> F32:
        """Return the stem of a placement, as dull as its distance makes it, `(C, N)`."""
        air_db = placement.place.air_db if placement.place else 0.0
        key = (placement.stem, air_db)
        if key not in self._held:
            self._held[key] = aired(self._loaded(placement.stem), air_db)
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


class _Sounding:
    """A placement while it sounds, and the answer of the spaces to it."""

    def __init__(
        self, placement: Placement, stems: _HeldStems, spaces: Sequence[SpaceSpan]
    ) -> None:
        self._placement, self._stems = placement, stems
        self._gain = db_to_gain(placement.gain_db)
        self._reverb: Reverb | None = None
        self.end = placement.end
        if spaces and placement.place is not None:
            self._reverb = Reverb(spaces, placement.start, placement.samples, self._sent)
            self.end += RINGING_SAMPLES

    def add_to(self, block: F64, first: int) -> None:
        """Add what lies in a block `(2, n)`, which begins at sample `first` of the timeline."""
        start = self._placement.start
        begin, end = max(first, start), min(first + block.shape[1], self.end)
        if begin >= end:
            return
        place = self._placement.place or Place()
        sound = self._part(begin - start, end - start)
        gains = self._gain * db_to_gain(place.level_db) * np.array(place.pan_gains)
        block[:, begin - first : begin - first + sound.shape[1]] += sound * gains[:, None]
        if self._reverb:
            answer = self._reverb.part(begin - start, end - start)
            block[:, begin - first : end - first] += self._gain * answer

    def _sent(self, first: int, last: int) -> F64:
        """Return what goes into the space, `(last - first,)`: both channels, as one."""
        sound = self._part(first, last).mean(axis=0)
        return np.pad(sound, (0, last - first - len(sound)))

    def _part(self, first: int, last: int) -> F64:
        """Return the stem with its fades between two samples, `(C, n)`; shorter at its end."""
        if first >= self._placement.samples:
            return np.zeros((1, 0))
        stem = self._stems.get(self._placement)
        last = min(last, self._placement.samples, stem.shape[1])
        if first >= last:
            return np.zeros((1, 0))
        # The envelope is that of the whole placement, cut to this part: no border leaves a trace.
        placed = self._placement
        gains = envelope(first, last, placed.samples, placed.fade_in, placed.fade_out)
        return stem[:, first:last] * gains
