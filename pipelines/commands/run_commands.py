"""`foley run`, `foley demo` and `foley status`: catalogue jobs, and what became of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import (
    AcceptLicence,
    Limit,
    ModelPath,
    OtherManifest,
    OtherOutput,
    Regions,
    RowTier,
    job_overrides,
)
from pipelines.config import load_job

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Name the notes of rows, too.")]


def run(
    job_file: Annotated[
        Path, typer.Argument(metavar="JOB.toml", help="The job file, which names everything else.")
    ],
    manifest: OtherManifest = None,
    output: OtherOutput = None,
    region: Regions = None,
    model: Annotated[
        str | None, typer.Option(help="Generator: embedded, hunyuan-xxl or hunyuan-xl.")
    ] = None,
    model_path: ModelPath = None,
    accept_licence: AcceptLicence = None,
    tier: RowTier = None,
    limit: Limit = None,
    verbose: Verbose = False,
    log: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Add a line of JSON for each finished row; - is standard error."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, print the plan, start nothing.")
    ] = False,
) -> None:
    """Run a catalogue job: all videos of a manifest, for all regions."""
    from pipelines.row_log import check_log

    check_log(log)
    from pipelines.dry_run import rehearse
    from pipelines.run import run_catalogue
    from pipelines.summary import print_summary

    overrides = {
        **job_overrides(manifest, output, region, tier, limit),
        "model": model,
        "model_path": model_path and absolute_address(model_path),
        "accept_licence": accept_licence,
    }
    job = load_job(job_file, overrides)
    if dry_run:
        rehearse(job)
        return
    summary = run_catalogue(job, log=log)
    print_summary(summary, job.output, verbose)
    sys.exit(summary.exit_code)


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the samples and their tracks.")
    ] = Path("out/demo"),
) -> None:
    """Render sample videos and run the main job on them.

    They get soundtracks for two regions.
    """
    from pipelines.demo import run_demo

    sys.exit(run_demo(output))


def status(
    output: Annotated[
        str, typer.Argument(metavar="OUTPUT", help="Folder or s3://… of a job or of foley one.")
    ],
    verbose: Verbose = False,
) -> None:
    """Say what an output holds, and why rows were set aside.

    It may be asked while a job runs, and long after. Exit code 1 where rows are set aside.
    """
    from foley_core.storage.store import Storage
    from pipelines.status import print_status, read_status

    store = Storage(absolute_address(output))
    found = read_status(store)
    print_status(found, store.root, verbose)
    sys.exit(1 if found.remarks.faulty else 0)
