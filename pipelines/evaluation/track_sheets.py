"""Sheets of finished tracks: pictures, the sound a clip came with, its track, and its cues.

All on one time axis, so that one sees what sounds when. The pictures are other people's footage:
they belong into a report for those who hold the clips, and nowhere else.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.real_tracks import RealTrack
from foley_core.media.original import original_sound
from foley_core.media.probe import probe
from foley_core.types import F32
from pipelines.evaluation.real_sheets import (
    Panel,
    picture_panel,
    save_sheet,
    sheet_figure,
    shown_pictures,
)
from pipelines.evaluation.spectrograms import RANGE_DB, log_spectrogram

_STEPS_DRAWN = 900
"""Columns of a spectrogram that a sheet has room for."""


def draw_track_sheet(track: RealTrack, folder: Path) -> Path:
    """Draw the sheet of a track as `NAME.png` into a folder.

    Raises:
        DecodeError: the clip cannot be read.
    """
    path = folder / f"{track.listed.name}.png"
    clip = RealClip(track.listed, track.sheet, (), track.seconds)
    shown = [picture_panel(picture) for picture in shown_pictures(track.listed.path)]
    own = own_sound(track)
    sounds = {
        "real": silent_panel("it came without sound") if own is None else sound_panel(own),
        "generated": sound_panel(track.waveform),
    }
    save_sheet(sheet_figure(clip, shown, sounds), path)
    return path


def own_sound(track: RealTrack) -> F32 | None:
    """Return the sound that a clip came with `(2, N)`; None where there is none.

    Raises:
        DecodeError: the clip cannot be read.
    """
    path = track.listed.path
    with path.open("rb") as file:
        info = probe(file, path.name)
        if not info.has_audio:
            return None
        blocks = original_sound(file, path.name, info, Fraction(0), track.sheet.samples)
        return np.concatenate(list(blocks), axis=1)


def sound_panel(waveform: F32) -> Panel:
    """Return the drawing of a spectrogram over the length of a sound `(2, N)`."""

    def panel(axes: Any) -> None:
        levels = log_spectrogram(waveform.mean(axis=0))
        every = max(1, levels.shape[1] // _STEPS_DRAWN)
        # The loudest of the columns that share one: a short hit must stay visible.
        whole = levels[:, : levels.shape[1] // every * every]
        drawn = whole.reshape(len(levels), -1, every).max(axis=2)
        axes.imshow(
            drawn, origin="lower", aspect="auto", cmap="magma", vmin=-RANGE_DB, vmax=0,
            extent=(*axes.get_xlim(), 0, 1),
        )  # fmt: skip

    return panel


def silent_panel(text: str) -> Panel:
    """Return an empty panel that says why."""

    def panel(axes: Any) -> None:
        axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=8)

    return panel
