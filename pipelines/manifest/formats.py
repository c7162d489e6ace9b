"""A manifest as a stream of plain rows, whatever its format and however many files it has.

What makes the file itself unreadable goes into `Problems`, with row and column, and reading goes
on, so that a person can mend all of it in one go. However the file was made, reading it takes some
hundred megabytes at most. Not known here: what a column means.
"""

from collections.abc import Iterator

from foley_core.errors import ManifestError
from pipelines.manifest.parquet_rows import parquet_rows
from pipelines.manifest.parts import ENDINGS, ENDINGS_SAID, manifest_parts, opened_part
from pipelines.manifest.problems import Problems, RawRow
from pipelines.manifest.text_rows import text_rows


def raw_rows(uri: str, problems: Problems) -> Iterator[RawRow]:
    """Yield the rows of a manifest, numbered through all its files; formats follow from names.

    Raises:
        ManifestError: there is no such file or folder, a name's ending is unknown, or no rows can
            be told apart in the content.
        StorageError: it cannot be read.
    """
    number = 0
    for part in manifest_parts(uri):
        if not part.lower().endswith(ENDINGS):
            raise ManifestError(f"{part}: a manifest's name ends in {ENDINGS_SAID}")
        read = parquet_rows if part.lower().endswith(".parquet") else text_rows
        with opened_part(part) as file:
            for row in read(file, part, problems, number):
                yield row
                number = row.number
