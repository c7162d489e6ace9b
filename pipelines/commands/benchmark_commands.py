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
    """CPU time of decoding, resizing and optical flow against decoding alone, 720p."""
    from pipelines.benchmarks.media import benchmark_media

    print(json.dumps(benchmark_media(seconds)))


@benchmark.command("catalogue")
def catalogue(
    videos: Annotated[int, typer.Option(min=2, help="Ten-second videos.")] = 24,
    tier: TierOption = "full",
) -> None:
    """A whole job: time to the first track, work of the stages, and what is spent around it."""
    from pipelines.benchmarks.whole_job import benchmark_catalogue

    print(json.dumps(benchmark_catalogue(videos, tier)))


@benchmark.command("localise")
def localise(
    videos: Annotated[int, typer.Option(min=1, help="Ten-second videos.")] = 24,
    tier: TierOption = "full",
    region: Annotated[str, typer.Option(help="Style pack of the second run.")] = "japan",
) -> None:
    """Another region over the same output: its cost beside the first run's; nothing is decoded."""
    from pipelines.benchmarks.localise import benchmark_localise

    print(json.dumps(benchmark_localise(videos, tier, region=region)))


@benchmark.command("hunyuan")
def hunyuan(
    random_weights: Annotated[
        bool, typer.Option("--random-weights", help="Full size, without the files; required.")
    ] = False,
    model: Annotated[str, typer.Option(metavar="[hunyuan-xxl|hunyuan-xl]")] = "hunyuan-xxl",
    clips: Annotated[int, typer.Option(min=1, max=64, help="Clips generated in all.")] = 8,
    seconds: Annotated[float, typer.Option(min=1, max=15, help="Length of each.")] = 15.0,
) -> None:
    """Public checkpoints on this GPU: seconds a minute of video, memory, beside a plain path."""
    from pipelines.benchmarks.hunyuan import benchmark_hunyuan

    if not random_weights:
        raise ConfigError("speed does not depend on the weights; say --random-weights")
    print(json.dumps(benchmark_hunyuan(model, clips, seconds)))


@benchmark.command("scale")
def scale(
    rows: Annotated[int, typer.Option(min=1, help="Rows of the manifest.")] = 1_000_000,
) -> None:
    """Plan, run with stub stages and resume a large manifest: seconds and the driver's memory."""
    from pipelines.benchmarks.scale import benchmark_scale

    print(json.dumps(benchmark_scale(rows)))
