"""Notes of struck and plucked instruments: decaying sines and the noise of the stroke.

A note is computed whole and is the same each time. Constants of each instrument are in
`played.toml`.
"""

from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.waveform import db_to_gain
from foley_core.cues.sheet import Style
from foley_core.music.played_instruments import StruckVoice
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F64, Rng

# Partials above this are left out: few people hear them.
_HIGHEST_HZ = 14_000.0
_MOST_HARMONICS = 72
# Fainter than this, a partial is not heard beside the loudest one.
_FAINTEST_DB = -66.0
_MIDDLE_C_HZ = 261.63
# Samples computed with one row of exponentials, and rows of one matrix product. Products as small
# as these are computed by one thread whatever the machine, so the bits do not depend on threads.
_ROW, _ROWS_AT_ONCE = 256, 8
# Two strokes of one note are not alike: each partial differs by up to so much.
_UNLIKE_DB = 1.5
# Partials that fall by so many dB within a quarter of the note are computed no longer than that.
_GONE_DB, _BRIEF = 70.0, 4
_DB_PER_NEPER = 8.685889638


def struck_note(
    voice: StruckVoice, hz: float, samples: int, level: float, style: Style, rng: Rng
) -> F64:
    """Return one note `(samples,)`; at full force its loudest sample is of the order of 1.

    Args:
        level: force of the stroke, 0..1: it colours the note, and does not set its level.
        rng: draws the small differences between strokes.
    """
    at_hz, level_db, decay_db = _partials(voice, hz, level, style)
    level_db = level_db + rng.uniform(-_UNLIKE_DB, _UNLIKE_DB, len(level_db))
    decay_db = decay_db / 2.0 ** (1.5 * style.wetness)
    heard = (at_hz < _HIGHEST_HZ) & (level_db > level_db.max() + _FAINTEST_DB)
    tone = np.zeros(samples)
    # What has died away is not computed any further.
    brief = heard & (_GONE_DB / decay_db < samples / (_BRIEF * SAMPLE_RATE))
    for chosen, length in ((heard & ~brief, samples), (brief, samples // _BRIEF)):
        tone[:length] += _decaying_sines(
            at_hz[chosen], 10.0 ** (level_db[chosen] / 20), decay_db[chosen] / _DB_PER_NEPER, length
        )
    # A harder stroke is shorter. After ten time constants it has risen.
    rise_s = voice.rise_s * 2.0 ** (-1.5 * style.hardness)
    risen = min(samples, round(10 * rise_s * SAMPLE_RATE))
    tone[:risen] *= 1.0 - np.exp(-np.arange(risen) / (rise_s * SAMPLE_RATE))
    tone /= max(1e-9, float(tone.max()), -float(tone.min()))
    knock = _knock(voice, level, style, samples, rng)
    tone[: len(knock)] += knock
    return tone


def _partials(voice: StruckVoice, hz: float, level: float, style: Style) -> tuple[F64, F64, F64]:
    """Return frequency, level in dB and decay in dB/s of every partial."""
    softness_db = voice.soft_db * (1.0 - level) - 5.0 * style.brightness
    faster = (hz / _MIDDLE_C_HZ) ** voice.decay_pitch
    if voice.partials:
        ratio, level_db, decay_db = np.array(voice.partials).T
        return ratio * hz, level_db - softness_db * np.log2(np.maximum(ratio, 1)), decay_db * faster
    number = np.arange(1, _MOST_HARMONICS + 1)
    at_hz = number * hz * np.sqrt(1 + voice.stiffness * number**2)
    # A string struck or plucked at a share p of its length does not move harmonics with a node
    # there; 0.1 in place of the node's 0, since hammer and finger have a width.
    comb = np.abs(np.sin(np.pi * number * voice.struck_at)) + 0.1
    level_db = 20 * np.log10(comb) - (voice.slope_db + softness_db) * np.log2(number)
    level_db -= 10 * np.log10(1 + (at_hz / voice.cutoff_hz) ** 4)
    decay_db = voice.decay_db * faster * (1 + voice.decay_partial * (number - 1))
    # The string swings towards the bridge and across it: the second swing is weaker and lasts.
    quick = 20 * np.log10(max(1e-3, 1 - voice.slow)) + level_db
    lasting = 20 * np.log10(max(1e-3, voice.slow)) + level_db
    return (
        np.concatenate([at_hz, at_hz]),
        np.concatenate([quick, lasting]),
        np.concatenate([decay_db, decay_db * voice.slow_rate]),
    )


def _decaying_sines(at_hz: F64, weights: F64, fade_per_s: F64, samples: int) -> F64:
    """Return the sum of sines that decay, `(samples,)`.

    Args:
        at_hz, weights, fade_per_s: frequency, amplitude and 1 / time constant of each, `(K,)`.
    """
    # A decaying sine is the imaginary part of exp(c t), and exp(c (a + b)) = exp(c a) exp(c b):
    # one exponential for every row of samples and one for every place in a row give all samples of
    # all sines as a product of two matrices.
    step = (2j * np.pi * at_hz - fade_per_s) / SAMPLE_RATE
    rows = -(-samples // _ROW)
    begins = np.exp(np.outer(_ROW * np.arange(rows), step))
    places = np.exp(np.outer(step, np.arange(_ROW))) * weights[:, None]
    left = np.concatenate([begins.real, begins.imag], axis=1)
    right = np.concatenate([places.imag, places.real], axis=0)
    sines = np.empty((rows, _ROW))
    for first in range(0, rows, _ROWS_AT_ONCE):
        part = slice(first, first + _ROWS_AT_ONCE)
        np.matmul(left[part], right, out=sines[part])
    return sines.ravel()[:samples]


def _knock(voice: StruckVoice, level: float, style: Style, samples: int, rng: Rng) -> F64:
    """Return the noise of hammer, finger or mallet, until it is gone; harder strokes knock more."""
    low_hz, high_hz, level_db, decay_s = voice.knock
    length = min(samples, round(8 * decay_s * SAMPLE_RATE))
    noise = sosfilt(_band(low_hz, high_hz), rng.standard_normal(length))
    noise *= np.exp(-np.arange(length) / (decay_s * SAMPLE_RATE))
    gain_db = level_db - 8.0 * (1.0 - level) + 8.0 * style.hardness
    knock: F64 = noise * db_to_gain(gain_db) / max(1e-9, float(np.abs(noise).max()))
    return knock


@lru_cache(maxsize=64)
def _band(low_hz: float, high_hz: float) -> F64:
    """Return a gentle band-pass filter as second-order sections."""
    sections: F64 = butter(1, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE, output="sos")
    return sections
