"""`foley evaluate`: the embedded model measured against what was promised."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.options import Sounds, progress_line


def evaluate(
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("out/evaluation"),
    sounds: Sounds = "",
    clips: Annotated[
        list[Path] | None, typer.Option(help="Table of real clips; repeat for several.")
    ] = None,
    worlds: Annotated[
        int, typer.Option(min=1, max=10_000, help="How many rendered worlds are looked at.")
    ] = 192,
    seed: Annotated[int, typer.Option(min=0, max=1000, help="Seed of the rendered worlds.")] = 0,
    only: Annotated[
        str,
        typer.Option(
            help="Parts, with commas: real, tracks, perception, generator, regions, privacy, "
            "feedback, speed (alone)."
        ),
    ] = "real,tracks,perception,generator",
    tier: Annotated[
        Literal["full", "light", "both"], typer.Option(help="Networks of the generator.")
    ] = "both",
) -> None:
    """Measure the embedded model against what was promised.

    The last line is JSON. Exit code 1 where a measured figure does not hold its floor.
    """
    from pipelines.evaluation.evaluate import parts_named, print_report, run_evaluation
    from pipelines.evaluation.parts import Settings
    from pipelines.training import local_copy

    parts = parts_named(only)
    with local_copy(sounds) if sounds else nullcontext() as corpus:
        settings = Settings(
            out=out,
            sounds=corpus,
            clips=tuple(clips or ()),
            worlds=worlds,
            seed=seed,
            parts=parts,
            tiers=("full", "light") if tier == "both" else (tier,),
        )
        report = run_evaluation(settings, progress_line)
    print_report(report, settings)
    sys.exit(0 if report.holds else 1)
