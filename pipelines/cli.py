"""`foley`: the command line. Each command gathers its inputs, calls one function and prints.

Groups of commands are files of `pipelines/commands`.

Exit codes: 0 all done · 1 finished with rows set aside, or a video that cannot be used · 2 nothing
was started, since something given is wrong.
"""

import logging
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from foley_core.errors import CheckpointError, ConfigError, FoleyError
from foley_core.models.hunyuan.published import GeneratorName
from foley_core.storage.addresses import absolute_address
from foley_core.styles.wishes import Wishes
from foley_core.types import Quality, Tier
from pipelines.commands.benchmark_commands import benchmark
from pipelines.commands.cues_commands import correct, cues
from pipelines.commands.options import ModelPath, Regions, Sounds, progress_line, with_wishes
from pipelines.commands.packs_commands import packs
from pipelines.commands.purge_commands import purge
from pipelines.commands.sounds_command import sounds
from pipelines.commands.train_commands import train
from pipelines.commands.weights_commands import weights
from pipelines.config import DeliverySettings, load_job

app = typer.Typer(
    help="Soundtracks for silent video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(benchmark, name="benchmark")
app.add_typer(train, name="train")
app.add_typer(packs, name="packs")
app.add_typer(weights, name="weights")
app.command("purge")(purge)
app.command("sounds")(sounds)
app.add_typer(cues, name="cues")
app.command("correct")(correct)


def main() -> None:
    """Entry point: a person's mistake ends in a sentence, not in a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        app()
    except (ConfigError, CheckpointError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except FoleyError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)


@app.command()
def run(
    job_file: Annotated[Path, typer.Argument(metavar="JOB.toml")],
    manifest: Annotated[str | None, typer.Option(help="Instead of the job file's.")] = None,
    output: Annotated[str | None, typer.Option(help="Instead of the job file's.")] = None,
    region: Regions = None,
    model: Annotated[str | None, typer.Option(help="embedded, hunyuan-xxl, hunyuan-xl.")] = None,
    model_path: ModelPath = None,
    accept_licence: Annotated[str | None, typer.Option(help="Of public checkpoints.")] = None,
    tier: Annotated[Tier | None, typer.Option(help="Of rows that name none.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first rows of the manifest.")] = None,
    dry_run: Annotated[
        bool, typer.Option(help="Check all, print the plan, start nothing.")
    ] = False,
) -> None:
    """Run a catalogue job: every video of a manifest, for every region."""
    from pipelines.dry_run import rehearse
    from pipelines.run import print_summary, run_catalogue

    overrides: dict[str, object] = {
        "manifest": manifest and absolute_address(manifest),
        "output": output and absolute_address(output),
        "regions": tuple(region or ()),
        "model": model,
        "model_path": model_path and absolute_address(model_path),
        "accept_licence": accept_licence,
        "tier": tier,
        "limit": limit,
    }
    job = load_job(job_file, overrides)
    if dry_run:
        rehearse(job)
        return
    summary = run_catalogue(job)
    print_summary(summary, job.output)
    sys.exit(summary.exit_code)


@app.command()
@with_wishes
def one(
    wishes: Wishes,
    video: Annotated[Path, typer.Argument(help="A video file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")],
    region: Regions = None,
    video_id: Annotated[str | None, typer.Option(help="Instead of the file's name.")] = None,
    quality: Annotated[Quality, typer.Option(help="Steps of the generator.")] = "standard",
    model: Annotated[GeneratorName, typer.Option(help="Generator of the actions.")] = "embedded",
    model_path: ModelPath = None,
    accept_licence: Annotated[str | None, typer.Option(help="Of public checkpoints.")] = None,
    device: Annotated[Literal["cpu", "cuda"], typer.Option(help="Where to generate.")] = "cpu",
    anonymise: Annotated[
        bool, typer.Option(help="Blur faces and plates before anything sees a picture.")
    ] = False,
    stems: Annotated[bool, typer.Option(help="Deliver stems too.")] = False,
    mux: Annotated[bool, typer.Option(help="Deliver an mp4 with the picture too.")] = False,
) -> None:
    """Soundtrack one video without Ray: same functions, same samples as the job."""
    from pipelines.one import soundtrack_one
    from pipelines.training import checked_device

    soundtrack_one(
        video=video,
        output=output,
        regions=tuple(region or ("neutral",)),
        wishes=wishes,
        video_id=video_id,
        quality=quality,
        settings=DeliverySettings(stems=stems, muxed=mux),
        model=model,
        model_path=model_path,
        accept_licence=accept_licence,
        device=checked_device(device),
        anonymise=anonymise,
    )


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")] = Path("out/demo"),
) -> None:
    """Render sample videos and run the main job on them, for two regions."""
    from pipelines.demo import run_demo

    sys.exit(run_demo(output))


@app.command()
def evaluate(
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("out/evaluation"),
    sounds: Sounds = "",
    clips: Annotated[
        list[Path] | None, typer.Option(help="Table of real clips; repeat for several.")
    ] = None,
    worlds: Annotated[int, typer.Option(min=1, max=10_000, help="Rendered worlds.")] = 192,
    seed: Annotated[int, typer.Option(min=0, max=1000)] = 0,
    only: Annotated[
        str,
        typer.Option(
            help="Of: real, tracks, perception, generator, regions, privacy, feedback, "
            "speed (alone)."
        ),
    ] = "real,tracks,perception,generator",
    tier: Annotated[
        Literal["full", "light", "both"], typer.Option(help="Networks of the generator.")
    ] = "both",
) -> None:
    """Measure the embedded model against what was promised; the last line is JSON.

    Exit code 1 where a measured figure does not hold its floor.
    """
    from pipelines.evaluation.evaluate import parts_named, print_report, run_evaluation
    from pipelines.evaluation.parts import Settings
    from pipelines.training import local_copy

    parts = parts_named(only)
    with local_copy(sounds) as corpus:
        settings = Settings(
            out=out,
            sounds=corpus if sounds else None,
            clips=tuple(clips or ()),
            worlds=worlds,
            seed=seed,
            parts=parts,
            tiers=("full", "light") if tier == "both" else (tier,),
        )
        report = run_evaluation(settings, progress_line)
    print_report(report, settings)
    sys.exit(0 if report.holds else 1)


if __name__ == "__main__":
    main()
