"""Delete originals, once all that was asked of them is durable and verified.

At the end of a job, in this order, for each original:

1. every row of the whole manifest that names it, in whatever spelling, has an `ok` row for each of
   its regions, with the request of this job; a row that was set aside keeps its original;
2. the file is still the one that the tracks were made from, by `source_identity`;
3. each track is read back and has the sha256 and the size that its row states;
4. `audit/deletions/<id>/verified.json` says so, and how the file looked, so that another region can
   still be made from stored features;
5. the file is deleted; 6. `audit/deletions/<id>/deleted.json` says so.

Killed between any two steps, the next run goes on: an original that is there is verified anew, one
that is gone though `verified` is noted as deleted. Nothing else ever deletes an original.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow.parquet as pq

from foley_core.errors import DecodeError, FoleyError, StorageError
from foley_core.ids import digest
from foley_core.soundtrack.span import remember_gone
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.addresses import local_path
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage
from foley_core.types import Json
from pipelines.config import Job
from pipelines.manifest.reader import AnyRow, Manifest
from pipelines.manifest.sidecars import Sidecars
from pipelines.metadata.commits import Committed, committed, part_keys
from pipelines.plan import Asked, wishes

DELETIONS_FOLDER = "audit/deletions/"
_READ_BYTES = 16 << 20
_COLUMNS = ["video_id", "region", "request", "status", "track_uri", "track_sha256", "track_bytes",
            "source_identity"]  # fmt: skip

Delete = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Track:
    """A track as its metadata row states it, and what it was made from."""

    uri: str
    sha256: str
    size_bytes: int
    source_identity: str


@dataclass(slots=True)
class Original:
    """A source with all that was made from it; `uri` as the manifest spells it."""

    uri: str
    video_id: str
    tracks: list[Track] = field(default_factory=list)


def delete_originals(
    job: Job, asked: Asked, store: Storage, delete: Delete | None = None
) -> tuple[int, list[str]]:
    """Delete every original of a manifest whose tracks are all durable and verified.

    Args:
        delete: removes the file of a URI; for tests.

    Returns:
        How many were deleted, and a sentence for each that was kept though its tracks are made.

    Raises:
        StorageError: manifest, metadata or audit log cannot be read or written.
    """
    deleted, kept = 0, []
    for place, original in _finished(job, asked, store).items():
        try:
            deleted += _delete(store, place, original, job.schemes, delete or delete_source)
        except FoleyError as error:
            kept.append(f"{original.uri} was kept: {error}")
    return deleted, kept


def delete_source(uri: str) -> None:
    """Remove a file, or an object of a bucket.

    Raises:
        StorageError: it cannot be removed.
    """
    root, _, key = str(local_path(uri) or uri).rpartition("/")
    Storage(root or "/").delete(key)


def same_place(uri: str) -> str:
    """One spelling for one file: links followed, `file://` taken off."""
    path = local_path(uri)
    return uri if path is None else str(path.resolve())


def _finished(job: Job, asked: Asked, store: Storage) -> dict[str, Original]:
    """Originals, by place, of which all that is asked is made."""
    done, blocked = committed(store), set()
    for batch in _batches(job):
        usable, faulty = wishes(batch, asked)
        made = done.are_done([(row.video_id, region, key) for row, region, key in usable])
        undone = [row.uri for (row, _, _), one in zip(usable, made, strict=True) if not one]
        blocked |= {same_place(uri) for uri in [*undone, *(row.uri for row in faulty)] if uri}
    tracks = _tracks(store, done)
    originals: dict[str, Original] = {}
    for batch in _batches(job):
        for row, region, request in wishes(batch, asked)[0]:
            if (place := same_place(row.uri)) not in blocked:
                original = originals.setdefault(place, Original(row.uri, row.video_id))
                original.tracks.append(tracks[row.video_id, region, request])
    return originals


def _batches(job: Job) -> Iterator[Sequence[AnyRow]]:
    """The whole manifest: a row beyond the limit may name the same file."""
    sidecars = Sidecars(job.sidecars, job.schemes)
    for batch in Manifest(job.manifest, job.schemes, None).batches():
        yield sidecars.applied(batch)


def _tracks(store: Storage, done: Committed) -> dict[tuple[str, str, str], Track]:
    """Return the tracks of the rows that count; about 500 bytes of memory each."""
    found: dict[tuple[str, str, str], Track] = {}
    for key in part_keys(store):
        with store.open(key) as file:
            for batch in pq.ParquetFile(file).iter_batches(columns=_COLUMNS):
                rows = batch.to_pylist()
                abouts = [(row["video_id"], row["region"], row["request"]) for row in rows]
                for row, about, counts in zip(rows, abouts, done.are_done(abouts), strict=True):
                    if row["status"] == "ok" and counts:
                        found[about] = Track(
                            row["track_uri"],
                            row["track_sha256"],
                            row["track_bytes"],
                            row["source_identity"] or "",
                        )
    return found


def _delete(
    store: Storage, place: str, original: Original, schemes: Sequence[str], delete: Delete
) -> bool:
    """Verify, note, delete, note; False where it was gone before."""
    identity = original.tracks[0].source_identity
    log = f"{DELETIONS_FOLDER}{digest([place, identity])}/"
    try:
        with open_source(original.uri, tuple(schemes)) as source:
            found = source.identity
            if found != identity or any(t.source_identity != found for t in original.tracks):
                raise StorageError("it is no longer the file that its tracks were made from")
            for track in original.tracks:
                _verify(store, track)
            remember_gone(VideoStore(store, original.video_id), source)
            _note(store, f"{log}verified.json", original, source.size_bytes)
    except DecodeError:
        if store.exists(f"{log}verified.json") and not store.exists(f"{log}deleted.json"):
            _note(store, f"{log}deleted.json", original, None)
        return False
    delete(original.uri)
    _note(store, f"{log}deleted.json", original, None)
    return True


def _verify(store: Storage, track: Track) -> None:
    """Read a track back.

    Raises:
        StorageError: it is not the one that its row states.
    """
    key = track.uri.removeprefix(f"{store.root}/")
    sha256, size = hashlib.sha256(), 0
    with store.open(key) as file:
        while data := file.read(_READ_BYTES):
            sha256.update(data)
            size += len(data)
    if sha256.hexdigest() != track.sha256 or size != track.size_bytes:
        raise StorageError(f"{track.uri} is not the track that its row states; run the job again")


def _note(store: Storage, key: str, original: Original, size_bytes: int | None) -> None:
    tracks: list[Json] = [{"uri": track.uri, "sha256": track.sha256} for track in original.tracks]
    note = {
        "at": datetime.now(UTC).isoformat(),
        "source": original.uri,
        "source_identity": original.tracks[0].source_identity,
        "source_bytes": size_bytes,
        "tracks": tracks,
    }
    store.put(key, json.dumps(note, indent=2).encode())
