"""Each class that was judged: real sounds beside generated ones, for the report.

Drawn are the band energies that the judge looks at: time to the right, bands upwards, 60 dB.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from foley_core.audio.band_grid import ENERGY
from foley_core.evaluation.evaluate_generator import JudgedClass
from foley_core.evaluation.judge_examples import EXCERPT_STEPS, FAMILIES
from foley_core.types import F32, Tier
from pipelines.evaluation.judged_table import percent
from pipelines.evaluation.pictures import saved
from pipelines.evaluation.report import Picture

_COLUMNS = 5
_SHOWN = 2
"""Real sounds and generated ones of a class that are drawn."""
_RANGE_DB = 60.0
_GAP_STEPS = 10
_STEPS_SHOWN = EXCERPT_STEPS


def judged_pictures(classes: Sequence[JudgedClass], out: Path, tier: Tier) -> list[Picture]:
    """Draw two real sounds beside two generated ones of each class, one PNG a family, in `out`."""
    members = {family: [one for one in classes if one.family == family] for family in FAMILIES}
    return [
        _family_picture(sorted(some, key=lambda one: one.name), out, family, tier)
        for family, some in members.items()
        if some
    ]


def _family_picture(classes: Sequence[JudgedClass], out: Path, family: str, tier: Tier) -> Picture:
    rows = -(-len(classes) // _COLUMNS)
    figure = Figure(figsize=(14, 0.35 + 1.15 * rows), layout="constrained")
    grid = figure.subplots(rows, _COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, one in zip(grid.flat, classes, strict=False):
        axes.imshow(
            _strip(one), origin="lower", aspect="auto", cmap="magma", vmin=-_RANGE_DB, vmax=0.0
        )
        told = f"real {percent(one.real.first)}, generated {percent(one.generated.first)}"
        axes.set_title(f"{one.name}: {told}", fontsize=7)
    caption = (
        f"Classes judged, {family}: on the left of each two recordings that the generator never "
        f"met, on the right two sounds of the {tier} tier; 1.28 s each, {_RANGE_DB:.0f} dB; below "
        "how often the judge tells them."
    )
    begin = "" if tier == "full" else f"{tier}_"
    return saved(figure, out / f"{begin}judged_{family}.png", caption)


def _strip(one: JudgedClass) -> F32:
    """Return two real and two generated sounds side by side `(bands, T)`, decibels."""
    # Of different sources where there are such.
    real = list({e.source: e.grid for e in one.held}.values())
    real += [e.grid for e in one.held if all(e.grid is not grid for grid in real)]
    shown = [*real[:_SHOWN], *one.made[:: max(1, len(one.made) // _SHOWN)][:_SHOWN]]
    gap = np.full((ENERGY.stop, _GAP_STEPS), np.nan, np.float32)
    parts = [part for grid in shown for part in (_bands(grid), gap)]
    return np.concatenate(parts[:-1], axis=1)


def _bands(grid: F32) -> F32:
    """Return the band energies of a grid `(bands, T)`, 1.28 s long, its loudest at 0 dB."""
    bands = np.full((_STEPS_SHOWN, ENERGY.stop), -_RANGE_DB, np.float32)
    energy = grid[:_STEPS_SHOWN, ENERGY]
    bands[: len(energy)] = energy - energy.max()
    return bands.T
