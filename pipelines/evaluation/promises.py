"""The promises, and the verdict on each measured figure.

The promises are data, `promises.toml`; here is the arithmetic of comparing. A figure that was not
measured is stated with the reason, never left out; one that is not a number does not hold.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite, nan
from typing import Any, Literal

Comparison = Literal["at_least", "at_most", "within", "report"]
Verdict = Literal["aim reached", "holds", "does not hold", "reported", "not measured"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One row of `promises.toml`, where the fields are described."""

    key: str
    part: str
    sentence: str
    direction: Comparison
    unit: str
    floor: float | str | None = None
    aim: float | None = None
    slack: float = 0.0
    baselines: tuple[str, ...] = ()
    interval: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise beside its figure.

    Attributes:
        value: the figure; None where it was not measured, or is not a number.
        floor: the line as a number; None where there is none, or it was not measured.
        baselines: figures that need no model, by name.
        interval: lower and upper end, or empty.
        note: why there is no figure, or no line; otherwise empty.
    """

    key: str
    sentence: str
    direction: Comparison
    unit: str
    value: float | None
    floor: float | None
    aim: float | None
    verdict: Verdict
    baselines: dict[str, float]
    interval: tuple[float, ...]
    note: str


@cache
def promises() -> tuple[Promise, ...]:
    """The promises of the package, in the order of the file."""
    text = files("pipelines.evaluation").joinpath("promises.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["promise"]
    lists = ("baselines", "interval")
    return tuple(Promise(**{**row, **{n: tuple(row.get(n, ())) for n in lists}}) for row in rows)


def compared(figures: Mapping[str, float], reasons: Mapping[str, str]) -> list[PromiseRow]:
    """Every promise beside its figure.

    Args:
        figures: all that was measured, by key.
        reasons: by part, why it was not measured; parts that were are absent.
    """
    return [_row(promise, figures, reasons) for promise in promises()]


def others(figures: Mapping[str, float]) -> dict[str, float]:
    """Figures that no promise names, neither as its own nor as a baseline or an end."""
    named = {key for p in promises() for key in (p.key, *p.baselines, *p.interval)}
    return {key: value for key, value in figures.items() if key not in named}


def _row(promise: Promise, figures: Mapping[str, float], reasons: Mapping[str, str]) -> PromiseRow:
    value = figures.get(promise.key)
    floor = figures.get(promise.floor) if isinstance(promise.floor, str) else promise.floor
    if floor is not None:
        floor += promise.slack
    verdict, note = _verdict(promise, value, floor)
    beside = {key: figures[key] for key in promise.baselines if isfinite(figures.get(key, nan))}
    if value is None:
        note = reasons.get(promise.part, f"the part '{promise.part}' does not give it")
    return PromiseRow(
        key=promise.key,
        sentence=promise.sentence,
        direction=promise.direction,
        unit=promise.unit,
        value=value if value is not None and isfinite(value) else None,
        floor=floor,
        aim=promise.aim,
        verdict=verdict,
        baselines=beside,
        interval=tuple(figures[key] for key in promise.interval if key in figures),
        note=note,
    )


def _verdict(promise: Promise, value: float | None, floor: float | None) -> tuple[Verdict, str]:
    if value is None:
        return "not measured", ""
    if not isfinite(value):
        return "does not hold", "it came out as no number"
    if isinstance(promise.floor, str) and floor is None:
        return "does not hold", f"its line, {promise.floor}, was not measured"
    if floor is not None and not _keeps(promise.direction, value, floor):
        return "does not hold", ""
    if promise.aim is not None and _keeps(promise.direction, value, promise.aim):
        return "aim reached", ""
    return ("reported" if floor is None else "holds"), ""


def _keeps(direction: Comparison, value: float, line: float) -> bool:
    if direction == "at_least":
        return value >= line
    return (abs(value) if direction == "within" else value) <= line
