"""The answer of the spaces to one sound, piece by piece.

Each sound is answered by itself, on a grid that begins with it: so the answer does not depend on
the blocks that the mix is read in, nor on any other sound, bit for bit. Pieces of silence cost
nothing. What rings on after a piece is kept for the next one (overlap-add).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from foley_core.mixing.impulse_response import LONGEST_S, impulse_response
from foley_core.mixing.spaces import SpaceSpan, spaces
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

RINGING_SAMPLES = round((LONGEST_S + 0.1) * SAMPLE_RATE)
"""Longest that a space rings on after a sound, samples."""

# 2.7 s: about as long as the responses, for which the transforms are cheapest.
_PIECE_SAMPLES = 2**17
# One space replaces another within 20 ms: what is sent into them is not cut hard.
_SWITCH_SAMPLES = SAMPLE_RATE // 50


class Reverb:
    """The answer to one sound; one piece of it is held, and what rings on."""

    def __init__(
        self, spans: Sequence[SpaceSpan], start: int, samples: int, sent: Callable[[int, int], F64]
    ) -> None:
        """Begin before the first sample of the sound.

        Args:
            spans: which space holds when on the timeline, in order, without gaps.
            start: sample of the timeline at which the sound begins.
            samples: its length.
            sent: returns what it sends into the spaces from one of its samples to another, `(n,)`.
        """
        end = start + samples + _SWITCH_SAMPLES
        self._spans = [span for span in spans if span.first < end and span.end > start]
        self._start, self._samples, self._sent = start, samples, sent
        self._ringing: F64 = np.zeros((2, 0))
        self._piece: F64 = np.zeros((2, _PIECE_SAMPLES))
        self._index = -1

    def part(self, first: int, last: int) -> F64:
        """Return the answer from sample `first` of the sound to `last`, `(2, last - first)`.

        Parts must be asked for in order of time.
        """
        answer = np.zeros((2, last - first))
        for index in range(first // _PIECE_SAMPLES, -(-last // _PIECE_SAMPLES)):
            while self._index < index:
                self._index += 1
                self._piece = self._answered(self._index * _PIECE_SAMPLES)
            start = index * _PIECE_SAMPLES
            begin, end = max(first, start), min(last, start + _PIECE_SAMPLES)
            answer[:, begin - first : end - first] = self._piece[:, begin - start : end - start]
        return answer

    def _answered(self, first: int) -> F64:
        """Return the answer to the piece that begins at a sample, and keep what rings on."""
        last = min(first + _PIECE_SAMPLES, self._samples)
        sent = self._sent(first, last) if first < last else np.zeros(0)
        answers = [np.zeros((2, _PIECE_SAMPLES)), self._ringing]
        if sent.any():
            answers += [
                _response_to(sent * shares, span.space)
                for number, span in enumerate(self._spans)
                if (shares := self._shares(number, first, last)).any()
            ]
        answer = np.zeros((2, max(one.shape[1] for one in answers)))
        for one in answers:
            answer[:, : one.shape[1]] += one
        self._ringing = answer[:, _PIECE_SAMPLES:]
        return answer[:, :_PIECE_SAMPLES]

    def _shares(self, number: int, first: int, last: int) -> F64:
        """Return which share of what is sent goes into the space of a span, `(last - first,)`."""
        span, at = self._spans[number], np.arange(first, last) + self._start
        shares = np.ones(last - first)
        # The ramps of two neighbours sum to 1.
        if number > 0:
            shares *= np.clip((at - span.first) / _SWITCH_SAMPLES, 0.0, 1.0)
        if number < len(self._spans) - 1:
            shares *= 1.0 - np.clip((at - span.end) / _SWITCH_SAMPLES, 0.0, 1.0)
        return shares


def _response_to(sent: F64, space: str) -> F64:
    """Return a space's whole answer to what is sent into it `(n,)`, `(2, N)`."""
    samples = len(sent) + impulse_response(spaces()[space]).shape[1] - 1
    # One length for all pieces, so that the response is transformed once. Float32 is exact to
    # -140 dB here, and twice as fast.
    length = _transform_samples(space)
    spectrum = fft.rfft(sent.astype(np.float32), length) * _spectrum(space)
    answer: F32 = fft.irfft(spectrum, length, axis=1, overwrite_x=True)[:, :samples]
    return answer.astype(np.float64)


def _transform_samples(space: str) -> int:
    longest = _PIECE_SAMPLES + impulse_response(spaces()[space]).shape[1] - 1
    return int(fft.next_fast_len(longest, real=True))


@lru_cache(maxsize=32)
def _spectrum(space: str) -> NDArray[np.complex64]:
    """Return the spectrum of a space's response, `(2, bins)`."""
    response = impulse_response(spaces()[space])
    spectrum: NDArray[np.complex64] = fft.rfft(response, _transform_samples(space), axis=1)
    return spectrum
