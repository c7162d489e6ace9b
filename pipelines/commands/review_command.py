"""`foley review`: the page to look at, listen to and correct what an output holds."""

from typing import Annotated, Literal

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.standard_streams import say


def review(
    output: Annotated[str, typer.Argument(metavar="OUTPUT", help="Folder or s3://… of the job.")],
    pictures: Annotated[
        Literal["held", "originals", "none"],
        typer.Option(
            help="Pictures shown: what the output holds or else a strip of stills; links to the "
            "originals as well; none."
        ),
    ] = "held",
) -> None:
    """Write a page to look at, hear and correct an output.

    Run it again to bring the page up to date.
    """
    from pipelines.review.write_review import write_review

    made = write_review(absolute_address(output), pictures, say)
    print(f"{made.listed}: open {made.address}")
