"""Sound of the instruments that are seen: notes of a `PlayedSpec` in, a mono waveform out.

Deterministic, no network. Every note is rendered whole and its part within the request is added, so
parts of a phrase join without a seam. A stroke of full force is as loud as a generated action of
full intensity, so that the levels of the taxonomy mean the same for both.
"""

from functools import lru_cache

import numpy as np

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import db_to_gain, envelope
from foley_core.cues.levels import FULL_INTENSITY_DB, INTENSITY_RANGE_DB
from foley_core.cues.sheet import Cue, Style
from foley_core.ids import seed_of
from foley_core.music.held_synthesis import held_note
from foley_core.music.played_cues import note_at_onset, phrase_in_span
from foley_core.music.played_instruments import HeldVoice, instrument_of, played_instrument
from foley_core.music.played_spec import PlayedSpec
from foley_core.music.struck_synthesis import struck_note
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

_NOTES_HELD = 128
# Steps of force by which a note is coloured: each differs by 4 dB, so that few notes are rendered.
_FORCES = 6
# 0.5 ms and 20 ms: a note neither begins nor ends with a click.
_FADE_IN, _FADE_OUT = 24, 960
# The note that sets the level of an instrument.
_REFERENCE_S = 1.0
_REFERENCE_LEVEL = 0.7


def play(spec: PlayedSpec) -> F32:
    """Return the waveform `(1, N)` of a request; the same, bit for bit, each time."""
    sound = np.zeros(spec.samples)
    colour = (spec.style.brightness, spec.style.hardness, spec.style.wetness)
    gain = _gain_of(spec.instrument)
    for note in spec.notes:
        force = round(note.level * _FORCES) / _FORCES
        one = _note(
            spec.instrument, note.pitch, note.samples, force, note.variant, note.tied, colour
        )
        begin, end = max(0, note.start), min(spec.samples, note.start + len(one))
        if begin < end:
            loud = gain * db_to_gain(-INTENSITY_RANGE_DB * (1.0 - note.level))
            sound[begin:end] += loud * one[begin - note.start : end - note.start]
    return np.clip(sound, -1.0, 1.0).astype(np.float32)[None]


def played_sound(
    sound_class: str, samples: int, intensity: float, seed: int, material: str | None = None
) -> F32:
    """Return an instrument as a track has it, `(1, samples)`: a stroke, or a phrase.

    Raises:
        KeyError: no instrument plays the class.
    """
    cue = Cue("action", sound_class, material, 0, samples, intensity=intensity)
    if not instrument_of(sound_class, material).is_held:
        return _faded_out(_cut(play(note_at_onset(cue, samples, seed)), samples))
    parts = phrase_in_span(cue, samples, np.zeros(0, np.uint8), seed)
    sound = np.zeros((1, samples), np.float32)
    for start, spec in parts:
        part = play(spec)[:, : samples - start]
        sound[:, start : start + part.shape[1]] += part
    return _faded_out(sound)


def _cut(sound: F32, samples: int) -> F32:
    """Return a sound `(1, samples)`, cut or followed by silence."""
    whole = np.zeros((1, samples), np.float32)
    whole[:, : sound.shape[1]] = sound[:, :samples]
    return whole


def _faded_out(sound: F32) -> F32:
    """Return a sound `(1, N)` with its end faded: it may be cut off while it rings."""
    samples = sound.shape[1]
    return (sound * envelope(0, samples, samples, 0, _FADE_OUT)).astype(np.float32)


@lru_cache(maxsize=_NOTES_HELD)
def _note(
    name: str,
    pitch: int,
    held: int,
    level: float,
    variant: int,
    tied: bool,
    colour: tuple[float, float, float],
) -> F32:
    """Return one note `(N,)` at the level of full force; it rings on after `held` samples."""
    instrument = played_instrument(name)
    hz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    ring = round(instrument.rings_s * SAMPLE_RATE)
    rng = np.random.default_rng(seed_of("stroke", name, pitch, variant))
    style = Style(*colour)
    if isinstance(instrument.voice, HeldVoice):
        sound = held_note(instrument.voice, hz, held, ring, level, style, tied, rng)
    else:
        sound = struck_note(instrument.voice, hz, ring, level, style, rng)
    return (sound * envelope(0, len(sound), len(sound), _FADE_IN, _FADE_OUT)).astype(np.float32)


@lru_cache(maxsize=64)
def _gain_of(name: str) -> float:
    """Return the gain that brings a note of full force to `FULL_INTENSITY_DB`.

    It is measured on one note in the middle of the range, so that style and pitch still change the
    level, and the gain does not depend on the video.
    """
    instrument = played_instrument(name)
    held = round(_REFERENCE_S * SAMPLE_RATE) if instrument.is_held else 0
    middle = (instrument.low + instrument.high) // 2
    note = _note(name, middle, held, _REFERENCE_LEVEL, 0, False, (0.0, 0.0, 0.0))
    return db_to_gain(FULL_INTENSITY_DB) / loud_moment(note[None], 1.0)
