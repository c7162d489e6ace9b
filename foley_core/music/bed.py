"""The music bed as sound: any span of a piece of music, rendered from a seed.

The notes come from `piece`, the sound of each note from `instruments`, the style from `moods`. This
module adds the notes up, puts them into a hall, sets the level and fades both ends. The music is
algorithmic: it holds no recording and no learned melody, so it is original by construction. It
knows nothing of the picture but its length.

Any span equals the same part of the whole piece, bit for bit: every note is computed whole, notes
are added in one fixed order, and blocks lie on a fixed grid. Each block is computed with as much
sound before it as the hall's echo is long.
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
"""Share of the last chord over which the piece fades, to silence at its last sample."""

# 10 s, the length of the mix's own blocks (`mixing.timeline`): most spans are one block.
_GRID_SAMPLES = 480_000
# The hall's amplitude falls by a factor e every 0.26 s, which is 60 dB in 1.8 s. It is cut after
# 1.6 s, where it is 53 dB down.
_HALL_SAMPLES = round(1.6 * SAMPLE_RATE)
_HALL_DECAY_S = 0.26
_HALL_LEVEL = 0.3
# Samples below half of full scale are left as they are, see `_limited`.
_STRAIGHT_UP_TO = 0.5
_LEVEL_DB = -13.0
_LEVELS_DB = {
    "drums": 4.5, "bass": 3.5, "pad": 0.0, "strings": 3.0, "horn": -1.0, "piano": -2.5,
    "guitar": 1.0, "bells": 2.5, "flute": -0.5,
}  # fmt: skip
"""Gain in dB of each instrument; with it, all are about equally loud when they play alone."""


def music_span(
    seed: int,
    mood: str,
    tempo_bpm: float,
    first_sample: int,
    samples: int,
    total_samples: int,
    instruments: tuple[str, ...] = (),
) -> F32:
    """Return one span of a piece of music, `(2, samples)`, full scale at ±1.

    Args:
        seed: another seed gives another piece.
        mood: a key of `MOODS`.
        tempo_bpm: beats per minute, within `TEMPO_RANGE_BPM`.
        first_sample: where the span begins in the piece.
        samples: length of the span.
        total_samples: length of the whole piece.
        instruments: names of `INSTRUMENT_NAMES`; if empty, those of the mood play.

    Raises:
        ValueError: the mood is unknown, the tempo is out of range, or the span is not inside the
            piece.
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
    # Blocks are always rendered whole, wherever a span begins, so that the rounding of the
    # convolution with the hall is the same for every way to cut the piece.
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
    """Return the piece whose sound `music_span` renders; arguments as there."""
    beat = round(60 * SAMPLE_RATE / tempo_bpm)
    return Piece(seed, MOODS[mood], instruments or ensemble(mood), beat, total_samples)


@lru_cache(maxsize=2)
def _block(piece: Piece, index: int) -> F32:
    """Render block `index` of the grid, `(2, n)`: notes, hall, level, limit and fades."""
    first = index * _GRID_SAMPLES
    last = min(first + _GRID_SAMPLES, piece.total)
    # The notes before the block are rendered too, as far back as their echo reaches into it.
    before = min(first, _HALL_SAMPLES)
    dry = np.zeros((2, last - first + before))
    for played in piece.notes(first - before, last):
        _add(dry, first - before, played)
    wet = oaconvolve(dry, _hall(), axes=1)[:, before : dry.shape[1]]
    # Independent instruments add up in power: n of them are louder by 10 log10(n) dB than one.
    level = db_to_gain(_LEVEL_DB - 10 * log10(len(piece.instruments)))
    gains = envelope(first, last, piece.total, *_fades(piece))
    return (_limited(level * (dry[:, before:] + _HALL_LEVEL * wet)) * gains).astype(np.float32)


def _fades(piece: Piece) -> tuple[int, int]:
    """Return the samples of the fade in and of the fade out."""
    # Bounds for very short pieces: the two fades never meet.
    rise = min(round(FADE_IN_S * SAMPLE_RATE), piece.total // 4)
    return rise, min(round(FADE_OUT_SHARE * (piece.total - piece.last_chord)), piece.total // 2)


def _limited(sound: F64) -> F64:
    """Bend samples above `_STRAIGHT_UP_TO` so that none exceeds full scale."""
    # tanh has slope 1 at 0, so the curve has no corner where bending begins.
    room = 1.0 - _STRAIGHT_UP_TO
    over = np.maximum(np.abs(sound) - _STRAIGHT_UP_TO, 0.0)
    bent: F64 = np.clip(sound, -_STRAIGHT_UP_TO, _STRAIGHT_UP_TO)
    return bent + np.sign(sound) * room * np.tanh(over / room)


def _add(block: F64, first: int, played: Note) -> None:
    """Add one note to a block `(2, n)` that begins at sample `first` of the piece."""
    sound = note(played.instrument, played.pitch, played.samples, played.variant)
    begin = max(first, played.start)
    end = min(first + block.shape[1], played.start + len(sound))
    if begin >= end:
        return
    level = played.level * db_to_gain(_LEVELS_DB[played.instrument])
    part = sound[begin - played.start : end - played.start] * level
    # Constant-power panning: cos² + sin² = 1, so a note is equally loud at every place.
    angle = (played.pan + 1) * np.pi / 4
    block[0, begin - first : end - first] += part * np.cos(angle)
    block[1, begin - first : end - first] += part * np.sin(angle)


@lru_cache(maxsize=1)
def _hall() -> F64:
    """Return the impulse response of a hall, `(2, N)`: noise that dies away."""
    # The noise of the two sides is independent, which makes the hall sound wide. The seed is fixed:
    # every piece is played in the same hall.
    noise = np.random.default_rng(1).standard_normal((2, _HALL_SAMPLES))
    decay = np.exp(-np.arange(_HALL_SAMPLES) / (_HALL_DECAY_S * SAMPLE_RATE))
    band = butter(2, [200.0, 5_000.0], "bandpass", fs=SAMPLE_RATE, output="sos")
    answer: F64 = sosfilt(band, noise * decay, axis=1)
    # No echo in the first 17 ms, as in a hall whose walls are some metres away: attacks stay clear.
    answer[:, : SAMPLE_RATE // 60] = 0.0
    # Energy 1 on each side, so that `_HALL_LEVEL` is the echo's level against the dry sound.
    answer /= np.sqrt(np.square(answer).sum(axis=1, keepdims=True))
    return answer
