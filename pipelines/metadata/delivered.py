"""Delivered videos of an output: their current rows, and the sheets that people correct."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foley_core.cues.sheet import CueSheet
from foley_core.errors import ConfigError, StorageError
from foley_core.messages import did_you_mean
from foley_core.soundtrack.correction_log import LogEntry, with_corrections
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.stored_detection import Detection, load_detection
from foley_core.storage.store import Storage
from foley_core.styles.wishes import wishes_in
from pipelines.metadata.commits import part_keys


@dataclass(frozen=True, slots=True)
class SeenVideo:
    """A delivered video: its latest `ok` row of each region, and what was seen in it, with the
    names of its prompt."""

    video_id: str
    rows: dict[str, dict[str, Any]]
    detection: Detection
    frame_rate: Fraction

    @property
    def samples(self) -> int:
        """Length of the track."""
        return self.detection.sheet.samples

    def sheet_after(self, store: Storage, entries: Collection[LogEntry] | None = None) -> CueSheet:
        """The detected sheet with the corrections of the log, or of its first entries."""
        count = None if entries is None else len(entries)
        return with_corrections(store, self.detection, self.video_id, count).sheet


def seen_video(store: Storage, video_id: str) -> SeenVideo:
    """Return the delivered video of an id.

    Raises:
        ConfigError: it has no track there; the message names the nearest id.
        StorageError: the store failed.
    """
    return seen_videos(store, [video_id])[video_id]


def seen_videos(store: Storage, video_ids: Collection[str]) -> dict[str, SeenVideo]:
    """Return some delivered videos by id, found in one pass over the metadata.

    Raises:
        ConfigError, StorageError: as `seen_video`.
    """
    wanted = set(video_ids)
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    ids: set[str] = set()
    for row in _rows(store, wanted, ids):
        if row["status"] == "ok":
            rows.setdefault(row["video_id"], {})[row["region"]] = row
    if missing := sorted(wanted - rows.keys()):
        raise ConfigError(_unknown(store, missing, ids))
    return {video_id: _seen(store, video_id, rows[video_id]) for video_id in video_ids}


def _rows(store: Storage, wanted: set[str], ids: set[str]) -> "list[dict[str, Any]]":
    """Rows of some videos in order of commit; `ids` gets every id there is."""
    found: list[dict[str, Any]] = []
    for key in part_keys(store):
        with store.open(key) as file:
            for batch in pq.ParquetFile(file).iter_batches():
                column = batch.column("video_id").to_pylist()
                ids.update(filter(None, column))
                mask = pa.array([video_id in wanted for video_id in column])
                found += batch.filter(mask).to_pylist()
    return found


def _seen(store: Storage, video_id: str, rows: dict[str, dict[str, Any]]) -> SeenVideo:
    latest = max(rows.values(), key=lambda row: str(row["run_id"]))
    if not latest.get("detection"):
        raise ConfigError(f"{video_id}: its track is of an earlier version; run the job again")
    try:
        detection = prompted(load_detection(store, latest["detection"]), wishes_in(latest))
    except StorageError as error:
        raise ConfigError(
            f"{video_id}: what was seen in it is no longer stored ({error}); run the job again"
        ) from error
    return SeenVideo(video_id, rows, detection, Fraction(latest["frame_rate"] or 25))


def _unknown(store: Storage, missing: list[str], ids: set[str]) -> str:
    names = ", ".join(repr(name) for name in missing)
    return f"{store.root} has no track of {names}; {did_you_mean(missing[0], ids, 'check the id')}"
