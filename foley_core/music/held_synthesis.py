"""Notes of bowed and blown instruments: harmonics under a fixed spectrum, vibrato, bow and breath.

A note is computed whole and is the same each time. Constants of each instrument are in
`played.toml`.
"""

from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.waveform import db_to_gain
from foley_core.cues.sheet import Style
from foley_core.music.played_instruments import HeldVoice
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F64, Rng

# Entries of a table of one cycle; reading the nearest one puts noise 67 dB below a sine.
_TABLE = 4096
_HIGHEST_HZ = 16_000.0
# The attack of a note that follows another on one bow or breath, seconds.
_TIED_ATTACK_S = 0.025
# Players waver: slow changes of pitch (cents) and of level (share), about so many a second.
_WAVER_CENTS, _WAVER_LEVEL, _WAVERS_PER_S = 3.0, 0.06, 9.0


def held_note(
    voice: HeldVoice,
    hz: float,
    samples: int,
    ring: int,
    level: float,
    style: Style,
    tied: bool,
    rng: Rng,
) -> F64:
    """Return one note `(samples + ring,)`; at full force its level is of the order of 1.

    Args:
        samples: how long it is held; it dies away in the `ring` after that.
        level: force of bow or breath, 0..1: it colours the note, and does not set its level.
        tied: it goes on from the note before it, without an attack of its own.
        rng: draws how the player wavers, and the noise of bow or breath.
    """
    seconds = np.arange(samples + ring) / SAMPLE_RATE
    cycles = np.cumsum(_pitch(voice, hz, seconds, tied, rng)) / SAMPLE_RATE
    place = (cycles * _TABLE).astype(np.int64) % _TABLE
    attack_s = _TIED_ATTACK_S if tied else voice.attack_s * 2.0 ** (-1.5 * style.hardness)
    blown = 1.0 - np.exp(-seconds / attack_s)
    swell = 0.75 + 0.25 * (1.0 - np.exp(-seconds / voice.swell_s)) if not tied else 1.0
    # Harder blown, a note is brighter; it is darkest while it begins and ends.
    released = np.exp(-np.maximum(seconds - samples / SAMPLE_RATE, 0.0) / voice.release_s)
    force = np.clip(level + 0.35 * style.brightness, 0.0, 1.0)
    bright = force * blown * swell * released
    loud, soft = (_cycle(points, voice.ranks, round(hz, 3)) for points in _envelopes(voice))
    tone: F64 = soft[place] + bright * (loud[place] - soft[place])
    tone += _breath(voice, seconds, attack_s, tied, rng)
    tone *= blown * swell * released * (1.0 + _WAVER_LEVEL * _wavering(seconds, rng))
    return tone


def _envelopes(voice: HeldVoice) -> tuple[tuple[tuple[float, float], ...], ...]:
    return voice.envelope, voice.soft_envelope


def _pitch(voice: HeldVoice, hz: float, seconds: F64, tied: bool, rng: Rng) -> F64:
    """Return the frequency over time, `(N,)`: vibrato that begins late, and a little wavering."""
    rate_hz, cents, late_s = voice.vibrato
    # A tied note finds the hand already swaying.
    grown = np.clip(seconds / late_s - (0.0 if tied else 0.5), 0.0, 1.0)
    rate_hz *= 1 + 0.06 * rng.uniform(-1, 1)
    sway = cents * grown * np.sin(2 * np.pi * rate_hz * seconds + rng.uniform(0, 2 * np.pi))
    pitch: F64 = hz * np.exp2((sway + _WAVER_CENTS * _wavering(seconds, rng)) / 1200)
    return pitch


def _wavering(seconds: F64, rng: Rng) -> F64:
    """Return slow noise of about -1..1, `(N,)`: straight lines between drawn points."""
    count = int(seconds[-1] * _WAVERS_PER_S) + 2
    points = rng.uniform(-1, 1, count)
    wavering: F64 = np.interp(seconds * _WAVERS_PER_S, np.arange(count), points)
    return wavering


@lru_cache(maxsize=256)
def _cycle(
    points: tuple[tuple[float, float], ...], ranks: tuple[tuple[float, float], ...], hz: float
) -> F64:
    """Return one cycle `(_TABLE,)` of a tone of `hz` under a spectrum, of power 1/2."""
    at_hz, level_db = np.array(points).T
    weights = np.zeros(_TABLE // 2 + 1)
    for ratio, rank_db in ranks:
        for number in range(1, int(min(_HIGHEST_HZ / (hz * ratio), _TABLE // 4 / ratio)) + 1):
            harmonic = round(number * ratio)
            db = float(np.interp(harmonic * hz, at_hz, level_db))
            weights[harmonic] += db_to_gain(db + rank_db)
    # Fixed phases that do not line up: a sum of sines in phase would have a sharp peak.
    phases = np.pi * np.arange(len(weights)) ** 2 / 24.0
    wave: F64 = np.fft.irfft(weights * np.exp(1j * phases), _TABLE)
    wave *= np.sqrt(0.5 / max(1e-12, float(np.mean(np.square(wave)))))
    return wave


def _breath(voice: HeldVoice, seconds: F64, attack_s: float, tied: bool, rng: Rng) -> F64:
    """Return the noise of bow or air, `(N,)`: more of it while the note begins."""
    low_hz, high_hz, level_db = voice.breath
    band = butter(1, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE, output="sos")
    noise = sosfilt(band, rng.standard_normal(len(seconds), np.float32))
    gain = db_to_gain(level_db) / max(1e-9, float(np.sqrt(np.mean(np.square(noise)))))
    start = 0.0 if tied else 3.0 * np.exp(-seconds / (2 * attack_s))
    breath: F64 = noise * gain * (1.0 + start)
    return breath
