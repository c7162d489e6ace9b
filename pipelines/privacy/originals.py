"""Delete originals, once all that was asked of them is durable and verified.

At the end of a job, in this order, for each original:

1. every row of the whole manifest that names it, in whatever spelling, has an `ok` row for each of
   its regions, with the request of this job; a row that was set aside keeps its original, and so
   do rows that all ask for parts of it;
2. the file is still the one that the tracks were made from, by `source_identity`, and no link;
3. each track is read back and has the sha256 and the size that its row states, and if muxed files
   are ordered, its own is there: else the original is the only one with the picture;
4. `audit/deletions/<id>/verified.json` says so;
5. the file is deleted; 6. `audit/deletions/<id>/deleted.json` says so.

Killed between any two steps, the next run goes on: an original that is there is verified anew, one
that is gone though `verified` is noted as deleted. Why one was kept stands in `kept.json`.
Nothing else ever deletes an original.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow.parquet as pq

from foley_core.errors import DecodeError, FoleyError, StorageError
from foley_core.ids import digest
from foley_core.soundtrack.delivery import key_of_track, muxed_key
from foley_core.storage.addresses import local_path
from foley_core.storage.sources import Source, open_source
from foley_core.storage.store import Storage
from foley_core.types import Json
from pipelines.asked import Asked, wishes
from pipelines.config import Job
from pipelines.manifest.reader import AnyRow, Manifest
from pipelines.manifest.sidecars import Sidecars
from pipelines.metadata.commits import Committed, committed, part_keys

DELETIONS_FOLDER = "audit/deletions/"
_READ_BYTES = 16 << 20
_COLUMNS = ["video_id", "region", "request", "status", "track_uri", "track_sha256", "track_bytes",
            "source_identity"]  # fmt: skip

Delete = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Track:
    """A track as its metadata row states it, and what it was made from.

    `muxed` is the key of the file that holds it with the picture.
    """

    uri: str
    sha256: str
    size_bytes: int
    source_identity: str
    muxed: str


@dataclass(slots=True)
class Original:
    """A source with all that was made from it; `uri` as the manifest spells it.

    `is_whole` where a row asks for all of its picture; `links` are spellings that are symbolic
    links.
    """

    uri: str
    video_id: str
    tracks: list[Track] = field(default_factory=list)
    is_whole: bool = False
    links: list[str] = field(default_factory=list)


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
            deleted += _delete(store, place, original, job, delete or delete_source)
        except FoleyError as error:
            kept.append(f"{original.uri} was kept: {error}")
            _note(store, f"{_log_of(place, original)}kept.json", original, reason=str(error))
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
                original.is_whole |= not row.start_s and row.end_s is None
                if (path := local_path(row.uri)) is not None and path.is_symlink():
                    original.links.append(row.uri)
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
                            muxed_key(row["video_id"], row["region"]),
                        )
    return found


def _delete(store: Storage, place: str, original: Original, job: Job, delete: Delete) -> bool:
    """Verify, note, delete, note; False where it was gone before."""
    log = _log_of(place, original)
    try:
        with open_source(original.uri, job.schemes) as source:
            _refuse_to_lose(store, original, source, job.delivery.muxed)
            for track in original.tracks:
                _verify(store, track)
            _note(
                store,
                f"{log}verified.json",
                original,
                source_bytes=source.size_bytes,
                other_names=_other_names(original.uri),
            )
    except DecodeError:
        if store.exists(f"{log}verified.json") and not store.exists(f"{log}deleted.json"):
            _note(store, f"{log}deleted.json", original)
        return False
    delete(original.uri)
    _note(store, f"{log}deleted.json", original)
    store.delete(f"{log}kept.json")
    return True


def _log_of(place: str, original: Original) -> str:
    return f"{DELETIONS_FOLDER}{digest([place, original.tracks[0].source_identity])}/"


def _refuse_to_lose(store: Storage, original: Original, source: Source, muxed: bool) -> None:
    """Look whether something would be gone for good that nobody gave up.

    Raises:
        StorageError: it would; the message says why.
    """
    found = source.identity
    if any(track.source_identity != found for track in original.tracks):
        raise StorageError("it is no longer the file that its tracks were made from")
    if not original.is_whole:
        raise StorageError("its rows ask for parts of it, and none for the whole")
    if original.links:
        raise StorageError(
            f"{original.links[0]} is a symbolic link to {same_place(original.uri)}, and neither "
            "was deleted; name the file itself in the manifest"
        )
    if muxed and (lost := [t.muxed for t in original.tracks if not store.exists(t.muxed)]):
        raise StorageError(
            f"{lost[0]} could not be made (the row's notes say why): nothing else has its picture"
        )


def _other_names(uri: str) -> int:
    """Count the further names that a local file has, under which its content stays."""
    path = local_path(uri)
    return 0 if path is None else path.stat().st_nlink - 1


def _verify(store: Storage, track: Track) -> None:
    """Read a track back.

    Raises:
        StorageError: it is not the one that its row states.
    """
    key = key_of_track(track.uri)
    sha256, size = hashlib.sha256(), 0
    with store.open(key) as file:
        while data := file.read(_READ_BYTES):
            sha256.update(data)
            size += len(data)
    if sha256.hexdigest() != track.sha256 or size != track.size_bytes:
        raise StorageError(f"{track.uri} is not the track that its row states; run the job again")


def _note(store: Storage, key: str, original: Original, **more: Json) -> None:
    tracks: list[Json] = [{"uri": track.uri, "sha256": track.sha256} for track in original.tracks]
    note = {
        "at": datetime.now(UTC).isoformat(),
        "source": original.uri,
        "source_identity": original.tracks[0].source_identity,
        "tracks": tracks,
        **more,
    }
    store.put(key, json.dumps(note, indent=2).encode())
