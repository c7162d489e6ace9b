"""Rendered worlds that a training keeps on disk: the next run does not render them again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foley_core.types import Progress


def keep_arrays(path: Path, **arrays: NDArray[Any]) -> None:
    """Write named arrays to a `.npz` file; a file that is there is whole."""
    begun = path.with_suffix(".writing")
    with begun.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    begun.rename(path)


def rendered_parts(
    folder: Path, parts: int, progress: Progress, render: Callable[[int, Path], None]
) -> Iterator[Path]:
    """Yield the files of the parts of a set of worlds, rendered unless the folder holds them.

    Args:
        folder: made if it is not there.
        parts: how many.
        progress: told the share done and a sentence before a part is rendered.
        render: renders a part, by its number, to a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(parts):
        path = folder / f"part_{part}.npz"
        if not path.exists():
            progress(part / parts, f"rendering part {part + 1} of {parts}")
            render(part, path)
        yield path
