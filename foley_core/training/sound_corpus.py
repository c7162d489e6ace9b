"""Recordings as training material: choice by licence, split by author, cuts at onsets.

A corpus is a folder with `sounds.csv` (columns `file, class, licence, author_attribution,
bandwidth_hz, …`), maybe more tables like it (`sounds2.csv`), and the sound files that they name.
All that a person recorded of one kind of thing is on one side of the split (`held_out`). Several
strokes in one recording become several sounds.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from foley_core.audio.band_grid import ENERGY, analyse, band_centres_hz
from foley_core.audio.torchaudio_cpu import resampled
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.media.marks import licence_against_training
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.held_out import SplitRow, first_split, held_out
from foley_core.training.strokes import strokes
from foley_core.types import F32

REFUSED_LICENCES = frozenset({"CC-BY-unversioned"})
"""Licences that are too unclear to train on."""
FIRST_TABLE, TABLES = "sounds.csv", "sounds*.csv"
"""The table that every corpus has, and the names that it and others may have."""
COLLECTIONS = (
    "OLPC / Berklee Sound Library", "Thomas Lai (kbsim)", "Hai Nguyen (mechvibes)",
)  # fmt: skip
"""Credits that stand for many people's things: there each file name is a source of its own, without
the number of its take."""
SAMPLE_SETS = (
    "Frank Wen and contributors (Fluid R3 GM)", "sfzinstruments body_percussion",
    "Lars Muldjord; FreePats edition by roberto@zenvoid.org", "2010 menegass",
)  # fmt: skip
"""Credits of sampled instruments: each name is a source, but all of them were recorded alike."""
FIRST_UNHEARD = frozenset({"hinge_creak", "swimming", "boat_water", "hydraulics"})
"""Recorded classes of the first table that trained classes list only since there are other
tables."""
MAX_RECORDING_S = 30

# What licences want said beside the author.
_NOTICES = {
    "CC-BY-3.0": """Files from the OLPC Berklee Sound Library, http://wiki.laptop.org/go/Sound_samples,
licensed under CC BY 3.0.""",
    "MIT": """kbsim: Copyright (c) Thomas Lai. Mechvibes: Copyright (c) 2021 Hai Nguyen.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.""",
}

# Words in names of recorded classes, and the materials of the taxonomy that they tell.
_MATERIAL_WORDS = {
    "wood": "wood", "concrete": "concrete", "stone": "stone", "gravel": "gravel", "grass": "grass",
    "snow": "snow", "sand": "sand", "dirt": "earth", "metal": "metal", "carpet": "cloth",
    "water": "water", "ice": "ice", "glass": "glass", "ceramic": "ceramic", "plastic": "plastic",
    "body": "flesh", "soft": "cloth", "twig": "wood", "bang": "wood", "knock": "wood",
    "sawing": "wood", "foliage": "grass", "cloth": "cloth", "chop": "wood", "hammering": "metal",
}  # fmt: skip
# Recorded classes in which one sound follows the other without silence between them.
_REPEATING = (
    "footsteps", "dog_bark", "clock", "hammering", "chop", "knock", "impact", "shutter", "switch",
    "hooves", "typing",
)  # fmt: skip
_TEXTURES = frozenset({"bubbling"})
"""Recorded classes that last, even where an action of the taxonomy lists them."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One row of a corpus.

    Attributes:
        path: of the sound file.
        recorded_class: name of its class in the corpus; classes of the taxonomy list such names.
        licence, author: as the table says.
        bandwidth_hz: highest frequency that a lossy codec left in it; 0 if unknown.
        table: name of the table that lists it.
    """

    path: Path
    recorded_class: str
    licence: str
    author: str
    bandwidth_hz: float
    table: str = FIRST_TABLE

    @property
    def person(self) -> str:
        """The maker: the author without the address that the recording was taken from."""
        return self.author.partition("|")[0].strip()

    @property
    def source(self) -> str:
        """Its origin, a person or a thing; recordings of one source may be takes of one thing."""
        if self.person not in (*COLLECTIONS, *SAMPLE_SETS):
            return self.person
        # Takes are numbered or lettered: door_slam_2, doorslam2a, drive_1_s2.
        name = re.sub(r"\d+[a-z]?(?=_|$)", "", re.sub(r"_s\d+$", "", self.path.stem))
        return f"{self.person}: {name.replace('_', '')}"


@dataclass(frozen=True, slots=True)
class TrainingSound:
    """A sound to train on.

    Attributes:
        grid: `(T, ROWS)`, its loudest step at 0 dB.
        sound_classes: classes that it may stand for.
        material: the material if it is known.
        procedural: whether it was computed rather than recorded.
    """

    grid: F32
    sound_classes: tuple[str, ...]
    material: str | None
    procedural: bool


def recordings(folder: Path) -> list[Recording]:
    """Return the rows of all tables of a corpus whose licence allows training, ordered by path.

    Raises:
        ConfigError: there is no readable `sounds.csv`, another table cannot be read, or one names
            sounds that a model made whose licence forbids training on its outputs.
    """
    rows = []
    for table in [folder / FIRST_TABLE, *sorted({*folder.glob(TABLES)} - {folder / FIRST_TABLE})]:
        found = _rows_of(table)
        if barred := [
            f"{row.path.name}: {why}" for row in found if (why := _against_training(row))
        ]:
            raise ConfigError(
                f"{table}: these sounds must not be trained on; take them out", tuple(barred)
            )
        rows += found
    return sorted(rows, key=lambda row: row.path)


def _against_training(row: Recording) -> str | None:
    """Return the licence that forbids training on a recording: its row's, or its file's."""
    return LICENCE if row.licence == LICENCE else licence_against_training(row.path)


def _rows_of(table: Path) -> list[Recording]:
    """Return the rows of a table whose licence is not refused."""
    folder = table.parent
    try:
        with table.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row["licence"] not in REFUSED_LICENCES]
        return [
            Recording(
                folder / row["file"],
                row["class"],
                row["licence"],
                row["author_attribution"],
                float(row["bandwidth_hz"] or 0),
                table.name,
            )
            for row in rows
        ]
    except OSError as error:
        raise ConfigError(f"{table}: cannot be read ({error.strerror})") from None
    except (KeyError, ValueError) as error:
        raise ConfigError(f"{table} is not a table of recordings: {error!r}") from error


def split_by_author(rows: list[Recording]) -> tuple[list[Recording], list[Recording]]:
    """Return the rows to train on and the rows held out, see `held_out`."""
    begun = [row for row in rows if row.table == FIRST_TABLE]
    held_authors = first_split([(row.author, row.recorded_class) for row in begun])
    held = held_out([_split_row(row, held_authors) for row in rows])
    places = range(len(rows))
    return [rows[n] for n in places if n not in held], [rows[n] for n in places if n in held]


def _split_row(row: Recording, held_authors: set[str]) -> SplitRow:
    """Return a recording as the split sees it."""
    known = taxonomy()
    classes = tuple(c for c in known.classes.values() if row.recorded_class in c.recordings)
    side = None
    # The first weights of the generator learned from what a trained class lists, and nothing else.
    is_first = any(c.performed_as is None for c in classes)
    is_first = is_first and row.recorded_class not in FIRST_UNHEARD
    if row.table == FIRST_TABLE and (is_first or row.author in held_authors):
        side = row.author in held_authors
    group = classes[0].group if classes else row.recorded_class
    unit = row.source if row.person in COLLECTIONS else row.person
    return SplitRow(unit, row.source, tuple(c.name for c in classes), group, side)


def is_listed(row: Recording) -> bool:
    """Return whether a class of the taxonomy is trained on recordings like this."""
    return any(row.recorded_class in c.recordings for c in taxonomy().classes.values())


def sounds_of(row: Recording) -> Iterator[TrainingSound]:
    """Yield the sounds of one recording, for the classes of the taxonomy that list it."""
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
    # Less than half a second is too short for a texture.
    if texture_for and len(waveform) > SAMPLE_RATE // 2:
        grid = grid_at_level(waveform, row.bandwidth_hz)
        yield TrainingSound(grid, texture_for, material, False)


def strokes_of(row: Recording, waveform: F32) -> Iterator[F32]:
    """Yield the single sounds `(N,)` of a recording whose waveform has been read, for actions."""
    return strokes(waveform, any(word in row.recorded_class for word in _REPEATING))


def read_recording(path: Path) -> F32:
    """Return a mono waveform `(N,)` at 48 kHz, its largest sample at 1; 30 s at most."""
    limit = soundfile.info(path).samplerate * MAX_RECORDING_S
    data, sample_rate = soundfile.read(path, frames=limit, dtype="float32", always_2d=True)
    waveform = resampled(np.ascontiguousarray(data.mean(axis=1)), sample_rate)
    return waveform / max(float(np.abs(waveform).max()), 1e-6)


def material_of(recorded_class: str) -> str | None:
    """Return the material that the name of a recorded class tells, or None."""
    words = recorded_class.split("_")
    return next((_MATERIAL_WORDS[word] for word in words if word in _MATERIAL_WORDS), None)


def grid_at_level(waveform: F32, bandwidth_hz: float) -> F32:
    """Return a grid with the loudest step at 0 dB; fill the band that a lossy codec cut off.

    Args:
        waveform: `(N,)` at 48 kHz.
        bandwidth_hz: where the codec cut; below 6 kHz (0: unknown) nothing is filled.
    """
    grid = analyse(waveform)
    # Analysed again at that level rather than shifted: the floor of the grid is absolute.
    grid = analyse(waveform * np.float32(10 ** (-loudest_db(grid) / 20)))
    centres = band_centres_hz()
    if bandwidth_hz > 6_000:
        # The last bands below the cut are already weakened by the codec's filter: begin at 0.93 of
        # it.
        last = int(np.searchsorted(centres, 0.93 * bandwidth_hz)) - 1
        beyond = np.arange(1, len(centres) - last)
        # A guess: the mean of the last three bands, 1 dB less for each band above.
        filled = grid[:, last - 2 : last + 1].mean(axis=1, keepdims=True) - 1.0 * beyond
        above = grid[:, last + 1 : len(centres)]
        grid[:, last + 1 : len(centres)] = np.maximum(above, np.maximum(filled, -75.0))
    return grid


def loudest_db(grid: F32) -> float:
    """Return the level of the loudest step of a grid, decibels."""
    return float(10 * np.log10(np.max(np.sum(10 ** (grid[:, ENERGY] / 10), axis=1)) + 1e-12))


def credits_of(rows: Sequence[Recording]) -> str:
    """Return Markdown with a line for every author whose recordings shaped the weights."""
    lines = [
        "# Recordings that the weights were trained on",
        "",
        "All were trimmed, mixed down to mono, resampled, cut and augmented. The weights hold no",
        'recording. ESC-10: K. J. Piczak, "ESC: Dataset for Environmental Sound Classification",',
        "ACM MM 2015, CC-BY 3.0.",
    ]
    for licence in sorted({row.licence for row in rows}):
        lines += ["", f"## {licence}", ""]
        if licence in _NOTICES:
            lines += [_NOTICES[licence], ""]
        lines += sorted({f"- {row.author}" for row in rows if row.licence == licence})
    return "\n".join(lines) + "\n"
