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
from foley_core.mixing.speakers import STEREO, Panned, Speakers
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
    speakers: Speakers = STEREO,
) -> Iterator[F32]:
    """Yield the mix, exactly `samples` long, as blocks `(2, n)`, or of more speakers.

    Sound before 0 or after `samples` is cut off. Mono stems go to both channels at full level. A
    stem is loaded when the timeline reaches it, and again if it returns much later.

    Args:
        placements: stems on the timeline, in any order.
        load: returns the stem of a key, `(1, N)` or `(2, N)`.
        samples: length of the mix.
        block_samples: length of a block; the last may be shorter.
        spaces: which space answers when; without any the mix is dry.
        speakers: the channels of the mix.

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
            sounding.append(_Sounding(waiting.pop(), stems, spaces, speakers))
        block = np.zeros((speakers.channels, last - first))
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


# Echoes that are drawn once: at no regular distances, or they would be heard as a pitch.
_LONGEST_ECHO = 1440
_ECHOES = tuple(
    (after, sign / 8**0.5)
    for after, sign in zip(
        (211, 337, 509, 643, 823, 997, 1213, 1433), (1, -1, -1, 1, -1, 1, 1, -1), strict=True
    )
)
# At full spread the echoes are as loud as the sound in each channel.
_SPREAD_GAIN = 1.0


def _gains_at(place: Place, panned: Panned) -> F64:
    """Return the gains in each of its channels, and of what is wide, of a sound at a place."""
    level = db_to_gain(place.level_db)
    return level * np.array([*panned.gains(place), _SPREAD_GAIN * place.spread])


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
        self,
        placement: Placement,
        stems: _HeldStems,
        spaces: Sequence[SpaceSpan],
        speakers: Speakers,
    ) -> None:
        self._placement, self._stems, self._speakers = placement, stems, speakers
        self._gain = db_to_gain(placement.gain_db)
        self._reverb: Reverb | None = None
        self.end = placement.end
        if spaces and placement.place is not None:
            self._reverb = Reverb(spaces, placement.start, placement.samples, self._sent)
            self.end += RINGING_SAMPLES

    def add_to(self, block: F64, first: int) -> None:
        """Add what lies in a block `(C, n)`, which begins at sample `first` of the timeline."""
        start = self._placement.start
        begin, end = max(first, start), min(first + block.shape[1], self.end)
        if begin >= end:
            return
        sound = self._part(begin - start, end - start)
        length = sound.shape[1]
        panned = self._speakers.of(self._placement, sound.shape[0])
        gains = self._place_gains(begin - start, length, panned)
        into = block[:, begin - first : begin - first + length]
        into[panned.channels] += sound * gains[:-1]
        if self._is_wide and length:
            side = self._side(begin - start, length) * gains[-1]
            into[:2] += np.stack([side, -side])
        if self._reverb:
            answer = self._reverb.part(begin - start, end - start)
            block[self._speakers.around, begin - first : end - first] += self._gain * answer

    @property
    def _is_wide(self) -> bool:
        place = self._placement.place
        return place is not None and (
            place.spread > 0.0 or any(one.spread > 0.0 for _, one in self._placement.path)
        )

    def _place_gains(self, first: int, samples: int, panned: Panned) -> F64:
        """Return the gains in each of its channels, and of what is wide, `(…, samples or 1)`."""
        placed = self._placement
        if not placed.path:
            return self._gain * _gains_at(placed.place or Place(), panned)[:, None]
        at = np.arange(first, first + samples)
        points = [point for point, _ in placed.path]
        known = np.array([_gains_at(place, panned) for _, place in placed.path])
        return self._gain * np.stack([np.interp(at, points, gains) for gains in known.T])

    def _side(self, first: int, samples: int) -> F64:
        """Return what makes a sound wide, `(samples,)`: added left and taken away right, so that a
        mono sum holds none of it. It follows the sound by 30 ms at most."""
        begin = max(0, first - _LONGEST_ECHO)
        sound = self._part(begin, first + samples).mean(axis=0)
        heard = np.pad(sound, (_LONGEST_ECHO - (first - begin), 0))
        side = np.zeros(samples)
        for after, gain in _ECHOES:
            side += gain * heard[_LONGEST_ECHO - after : _LONGEST_ECHO - after + samples]
        return side

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
        if placed.levels:
            points, levels = zip(*placed.levels, strict=True)
            gains = gains * 10.0 ** (np.interp(np.arange(first, last), points, levels) / 20.0)
        return stem[:, first:last] * gains
