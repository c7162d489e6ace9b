"""Recordings as training material: choice by licence, split by author, cuts at onsets.

A corpus is a folder with `sounds.csv` (columns `file, class, licence, author_attribution,
bandwidth_hz, …`) and the sound files it names. Authors are kept on one side of the split, so that
no recording's sibling is on both. Several strokes in one recording become several sounds.
"""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import soundfile

from foley_core.audio.band_grid import ENERGY, HOP, analyse, band_centres_hz
from foley_core.audio.torchaudio_cpu import resampled
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.media.marks import licence_against_training
from foley_core.models.embedded.grid_denoiser import ACTION_TOKENS, TOKEN_SAMPLES
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

REFUSED_LICENCES = frozenset({"CC-BY-unversioned"})
LEAST_TRAINING_AUTHORS = 3
VALIDATION_SHARE = 0.25
MAX_STROKES = 8
MAX_RECORDING_S = 30

_MATERIAL_WORDS = {
    "wood": "wood", "concrete": "concrete", "stone": "stone", "gravel": "gravel", "grass": "grass",
    "snow": "snow", "sand": "sand", "dirt": "earth", "metal": "metal", "carpet": "cloth",
    "water": "water", "ice": "ice", "glass": "glass", "ceramic": "ceramic", "plastic": "plastic",
    "body": "flesh", "soft": "cloth", "twig": "wood", "bang": "wood", "knock": "wood",
    "sawing": "wood", "foliage": "grass", "cloth": "cloth", "chop": "wood", "hammering": "metal",
}  # fmt: skip
_REPEATING = (
    "footsteps", "dog_bark", "clock", "hammering", "chop", "knock", "impact", "shutter", "switch",
)  # fmt: skip
_TEXTURES = frozenset({"bubbling"})
_ENVELOPE = SAMPLE_RATE // 200
_LEAST_GAP = SAMPLE_RATE * 4 // 25


@dataclass(frozen=True, slots=True)
class Recording:
    """One row of a corpus."""

    path: Path
    recorded_class: str
    licence: str
    author: str
    bandwidth_hz: float


@dataclass(frozen=True, slots=True)
class TrainingSound:
    """A grid `(T, ROWS)`, its loudest moment at 0 dB, and the classes that it may pass for."""

    grid: F32
    sound_classes: tuple[str, ...]
    material: str | None
    procedural: bool


def recordings(folder: Path) -> list[Recording]:
    """Rows of `sounds.csv` whose licence may be trained on, ordered by path.

    Raises:
        ConfigError: there is no readable `sounds.csv`, or it names sounds that a model made whose
            licence forbids training on its outputs.
    """
    table = folder / "sounds.csv"
    rows = _rows_of(table)
    if barred := [f"{row.path.name}: {why}" for row in rows if (why := _against_training(row))]:
        raise ConfigError(
            f"{table}: these sounds must not be trained on; take them out", tuple(barred)
        )
    return rows


def _against_training(row: Recording) -> str | None:
    """The licence that forbids training on a recording: by its row, or by what its file says."""
    return LICENCE if row.licence == LICENCE else licence_against_training(row.path)


def _rows_of(table: Path) -> list[Recording]:
    folder = table.parent
    try:
        with table.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["licence"] not in REFUSED_LICENCES]
        return sorted(
            (
                Recording(
                    folder / row["file"],
                    row["class"],
                    row["licence"],
                    row["author_attribution"],
                    float(row["bandwidth_hz"] or 0),
                )
                for row in rows
            ),
            key=lambda r: r.path,
        )
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"{table} is not a table of recordings: {error!r}") from error


def split_by_author(rows: list[Recording]) -> tuple[list[Recording], list[Recording]]:
    """Training and validation; classes with few authors stay in training whole."""
    authors: dict[str, set[str]] = defaultdict(set)
    classes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        authors[row.recorded_class].add(row.author)
        classes[row.author].add(row.recorded_class)
    order = sorted(classes, key=lambda a: hashlib.sha256(a.encode()).digest())
    held: set[str] = set()
    moved: Counter[str] = Counter()
    for author in order:
        fits = all(
            len(authors[c]) - moved[c] > LEAST_TRAINING_AUTHORS
            and moved[c] < VALIDATION_SHARE * len(authors[c])
            for c in classes[author]
        )
        if fits:
            held.add(author)
            moved.update(classes[author])
    return [r for r in rows if r.author not in held], [r for r in rows if r.author in held]


def is_listed(row: Recording) -> bool:
    """Whether a class of the taxonomy is trained on recordings like this."""
    return any(row.recorded_class in c.recordings for c in taxonomy().classes.values())


def sounds_of(row: Recording) -> Iterator[TrainingSound]:
    """The sounds of one recording, for whatever classes of the taxonomy it was listed under."""
    known = [c for c in taxonomy().classes.values() if row.recorded_class in c.recordings]
    is_texture = row.recorded_class in _TEXTURES
    strokes_for = tuple(c.name for c in known if c.kind == "action" and not is_texture)
    texture_for = tuple(c.name for c in known if c.kind != "action")
    if not known:
        return
    waveform = read_recording(row.path)
    material = material_of(row.recorded_class)
    if strokes_for:
        for stroke in strokes_of(row, waveform):
            grid = grid_at_level(stroke, row.bandwidth_hz)
            yield TrainingSound(grid, strokes_for, material, False)
    if texture_for and len(waveform) > SAMPLE_RATE // 2:
        grid = grid_at_level(waveform, row.bandwidth_hz)
        yield TrainingSound(grid, texture_for, material, False)


def strokes_of(row: Recording, waveform: F32) -> Iterator[F32]:
    """The single sounds `(N,)` of a recording whose waveform has been read, for actions."""
    return strokes(waveform, any(word in row.recorded_class for word in _REPEATING))


def read_recording(path: Path) -> F32:
    """Mono waveform `(N,)` at 48 kHz, its largest sample at 1."""
    limit = soundfile.info(path).samplerate * MAX_RECORDING_S
    data, sample_rate = soundfile.read(path, frames=limit, dtype="float32", always_2d=True)
    waveform = resampled(np.ascontiguousarray(data.mean(axis=1)), sample_rate)
    return waveform / max(float(np.abs(waveform).max()), 1e-6)


def material_of(recorded_class: str) -> str | None:
    """The material that the name of a recorded class tells, if it does."""
    words = recorded_class.split("_")
    return next((_MATERIAL_WORDS[word] for word in words if word in _MATERIAL_WORDS), None)


def grid_at_level(waveform: F32, bandwidth_hz: float) -> F32:
    """Grid with the loudest step at 0 dB, and the band that a lossy codec cut off filled in."""
    grid = analyse(waveform)
    grid = analyse(waveform * np.float32(10 ** (-loudest_db(grid) / 20)))
    centres = band_centres_hz()
    if bandwidth_hz > 6_000:
        last = int(np.searchsorted(centres, 0.93 * bandwidth_hz)) - 1
        beyond = np.arange(1, len(centres) - last)
        filled = grid[:, last - 2 : last + 1].mean(axis=1, keepdims=True) - 1.0 * beyond
        above = grid[:, last + 1 : len(centres)]
        grid[:, last + 1 : len(centres)] = np.maximum(above, np.maximum(filled, -75.0))
    return grid


def loudest_db(grid: F32) -> float:
    """Level of the loudest step of a grid."""
    return float(10 * np.log10(np.max(np.sum(10 ** (grid[:, ENERGY] / 10), axis=1)) + 1e-12))


def strokes(waveform: F32, repeats: bool) -> Iterator[F32]:
    """Single sounds of a recording, each with its attack at sample 0.

    Where strokes repeat, each ends before the next; otherwise only silence parts them.
    """
    level = _levels(waveform)
    found = _rises(level) if repeats else _after_silence(level)
    attacks = [_first_loud_sample(waveform, step * _ENVELOPE) for step in found]
    starts = _apart(attacks)[:MAX_STROKES]
    if not starts:
        return
    longest = ACTION_TOKENS * TOKEN_SAMPLES
    for start, following in zip(starts, [*starts[1:], len(waveform)], strict=True):
        stroke = waveform[start : min(following - HOP, start + longest)].copy()
        if len(stroke) < SAMPLE_RATE // 25:
            continue
        fade = min(HOP, len(stroke))
        stroke[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        yield stroke


def _levels(waveform: F32) -> F32:
    """Decibels, 200 a second."""
    count = len(waveform) // _ENVELOPE
    energy = np.square(waveform[: count * _ENVELOPE]).reshape(count, _ENVELOPE).mean(axis=1)
    return cast(F32, 10 * np.log10(energy + 1e-7))


def _rises(level: F32) -> list[int]:
    """Steps that rise 9 dB over the quietest of the 40 ms before."""
    before = np.pad(level, (8, 0), constant_values=-70.0)
    quietest = np.min([before[shift : shift + len(level)] for shift in range(8)], axis=0)
    loud = level > level.max(initial=-70.0) - 24
    return [int(step) for step in np.flatnonzero((level - quietest > 9) & loud)]


def _after_silence(level: F32) -> list[int]:
    """Steps at which sound begins after a third of a second without."""
    loud = np.flatnonzero(level > level.max(initial=-70.0) - 26)
    return [int(s) for s, gap in zip(loud, np.diff(loud, prepend=-1000), strict=True) if gap > 66]


def _apart(samples: list[int]) -> list[int]:
    """Ascending samples at least `_LEAST_GAP` apart."""
    kept: list[int] = []
    for sample in samples:
        if not kept or sample - kept[-1] > _LEAST_GAP:
            kept.append(sample)
    return kept


def _first_loud_sample(waveform: F32, about: int) -> int:
    first = max(0, about - _ENVELOPE)
    near = np.abs(waveform[first : about + 8 * _ENVELOPE])
    return first + max(0, int(np.argmax(near > 0.15 * near.max())) - 12)


def credits_of(rows: Sequence[Recording]) -> str:
    """Markdown with a line for every author whose recordings shaped the weights."""
    lines = [
        "# Recordings that the weights were trained on",
        "",
        "All were trimmed, mixed down to mono, resampled, cut and augmented. The weights hold no",
        'recording. ESC-10: K. J. Piczak, "ESC: Dataset for Environmental Sound Classification",',
        "ACM MM 2015, CC-BY 3.0.",
    ]
    for licence in sorted({row.licence for row in rows}):
        lines += ["", f"## {licence}", ""]
        lines += sorted({f"- {row.author}" for row in rows if row.licence == licence})
    return "\n".join(lines) + "\n"
