"""Building blocks of computed sounds: coloured noise, slow curves, grains, resonances."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import irfft, next_fast_len, rfft
from scipy.interpolate import CubicSpline
from scipy.signal import fftconvolve

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F64, Rng

Span = tuple[float, float]
"""Lowest and highest value of a number that each sound draws anew."""
Points = tuple[tuple[float, float], ...]
"""A curve as (place, value): hertz and decibels of a spectrum, or share of a length and a value."""

_FRAME, _STEP = 1024, 512
_TABLE = 16_384
# Grains of one cloud differ in so many ways; more cannot be told apart.
_KINDS = 10


class SoundPart(Protocol):
    """One layer of a computed sound, its numbers drawn anew each time."""

    def sound(self, samples: int, material: str | None, rng: Rng) -> F64:
        """Return the layer `(samples,)` at 48 kHz, of any level."""
        ...


def drawn(span: Span, rng: Rng) -> float:
    """Return a value between two; by its logarithm where both are above zero."""
    low, high = span
    if low > 0:
        return float(low * (high / low) ** rng.random())
    return float(rng.uniform(low, high))


def wander(samples: int, period_s: float, rng: Rng) -> F64:
    """Return a smooth random curve `(samples,)`, mean 0 and deviation 1, a turn each period."""
    turns = samples / SAMPLE_RATE / period_s
    knots = rng.standard_normal(int(turns) + 4)
    coarse = np.linspace(0, turns, max(8, int(turns * 8))) + rng.random()
    curve = CubicSpline(np.arange(len(knots)), knots)(coarse)
    places = np.linspace(0, samples - 1, len(coarse))
    result: F64 = np.interp(np.arange(samples), places, curve)
    return result


def coloured(samples: int, points: Points, rng: Rng, vary_db: float = 2.0) -> F64:
    """Return noise `(samples,)` of deviation 1 with a spectrum.

    Args:
        points: hertz and decibels of an octave there (pink noise is flat), straight lines between
            them over the logarithm of frequency.
        vary_db: deviation of a random change of each point.
    """
    white = rng.standard_normal(next_fast_len(samples, real=True))
    noise = filtered(white, points, rng, vary_db)[:samples]
    return noise / (float(noise.std()) + 1e-9)


def filtered(sound: F64, points: Points, rng: Rng, vary_db: float = 2.0) -> F64:
    """Return a sound `(N,)` under a spectrum of points, as `coloured` takes them."""
    hertz, level_db = np.array(points, np.float64).T
    level_db = level_db + vary_db * rng.standard_normal(len(level_db))
    length = next_fast_len(len(sound), real=True)
    bins = np.log2(np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 10.0))
    moved = np.log2(hertz) + rng.uniform(-0.25, 0.25)
    # A level per octave: within an octave twice as high there are twice as many bins.
    gain = 10 ** (np.interp(bins, moved, level_db) / 20) * 2 ** (-0.5 * (bins - 10))
    gain[0] = 0
    result: F64 = irfft(rfft(sound, length) * gain, length)[: len(sound)]
    return result


def banded(samples: int, points: Points, decays_s: Span, rng: Rng) -> F64:
    """Return noise of a spectrum that dies away, `(samples,)`.

    Args:
        decays_s: seconds in which the lowest and the highest band fall to 1/e.
    """
    # Beyond ten times its longest decay nothing is left to hear.
    heard = min(samples, max(480, int(10 * max(decays_s) * SAMPLE_RATE)))
    length = next_fast_len(heard, real=True)
    spectrum = rfft(filtered(rng.standard_normal(length), points, rng))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 20.0) / 60)
    t = np.arange(heard) / SAMPLE_RATE
    sound = np.zeros(samples)
    # Five bands, two octaves apart from 60 Hz on, that overlap and sum to one.
    for band in range(5):
        share = np.clip(1 - np.abs(np.clip(octaves / 2, 0, 4) - band), 0, 1)
        decay = decays_s[0] * (decays_s[1] / decays_s[0]) ** (band / 4)
        sound[:heard] += irfft(spectrum * share, length)[:heard] * np.exp(-t / decay)
    return sound


def resonant(sound: F64, centres_hz: F64, widths_hz: Sequence[float], floor: float) -> F64:
    """Return a sound `(N,)` under resonances that move.

    Args:
        centres_hz: `(M, K)`, K resonances at M moments, evenly spaced over the sound.
        widths_hz: at half power, of each.
        floor: gain far from all of them; 1 is that of the first one.
    """
    moments = max(1, -(-len(sound) // _STEP) + _FRAME // _STEP - 1)
    place = np.linspace(0, len(centres_hz) - 1, moments)
    bins_hz = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE)
    gain = np.full((moments, len(bins_hz)), floor)
    for order, width in enumerate(widths_hz[: centres_hz.shape[1]]):
        centre = np.interp(place, np.arange(len(centres_hz)), centres_hz[:, order])
        away = (bins_hz - centre[:, None]) / (width / 2)
        # Each resonance above the first is 3 dB weaker; the source falls off besides.
        gain += 0.7**order / np.sqrt(1 + away * away)
    return _reshaped(sound, gain)


def _reshaped(sound: F64, gain: F64) -> F64:
    """Return a sound `(N,)` whose short spectra were multiplied by a gain `(frames, bins)`."""
    taper = np.sqrt(np.hanning(_FRAME + 1)[:-1])
    padded = np.pad(sound, (_FRAME - _STEP, _FRAME + _STEP))
    frames = sliding_window_view(padded, _FRAME)[::_STEP][: len(gain)] * taper
    frames = irfft(rfft(frames, axis=1) * gain[: len(frames)], axis=1) * taper
    result = np.zeros(len(padded))
    for place, frame in enumerate(frames):
        result[place * _STEP : place * _STEP + _FRAME] += frame
    # Two squared windows overlap and sum to 1.
    start = _FRAME - _STEP
    return result[start : start + len(sound)]


def tilted(count: int, tilt_db: float) -> F64:
    """Return levels of harmonics `(count,)` that change by decibels an octave."""
    return np.arange(1, count + 1, dtype=np.float64) ** (tilt_db / 6.02)


def cycle_table(levels: F64, rng: Rng, phase_spread: float = 1.0) -> F64:
    """Return one period `(16384,)` of harmonics, the first of level `levels[0]`.

    Args:
        phase_spread: 0 for a sharp pulse, 1 for phases at random.
    """
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    turn = np.exp(2j * np.pi * phase_spread * rng.random(len(levels)))
    spectrum[1 : len(levels) + 1] = levels * turn
    table: F64 = irfft(spectrum, _TABLE)
    return table / (float(table.std()) + 1e-12)


def played(table: F64, cycles: F64) -> F64:
    """Return a table read at a phase `(N,)`, counted in cycles."""
    return table[((cycles % 1.0) * len(table)).astype(np.int64) % len(table)]


def cycles_of(hertz: F64) -> F64:
    """Return the phase `(N,)` in cycles of a frequency `(N,)`."""
    return np.cumsum(hertz) / SAMPLE_RATE


def ring(hz: float, decay_s: float, noise: float, rise: float, rng: Rng) -> F64:
    """Return a short decaying tone with inharmonic partials and noise, `(M,)`.

    Args:
        noise: share of noise, 0..1.
        rise: by which factor the pitch has risen after the decay (bubbles), 0 for not at all.
    """
    length = int(min(max(decay_s * 6, 0.004), 1.2) * SAMPLE_RATE)
    t = np.arange(length) / SAMPLE_RATE
    bend = t * (1 + 0.5 * rise * np.minimum(t / decay_s, 3.0))
    sound = np.zeros(length)
    # A bubble has one partial; bars and plates have them about so far apart, spread at random.
    start = 0.0 if rise else 6.28 * rng.random()
    ratios = (1.0,) if rise else (1.0, 1.7, 2.8, 4.3)
    for ratio in ratios:
        partial = hz * ratio * rng.uniform(0.93, 1.07)
        if partial < 20_000:
            fall = np.exp(-t / decay_s * ratio**0.5)
            sound += np.sin(2 * np.pi * partial * bend + start) * fall / ratio
    if noise > 0:
        # Noise around twice the pitch: smoothed over a quarter of a period, less its slow part.
        white = rng.standard_normal(length)
        width = min(length, max(2, int(SAMPLE_RATE / hz / 4)))
        rough = np.convolve(white, np.hanning(width + 2)[1:-1], "same")
        slow = min(length, 4 * width)
        rough -= np.convolve(rough, np.ones(slow) / slow, "same")
        rough /= float(np.abs(rough).max()) + 1e-9
        sound = (1 - noise) * sound + 1.5 * noise * rough * np.exp(-t / decay_s)
    fade = min(length // 4, 200)
    sound[-fade:] *= np.linspace(1, 0, fade)
    return sound


def scattered(places: F64, levels: F64, kinds: Sequence[F64], samples: int, rng: Rng) -> F64:
    """Return grains of a few kinds laid at places, `(samples,)`.

    Args:
        places: samples at which grains begin, `(G,)`.
        levels: their amplitudes, `(G,)`.
        kinds: what they sound like; each place draws one.
    """
    inside = (places >= 0) & (places < samples)
    starts, levels = places[inside].astype(np.int64), levels[inside]
    chosen = rng.integers(len(kinds), size=len(starts))
    sound = np.zeros(samples)
    for number, kind in enumerate(kinds):
        mine = chosen == number
        if mine.sum() > 150:
            impulses = np.zeros(samples)
            np.add.at(impulses, starts[mine], levels[mine])
            sound += fftconvolve(impulses, kind)[:samples]
            continue
        for start, level in zip(starts[mine], levels[mine], strict=True):
            grain = kind[: samples - start]
            sound[start : start + len(grain)] += level * grain
    return sound


def kinds_of_ring(hz: Span, decay_s: Span, noise: Span, rise: Span, rng: Rng) -> list[F64]:
    """Return ten rings with numbers drawn from spans."""
    return [
        ring(drawn(hz, rng), drawn(decay_s, rng), drawn(noise, rng), drawn(rise, rng), rng)
        for _ in range(_KINDS)
    ]


def with_tail(sound: F64, seconds: float, level_db: float, rng: Rng) -> F64:
    """Return a sound `(N,)` in a room whose echo falls by 60 dB in some seconds."""
    length = min(int(seconds * SAMPLE_RATE), len(sound))
    # A tail loses its high part first: air and walls take it.
    points = ((60.0, -6.0), (250.0, 0.0), (3_000.0, -3.0), (12_000.0, -14.0))
    tail = banded(length, points, (seconds / 6.9, seconds / 6.9 * 0.35), rng)
    # The first echo comes after some metres.
    gap = int(rng.uniform(0.004, 0.02) * SAMPLE_RATE)
    echo: F64 = fftconvolve(sound, tail)
    wet: F64 = np.concatenate([np.zeros(gap), echo])[: len(sound)]
    gain = 10 ** (level_db / 20) * float(np.abs(sound).max()) / (float(np.abs(wet).max()) + 1e-9)
    return sound + gain * wet
