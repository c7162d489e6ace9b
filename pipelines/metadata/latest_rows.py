"""The rows that count: the latest of each video and region, in a stream.

Of a row 17 bytes are in memory; the rest is read in batches, as often as it is asked for.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foley_core.storage.store import Storage
from pipelines.metadata.commits import MetadataPart, latest, scan
from pipelines.metadata.part_files import opened_part

BATCH_ROWS = 200


class LatestRows:
    """The latest row of each video and region, in the order in which they were committed."""

    def __init__(self, store: Storage, only_ok: bool = False) -> None:
        """Find which rows count.

        Args:
            only_ok: leave out those among them that were set aside.

        Raises:
            MissingError: a part went meanwhile; see `read_steadily`.
            StorageError: a part cannot be read.
        """
        self._store = store
        parts = list(scan(store))
        self._masks = latest_by_part(parts)
        if only_ok:
            self._masks = {part.key: self._masks[part.key] & part.ok for part in parts}

    def __len__(self) -> int:
        return sum(int(mask.sum()) for mask in self._masks.values())

    def batches(self, columns: Collection[str]) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows in batches; a column that a part lacks is None.

        Raises:
            MissingError, StorageError: as the constructor.
        """
        for key, mask in self._masks.items():
            if not mask.any():
                continue
            first = 0
            with opened_part(self._store, key) as part:
                there = [name for name in columns if name in part.schema_arrow.names]
                lacking = dict.fromkeys(name for name in columns if name not in there)
                for batch in part.iter_batches(BATCH_ROWS, columns=there):
                    kept = mask[first : first + batch.num_rows]
                    first += batch.num_rows
                    if kept.any():
                        rows = batch.filter(kept).to_pylist()
                        yield [lacking | row for row in rows]


def latest_by_part(parts: Sequence[MetadataPart]) -> dict[str, NDArray[np.bool_]]:
    """Return masks of the rows that count, by the key of their part, given parts in order."""
    if not parts:
        return {}
    mask = latest(np.concatenate([part.about for part in parts]))
    edges = np.cumsum([len(part.ok) for part in parts])[:-1]
    return dict(zip((part.key for part in parts), np.split(mask, edges), strict=True))
