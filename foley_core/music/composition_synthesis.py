"""Renders compositions: oscillators and filtered noise, deterministic, no network.

All compositions come out equally loud, at the level of a generated bed of medium intensity, so that
a pack's levels mean the same for both.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from typing import cast

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import db_to_gain, envelope
from foley_core.cues.sheet import Style
from foley_core.ids import seed_of
from foley_core.music.composed_spec import ComposedSpec
from foley_core.music.composition import Composition, Voice
from foley_core.timebase import SAMPLE_RATE, seconds_to_samples
from foley_core.types import F32, F64, Rng

LEVEL_DB = -34.0
"""K-weighted level of the loud moments (100 ms): that of a generated bed of intensity 0.5."""

_LOUD_MOMENT = 0.95
_REFERENCE_SAMPLES = 12 * SAMPLE_RATE
_HIGHEST_HZ = 18_000.0
_SHELF_HZ, _SHELF_DB = 1_500.0, 9.0
_TABLE = 4096
_SILENT = 1e-9


def compose(spec: ComposedSpec) -> F32:
    """The waveform `(2, N)` of a performance; the same, bit for bit, each time."""
    composition = spec.composition
    seed = spec.seed if composition.varies else 0
    sound = _render(composition, spec.samples, spec.density, spec.style, seed)
    return (sound * _gain_of(composition)).astype(np.float32)


@lru_cache(maxsize=256)
def _gain_of(composition: Composition) -> float:
    """What brings the loud moments of a composition, as written, to `LEVEL_DB`."""
    lasts_s = composition.lasts_s
    samples = _REFERENCE_SAMPLES if lasts_s is None else seconds_to_samples(lasts_s)
    sound = _render(composition, samples, 1.0, Style(), seed_of("reference"))
    return db_to_gain(LEVEL_DB) / max(_SILENT, loud_moment(sound.astype(np.float32), _LOUD_MOMENT))


def _render(composition: Composition, samples: int, density: float, style: Style, seed: int) -> F64:
    sound = np.zeros((2, samples))
    for number, voice in enumerate(composition.voices):
        rng = np.random.default_rng(seed_of("voice", seed, number))
        for at, shift, gain, pan in _times(voice, samples, density, rng):
            for note in voice.notes:
                _add_note(sound, at + note[0], note, shift, gain, pan, voice, style, rng)
    return _shaped(sound, composition.lowpass_hz, style)


def _times(
    voice: Voice, samples: int, density: float, rng: Rng
) -> Iterator[tuple[float, float, float, float]]:
    """When the pattern begins (seconds), its pitch's factor, its gain, its place -1..1.

    By chance means once in each slot of the mean distance, so that no stretch is empty.
    """
    length_s = samples / SAMPLE_RATE
    if voice.per_minute:
        slot_s = 60.0 / (voice.per_minute * density)
        count = ceil((length_s + voice.span_s) / slot_s)
        starts = (np.arange(count) + rng.uniform(0, 1, count)) * slot_s - voice.span_s
    elif voice.every_s:
        starts = np.arange(0.0, length_s, voice.every_s)
    else:
        starts = np.zeros(1)
    for start in starts:
        shift = 2.0 ** (voice.spread_semitones / 12.0 * rng.uniform(-1, 1))
        gain = db_to_gain(voice.spread_db * rng.uniform(-1, 0))
        yield float(start), shift, gain, voice.width * rng.uniform(-1, 1)


def _add_note(
    sound: F64,
    at_s: float,
    note: tuple[float, float, float, float],
    shift: float,
    gain: float,
    pan: float,
    voice: Voice,
    style: Style,
    rng: Rng,
) -> None:
    """Add one note to `(2, N)`, as far as it lies within."""
    _, hz, length_s, level_db = note
    length, start = seconds_to_samples(length_s), round(at_s * SAMPLE_RATE)
    begin, end = max(0, start), min(sound.shape[1], start + length)
    if begin >= end:
        return
    tone = _tone(voice, hz * shift * 2.0 ** (-style.size / 2), length)
    if voice.noise is not None:
        tone = tone + _noise(voice.noise, length, rng)
    tone *= _swell(voice, length, style) * gain * db_to_gain(level_db)
    angle = (pan + 1) * np.pi / 4
    part = tone[begin - start : end - start]
    sound[0, begin:end] += part * np.cos(angle)
    sound[1, begin:end] += part * np.sin(angle)


def _tone(voice: Voice, hz: float, length: int) -> F64:
    """The partials of one note under its glide and vibrato; those too high to hear are left out."""
    places = np.linspace(0.0, length - 1, max(2, len(voice.glide)))
    ratios = np.log2(voice.glide if len(voice.glide) > 1 else voice.glide * 2)
    seconds = np.arange(length) / SAMPLE_RATE
    octaves = np.interp(np.arange(length), places, ratios)
    rate_hz, semitones = voice.vibrato
    if semitones:
        octaves += semitones / 12.0 * np.sin(2 * np.pi * rate_hz * seconds)
    pitch = hz * np.exp2(octaves)
    cycles = np.cumsum(pitch) / SAMPLE_RATE
    highest = float(pitch.max())
    heard = tuple((r, db) for r, db in voice.partials if r * highest < _HIGHEST_HZ)
    if heard and all(ratio == int(ratio) for ratio, _ in heard):
        tone: F64 = _wave(heard)[(cycles * _TABLE).astype(np.int64) % _TABLE]
        return tone
    tone = np.zeros(length)
    for ratio, level_db in heard:
        tone += db_to_gain(level_db) * np.sin(2 * np.pi * ratio * cycles)
    return tone


@lru_cache(maxsize=256)
def _wave(partials: tuple[tuple[float, float], ...]) -> F64:
    """One cycle of a sum of harmonics, `(_TABLE,)`."""
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    wave: F64 = sum(
        (db_to_gain(db) * np.sin(ratio * phase) for ratio, db in partials), np.zeros(_TABLE)
    )
    return wave


def _noise(band: tuple[float, float, float], length: int, rng: Rng) -> F64:
    low_hz, high_hz, level_db = band
    sections = butter(2, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE, output="sos")
    noise = sosfilt(sections, rng.standard_normal(length))
    noise *= db_to_gain(level_db) / max(_SILENT, float(np.sqrt(np.mean(np.square(noise)))))
    return cast(F64, noise)


def _swell(voice: Voice, length: int, style: Style) -> F64:
    """Rise, decay and fall of one note; hardness shortens the rise, wetness lengthens the decay."""
    rise = round(voice.attack_s * 4.0**-style.hardness * SAMPLE_RATE)
    fall = round(voice.release_s * SAMPLE_RATE)
    gains = envelope(0, length, length, min(rise, length), min(fall, length))
    seconds = np.arange(length) / SAMPLE_RATE
    if voice.decay_s:
        gains *= np.exp(-seconds / (voice.decay_s * 2.0**style.wetness))
    rate_hz, depth = voice.tremolo
    if depth:
        gains *= 1.0 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * rate_hz * seconds))
    return gains


def _shaped(sound: F64, lowpass_hz: float, style: Style) -> F64:
    """Distance, and brightness as a shelf."""
    if lowpass_hz < 16_000.0:
        low = butter(1, lowpass_hz, "lowpass", fs=SAMPLE_RATE, output="sos")
        sound = cast(F64, sosfilt(low, sound, axis=1))
    if style.brightness:
        high = butter(1, _SHELF_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
        lift = db_to_gain(_SHELF_DB * style.brightness) - 1.0
        sound = sound + lift * sosfilt(high, sound, axis=1)
    return sound
