"""`foley benchmark`: speed, measured; the last line is JSON."""

import json
from typing import Annotated

import typer

from foley_core.errors import ConfigError
from pipelines.commands.options import TierOption

benchmark = typer.Typer(help="Measure speed; the last line is JSON.", no_args_is_help=True)


@benchmark.command("media")
def media(
    seconds: Annotated[int, typer.Option(min=2, help="Length of the clip it renders.")] = 20,
) -> None:
    """Measure CPU time of optical flow against decoding alone.

    Decoding, resizing and optical flow of a clip of 1280 × 720.
    """
    from pipelines.benchmarks.media import benchmark_media

    print(json.dumps(benchmark_media(seconds)))


@benchmark.command("catalogue")
def catalogue(
    videos: Annotated[int, typer.Option(min=2, help="How many ten-second videos.")] = 24,
    tier: TierOption = "full",
) -> None:
    """Measure a whole job, and what is spent around its stages.

    The last line has the time to the first track too.
    """
    from pipelines.benchmarks.whole_job import benchmark_catalogue

    print(json.dumps(benchmark_catalogue(videos, tier)))


@benchmark.command("localise")
def localise(
    videos: Annotated[int, typer.Option(min=1, help="How many ten-second videos.")] = 24,
    tier: TierOption = "full",
    region: Annotated[str, typer.Option(help="Style pack of the second run.")] = "japan",
) -> None:
    """Measure another region over the same output.

    Its cost stands beside the first run's; nothing is decoded.
    """
    from pipelines.benchmarks.localise import benchmark_localise

    print(json.dumps(benchmark_localise(videos, tier, region=region)))


@benchmark.command("hunyuan")
def hunyuan(
    random_weights: Annotated[
        bool, typer.Option("--random-weights", help="Full size, without the files; required.")
    ] = False,
    model: Annotated[
        str, typer.Option(metavar="[hunyuan-xxl|hunyuan-xl]", help="Model to measure.")
    ] = "hunyuan-xxl",
    clips: Annotated[int, typer.Option(min=1, max=64, help="How many clips are generated.")] = 8,
    seconds: Annotated[float, typer.Option(min=1, max=15, help="Length of each clip.")] = 15.0,
) -> None:
    """Measure public checkpoints on this GPU.

    Seconds a minute of video and memory stand beside those of a plain path.
    """
    from pipelines.benchmarks.hunyuan import benchmark_hunyuan

    if not random_weights:
        raise ConfigError("speed does not depend on the weights; say --random-weights")
    print(json.dumps(benchmark_hunyuan(model, clips, seconds)))


@benchmark.command("scale")
def scale(
    rows: Annotated[int, typer.Option(min=1, help="How many rows the manifest has.")] = 1_000_000,
) -> None:
    """Plan, run with stub stages and resume a large manifest.

    The last line has the seconds and the driver's memory.
    """
    from pipelines.benchmarks.scale import benchmark_scale

    print(json.dumps(benchmark_scale(rows)))


@benchmark.command("plan")
def plan(
    videos: Annotated[int, typer.Option(min=4, help="How many videos the job has.")] = 60,
    tier: TierOption = "full",
    manifest: Annotated[
        str | None, typer.Option(help="List of videos of your own, in place of rendered ones.")
    ] = None,
) -> None:
    """Compare a plan with the job that it foretells.

    Run foley benchmark catalogue before, so that the plan knows this machine.
    """
    from pipelines.benchmarks.plan_check import benchmark_plan

    print(json.dumps(benchmark_plan(videos, tier, manifest)))
