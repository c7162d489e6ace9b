"""`foley plan`: what a job will do, take and cost, before it is started."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import (
    Limit,
    OtherManifest,
    OtherOutput,
    Regions,
    RowTier,
    job_overrides,
)
from pipelines.config import load_job


def plan(
    job_file: Annotated[
        Path, typer.Argument(metavar="JOB.toml", help="The job file, as foley run takes it.")
    ],
    manifest: OtherManifest = None,
    output: OtherOutput = None,
    region: Regions = None,
    tier: RowTier = None,
    limit: Limit = None,
    benchmark: Annotated[
        Path | None, typer.Option(help="Figures of another machine, as its benchmark left them.")
    ] = None,
    deadline: Annotated[
        float | None, typer.Option(min=0.01, help="Hours within which all must be done.")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="Price table, a TOML file; see cluster/README.md.")
    ] = None,
) -> None:
    """Say what a job will do, take and cost, and start nothing.

    For each region: hours of picture, clips, work by stage, bytes read, written and kept.
    """
    from pipelines.dry_run import Question, rehearse
    from pipelines.estimates.machine_rates import read_rates
    from pipelines.estimates.price_table import read_prices

    overrides = job_overrides(manifest, output, region, tier, limit)
    question = Question(
        read_rates(benchmark) if benchmark else None,
        deadline,
        read_prices(prices) if prices else None,
    )
    rehearse(load_job(job_file, overrides), question)
