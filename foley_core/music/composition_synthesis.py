"""Synthesis of compositions: notes of a style pack in, a stereo waveform out.

Oscillators and filtered noise, deterministic, no network. All compositions come out equally loud,
at the level of a generated bed of medium intensity, so that the levels in a pack mean the same for
both. The schema of the notes is in `composition`, the request in `composed_spec`. The music bed has
its own synthesis in `instruments`.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from typing import cast

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import db_to_gain, envelope
from foley_core.cues.levels import COMPOSED_DB
from foley_core.cues.sheet import Style
from foley_core.ids import seed_of
from foley_core.music.composed_spec import ComposedSpec
from foley_core.music.composition import Composition, Voice
from foley_core.timebase import SAMPLE_RATE, seconds_to_samples
from foley_core.types import F32, F64, Rng

# Quantile of the 100 ms levels that counts as loud: a single louder note does not move it.
_LOUD_MOMENT = 0.95
# Length over which the level of a sound without end is measured.
_REFERENCE_SAMPLES = 12 * SAMPLE_RATE
# Partials above this are left out: few people hear them, and near 24 kHz they would alias.
_HIGHEST_HZ = 18_000.0
# Brightness 1 lifts everything well above 1.5 kHz by 9 dB.
_SHELF_HZ, _SHELF_DB = 1_500.0, 9.0
# Entries of a table of one cycle; truncating the phase to one puts noise 67 dB below a sine.
_TABLE = 4096
_SILENT = 1e-9


def compose(spec: ComposedSpec) -> F32:
    """Return the waveform `(2, N)` of a request; the same, bit for bit, each time."""
    composition = spec.composition
    seed = spec.seed if composition.varies else 0
    sound = _render(composition, spec.samples, spec.density, spec.style, seed)
    return (sound * _gain_of(composition)).astype(np.float32)


@lru_cache(maxsize=256)
def _gain_of(composition: Composition) -> float:
    """Return the gain that brings the loud moments of a composition to `COMPOSED_DB`.

    It is measured as the pack wrote it: full density, neutral style, one fixed seed. So density and
    style still change the level, and the gain does not depend on the video.
    """
    lasts_s = composition.lasts_s
    samples = _REFERENCE_SAMPLES if lasts_s is None else seconds_to_samples(lasts_s)
    sound = _render(composition, samples, 1.0, Style(), seed_of("reference"))
    return db_to_gain(COMPOSED_DB) / max(
        _SILENT, loud_moment(sound.astype(np.float32), _LOUD_MOMENT)
    )


def _render(composition: Composition, samples: int, density: float, style: Style, seed: int) -> F64:
    """Add up the notes of all voices, `(2, samples)`, and filter the whole."""
    sound = np.zeros((2, samples))
    for number, voice in enumerate(composition.voices):
        # A generator for each voice: a change of one voice leaves the others as they are.
        rng = np.random.default_rng(seed_of("voice", seed, number))
        for start_s, pitch_factor, gain, pan in _starts(voice, samples, density, rng):
            for note in voice.notes:
                _add_note(sound, start_s, note, pitch_factor, gain, pan, voice, style, rng)
    return _shaped(sound, composition.lowpass_hz, style)


def _starts(
    voice: Voice, samples: int, density: float, rng: Rng
) -> Iterator[tuple[float, float, float, float]]:
    """Yield for each start of the pattern: seconds, factor of the pitch, gain, place -1..1."""
    length_s = samples / SAMPLE_RATE
    if voice.per_minute:
        # One start at a drawn place of every slot: evenly spread on average, and no long time is
        # empty. The first slots lie before 0, so that patterns which began earlier are heard.
        slot_s = 60.0 / (voice.per_minute * density)
        count = ceil((length_s + voice.span_s) / slot_s)
        starts = (np.arange(count) + rng.uniform(0, 1, count)) * slot_s - voice.span_s
    elif voice.every_s:
        starts = np.arange(0.0, length_s, voice.every_s)
    else:
        starts = np.zeros(1)
    for start in starts:
        pitch_factor = 2.0 ** (voice.spread_semitones / 12.0 * rng.uniform(-1, 1))
        gain = db_to_gain(voice.spread_db * rng.uniform(-1, 0))
        yield float(start), pitch_factor, gain, voice.width * rng.uniform(-1, 1)


def _add_note(
    sound: F64,
    start_s: float,
    note: tuple[float, float, float, float],
    pitch_factor: float,
    gain: float,
    pan: float,
    voice: Voice,
    style: Style,
    rng: Rng,
) -> None:
    """Add to a sound `(2, N)` the part of one note that lies within it."""
    at_s, hz, length_s, level_db = note
    length, start = seconds_to_samples(length_s), round((start_s + at_s) * SAMPLE_RATE)
    begin, end = max(0, start), min(sound.shape[1], start + length)
    if begin >= end:
        return
    # Larger things sound lower: size 1 is half an octave down, size -1 half an octave up.
    tone = _tone(voice, hz * pitch_factor * 2.0 ** (-style.size / 2), length)
    if voice.noise is not None:
        tone = tone + _noise(voice.noise, length, rng)
    tone *= _swell(voice, length, style) * gain * db_to_gain(level_db)
    # Constant-power panning: equally loud at every place.
    angle = (pan + 1) * np.pi / 4
    part = tone[begin - start : end - start]
    sound[0, begin:end] += part * np.cos(angle)
    sound[1, begin:end] += part * np.sin(angle)


def _tone(voice: Voice, hz: float, length: int) -> F64:
    """Return the partials of one note `(length,)`, with its glide and vibrato."""
    # Pitch is heard on a logarithmic scale, so a glide runs on straight lines in octaves. A single
    # factor is doubled (`* 2` repeats the tuple) to have a line at all.
    places = np.linspace(0.0, length - 1, max(2, len(voice.glide)))
    ratios = np.log2(voice.glide if len(voice.glide) > 1 else voice.glide * 2)
    seconds = np.arange(length) / SAMPLE_RATE
    octaves = np.interp(np.arange(length), places, ratios)
    rate_hz, semitones = voice.vibrato
    if semitones:
        octaves += semitones / 12.0 * np.sin(2 * np.pi * rate_hz * seconds)
    pitch = hz * np.exp2(octaves)
    # The phase is the sum of the frequency over time: a changing pitch makes no jump in the wave.
    cycles = np.cumsum(pitch) / SAMPLE_RATE
    highest = float(pitch.max())
    heard = tuple((ratio, db) for ratio, db in voice.partials if ratio * highest < _HIGHEST_HZ)
    # Whole-number ratios repeat every cycle, so one table holds them all: one look-up per sample in
    # place of one sine for every partial.
    if heard and all(ratio == int(ratio) for ratio, _ in heard):
        tone: F64 = _wave(heard)[(cycles * _TABLE).astype(np.int64) % _TABLE]
        return tone
    tone = np.zeros(length)
    for ratio, level_db in heard:
        tone += db_to_gain(level_db) * np.sin(2 * np.pi * ratio * cycles)
    return tone


@lru_cache(maxsize=256)
def _wave(partials: tuple[tuple[float, float], ...]) -> F64:
    """Return one cycle of a sum of harmonics, `(_TABLE,)`."""
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    wave: F64 = sum(
        (db_to_gain(db) * np.sin(ratio * phase) for ratio, db in partials), np.zeros(_TABLE)
    )
    return wave


def _noise(band: tuple[float, float, float], length: int, rng: Rng) -> F64:
    """Return a band of noise `(length,)` at the level that the voice gives it."""
    low_hz, high_hz, level_db = band
    sections = butter(2, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE, output="sos")
    noise = sosfilt(sections, rng.standard_normal(length))
    # A narrow band lets less power through: scaled to RMS 1 first, so levels compare.
    noise *= db_to_gain(level_db) / max(_SILENT, float(np.sqrt(np.mean(np.square(noise)))))
    return cast(F64, noise)


def _swell(voice: Voice, length: int, style: Style) -> F64:
    """Return the gain of one note over time: rise, decay, fall and tremolo."""
    # Hardness 1 makes the rise 4 times shorter, wetness 1 makes the decay twice as long.
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
    """Filter a sound `(2, N)` for its distance and its brightness."""
    # The schema's highest value means no low pass.
    if lowpass_hz < 16_000.0:
        low = butter(1, lowpass_hz, "lowpass", fs=SAMPLE_RATE, output="sos")
        sound = cast(F64, sosfilt(low, sound, axis=1))
    if style.brightness:
        # A sound plus its own high-passed part is a shelf: no change far below the corner, the full
        # lift far above it.
        high = butter(1, _SHELF_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
        lift = db_to_gain(_SHELF_DB * style.brightness) - 1.0
        sound = sound + lift * sosfilt(high, sound, axis=1)
    return sound
