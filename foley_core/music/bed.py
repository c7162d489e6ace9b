"""The music bed: a piece composed and synthesised from a seed, in a hall, ending with the picture.

Algorithmic, and no more than that: chords, figures and a motif under rules (`composition`), played
by sines and noise (`instruments`). No recording, sample or learned melody is in it, so it is
original by construction. It knows nothing of the picture but its length.

Any span equals the same part of the whole piece bit for bit: notes are computed whole and summed in
one order, in blocks of a fixed grid, each with as much before it as the hall remembers.
"""

from functools import lru_cache
from math import log10

import numpy as np
from scipy.signal import butter, oaconvolve, sosfilt

from foley_core.audio.waveform import db_to_gain, envelope
from foley_core.music.instruments import note
from foley_core.music.moods import MOODS, TEMPO_RANGE_BPM, ensemble
from foley_core.music.piece import Note, Piece
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

FADE_IN_S = 1.5
FADE_OUT_SHARE = 0.75
"""Share of the last chord over which the piece dies away, to silence at its last sample."""

_GRID_SAMPLES = 480_000
_HALL_SAMPLES = round(1.6 * SAMPLE_RATE)
_HALL_DECAY_S = 0.26
_HALL_LEVEL = 0.3
_STRAIGHT_UP_TO = 0.5
_LEVEL_DB = -13.0
_LEVELS_DB = {
    "drums": 4.5, "bass": 3.5, "pad": 0.0, "strings": 3.0, "horn": -1.0, "piano": -2.5,
    "guitar": 1.0, "bells": 2.5, "flute": -0.5,
}  # fmt: skip
"""What brings the instruments to about one loudness when they play alone."""


def music_span(
    seed: int,
    mood: str,
    tempo_bpm: float,
    first_sample: int,
    samples: int,
    total_samples: int,
    instruments: tuple[str, ...] = (),
) -> F32:
    """Samples `[first_sample, first_sample + samples)` of a piece of `total_samples`, `(2, N)`.

    Args:
        mood: a key of `MOODS`.
        tempo_bpm: beats a minute.
        instruments: who plays; empty leaves it to the mood.

    Raises:
        ValueError: the mood is unknown, the tempo out of range, or the span outside of the piece.
    """
    last_sample = first_sample + samples
    low, high = TEMPO_RANGE_BPM
    if mood not in MOODS:
        raise ValueError(f"no mood {mood!r}; there are {', '.join(sorted(MOODS))}")
    if not low <= tempo_bpm <= high:
        raise ValueError(f"a tempo is {low:g} to {high:g} beats a minute, got {tempo_bpm}")
    if not 0 <= first_sample <= last_sample <= total_samples:
        raise ValueError(f"no span {first_sample}..{last_sample} in {total_samples} samples")
    piece = piece_of(seed, mood, tempo_bpm, total_samples, instruments)
    span = np.zeros((2, samples), np.float32)
    for block in range(first_sample // _GRID_SAMPLES, -(-last_sample // _GRID_SAMPLES)):
        start = block * _GRID_SAMPLES
        begin, end = max(first_sample, start), min(last_sample, start + _GRID_SAMPLES)
        span[:, begin - first_sample : end - first_sample] = _block(piece, block)[
            :, begin - start : end - start
        ]
    return span


def piece_of(
    seed: int, mood: str, tempo_bpm: float, total_samples: int, instruments: tuple[str, ...] = ()
) -> Piece:
    """The piece that `music_span` plays."""
    beat = round(60 * SAMPLE_RATE / tempo_bpm)
    return Piece(seed, MOODS[mood], instruments or ensemble(mood), beat, total_samples)


@lru_cache(maxsize=2)
def _block(piece: Piece, index: int) -> F32:
    """Block `index` of the grid: dry, in its hall, levelled, kept below full scale, faded."""
    first = index * _GRID_SAMPLES
    last = min(first + _GRID_SAMPLES, piece.total)
    before = min(first, _HALL_SAMPLES)
    dry = np.zeros((2, last - first + before))
    for played in piece.notes(first - before, last):
        _add(dry, first - before, played)
    wet = oaconvolve(dry, _hall(), axes=1)[:, before : dry.shape[1]]
    level = db_to_gain(_LEVEL_DB - 10 * log10(len(piece.instruments)))
    gains = envelope(first, last, piece.total, *_fades(piece))
    return (_limited(level * (dry[:, before:] + _HALL_LEVEL * wet)) * gains).astype(np.float32)


def _fades(piece: Piece) -> tuple[int, int]:
    rise = min(round(FADE_IN_S * SAMPLE_RATE), piece.total // 4)
    return rise, min(round(FADE_OUT_SHARE * (piece.total - piece.last_chord)), piece.total // 2)


def _limited(sound: F64) -> F64:
    """Straight up to half of full scale, bent towards full scale above."""
    room = 1.0 - _STRAIGHT_UP_TO
    over = np.maximum(np.abs(sound) - _STRAIGHT_UP_TO, 0.0)
    bent: F64 = np.clip(sound, -_STRAIGHT_UP_TO, _STRAIGHT_UP_TO)
    return bent + np.sign(sound) * room * np.tanh(over / room)


def _add(block: F64, first: int, played: Note) -> None:
    sound = note(played.instrument, played.pitch, played.samples, played.variant)
    begin = max(first, played.start)
    end = min(first + block.shape[1], played.start + len(sound))
    if begin >= end:
        return
    level = played.level * db_to_gain(_LEVELS_DB[played.instrument])
    part = sound[begin - played.start : end - played.start] * level
    angle = (played.pan + 1) * np.pi / 4
    block[0, begin - first : end - first] += part * np.cos(angle)
    block[1, begin - first : end - first] += part * np.sin(angle)


@lru_cache(maxsize=1)
def _hall() -> F64:
    """Answer of a hall, `(2, N)`: noise that dies away, without the lowest and highest."""
    noise = np.random.default_rng(1).standard_normal((2, _HALL_SAMPLES))
    decay = np.exp(-np.arange(_HALL_SAMPLES) / (_HALL_DECAY_S * SAMPLE_RATE))
    band = butter(2, [200.0, 5_000.0], "bandpass", fs=SAMPLE_RATE, output="sos")
    answer: F64 = sosfilt(band, noise * decay, axis=1)
    answer[:, : SAMPLE_RATE // 60] = 0.0
    answer /= np.sqrt(np.square(answer).sum(axis=1, keepdims=True))
    return answer
