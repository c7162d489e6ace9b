"""`foley evaluate`: measure the embedded model, compare with what was promised, write a report."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from foley_core.errors import ConfigError
from foley_core.messages import unknown
from foley_core.storage.addresses import refuse_no_path
from foley_core.types import Json, Progress
from pipelines.evaluation.measured_real import measured_real
from pipelines.evaluation.measured_tracks import measured_tracks
from pipelines.evaluation.measures import (
    measured_feedback,
    measured_generator,
    measured_perception,
    measured_privacy,
    measured_regions,
    measured_speed,
    measured_weights,
)
from pipelines.evaluation.page import write_page
from pipelines.evaluation.parts import (
    MEASURED_PARTS,
    Measured,
    MeasuredPart,
    Settings,
    can_draw,
    check_corpus,
    measured_parts,
    reasons_not_measured,
    share_of,
)
from pipelines.evaluation.report import (
    PageTable,
    Picture,
    Report,
    report_of,
    report_table,
    write_json,
)
from pipelines.screen import screen

_NO_PICTURES = (
    "There are no pictures: they need the extra 'report': pip install 'foley-catalogue[report]'."
)
_MEASURES: dict[MeasuredPart, Callable[[Settings, Progress], Measured]] = {
    "real": measured_real,
    "tracks": measured_tracks,
    "perception": measured_perception,
    "generator": measured_generator,
    "regions": measured_regions,
    "privacy": measured_privacy,
    "feedback": measured_feedback,
    "speed": measured_speed,
}
_TABLE_WIDTH = 150


def run_evaluation(settings: Settings, progress: Progress) -> Report:
    """Measure what is asked for; write `report.json`, `report.html` and the pictures beside them.

    Raises:
        ConfigError: an input is not what it should be, or the folder cannot be written.
        CheckpointError: the weights of the package are missing or damaged.
    """
    _check(settings)
    reasons = reasons_not_measured(settings)
    figures = measured_weights()
    pictures: list[Picture] = []
    tables: list[PageTable] = []
    chosen, rising = measured_parts(settings, reasons), _rising(progress)
    for number, part in enumerate(chosen):
        found = _MEASURES[part](settings, share_of(rising, number, len(chosen)))
        figures |= found.figures
        pictures += found.pictures
        tables += found.tables
        reasons |= found.reasons
    notes = [] if can_draw() else [_NO_PICTURES]
    report = report_of(figures, reasons, _described(settings), notes, tables)
    write_json(report, settings.out / "report.json")
    write_page(report, pictures, settings.out / "report.html")
    progress(1.0, "done")
    return report


def parts_named(names: str) -> tuple[MeasuredPart, ...]:
    """The parts in a list with commas, in the order in which they are measured.

    Raises:
        ConfigError: there is no part of that name; the message names the nearest.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in MEASURED_PARTS:
            raise ConfigError(unknown("part", name, MEASURED_PARTS))
    if not wanted:
        raise ConfigError(f"no part to evaluate; known: {', '.join(MEASURED_PARTS)}")
    return tuple(part for part in MEASURED_PARTS if part in wanted)


def print_report(report: Report, settings: Settings) -> None:
    """The table, the verdict in words, and as the last line the figures as JSON."""
    console = screen()
    if not console.is_terminal:
        console = screen(width=_TABLE_WIDTH)
    console.print(report_table(report))
    for note in report.notes:
        console.print(note, markup=False)
    fails = report.keys_that("does not hold")
    console.print(f"do not hold: {', '.join(fails) or 'none'}", markup=False, soft_wrap=True)
    console.print(f"report: {settings.out / 'report.html'}", markup=False, soft_wrap=True)
    print(json.dumps(figures_line(report, settings.out), ensure_ascii=False, allow_nan=False))


def figures_line(report: Report, out: Path) -> dict[str, Json]:
    """Return what the last line says: where the report is, what holds, every figure."""
    figures: dict[str, Json] = {
        **{row.key: row.value for row in report.rows if row.value is not None},
        **{key: value for row in report.rows for key, value in row.baselines.items()},
        **report.others,
    }
    return {
        "report": str(out / "report.json"),
        "holds": report.holds,
        "does_not_hold": list(report.keys_that("does not hold")),
        "not_measured": list(report.keys_that("not measured")),
        "figures": figures,
    }


def _check(settings: Settings) -> None:
    """Whatever can be known to fail, before anything takes minutes."""
    for table in settings.clips:
        refuse_no_path(str(table))
        if not table.is_file():
            raise ConfigError(f"there is no table of clips {table}")
    if settings.sounds is not None:
        check_corpus(settings.sounds)
    try:
        settings.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{settings.out} cannot be the report's folder: {error}") from error
    if not os.access(settings.out, os.W_OK):
        raise ConfigError(f"{settings.out} cannot be written to; name another folder with --out")


def _rising(progress: Progress) -> Progress:
    """Progress that never goes back, although steps of a part each count from nothing."""
    highest = 0.0

    def report(share: float, text: str) -> None:
        nonlocal highest
        highest = max(highest, share)
        progress(highest, text)

    return report


def _described(settings: Settings) -> dict[str, Json]:
    return {
        "parts": list(settings.parts),
        "tiers": list(settings.tiers),
        "worlds": settings.worlds,
        "seed": settings.seed,
        "sounds": settings.sounds is not None,
        "clips": [table.stem for table in settings.clips],
    }
