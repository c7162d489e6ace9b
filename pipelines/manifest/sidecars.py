"""The sidecars of a catalogue: found by listing a few folders once, never by asking row by row.

A catalogue of a million videos would be a million requests to learn that hardly any has a sidecar.
So the job names the folders that may hold some; each is listed once, a request a thousand objects
on S3, and only sidecars that exist and whose row is in the manifest are read, some at a time.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from foley_core.errors import ConfigError
from foley_core.soundtrack.sidecar import SIDECAR_SUFFIX, load_sidecar, sidecar_place
from foley_core.storage.addresses import local_path, split_scheme
from foley_core.storage.store import Storage
from pipelines.manifest.reader import AnyRow, InvalidRow, ManifestRow
from pipelines.stopping import sentence_of

READING_THREADS = 16


class Sidecars:
    """The sidecars below some folders.

    Attributes:
        used: how many rows had one so far.

    Raises:
        ConfigError: a folder is not there, or of a scheme that is not allowed.
        StorageError: a folder cannot be listed.
    """

    def __init__(self, folders: Sequence[str], schemes: Sequence[str]) -> None:
        self._schemes = tuple(schemes)
        self._videos = {video for folder in folders for video in self._listed(folder)}
        self.used = 0

    def _listed(self, folder: str) -> list[str]:
        if (split_scheme(folder)[0] or "file") not in self._schemes:
            allowed = ", ".join(self._schemes)
            raise ConfigError(f"sidecars: '{folder}' has a forbidden scheme; allowed: {allowed}")
        path = local_path(folder)
        if path is not None and not path.is_dir():
            raise ConfigError(f"sidecars: there is no folder {folder}")
        store = Storage(folder)
        return [
            _plain(store.uri(item.key).removesuffix(SIDECAR_SUFFIX))
            for item in store.list()
            if item.key.endswith(SIDECAR_SUFFIX)
        ]

    def applied(self, batch: Sequence[AnyRow]) -> list[AnyRow]:
        """The rows as their sidecars want them; a row whose sidecar cannot be used is invalid."""
        rows = list(batch)
        places = [
            place
            for place, row in enumerate(rows)
            if self._videos and isinstance(row, ManifestRow) and _plain(row.uri) in self._videos
        ]
        if not places:
            return rows
        self.used += len(places)
        with ThreadPoolExecutor(READING_THREADS) as pool:
            for place, row in zip(
                places, pool.map(self._read, [rows[p] for p in places]), strict=True
            ):
                rows[place] = row
        return rows

    def _read(self, row: AnyRow) -> AnyRow:
        assert isinstance(row, ManifestRow)
        return heeding(row, self._schemes)


def heeding(row: ManifestRow, schemes: tuple[str, ...]) -> AnyRow:
    """Return a row as the sidecar beside its video wants it; invalid if that cannot be used."""
    uri = sidecar_place(row.uri)
    try:
        wishes = load_sidecar(uri, schemes).over(row.wishes)
    # Whatever a sidecar does to its reader is a fault of its row alone.
    except Exception as error:
        reason = f"its sidecar cannot be used: {sentence_of(error)}"
        return InvalidRow(
            row.manifest_row, row.video_id, row.uri, reason, True, row.regions, row.extra
        )
    return replace(row, wishes=wishes, sidecar=uri)


def _plain(uri: str) -> str:
    """One spelling for one place."""
    path = local_path(uri)
    return "://".join(split_scheme(uri)) if path is None else os.path.normpath(path)
