"""`foley`: the command line. Each command gathers its inputs, calls one function and prints.

Exit codes: 0 all done · 1 finished with rows set aside, or a video that cannot be used · 2 nothing
was started, since something given is wrong.
"""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from foley_core.errors import CheckpointError, ConfigError, FoleyError
from foley_core.types import Quality, Tier
from pipelines.config import DeliverySettings, load_job, resolved

app = typer.Typer(
    help="Soundtracks for silent video.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
benchmark = typer.Typer(help="Measure speed; the last line is JSON.", no_args_is_help=True)
train = typer.Typer(help="Train the embedded model.", no_args_is_help=True)
app.add_typer(benchmark, name="benchmark")
app.add_typer(train, name="train")

TierOption = Annotated[Tier, typer.Option(help="Network of the generator.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Repeat for several.")]


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
    model: Annotated[str | None, typer.Option(help="Generator.")] = None,
    tier: Annotated[Tier | None, typer.Option(help="Of rows that name none.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first rows of the manifest.")] = None,
    dry_run: Annotated[
        bool, typer.Option(help="Check all, print the plan, start nothing.")
    ] = False,
) -> None:
    """Run a catalogue job: every video of a manifest, for every region."""
    from pipelines.rehearsal import rehearse
    from pipelines.run import print_summary, run_catalogue

    overrides: dict[str, object] = {
        "manifest": manifest and resolved(manifest, Path.cwd()),
        "output": output and resolved(output, Path.cwd()),
        "regions": tuple(region or ()),
        "model": model,
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
def one(
    video: Annotated[Path, typer.Argument(help="A video file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")],
    region: Regions = None,
    prompt: Annotated[str, typer.Option(help="What shall sound, in words.")] = "",
    negative_prompt: Annotated[str, typer.Option(help="What shall not.")] = "",
    sound_filters: Annotated[str, typer.Option(help='Such as "footsteps: 50%, rain: off".')] = "",
    video_id: Annotated[str | None, typer.Option(help="Instead of the file's name.")] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    tier: TierOption = "full",
    quality: Annotated[Quality, typer.Option(help="Steps of the generator.")] = "standard",
    stems: Annotated[bool, typer.Option(help="Deliver stems too.")] = False,
    mux: Annotated[bool, typer.Option(help="Deliver an mp4 with the picture too.")] = False,
) -> None:
    """Soundtrack one video without Ray: same functions, same samples as the job."""
    from pipelines.one import soundtrack_one

    soundtrack_one(
        video=video,
        output=output,
        regions=tuple(region or ("neutral",)),
        prompt=prompt,
        negative_prompt=negative_prompt,
        sound_filters=sound_filters,
        video_id=video_id,
        seed=seed,
        tier=tier,
        quality=quality,
        settings=DeliverySettings(stems=stems, muxed=mux),
    )


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="A folder.")] = Path("out/demo"),
) -> None:
    """Render sample videos and run the main job on them, for two regions."""
    from pipelines.demo import run_demo

    sys.exit(run_demo(output))


@benchmark.command("media")
def media(
    seconds: Annotated[int, typer.Option(min=2, help="Length of the clip it renders.")] = 20,
) -> None:
    """CPU time of decoding, resizing and optical flow against decoding alone, 720p."""
    from pipelines.benchmark_media import benchmark_media

    print(json.dumps(benchmark_media(seconds)))


@benchmark.command("catalogue")
def catalogue(
    videos: Annotated[int, typer.Option(min=2, help="Ten-second videos.")] = 24,
    tier: TierOption = "full",
) -> None:
    """A whole job: time to the first track, work of the stages, and what is spent around it."""
    from pipelines.benchmark_catalogue import benchmark_catalogue

    print(json.dumps(benchmark_catalogue(videos, tier)))


@benchmark.command("scale")
def scale(
    rows: Annotated[int, typer.Option(min=1, help="Rows of the manifest.")] = 1_000_000,
) -> None:
    """Plan, run with stub stages and resume a large manifest: seconds and the driver's memory."""
    from pipelines.benchmark_scale import benchmark_scale

    print(json.dumps(benchmark_scale(rows)))


Sounds = Annotated[str, typer.Option(help="Folder or s3://… with sounds.csv and the recordings.")]
Device = Annotated[Literal["cpu", "cuda"], typer.Option(help="Where to train.")]


@train.command("perception")
def perception(
    out: Annotated[str, typer.Option(help="Folder or s3://… of the run; the same resumes it.")],
    sounds: Sounds = "",
    clips: Annotated[int, typer.Option(min=16, help="Rendered worlds.")] = 4096,
    steps: Annotated[int, typer.Option(min=1)] = 6000,
    seed: int = 1,
    device: Device = "cpu",
) -> None:
    """Train what sees: render worlds, learn onsets, classes and the joint space with sounds."""
    from foley_core.world.train_perception import train_perception
    from pipelines.training import checked_device, local_copy, run_folder

    with run_folder(out) as (folder, keep), local_copy(sounds) as corpus:
        figures = train_perception(
            folder,
            corpus if sounds else None,
            clips=clips,
            steps=steps,
            seed=seed,
            device=checked_device(device),
            progress=_kept_progress(keep),
        )
    print(json.dumps(figures))


@train.command("generator")
def generator(
    out: Annotated[str, typer.Option(help="File or s3://… of the weights; the same resumes them.")],
    sounds: Sounds,
    steps: Annotated[int, typer.Option(min=1)] = 1350,
    seed: int = 1,
    device: Device = "cpu",
) -> None:
    """Train what performs: flow matching on recordings and procedural sound."""
    from foley_core.models.embedded.train_generator import train_generator
    from pipelines.training import checked_device, local_copy, run_file

    with run_file(out) as (weights, keep), local_copy(sounds) as corpus:
        figures = train_generator(
            weights,
            corpus,
            steps=steps,
            seed=seed,
            progress=_kept_progress(keep),
            device=checked_device(device),
        )
    print(json.dumps(figures))


@train.command("light")
def light(
    out: Annotated[str, typer.Option(help="File or s3://… of the weights; the same resumes them.")],
    teacher: Annotated[Path, typer.Option(help="Weights of a full generator.")],
    sounds: Sounds,
    steps: Annotated[int, typer.Option(min=1)] = 2000,
    seed: int = 1,
    device: Device = "cpu",
) -> None:
    """Train the light tier: half the blocks, taught by a full generator's guided answers."""
    from foley_core.models.embedded.train_light import train_light
    from pipelines.training import checked_device, local_copy, run_file

    with run_file(out) as (weights, keep), local_copy(sounds) as corpus:
        figures = train_light(
            weights,
            corpus,
            teacher,
            steps=steps,
            seed=seed,
            progress=_kept_progress(keep),
            device=checked_device(device),
        )
    print(json.dumps(figures))


@app.command()
def evaluate(
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("out/evaluation"),
    sounds: Sounds = "",
    clips: Annotated[Path | None, typer.Option(help="Table of real clips, with onsets.")] = None,
    worlds: Annotated[int, typer.Option(min=1, max=10_000, help="Rendered worlds.")] = 192,
    seed: Annotated[int, typer.Option(min=0, max=1000)] = 0,
    only: Annotated[
        str, typer.Option(help="Of: real, perception, generator, speed (2 cores, nothing else).")
    ] = "real,perception,generator",
    tier: Annotated[
        Literal["full", "light", "both"], typer.Option(help="Networks of the generator.")
    ] = "both",
) -> None:
    """Measure the embedded model against what was promised; the last line is JSON.

    Exit code 1 where a measured figure does not hold its floor.
    """
    from pipelines.evaluate import evaluate, parts_named, print_report
    from pipelines.evaluation.parts import Settings
    from pipelines.training import local_copy

    parts = parts_named(only)
    with local_copy(sounds) as corpus:
        settings = Settings(
            out=out,
            sounds=corpus if sounds else None,
            clips=clips,
            worlds=worlds,
            seed=seed,
            parts=parts,
            tiers=("full", "light") if tier == "both" else (tier,),
        )
        report = evaluate(settings, _progress_line)
    print_report(report, settings)
    sys.exit(0 if report.holds else 1)


def _kept_progress(keep: Callable[[], None]) -> Callable[[float, str], None]:
    """Progress that makes durable what was written until then, and says so."""

    def report(share: float, text: str) -> None:
        keep()
        _progress_line(share, text)

    return report


def _progress_line(share: float, text: str) -> None:
    print(f"{share:6.1%} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
