"""`foley deliver`: an output's tracks in the formats of editing, mixing and captioning programs."""

import sys
from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import Regions
from pipelines.standard_streams import say


def deliver(
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="Folder or s3://… of a job.")],
    to: Annotated[list[str], typer.Option(help="A format; repeat, or with commas.")],
    video: Annotated[
        list[str] | None, typer.Option(help="Its video_id; repeat for several, else all.")
    ] = None,
    region: Regions = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Of captions; else those of each region.")
    ] = None,
    other_tracks: Annotated[
        bool, typer.Option(help="Keep the source's other sound and its subtitles in mov and mkv.")
    ] = False,
) -> None:
    """Write tracks as timelines, marker lists and captions."""
    from foley_core.storage.store import Storage
    from pipelines.delivery.hand_over import hand_over, wanted_of

    wanted = wanted_of(to, video or (), region or (), language or (), other_tracks=other_tracks)
    store = Storage(absolute_address(output))
    done = hand_over(store, wanted)
    for note in done.notes:
        print(f"note: {note}")
    for problem in done.problems:
        say(f"error: {problem}")
    print(f"{len(done.keys)} files of {done.tracks} tracks in {store.root}/formats")
    sys.exit(1 if done.problems else 0)
