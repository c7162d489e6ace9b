"""`foley takes`: alternatives of one cue, to choose from."""

from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import JobOutput


def takes(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="The video_id of the video.")],
    cue: Annotated[str, typer.Option(help="Id of the cue, as foley cues show prints it.")],
    output: JobOutput,
    number: Annotated[int, typer.Option("--number", "-n", help="How many takes.")] = 4,
    region: Annotated[str | None, typer.Option(help="Region of the track; else its first.")] = None,
) -> None:
    """Perform other takes of one cue, each a file of its own.

    foley correct chooses one of them.
    """
    from pipelines.corrections.alternatives import perform_takes

    place = absolute_address(output).rstrip("/")
    for made in perform_takes(place, video, cue, number, region):
        print(f"take {made.take}: {place}/{made.key}")
    print(f"to choose one: a row with op take, cue {cue} and the number in take, to foley correct")
