"""Remove every trace of a video from an output, and prove it by listing.

What is named after the video goes: tracks, stems, muxed files, cue sheets, former versions,
corrections. What its notes name goes too (see `foley_core.soundtrack.traces`), unless another video
shares it. Rows of Parquet files, and of the page's list, go by rewriting the file. What will go is
found first, so that it can be shown and asked about. Order makes it safe to kill: rows first, so
that no row ever lacks its track; notes last, so that a second purge finds what a first one left.

The manifest and the original are the user's own and stay, as does `audit/`: the record of what was
deleted is what an audit asks for. While a job runs on the output, a purge waits.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow.compute as pc
import pyarrow.parquet as pq

from foley_core.errors import ConfigError
from foley_core.ids import digest
from foley_core.messages import did_you_mean
from foley_core.soundtrack.traces import TRACES_FOLDER as TRACES
from foley_core.soundtrack.traces import traced_keys, traces_of
from foley_core.storage.store import Storage
from pipelines.lease import leased
from pipelines.metadata.broken_off import settle
from pipelines.metadata.commits import parquet_bytes, read_steadily
from pipelines.review.list_pages import forget_video, is_list_file, names_video

KEPT = "audit/"
_BY_REGION = ("tracks", "stems", "muxed", "cues", "formats", "versions", "takes")
"""Folders that hold a folder for each region, and there a file or a folder for each video."""
_BY_ID = ("asked", "corrections", "waiting", "ended", "told")
"""Folders that hold a file or a folder for each video, or soundtrack of a service."""
_SOUNDTRACKS = "soundtracks"
_ENDINGS = (".wav", ".flac", ".mp4", ".c2pa", ".json", ".csv", ".jsonl", ".parquet")


@dataclass(frozen=True, slots=True)
class Traces:
    """Keys of all that an output holds of a video.

    Attributes:
        remove: keys that go, in this order.
        shared: keys that stay, since other videos share them.
        rewrite: files that lose the video's rows.
    """

    remove: tuple[str, ...]
    shared: tuple[str, ...]
    rewrite: tuple[str, ...]


@dataclass(slots=True)
class Purged:
    """The outcome of a purge.

    Keys removed, keys kept since other videos share them, files that lost the video's rows, and
    what a listing afterwards still found (nothing, or the purge failed).
    """

    removed: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def find_traces(store: Storage, video_id: str) -> Traces:
    """Find every trace of a video; nothing is changed.

    Raises:
        ConfigError: there is none; the message names the nearest id.
        StorageError: the store failed.
    """
    # A job that ends at this moment merges files, and those that were listed are gone.
    return read_steadily(lambda: _found(store, video_id))


def _found(store: Storage, video_id: str) -> Traces:
    keys = [item.key for item in store.list()]
    parquet = [key for key in keys if _holds_rows(store, key, video_id)]
    mine, others = _traced(store, keys, video_id)
    notes = [key for key in keys if key.startswith(traces_of(video_id))]
    named = [key for key in keys if is_named_after(key, video_id) and key not in notes]
    if not (parquet or named or notes):
        raise ConfigError(_unknown(store, keys, video_id))
    rewrite = tuple(key for key in parquet if key not in named)
    traced = sorted((mine - others).intersection(keys).difference(named))
    return Traces((*named, *traced, *notes), tuple(sorted(mine & others)), rewrite)


def purge_video(store: Storage, video_id: str) -> Purged:
    """Remove every trace of a video; the second of two purges finds nothing to do.

    Raises:
        ConfigError: there is no trace of it.
        StorageError: the store failed; purge again.
    """
    find_traces(store, video_id)
    with leased(store, "foley purge"):
        settle(store)
        return _purged(store, video_id)


def _purged(store: Storage, video_id: str) -> Purged:
    """Purge from an output that is this process's to write to."""
    found = find_traces(store, video_id)
    done = Purged(shared=list(found.shared))
    for key in found.rewrite:
        _rewrite(store, key, video_id)
        done.rewritten.append(key)
    for key in found.remove:
        store.delete(key)
        done.removed.append(key)
    _log(store, video_id, done)
    done.left = list(remains(store, video_id, set(found.remove)))
    return done


def remains(store: Storage, video_id: str, traced: set[str]) -> Iterator[str]:
    """Keys of a fresh listing that still belong to a video, or hold rows of it."""
    own = traces_of(video_id)
    for item in store.list():
        named = is_named_after(item.key, video_id) or item.key.startswith(own)
        if named or item.key in traced or _holds_rows(store, item.key, video_id):
            yield item.key


def is_named_after(key: str, video_id: str) -> bool:
    """Return True where a key names the video, by its id or its digest, where keys name videos.

    A video may have the name of a folder or a file that each output has, such as `tracks`.
    """
    if key.startswith(KEPT):
        return False
    *folders, file = key.split("/")
    bare = next((file.removesuffix(e) for e in _ENDINGS if file.endswith(e)), file)
    names = [*folders, bare]
    if digest({"video_id": video_id}) in names:
        return True
    if len(names) == 1:
        return False
    if names[0] == _SOUNDTRACKS:
        # Each soundtrack of a service has an output of its own there.
        return video_id == names[1] or is_named_after("/".join(key.split("/")[2:]), video_id)
    if names[0] in _BY_ID:
        return names[1] == video_id
    return (
        len(names) > 2
        and names[0] in _BY_REGION
        and names[1].startswith("region=")
        and names[2] == video_id
    )


def _holds_rows(store: Storage, key: str, video_id: str) -> bool:
    if is_list_file(key):
        return names_video(store, key, video_id)
    if not key.endswith(".parquet") or key.startswith(KEPT):
        return False
    with store.open(key) as file:
        table = pq.ParquetFile(file)
        if "video_id" not in table.schema_arrow.names:
            return False
        return any(
            bool(pc.any(pc.equal(batch.column(0), video_id)).as_py())
            for batch in table.iter_batches(columns=["video_id"])
        )


def _rewrite(store: Storage, key: str, video_id: str) -> None:
    """The same file without the rows of a video; a file that held nothing else goes."""
    if is_list_file(key):
        forget_video(store, key, video_id)
        return
    table = pq.read_table(io.BytesIO(store.read(key)))
    other = pc.fill_null(pc.not_equal(table["video_id"], video_id), True)
    if len(left := table.filter(other)):
        store.put(key, parquet_bytes(left))
    else:
        store.delete(key)


def _traced(store: Storage, keys: list[str], video_id: str) -> tuple[set[str], set[str]]:
    """Return the keys that a video's notes name, and those that another video's notes name too."""
    notes = [key for key in keys if key.startswith(TRACES)]
    own = traces_of(video_id)
    mine = {key for note in notes if note.startswith(own) for key in traced_keys(store, note)}
    shared = {
        key
        for note in notes
        if mine and not note.startswith(own)
        for key in traced_keys(store, note)
        if key in mine
    }
    return mine, shared


def _unknown(store: Storage, keys: list[str], video_id: str) -> str:
    known: set[str] = set()
    for key in keys:
        if key.startswith("metadata/") and key.endswith(".parquet"):
            with store.open(key) as file:
                column = pq.read_table(file, columns=["video_id"])["video_id"]
            known.update(filter(None, column.to_pylist()))
    if not keys:
        return f"there is nothing in {store.root}; give the output of a job"
    hint = did_you_mean(video_id, known, "check the id")
    return f"there is no trace of a video {video_id!r} in {store.root}; {hint}"


def _log(store: Storage, video_id: str, done: Purged) -> None:
    """Write into the audit log that a video was purged, without its name."""
    about = digest({"video_id": video_id})
    at = datetime.now(UTC).isoformat()
    note = {"at": at, "video": about, "removed": len(done.removed), "files": len(done.rewritten)}
    store.put(f"{KEPT}purges/{about}-{at}.json", json.dumps(note).encode())
