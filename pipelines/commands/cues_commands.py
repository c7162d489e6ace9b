"""`foley cues` and `foley correct`: look at cue sheets, take them away, hand corrections back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.commands.options import JobOutput

cues = typer.Typer(help="Show and export the cue sheets of delivered videos.", no_args_is_help=True)

RegionOption = Annotated[
    str | None, typer.Option(help="What sounds there; else what was seen, which can be corrected.")
]


@cues.command("show")
def show(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="The video_id of the video.")],
    output: JobOutput,
    region: RegionOption = None,
) -> None:
    """Show the cue sheet of a video.

    Timecodes and the ids that corrections name stand in it.
    """
    from foley_core.storage.store import Storage
    from pipelines.corrections.cue_tables import cue_table, sheet_of
    from pipelines.metadata.delivered import seen_video
    from pipelines.screen import screen

    store = Storage(absolute_address(output))
    seen = seen_video(store, video)
    console = screen(width=None if sys.stdout.isatty() else 120)
    console.print(cue_table(seen, sheet_of(store, seen, region)))


@cues.command("export")
def export(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="The video_id of the video.")],
    output: JobOutput,
    to: Annotated[Path, typer.Option(help="A file that ends in .csv or .json.")],
    region: RegionOption = None,
) -> None:
    """Write the cue sheet of a video as a file.

    CSV may be edited and handed back; JSON is for programs.
    """
    from foley_core.errors import ConfigError
    from foley_core.storage.store import Storage
    from pipelines.corrections.cue_tables import csv_of, json_of, sheet_of
    from pipelines.metadata.delivered import seen_video

    if to.suffix not in (".csv", ".json"):
        raise ConfigError(f"{to}: give a file that ends in .csv or .json")
    store = Storage(absolute_address(output))
    seen = seen_video(store, video)
    sheet = sheet_of(store, seen, region)
    try:
        to.write_bytes(csv_of(seen, sheet) if to.suffix == ".csv" else json_of(seen, sheet))
    except OSError as error:
        raise ConfigError(f"{to}: cannot be written ({error.strerror})") from None
    print(f"{len(sheet.cues)} cues of {video} in {to}")


def correct(
    corrections: Annotated[
        str,
        typer.Argument(
            metavar="CORRECTIONS.csv|jsonl|parquet", help="What to change, one row each."
        ),
    ],
    output: JobOutput,
) -> None:
    """Apply corrections: remake what they touch, keep the former.

    A file of corrections is what `foley cues export` wrote, edited, or any table of its columns.
    """
    from pipelines.corrections.correct import apply_corrections
    from pipelines.summary import outdated_formats

    done = apply_corrections(absolute_address(corrections), place := absolute_address(output))
    again = "; to reroll once more, write another time in column when, or use op take"
    for video_id in done.known_before:
        print(f"{video_id}: these corrections were applied before{again}")
    for sentence in done.left:
        print(sentence)
    tally = done.summary.tally
    print(
        f"{len(done.videos)} videos corrected, {done.summary.ok} tracks made anew: "
        f"{tally.get('stems_generated', 0):.0f} stems generated, "
        f"{tally.get('stems_reused', 0):.0f} reused, "
        f"{tally.get('features_computed', 0):.0f} clips decoded; former ones in {place}/versions"
    )
    for sentence in outdated_formats(done.summary):
        print(sentence)
    sys.exit(done.exit_code)
