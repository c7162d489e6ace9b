"""The report of an evaluation: `report.json` for machines, a table for the terminal.

Nothing in it depends on when it was made, so that the same weights, seed and machine give the same
report; only the speed, where it was measured, differs.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import takewhile
from math import isfinite
from pathlib import Path

from rich.table import Table

from foley_core import __version__
from foley_core.errors import ConfigError
from foley_core.ids import sha256_of_file
from foley_core.models.embedded.weights_folder import shipped_folder
from foley_core.types import Json
from pipelines.evaluation.promises import Comparison, PromiseRow, Verdict, compared, others

_MARKS: dict[Verdict, str] = {
    "aim reached": "✔ aim",
    "holds": "✔",
    "does not hold": "✘",
    "reported": "·",
    "not measured": "–",
}
_SIGNS: dict[Comparison, str] = {"at_least": "≥ ", "at_most": "≤ ", "within": "± ", "report": ""}
_UNITS = {"mb": "MB", "db": "dB", "lufs": "LUFS"}
_LIBRARIES = ("torch", "numpy", "scipy", "opencv-python-headless")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: its file, and a sentence that says what is to be seen."""

    path: Path
    caption: str


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of the report beside the promises.

    Attributes:
        title: its heading; note: a sentence on what is to be read in it.
        heads: names of the columns.
        rows: one text a column.
        links: for each row a file beside the report that its first column leads to; or empty.
    """

    title: str
    note: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that an evaluation found.

    Attributes:
        rows: every promise beside its figure.
        others: figures without a promise; those that are no numbers are left out.
        weights: file name to its sha256 and bytes.
        settings: what was evaluated, how much of it, and the seed.
        machine: processor and cores; versions: of what computes.
        notes: sentences for people, such as why there are no pictures.
        tables: further tables.
    """

    rows: list[PromiseRow]
    others: dict[str, float]
    weights: dict[str, dict[str, Json]]
    settings: dict[str, Json]
    machine: dict[str, Json]
    versions: dict[str, str]
    notes: list[str]
    tables: list[PageTable] = field(default_factory=list)

    def keys_that(self, verdict: Verdict) -> list[str]:
        """Keys of the rows with that verdict."""
        return [row.key for row in self.rows if row.verdict == verdict]

    @property
    def holds(self) -> bool:
        """True where no measured figure is below its floor."""
        return not self.keys_that("does not hold")


def report_of(
    figures: Mapping[str, float],
    reasons: Mapping[str, str],
    settings: dict[str, Json],
    notes: Sequence[str],
    tables: Sequence[PageTable] = (),
) -> Report:
    """Compare the figures with what was promised, and say what they were measured with."""
    return Report(
        rows=compared(figures, reasons),
        others={key: value for key, value in others(figures).items() if isfinite(value)},
        weights=weights_on_record(shipped_folder()),
        settings=settings,
        machine={"processor": _processor(), "cores": os.cpu_count()},
        versions={"foley": __version__} | {name: version(name) for name in _LIBRARIES},
        notes=list(notes),
        tables=list(tables),
    )


def weights_on_record(folder: Path) -> dict[str, dict[str, Json]]:
    """sha256 and bytes of every file of weights in a folder."""
    return {
        path.name: {"sha256": sha256_of_file(path), "bytes": path.stat().st_size}
        for path in sorted(folder.glob("*.safetensors"))
    }


def write_json(report: Report, path: Path) -> None:
    """The whole report, schema version 1.

    Raises:
        ConfigError: the file cannot be written.
    """
    value = {"schema_version": 1, "holds": report.holds, **asdict(report)}
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"the report cannot be written: {error}") from error


def report_table(report: Report) -> Table:
    """One line a promise, in the order of the promises."""
    table = Table("", "what", "figure", "floor", "aim", "baselines", title="Promises and figures")
    for row in report.rows:
        table.add_row(*cells(row))
    return table


def cells(row: PromiseRow) -> tuple[str, str, str, str, str, str]:
    """Mark, sentence (with the note), figure, floor, aim and baselines, for people."""
    sentence = f"{row.sentence} ({row.note})" if row.note else row.sentence
    return (
        _MARKS[row.verdict],
        sentence,
        _figure(row),
        line(row.direction, row.floor, row.unit),
        line(row.direction, row.aim, row.unit),
        ", ".join(
            f"{_short(key, row.key)} {shown(v, row.unit)}" for key, v in row.baselines.items()
        ),
    )


def line(direction: Comparison, value: float | str | None, unit: str) -> str:
    """Return a floor or an aim, as people read it; – where there is none but another figure."""
    if value is None or isinstance(value, str):
        return "–"
    return ("" if unit == "truth" else _SIGNS[direction]) + shown(value, unit)


def shown(value: float, unit: str) -> str:
    """A figure with its unit, as people read it."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "truth":
        return "yes" if value >= 1 else "no"
    if unit == "per_minute":
        return f"{value:.1f} a minute"
    if unit in ("ratio", "correlation"):
        return f"{value:.3f}".removesuffix("0")
    if unit == "count":
        return f"{value:.0f}"
    return f"{value:.1f} {_UNITS.get(unit, unit)}"


def _figure(row: PromiseRow) -> str:
    if row.value is None:
        return "not measured" if row.verdict == "not measured" else "no number"
    ends = f" ({' – '.join(shown(end, row.unit) for end in row.interval)})" if row.interval else ""
    return shown(row.value, row.unit) + ends


def _short(baseline: str, key: str) -> str:
    """Return the part of a baseline's key that its figure's key does not begin with."""
    words, known = baseline.split("_"), key.split("_")
    alike = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, known, strict=False))
    )
    return " ".join(word for word in words[alike:] if word != "baseline")


def _processor() -> str:
    """Model name of the processor where the system tells it, otherwise its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} {names[0]}" if names else platform.machine()
