"""Pictures of what perception sees, for the report: contact sheets, confusions, onset errors.

Drawn with matplotlib, which only the extra `report` installs; without global state, so that the
same data give the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_regions import RegionConfusion
from foley_core.evaluation.evaluate_sheets import (
    TOLERANCE_S,
    Watched,
    confusion,
    onset_errors_ms,
    onset_pairs,
    short_actions,
)
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.types import U8
from pipelines.evaluation.report import Picture

_DOTS_PER_INCH = 110
_TRUE, _FOUND, _PLAIN = "#1b7837", "#b2182b", "#4d6f94"
_SHOWN_WORLDS = 4
_SHOWN_PICTURES = 8


def saved(figure: Figure, path: Path, caption: str) -> Picture:
    """Write a figure as PNG, the same bytes for the same figure."""
    figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return Picture(path, caption)


def perception_pictures(seen: Sequence[Watched], out: Path) -> list[Picture]:
    """Contact sheets, the confusion matrix and the histogram of onset errors, as PNG in `out`."""
    return [
        *contact_sheets(seen, out),
        confusion_matrix(seen, out),
        onset_histogram(seen, out),
    ]


def contact_sheets(seen: Sequence[Watched], out: Path) -> list[Picture]:
    """The first worlds with at least three onsets: pictures over time, true and found cues."""
    chosen = [one for one in seen if len(short_actions(one.world.sheet)) >= 3][:_SHOWN_WORLDS]
    return [_contact_sheet(one, out) for one in chosen]


def confusion_matrix(seen: Sequence[Watched], out: Path) -> Picture:
    """Shares of each true class that were found as each class, and missed; and what was invented.

    Cues are paired by time alone, ±100 ms.
    """
    pairs = onset_pairs(seen)
    # The classes of the worlds, then others that sight named.
    trained = [known.name for known in taxonomy().trained_of_kind("action")]
    said = {cue.sound_class for pair in pairs for cue in pair if cue}
    names = [*trained, *sorted(said - {*trained})]
    counts = confusion(pairs, names)
    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    figure = Figure(figsize=(9.5, 8.4), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    columns, rows = [*names, "missed"], [*names, "invented"]
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=8)
    labels = [f"{name} ({total})" for name, total in zip(rows, totals, strict=True)]
    axes.set_yticks(range(len(rows)), labels, fontsize=8)
    for row, column in zip(*np.nonzero(shares >= 0.05), strict=True):
        colour = "white" if shares[row, column] > 0.55 else "black"
        text = f"{100 * shares[row, column]:.0f}"
        axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)
    axes.set_xlabel("found")
    axes.set_ylabel("true (how many)")
    figure.colorbar(shown, ax=axes, shrink=0.6, label="share of the row")
    caption = (
        f"Classes of true and found cues in {len(seen)} worlds never trained on, paired by time "
        "alone (±100 ms); percent of each row."
    )
    return saved(figure, out / "confusion_matrix.png", caption)


def regions_picture(told: RegionConfusion, out: Path) -> Picture:
    """For which region each finished track is, and which one the classifier tells."""
    names, counts = told.regions, told.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(6.2, 5.4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.55 else "black"
        text = str(counts[row, column])
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axes.set_xlabel("told")
    axes.set_ylabel("true")
    caption = (
        f"Regions of {counts.sum()} finished tracks, told by a linear discriminant that learned "
        "from ambiences of other takes."
    )
    return saved(figure, out / "regions.png", caption)


def onset_histogram(seen: Sequence[Watched], out: Path) -> Picture:
    """Draw how late found onsets are, in bins of 5 ms."""
    errors = onset_errors_ms(onset_pairs(seen))
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    axes = figure.subplots()
    edge = 1000 * TOLERANCE_S
    axes.hist(errors, bins=np.arange(-edge, edge + 5, 5).tolist(), color=_PLAIN)
    axes.axvspan(-50, 50, color="#999999", alpha=0.15, label="±50 ms")
    axes.axvline(0, color="black", linewidth=0.8)
    if errors:
        median = float(np.median(errors))
        axes.axvline(median, color=_FOUND, label=f"median {median:+.0f} ms")
    axes.set_xlabel("found onset less true onset, ms")
    axes.set_ylabel("pairs")
    axes.legend(fontsize=8)
    caption = f"How late the {len(errors)} found onsets are that have a true one within ±100 ms."
    return saved(figure, out / "onset_errors.png", caption)


def _contact_sheet(one: Watched, out: Path) -> Picture:
    seconds = EXAMPLE_STEPS / MOTION_RATE
    figure = Figure(figsize=(12, 3.0), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1.0, 1.2), squeeze=False)[:, 0]
    times = (np.arange(_SHOWN_PICTURES) + 0.5) * seconds / _SHOWN_PICTURES
    for axes, time_s in zip(above.subplots(1, _SHOWN_PICTURES), times, strict=True):
        axes.imshow(_picture_at(one, float(time_s)))
        axes.set_title(f"{time_s:.2f} s", fontsize=8)
        axes.axis("off")
    _time_line(below.subplots(), one, seconds)
    caption = (
        f"World {one.world.seed}: true cues above, found ones below; lasting sounds as bars, "
        "places in brackets."
    )
    return saved(figure, out / f"contact_sheet_{one.world.seed}.png", caption)


def _picture_at(one: Watched, time_s: float) -> U8:
    world = one.world
    return world.picture(min(world.frames - 1, int(time_s * world.frame_rate)))


def _time_line(axes: Any, one: Watched, seconds: float) -> None:
    for lane, (sheet, colour) in enumerate(((one.world.sheet, _TRUE), (one.found, _FOUND))):
        _lane(axes, sheet, lane, colour)
    axes.set_xlim(0, seconds)
    axes.set_ylim(1.95, -0.05)
    sheets = {"true": one.world.sheet, "found": one.found}
    labels = [f"{name}\n{_places(sheet)}" for name, sheet in sheets.items()]
    axes.set_yticks([0.45, 1.45], labels)
    axes.tick_params(labelsize=8)
    axes.axhline(0.95, color="#dddddd")
    axes.set_xlabel("seconds", fontsize=8)


def _lane(axes: Any, sheet: CueSheet, lane: int, colour: str) -> None:
    """Onsets as strokes, lasting sounds as bars; names in four rows so that they do not meet."""
    palette = colormaps["tab20"]
    names = [known.name for known in taxonomy().classes.values()]
    for count, cue in enumerate(c for c in sheet.cues if c.kind == "action"):
        row = lane + 0.12 + 0.2 * (count % 4)
        shade = palette(names.index(cue.sound_class) % 20)
        if _lasts(cue):
            axes.plot([cue.onset_s, cue.offset_s], [row, row], color=shade, linewidth=5, alpha=0.6)
        else:
            axes.vlines(cue.onset_s, lane + 0.02, lane + 0.88, color=colour, linewidth=1.0)
        late = cue.onset_s > 0.88 * sheet.samples / SAMPLE_RATE
        place, side = (-0.01, "right") if late else (0.01, "left")
        axes.text(cue.onset_s + place, row, _name(cue), fontsize=6.5, va="center", ha=side)


def _lasts(cue: Cue) -> bool:
    return taxonomy().classes[cue.sound_class].kind == "sustained"


def _name(cue: Cue) -> str:
    return f"{cue.sound_class} · {cue.material}" if cue.material else cue.sound_class


def _places(sheet: CueSheet) -> str:
    return ", ".join(f"[{cue.sound_class}]" for cue in sheet.cues if cue.kind == "ambience")
