"""Options that several commands share, and how progress is shown."""

import sys
from typing import Annotated

import typer

from foley_core.types import Tier

TierOption = Annotated[Tier, typer.Option(help="Network of the generator.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Repeat for several.")]
Sounds = Annotated[str, typer.Option(help="Folder or s3://… with sounds.csv and the recordings.")]


def progress_line(share: float, text: str) -> None:
    """Progress for a person: a share of the whole and words, on standard error."""
    print(f"{share:6.1%} {text}", file=sys.stderr, flush=True)
