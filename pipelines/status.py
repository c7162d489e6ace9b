"""`foley status`: what an output holds, from its metadata, while a job runs or long after.

Only the latest row of each video and region counts. Two passes over the metadata, so that a
catalogue of millions costs some bytes a row: which rows count, then what they say.
"""

from dataclasses import dataclass, field
from typing import Any

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.lease import current_owner
from pipelines.metadata.commits import METADATA_FOLDER, read_steadily
from pipelines.metadata.latest_rows import LatestRows
from pipelines.remarks import Remarks
from pipelines.standard_streams import show

COLUMNS = (
    "video_id", "region", "status", "error", "notes", "loudness_note", "qc", "qc_reasons",
    "manifest_row", "duration_s", "track_bytes", "run_id",
)  # fmt: skip


@dataclass(slots=True)
class OfRegion:
    """The rows of one region that count: how many there are, and what their tracks come to."""

    ok: int = 0
    set_aside: int = 0
    hours: float = 0.0
    track_bytes: int = 0


@dataclass(slots=True)
class Status:
    """Contents of an output.

    Attributes:
        regions: counts by region.
        remarks: rows that were set aside, and notes.
        last_run: id of the run that committed last; it begins with date and time.
        writer: the command that writes there now; None where there is none.
    """

    regions: dict[str, OfRegion] = field(default_factory=dict)
    remarks: Remarks = field(default_factory=Remarks)
    last_run: str = ""
    writer: str | None = None

    def take(self, row: dict[str, Any]) -> None:
        """Count a row."""
        one = self.regions.setdefault(str(row["region"]), OfRegion())
        one.ok += row["status"] == "ok"
        one.set_aside += row["status"] == "set_aside"
        one.hours += (row["duration_s"] or 0.0) / 3600
        one.track_bytes += row["track_bytes"] or 0
        self.remarks.take(row)
        self.last_run = max(self.last_run, str(row["run_id"]))


def read_status(store: Storage) -> Status:
    """Return what an output holds.

    Raises:
        ConfigError: it is no output of a job.
        StorageError: the store failed.
    """
    if not any(True for _ in store.list(METADATA_FOLDER)):
        raise ConfigError(f"{store.root} holds no metadata; give the output of a job")
    status = read_steadily(lambda: _read(store))
    owner = current_owner(store)
    status.writer = None if owner is None or owner.is_gone else str(owner)
    return status


def _read(store: Storage) -> Status:
    status = Status()
    for batch in LatestRows(store).batches(COLUMNS):
        for row in batch:
            status.take(row)
    return status


def print_status(status: Status, place: str, with_notes: bool = False) -> None:
    """Print counts by region, then what a person should know of rows; 80 columns but for paths."""
    show(place)
    if status.writer:
        show(f"being written to by {status.writer}")
    show(f"last commit by run {status.last_run}")
    show(f"{'region':<28}{'soundtracks':>12}{'set aside':>12}{'hours':>10}{'GB':>10}")
    for name, one in sorted(status.regions.items()):
        show(
            f"{name:<28}{one.ok:>12}{one.set_aside:>12}{one.hours:>10.2f}"
            f"{one.track_bytes / 1e9:>10.3f}"
        )
    for line in status.remarks.lines(with_notes):
        show(line)
