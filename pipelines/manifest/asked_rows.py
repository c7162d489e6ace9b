"""Requests of `foley one`, kept in its output: a manifest of one file a video.

Each, `asked/<video_id>.json`, holds a video's row and the settings that it was asked with, so that
corrections run again with these, whatever later calls for other videos ask for. A sidecar beside
the video has the last word, as in a job that names its folder.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from foley_core.errors import ConfigError, MissingError, StorageError
from foley_core.parsing import parsed_json
from foley_core.soundtrack.sidecar import sidecar_place
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage
from foley_core.styles.wishes import wishes_in
from pipelines.config import Job
from pipelines.manifest.reader import AnyRow, Manifest, ManifestRow
from pipelines.manifest.sidecars import heeding
from pipelines.metadata.schema import Field

ASKED_FOLDER = "asked/"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A video's row, and the job that it was asked for in."""

    row: ManifestRow
    job: Job


class AskedRows:
    """The rows of some videos, read as those of a manifest are.

    Raises:
        StorageError: the output cannot be read.
    """

    extra_fields: Sequence[Field] = ()

    def __init__(self, store: Storage, video_ids: Collection[str], schemes: Sequence[str]) -> None:
        self._store = store
        self._video_ids = video_ids
        self._schemes = tuple(schemes)

    def batches(self) -> Iterator[list[AnyRow]]:
        """All rows at once, as their sidecars want them; a faulty sidecar makes one invalid."""
        found = [asked_row(self._store, video_id) for video_id in sorted(self._video_ids)]
        # Numbered anew: each was the first of its own call, and a number tells videos apart.
        rows = [
            replace(asked.row, manifest_row=number)
            for number, asked in enumerate(filter(None, found), 1)
        ]
        yield [
            heeding(row, self._schemes) if has_sidecar(row.uri, self._schemes) else row
            for row in rows
        ]


def manifest_of(job: Job, only: Collection[tuple[str, str]] | None) -> Manifest | AskedRows:
    """Return the manifest of a job; of what `foley one` was asked for, the rows in `only`."""
    if not is_asked(job):
        return Manifest(job.manifest, job.schemes, job.limit)
    video_ids = {video_id for video_id, _ in only or ()}
    return AskedRows(Storage(job.output), video_ids, job.schemes)


def asked_manifest(output: str) -> str:
    """Return what a job on such rows has in place of a manifest."""
    return f"{output}/{ASKED_FOLDER.rstrip('/')}"


def is_asked(job: Job) -> bool:
    """Return True for a job on such rows."""
    return job.manifest == asked_manifest(job.output)


def keep_row(store: Storage, asked: AskedRow) -> None:
    """Keep a row and its settings in place of former ones.

    Raises:
        StorageError: the output cannot be written.
    """
    row = asked.row
    document = {
        "schema_version": 1,
        "manifest_row": row.manifest_row,
        "video_id": row.video_id,
        "uri": row.uri,
        "start_s": None if row.start_s is None else str(row.start_s),
        "end_s": None if row.end_s is None else str(row.end_s),
        "wishes": {
            name: value for name, value in row.wishes.columns().items() if value is not None
        },
        "job": asked.job.model_dump(mode="json"),
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    store.put(_key(row.video_id), text.encode())


def asked_row(store: Storage, video_id: str) -> AskedRow | None:
    """Return what was asked for a video here; None where nothing was.

    Raises:
        ConfigError: the file is damaged.
        StorageError: it cannot be read.
    """
    key = _key(video_id)
    try:
        document = parsed_json(store.read(key))
        start_s, end_s = (
            None if document[name] is None else Fraction(document[name])
            for name in ("start_s", "end_s")
        )
        row = ManifestRow(
            document["manifest_row"],
            document["video_id"],
            document["uri"],
            wishes_in(document["wishes"]),
            start_s=start_s,
            end_s=end_s,
        )
        # An output may have been moved since.
        here = {"output": store.root, "manifest": asked_manifest(store.root)}
        return AskedRow(row, Job.model_validate({**document["job"], **here}))
    except MissingError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{store.uri(key)} cannot be read ({error}); run foley one on the video again"
        ) from error


def has_sidecar(uri: str, schemes: Sequence[str]) -> bool:
    """Return True where a sidecar lies beside a video; what cannot be reached has none."""
    place = sidecar_place(uri)
    path = local_path(place)
    if path is not None:
        return path.is_file()
    root, _, name = place.rpartition("/")
    try:
        return Storage(root).exists(name)
    except StorageError:
        return False


def _key(video_id: str) -> str:
    return f"{ASKED_FOLDER}{video_id}.json"
