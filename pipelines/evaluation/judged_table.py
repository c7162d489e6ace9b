"""The report's table of the classes that were judged."""

from collections.abc import Sequence

from foley_core.evaluation.evaluate_generator import JudgedClass
from foley_core.evaluation.judge_examples import FAMILIES
from foley_core.types import Tier
from pipelines.evaluation.report import PageTable

_GUESSES = 2
"""Wrong guesses that the table names."""


def judged_table(classes: Sequence[JudgedClass], tier: Tier) -> PageTable:
    """Return one row a class: how often it is told from real recordings and from generated ones."""
    heads = ("class", "family", "recordings, sources", "real", "generated", "among three",
             "taken for")  # fmt: skip
    ordered = sorted(classes, key=lambda one: (FAMILIES.index(one.family), one.name))
    note = (
        "Share of sounds that the judge names rightly; every judge was trained without one of the "
        "sources of recordings."
    )
    return PageTable(f"Classes judged, {tier} tier", note, heads, [_row(one) for one in ordered])


def _row(one: JudgedClass) -> tuple[str, ...]:
    files, sources = ({getattr(e, key) for e in one.held} for key in ("file", "source"))
    wrong = {name: share for name, share in one.generated.guesses.items() if name != one.name}
    worst = sorted(wrong, key=lambda name: (-wrong[name], name))[:_GUESSES]
    return (
        one.name,
        one.family,
        f"{len(files)}, {len(sources)}",
        percent(one.real.first),
        percent(one.generated.first),
        f"{percent(one.generated.third)} ({percent(one.real.third)})",
        ", ".join(f"{name} {percent(wrong[name])}" for name in worst) or "–",
    )


def percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.0f} %"
