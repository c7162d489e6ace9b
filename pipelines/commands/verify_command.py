"""`foley verify`: what delivered files claim, and whether it agrees."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from foley_core.storage.addresses import absolute_address
from pipelines.standard_streams import printable, show


def verify(
    place: Annotated[
        str, typer.Argument(metavar="FILE|OUTPUT", help="A file, or an output: path or s3://….")
    ],
    trust: Annotated[
        Path | None, typer.Option(help="PEM file of authorities whose signatures are trusted.")
    ] = None,
) -> None:
    """Say what files claim of their origin, and whether it agrees.

    The sound, its digest, the row, Content Credentials and China's label are compared.
    """
    from foley_core.errors import ConfigError
    from pipelines.provenance.shown import in_full, in_short
    from pipelines.provenance.verify import ENDINGS, verify

    try:
        trusted = trust.read_text(encoding="utf-8") if trust else None
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{trust}: cannot be read ({error}); give a PEM file") from None
    count = faulty = 0
    one_file = place.lower().endswith(ENDINGS)
    for one in verify(absolute_address(place), trusted):
        count, faulty = count + 1, faulty + bool(one.faults)
        print(printable("\n".join((in_full if one_file else in_short)(one))), flush=True)
    if not one_file:
        show(f"{count} files, {faulty} faulty")
    sys.exit(1 if faulty else 0)
