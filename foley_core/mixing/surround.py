"""Surround: what is around the listener spread to front and back, and the downmix to stereo.

The back has the same sound at the same level, but decorrelated: a chain of all-pass filters
(Schroeder 1962) keeps the energy of every frequency and scatters its phase, so that neither a point
between the speakers nor a comb in the downmix is heard. Nothing is drawn: the same mix gives the
same channels.
"""

from collections.abc import Iterator

import numpy as np

from foley_core.types import F32, F64

CHANNELS = 5
"""Channels of a surround mix: left, right, centre, left surround, right surround."""
LFE = 3
"""Place of the low-frequency channel among the six of a file. It is silent: it is for effects that
a mixer chooses; low sounds are whole in the others."""

# Half of the energy stays in front.
_SHARE = 0.5**0.5
# ITU-R BS.775: centre and surrounds come into the front pair at -3 dB.
_DOWNMIX = 0.5**0.5
_ALLPASS_GAIN = 0.6
# What is behind comes 10 ms later: nothing of it meets the same sound in front, and that is heard
# first.
_LATER_SAMPLES = 480
# Delays of the filters left and right, samples: 7 to 21 ms, primes, so that no pitch arises.
_DELAYS = ((347, 613, 997), (389, 701, 887))


def spread_around(blocks: Iterator[F32]) -> Iterator[F32]:
    """Yield a mix for `speakers.FRONT_AND_AROUND`, `(5, n)` blocks, as left, right, centre, left
    surround and right surround, `(5, n)`."""
    chains = [
        [_AllPass(_LATER_SAMPLES, 0.0), *(_AllPass(delay, _ALLPASS_GAIN) for delay in delays)]
        for delays in _DELAYS
    ]
    for block in blocks:
        spread = block.astype(np.float64)
        around = _SHARE * spread[3:]
        spread[:2] += around
        spread[3:] = [_through(chain, one) for chain, one in zip(chains, around, strict=True)]
        yield spread.astype(np.float32)


def with_silent_lfe(blocks: Iterator[F32]) -> Iterator[F32]:
    """Yield a surround mix `(5, n)` in the order of files: L R C LFE Ls Rs, `(6, n)`."""
    for block in blocks:
        yield np.insert(block, LFE, np.float32(0.0), axis=0)


def downmix(blocks: Iterator[F32]) -> Iterator[F32]:
    """Yield the stereo `(2, n)` of a surround mix `(5, n)`, after ITU-R BS.775."""
    for left, right, centre, left_behind, right_behind in blocks:
        sides = np.stack([left + _DOWNMIX * left_behind, right + _DOWNMIX * right_behind])
        yield (sides + _DOWNMIX * centre).astype(np.float32)


class _AllPass:
    """An all-pass filter `y[n] = x[n-M] - g·x[n] + g·y[n-M]` of a stream; with g 0 a delay."""

    def __init__(self, delay: int, gain: float) -> None:
        self._gain = gain
        # The last M values of what came in, and of what came out.
        self._heard, self._made = np.zeros(delay), np.zeros(delay)

    def filter(self, piece: F64) -> F64:
        """Return the next samples `(n,)`, of which there are M at most."""
        count = len(piece)
        made: F64 = self._heard[:count] + self._gain * (self._made[:count] - piece)
        self._heard = np.concatenate([self._heard[count:], piece])
        self._made = np.concatenate([self._made[count:], made])
        return made


def _through(chain: list[_AllPass], sound: F64) -> F64:
    """Return a part of a stream `(n,)` after all filters."""
    # Each value needs one that is M samples old: so many can be computed at once.
    step = min(map(min, _DELAYS))
    filtered = np.empty_like(sound)
    for first in range(0, len(sound), step):
        piece = sound[first : first + step]
        for one in chain:
            piece = one.filter(piece)
        filtered[first : first + step] = piece
    return filtered
