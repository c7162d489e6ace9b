"""Delivered videos of an output: their current rows, and the sheets that people correct."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from foley_core.cues.sheet import CueSheet
from foley_core.cues.timecode import SourceClock, read_rate
from foley_core.errors import ConfigError, StorageError
from foley_core.messages import did_you_mean
from foley_core.soundtrack.correction_log import LogEntry, with_corrections
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.stored_detection import Detection, load_detection
from foley_core.storage.store import Storage
from foley_core.styles.wishes import wishes_in
from pipelines.metadata.commits import part_keys, read_steadily
from pipelines.metadata.part_files import opened_part


@dataclass(frozen=True, slots=True)
class SeenVideo:
    """A delivered video: its latest `ok` row of each region, and what was seen in it, with the
    names of its prompt."""

    video_id: str
    rows: dict[str, dict[str, Any]]
    detection: Detection
    clock: SourceClock

    @property
    def samples(self) -> int:
        """Length of the track."""
        return self.detection.sheet.samples

    @property
    def latest(self) -> dict[str, Any]:
        """The row of the track that was made last."""
        return max(self.rows.values(), key=lambda row: str(row["run_id"]))

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
    reasons: dict[str, str] = {}
    ids: set[str] = set()
    for row in read_steadily(lambda: _rows(store, wanted, ids)):
        if row["status"] == "ok":
            rows.setdefault(row["video_id"], {})[row["region"]] = row
        else:
            reasons[row["video_id"]] = row.get("error") or ""
    if missing := sorted(wanted - rows.keys()):
        raise ConfigError(_unknown(store, missing, ids, reasons))
    return {video_id: seen_in(store, video_id, rows[video_id]) for video_id in video_ids}


def rows_of_videos(store: Storage, video_ids: Collection[str]) -> list[dict[str, Any]]:
    """The latest row of each of some videos and each region, whatever its status.

    Raises:
        StorageError: the store failed.
    """
    rows = read_steadily(lambda: _rows(store, set(video_ids), set()))
    # A row without a request gives an id that is another row's.
    latest = {(row["video_id"], row["region"]): row for row in rows if row["request"]}
    return list(latest.values())


def _rows(store: Storage, wanted: set[str], ids: set[str]) -> "list[dict[str, Any]]":
    """Rows of some videos in order of commit; `ids` gets every id there is."""
    found: list[dict[str, Any]] = []
    for key in part_keys(store):
        with opened_part(store, key) as part:
            for batch in part.iter_batches():
                column = batch.column("video_id").to_pylist()
                ids.update(filter(None, column))
                mask = pa.array([video_id in wanted for video_id in column])
                found += batch.filter(mask).to_pylist()
    return found


def seen_in(store: Storage, video_id: str, rows: dict[str, dict[str, Any]]) -> SeenVideo:
    """Return the delivered video whose latest `ok` rows by region are given.

    Raises:
        ConfigError: its track is of an earlier version, or what was seen is no longer stored.
    """
    latest = max(rows.values(), key=lambda row: str(row["run_id"]))
    if not latest.get("detection"):
        raise ConfigError(f"{video_id}: its track is of an earlier version; run the job again")
    try:
        detection = prompted(load_detection(store, latest["detection"]), wishes_in(latest))
    except StorageError as error:
        raise ConfigError(
            f"{video_id}: what was seen in it is no longer stored ({error}); run the job again"
        ) from error
    return SeenVideo(video_id, rows, detection, clock_of(latest))


def clock_of(row: Mapping[str, Any]) -> SourceClock:
    """Return how the pictures of a row's video are counted; rows of earlier versions state less.

    Where the source has no timecode its first picture is 00:00:00:00, and that of a part is where
    the part begins, as the track's time reference says.
    """
    rate = read_rate(row.get("frame_rate") or "25")
    if row.get("timecode") is None and rate is not None:
        return SourceClock(rate, SourceClock(rate).picture_at(row.get("time_reference") or 0))
    return SourceClock.starting_at(row.get("timecode"), rate)


def no_tracks(store: Storage, otherwise: str = "") -> str:
    """Return the sentence that an output holds no tracks: none were made, or all set aside.

    Args:
        otherwise: what else the command takes, such as ", or a file".

    Raises:
        StorageError: the store failed.
    """
    if any(_row_count(store, key) for key in part_keys(store)):
        return (
            f"{store.root} holds no tracks, since all its rows were set aside; "
            "foley status says why"
        )
    return f"{store.root} holds no tracks; give the output of a job{otherwise}"


def _row_count(store: Storage, key: str) -> int:
    with opened_part(store, key) as part:
        return int(part.metadata.num_rows)


def _unknown(store: Storage, missing: list[str], ids: set[str], reasons: dict[str, str]) -> str:
    if not ids:
        return no_tracks(store)
    names = ", ".join(repr(name) for name in missing)
    if reason := reasons.get(missing[0]):
        return f"{store.root} has no track of {names}: '{missing[0]}' was set aside: {reason}"
    return f"{store.root} has no track of {names}; {did_you_mean(missing[0], ids, 'check the id')}"
