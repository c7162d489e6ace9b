"""The impulse response of a space, synthesised: single reflections, then noise that dies away.

After Moorer, "About this reverberation business" (Computer Music Journal, 1979): the late answer of
a room is noise whose bands fall exponentially, high ones sooner. Both channels have noise of their
own, so the space is wide; nothing is delayed between them, so a mono sum cancels nothing. The sound
itself is not part of the response.
"""

from functools import lru_cache
from math import log10

import numpy as np
from scipy.fft import next_fast_len

from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.ids import seed_of
from foley_core.mixing.spaces import BANDS_HZ, Space
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Rng

LONGEST_S = 2.5
"""Longest response, seconds. The largest spaces are 60 dB down there."""

# Octave bands, whose decays are interpolated between those of the data.
_OCTAVES_HZ = 62.5 * 2.0 ** np.arange(9)
# What the walls leave of a reflection that comes this much later than the first one, as a share.
_WALLS = 0.6
# Nothing below this is reflected by the walls of a room, or heard as room: it would only boom.
_LOWEST_HZ = 70.0
# Share of the response over which its end is faded.
_END_SHARE = 0.1


@lru_cache(maxsize=32)
def impulse_response(space: Space) -> F32:
    """Return the response of a space, `(2, N)`, read-only; the same, bit for bit, each time."""
    seconds = min(LONGEST_S, space.pre_delay_s + max(space.rt60_s))
    samples = int(next_fast_len(round(seconds * SAMPLE_RATE), real=True))
    rng = np.random.default_rng(seed_of("space", space.name))
    late = _late(space, samples, rng)
    early = _early(space, samples, rng)
    # Reflections and the answer after them share the energy alike, and so do both channels.
    answer = early / _strength(early) + late / _strength(late)
    answer = _filtered(answer, space)
    end = round(_END_SHARE * samples)
    answer[:, samples - end :] *= equal_power_fade(end)[::-1]
    answer *= db_to_gain(space.wet_db) / _strength(answer)
    response: F32 = answer.astype(np.float32)
    response.flags.writeable = False
    return response


def rt60_s(space: Space, hz: float) -> float:
    """Return the seconds in which a space's answer falls by 60 dB at a frequency."""
    places = [log10(band) for band in BANDS_HZ]
    return float(np.interp(log10(hz), places, space.rt60_s))


def _strength(answer: F64) -> F64:
    """Return the root of the energy of each channel of `(2, N)`, `(2, 1)`."""
    strength: F64 = np.sqrt(np.square(answer).sum(axis=1, keepdims=True))
    return np.maximum(strength, 1e-12)


def _early(space: Space, samples: int, rng: Rng) -> F64:
    """Return single reflections `(2, samples)`: later ones denser and softer, each at a place."""
    answer = np.zeros((2, samples))
    # Squared roots of evenly spread numbers: the number of reflections grows with time.
    spread = np.sqrt((np.arange(space.early) + rng.uniform(0, 1, space.early)) / space.early)
    times = space.pre_delay_s + spread * space.early_s
    falls = (space.pre_delay_s / times) * _WALLS**spread
    # From the left and from the right in turn.
    sides = rng.uniform(0.2, 0.9, space.early) * np.where(np.arange(space.early) % 2, 1.0, -1.0)
    angles = (sides + 1) * np.pi / 4
    for time_s, level, angle in zip(times, falls, angles, strict=True):
        sample = min(round(float(time_s) * SAMPLE_RATE), samples - 1)
        answer[:, sample] += level * np.array([np.cos(angle), np.sin(angle)])
    return answer


def _late(space: Space, samples: int, rng: Rng) -> F64:
    """Return noise `(2, samples)` whose octaves die away, each in its own time."""
    noise = rng.standard_normal((2, samples))
    share = min(1.0, space.echoes_per_s / SAMPLE_RATE)
    if share < 1.0:
        noise *= rng.uniform(0, 1, (2, samples)) < share
    time_s = np.arange(samples) / SAMPLE_RATE - space.pre_delay_s
    spectrum = np.fft.rfft(noise, axis=1)
    hz: F64 = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE).astype(np.float64)
    answer = np.zeros((2, samples))
    for band, weights in zip(_OCTAVES_HZ, _octaves(hz), strict=True):
        # A fall by 60 dB is a factor of 1000.
        decay = np.exp(-np.log(1000.0) * np.maximum(0.0, time_s) / rt60_s(space, float(band)))
        answer += np.fft.irfft(spectrum * weights, samples, axis=1) * decay
    # Before the first reflection there is nothing; among them the answer thickens.
    return answer * np.clip(time_s / space.early_s, 0.0, 1.0)


def _octaves(hz: F64) -> F64:
    """Return `(octaves, bins)` weights that sum to 1 at every frequency."""
    places = np.log2(np.maximum(hz, 1.0) / _OCTAVES_HZ[0])
    last = len(_OCTAVES_HZ) - 1
    near = np.abs(np.clip(places, 0, last) - np.arange(last + 1)[:, None])
    weights: F64 = np.square(np.cos(np.pi / 2 * np.minimum(near, 1.0)))
    return weights


def _filtered(answer: F64, space: Space) -> F64:
    """Return an answer without rumble, and without what its space muffles."""
    samples = answer.shape[1]
    hz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    # Second-order slopes without any phase; what wraps around the ends is inaudible.
    gains = 1.0 / (1.0 + np.square(_LOWEST_HZ / np.maximum(hz, 1e-3)))
    if space.muffled_hz:
        gains /= 1.0 + np.square(hz / space.muffled_hz)
    filtered: F64 = np.fft.irfft(np.fft.rfft(answer, axis=1) * gains, samples, axis=1)
    return filtered
