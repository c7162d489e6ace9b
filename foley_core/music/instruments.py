"""Instruments of the music bed: the sound of one note, synthesised from sines and noise.

Nothing is sampled or learned. A note is always computed whole and is the same each time, so that
any part of a piece can be rendered by itself. Which notes are played is decided in `piece`. Where
no source is named, a level, rate or decay time is a choice of this project and gives an instrument
its character; it was not measured on a real one.
"""

from collections.abc import Callable
from functools import lru_cache
from math import sqrt

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.waveform import envelope
from foley_core.music.figures import HAT, HIGH_TOM, KICK, LOW_TOM, SNARE
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

NOTES_HELD = 96
"""Rendered notes kept in memory; a piece repeats most of its notes within a few bars."""

# Seconds that each instrument rings on after a note is no longer held.
_RINGS_S = {
    "drums": 0.9, "bass": 0.25, "pad": 0.9, "strings": 0.3, "horn": 0.3, "piano": 1.2,
    "guitar": 1.0, "bells": 2.5, "flute": 0.15,
}  # fmt: skip
# No harmonic above this, which keeps the synthetic tones soft.
_HIGHEST_HZ = 9_000.0
# Amplitude (-54 dB) below which a harmonic and all higher ones are left out.
_FAINTEST = 2e-3
# Samples computed with one row of exponentials, see `_sine`.
_ROW = 512


@lru_cache(maxsize=NOTES_HELD)
def note(instrument: str, pitch: int, samples: int, variant: int) -> F32:
    """Return one note at full level, `(N,)`: held for `samples`, then ringing out.

    Args:
        instrument: one of `INSTRUMENT_NAMES`.
        pitch: MIDI number, 69 = A4 = 440 Hz; for drums the drum, such as `KICK`.
        samples: how long the note is held, at 48 kHz.
        variant: seed of the small differences between strokes of one drum; ignored for others.

    Raises:
        KeyError: there is no such instrument or drum.
    """
    ring = round(_RINGS_S[instrument] * SAMPLE_RATE)
    seconds = np.arange(samples + ring) / SAMPLE_RATE
    if instrument == "drums":
        sound = _drum(pitch, seconds, np.random.default_rng([pitch, variant]))
    else:
        sound = _PITCHED[instrument](440.0 * 2.0 ** ((pitch - 69) / 12), seconds)
    # 48 samples (1 ms) of rise, so that no instrument begins with a click.
    fade = min(ring, len(sound))
    return (sound * envelope(0, len(sound), len(sound), 48, fade)).astype(np.float32)


def _sine(hz: float, samples: int, fade_per_s: float = 0.0) -> F64:
    """Return a sine `(samples,)` whose amplitude falls by a factor e in `1 / fade_per_s` s."""
    # A decaying sine is the imaginary part of exp(c t). Since exp(c (a + b)) = exp(c a) exp(c b),
    # one exponential for every row and one for every place in a row give all samples as an outer
    # product: far fewer exponentials than samples.
    step = (2j * np.pi * hz - fade_per_s) / SAMPLE_RATE
    rows = np.exp(step * _ROW * np.arange(-(-samples // _ROW)))
    sine: F64 = np.outer(rows, np.exp(step * np.arange(_ROW))).imag.ravel()[:samples]
    return sine


def _harmonics(hz: float, seconds: F64, weights: Callable[[int], float]) -> F64:
    """Return the weighted harmonics 1, 2, 3, … of a tone, at the times `seconds`.

    The times may be uneven (see `_vibrato`).
    """
    # The n-th power of the phasor exp(i ω t) is the phasor of harmonic n: one multiplication for
    # each harmonic in place of a sine.
    turn = np.exp(2j * np.pi * hz * seconds)
    phasor, sound = turn.copy(), np.zeros(len(seconds))
    for harmonic in range(1, max(2, int(_HIGHEST_HZ / hz))):
        weight = weights(harmonic)
        if weight < _FAINTEST:
            break
        sound += weight * phasor.imag
        phasor *= turn
    return sound


def _swell(seconds: F64, attack_s: float) -> F64:
    """Return a rise from 0 towards 1 that reaches 95 % after `attack_s`, as 1 - exp(-3) = 0.95."""
    swell: F64 = 1.0 - np.exp(-seconds / (attack_s / 3))
    return swell


def _vibrato(hz: float, seconds: F64, rate_hz: float, cents: float) -> F64:
    """Return times that make a tone of `hz` sway in pitch by ±`cents`, `rate_hz` times a second."""
    # Frequency is the derivative of phase: times t + d sin(2π r t) move it by the factor
    # 1 + 2π r d cos(2π r t). Vibrato grows over the first second, as players let it.
    depth = (2 ** (cents / 1200) - 1) / (2 * np.pi * rate_hz)
    bent: F64 = seconds + depth * np.minimum(seconds, 1.0) * np.sin(2 * np.pi * rate_hz * seconds)
    return bent


def _pad(hz: float, seconds: F64) -> F64:
    """A soft, slow chord sound: three oscillators per harmonic."""
    sound = np.zeros(len(seconds))
    for harmonic in range(1, max(2, int(_HIGHEST_HZ / hz))):
        if (weight := 0.3 / harmonic**1.9) < _FAINTEST:
            break
        # 3 cents below and above: slow beats, which make the tone broad.
        for detune in (0.9982, 1.0, 1.0019):
            sound += weight * _sine(harmonic * hz * detune, len(seconds))
    return sound * _swell(seconds, 0.9)


def _strings(hz: float, seconds: F64) -> F64:
    """Two groups of string players, slightly apart in pitch and in their vibrato."""
    # A bowed string moves like a saw-tooth, whose harmonics fall as 1/h; the exponential makes
    # them weaker still, by a factor e every 4 kHz, so that high notes are not shrill.
    bowed = np.zeros(len(seconds))
    for detune, rate_hz in ((0.9975, 5.2), (1.0028, 5.7)):
        bent = _vibrato(hz, seconds, rate_hz, 14.0)
        bowed += _harmonics(hz * detune, bent, lambda h: 0.3 / h * np.exp(-h * hz / 4000))
    return bowed * _swell(seconds, 0.12)


def _horn(hz: float, seconds: F64) -> F64:
    """A brass instrument: the louder it is blown, the stronger its high harmonics."""
    # So the tone moves from a dark to a bright spectrum while it rises.
    bent = _vibrato(hz, seconds, 4.8, 8.0)
    dark = _harmonics(hz, bent, lambda h: 0.8 * np.exp(-0.75 * (h - 1)))
    bright = _harmonics(hz, bent, lambda h: 0.7 * np.exp(-0.3 * (h - 1)))
    blown = _swell(seconds, 0.25)
    return blown * (dark + (bright - dark) * 0.6 * _swell(seconds, 0.6))


def _flute(hz: float, seconds: F64) -> F64:
    """A flute: few harmonics, and a little breath around them."""
    bent = _vibrato(hz, seconds, 5.0, 12.0)
    tone = _harmonics(hz, bent, lambda h: (0.9, 0.25, 0.08, 0.03)[h - 1] if h < 5 else 0.0)
    breath = np.random.default_rng(round(hz)).standard_normal(len(seconds))
    band = butter(2, [0.8 * hz, min(3.0 * hz, 20_000.0)], "bandpass", fs=SAMPLE_RATE, output="sos")
    blown: F64 = tone + 0.03 * sosfilt(band, breath)
    return blown * _swell(seconds, 0.09)


def _struck(
    hz: float,
    seconds: F64,
    weights: Callable[[int], float],
    fade_per_s: Callable[[int], float],
    stretch: float = 0.0,
) -> F64:
    """Return a struck or plucked string: each harmonic dies away at its own rate.

    Args:
        weights: amplitude of harmonic 1, 2, 3, …
        fade_per_s: rate of decay of each, see `_sine`.
        stretch: stiffness B of the string; partial n lies at n·f·sqrt(1 + B n²) (Fletcher 1964).
    """
    sound = np.zeros(len(seconds))
    for harmonic in range(1, max(2, int(_HIGHEST_HZ / hz))):
        weight = weights(harmonic)
        if weight < _FAINTEST:
            break
        partial_hz = harmonic * hz * sqrt(1 + stretch * harmonic**2)
        sound += weight * _sine(partial_hz, len(seconds), fade_per_s(harmonic))
    return sound


def _piano(hz: float, seconds: F64) -> F64:
    """A piano: a struck, stiff string and the knock of its hammer."""
    # High strings die away sooner than low ones, and high harmonics sooner than low ones.
    decay_rate = 0.5 + hz / 500
    string = _struck(
        hz,
        seconds,
        lambda h: 0.8 * np.exp(-0.42 * (h - 1)),
        lambda h: decay_rate * (0.7 + 0.5 * h),
        stretch=3e-4,
    )
    # The hammer's knock is the same for every note: noise of one seed, gone after some 4 ms.
    hammer = np.random.default_rng(7).standard_normal(len(seconds)) * np.exp(-seconds / 0.004)
    return string + 0.03 * hammer


def _guitar(hz: float, seconds: F64) -> F64:
    """A guitar: a plucked string, little stiff."""

    def plucked_at(h: int) -> float:
        # Plucking a string at a share p of its length gives harmonic h in proportion to
        # |sin(π h p)|, since no harmonic with a node there is moved. Here p = 0.21.
        return float(abs(np.sin(np.pi * h * 0.21)) / h**1.1)

    return _struck(hz, seconds, plucked_at, lambda h: 1.6 + 0.9 * h, stretch=5e-5)


def _bells(hz: float, seconds: F64) -> F64:
    """Bars tuned like those of a vibraphone: the second partial is two octaves above the first."""
    sound = np.zeros(len(seconds))
    for ratio, weight, fade_per_s in ((1.0, 0.8, 1.7), (4.0, 0.22, 4.5), (8.0, 0.06, 9.0)):
        sound += weight * _sine(ratio * hz, len(seconds), fade_per_s)
    return sound


def _bass(hz: float, seconds: F64) -> F64:
    """A plucked bass: five harmonics that die away slowly."""
    return _struck(
        hz, seconds, lambda h: (0.9, 0.5, 0.22, 0.1, 0.05)[h - 1] if h < 6 else 0.0,
        lambda h: 0.6 + 0.7 * h,
    )  # fmt: skip


def _drum(which: int, seconds: F64, rng: np.random.Generator) -> F64:
    """A stroke of one drum: noise for the metal and the stick, a falling sine for the skin."""
    noise = rng.standard_normal(len(seconds))
    if which == HAT:
        return 0.25 * _band(noise, 7_000.0, 14_000.0) * np.exp(-seconds / 0.04)
    if which == SNARE:
        rattle = _band(noise, 1_500.0, 9_000.0) * np.exp(-seconds / 0.11)
        return 0.5 * rattle + 0.5 * np.sin(2 * np.pi * 185 * seconds) * np.exp(-seconds / 0.07)
    # Pitch at rest, how far above it the stroke begins (Hz), time constant of the decay.
    low_hz, drop_hz, ring_s = {
        KICK: (48.0, 70.0, 0.28), LOW_TOM: (82.0, 45.0, 0.42), HIGH_TOM: (124.0, 60.0, 0.3)
    }[which]  # fmt: skip
    low_hz *= 1 + 0.02 * rng.uniform(-1, 1)
    # A struck skin is stretched, so its pitch begins high and falls: the phase is the integral of
    # low + drop · exp(-t / fallen).
    fallen_s = 0.035
    phase = low_hz * seconds + drop_hz * fallen_s * (1 - np.exp(-seconds / fallen_s))
    skin = np.sin(2 * np.pi * phase) * np.exp(-seconds / ring_s)
    stick = _band(noise, 400.0, 4_000.0) * np.exp(-seconds / 0.012)
    return 0.9 * skin + 0.25 * stick


def _band(noise: F64, low_hz: float, high_hz: float) -> F64:
    """Return noise `(N,)` between two frequencies."""
    band = butter(2, [low_hz, high_hz], "bandpass", fs=SAMPLE_RATE, output="sos")
    filtered: F64 = sosfilt(band, noise)
    return filtered


_PITCHED: dict[str, Callable[[float, F64], F64]] = {
    "pad": _pad, "strings": _strings, "horn": _horn, "flute": _flute, "piano": _piano,
    "guitar": _guitar, "bells": _bells, "bass": _bass,
}  # fmt: skip
