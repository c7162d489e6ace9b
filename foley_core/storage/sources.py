"""Videos and other files wherever they lie: opened for reading by range, and known from outside.

What a file is known by (`signature_of`) costs one request and reads nothing of it.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from foley_core.errors import DecodeError, MissingError
from foley_core.storage.addresses import SOURCE_SCHEMES, checked_uri, local_path
from foley_core.storage.retries import with_retries
from foley_core.storage.store import Storage


@dataclass
class Source:
    """An opened video: a seekable reader, its size, and what its content is known by."""

    uri: str
    file: BinaryIO
    size_bytes: int
    tag: str | None

    @cached_property
    def identity(self) -> str:
        """`sha256:<hex>` of a local file's content (read once, when asked for), or on S3
        `etag:<etag>:<size>`, which changes with every upload."""
        if self.tag is not None:
            return f"etag:{self.tag}:{self.size_bytes}"
        position = self.file.tell()
        self.file.seek(0)
        try:
            digest = hashlib.file_digest(cast(Any, self.file), "sha256")
            return f"sha256:{digest.hexdigest()}"
        finally:
            self.file.seek(position)

    @property
    def signature(self) -> str:
        """The same as `signature_of`, of a file that is open."""
        if self.tag is not None:
            return _signature(self.size_bytes, self.tag)
        status = os.fstat(self.file.fileno())
        return _signature(status.st_size, status.st_mtime_ns)


def signature_of(uri: str, schemes: Sequence[str] = SOURCE_SCHEMES) -> str:
    """A video seen from outside: size and ETag, or size and time of change; nothing is opened.

    Raises:
        RowError, DecodeError, StorageError: as `open_source`.
    """
    uri = checked_uri(uri, schemes)
    path = local_path(uri)
    try:
        if path is not None:
            status = with_retries("look up", uri, partial(_regular, uri, path))
            return _signature(status.st_size, status.st_mtime_ns)
        root, _, key = uri.rpartition("/")
        found = Storage(root).find(key)
    except MissingError as error:
        raise _no_video(uri) from error
    return _signature(found.size_bytes, found.tag)


def _signature(size_bytes: int, changed: str | int | None) -> str:
    """Size, and what tells one content from another of that size: an ETag, or a time in ns."""
    return f"{size_bytes}:{changed}"


@contextmanager
def open_source(uri: str, schemes: Sequence[str] = SOURCE_SCHEMES) -> Iterator[Source]:
    """Open a video for reading, by ranges where it is remote.

    Raises:
        RowError: the URI is not allowed, see `checked_uri`.
        DecodeError: there is no such file, or it is a folder or a device.
        StorageError: it cannot be read after all retries.
    """
    uri = checked_uri(uri, schemes)
    path = local_path(uri)
    try:
        source = _remote(uri) if path is None else _local(uri, path)
    except MissingError as error:
        raise _no_video(uri) from error
    with source.file:
        yield source


def _remote(uri: str) -> Source:
    root, _, key = uri.rpartition("/")
    storage = Storage(root)
    found = storage.find(key)
    return Source(uri, storage.open(key, found), found.size_bytes, found.tag)


def _local(uri: str, path: Path) -> Source:
    def attempt() -> Source:
        status = _regular(uri, path)
        return Source(uri, path.open("rb"), status.st_size, None)

    return with_retries("read", uri, attempt)


def _regular(uri: str, path: Path) -> os.stat_result:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        raise DecodeError(f"{uri} is {kind}; name a video file")
    return status


def _no_video(uri: str) -> DecodeError:
    return DecodeError(f"there is no video at {uri}; check its path or address")
