"""Objects by key in a local folder, an S3 bucket or memory, and videos wherever they lie.

The one boundary for storage faults: every call is bounded by timeouts and tried again, with
exponential backoff and full jitter, while the fault may pass (503 SlowDown, resets, cut bodies,
timeouts); what remains is a `StorageError` that names key, operation and what to do. An object is
visible under its key only when it is whole, in each of the three places.

Not known here: what the bytes mean.
"""

import io
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from foley_core.errors import ConfigError, MissingError, OutputError, UnwritableError
from foley_core.storage.addresses import (
    BUCKET,
    checked_key,
    split_scheme,
)
from foley_core.storage.backend import Backend, Found
from foley_core.storage.local import COPY_BYTES, TEMPORARY, LocalFolder, sweep
from foley_core.storage.memory import MemoryFolder
from foley_core.storage.range_reader import RangeReader
from foley_core.storage.retries import failure, with_retries
from foley_core.storage.s3 import S3Folder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of a listing; `modified_s` when it was last written, in seconds since 1970."""

    key: str
    size_bytes: int
    modified_s: float


class Storage:
    """Objects by key below a root: a folder's path, `file:///…`, `s3://bucket/prefix`, `memory://…`.

    A key is a relative path with `/`: no empty part, no part `.` or `..`, no backslash or control
    character, at most 1000 bytes. Cheap to make and to pickle; safe from several threads and after
    a fork.

    Every call raises StorageError once its retries are spent, ValueError for a key that breaks
    the rules (a programming error: people's names are checked where they come in).
    """

    def __init__(self, root: str) -> None:
        self.backend = backend_of(root)
        self.root = self.backend.root if isinstance(self.backend, LocalFolder) else root.rstrip("/")

    def __reduce__(self) -> tuple[type["Storage"], tuple[str]]:
        return type(self), (self.root,)

    def __repr__(self) -> str:
        return f"Storage({self.root!r})"

    def uri(self, key: str) -> str:
        """Return where a key's object lies, in a form that `open_source` and people understand."""
        return f"{self.root}/{checked_key(key)}"

    def read(self, key: str) -> bytes:
        """Return the whole object.

        Raises:
            MissingError: there is none.
        """
        return self._do("read", key, partial(self.backend.read, checked_key(key)))

    def open(self, key: str, found: Found | None = None) -> BinaryIO:
        """Return a seekable reader that fetches blocks when needed, each with its own retries.

        What it gives is of one object throughout. Where the object is replaced before all was
        fetched, reading on raises ReplacedError.

        Args:
            found: what `find` said of the object; None to ask now.

        Raises:
            MissingError: there is none.
        """
        found = found or self.find(key)
        if isinstance(self.backend, LocalFolder):
            path = Path(self.backend.root, key)
            return self._do("read", key, lambda: path.open("rb"))
        if isinstance(self.backend, MemoryFolder):
            return io.BytesIO(self.read(key))
        reader = RangeReader(partial(self._range, key, found.tag), found.size_bytes)
        return cast(BinaryIO, io.BufferedReader(reader))

    def _range(self, key: str, tag: str | None, start: int, stop: int) -> bytes:
        def attempt() -> bytes:
            data = self.backend.read(key, start, stop, tag)
            if len(data) != stop - start:
                raise ConnectionError(f"{len(data)} of {stop - start} bytes came")
            return data

        return self._do("read", key, attempt)

    def size(self, key: str) -> int:
        """Return the size of the object in bytes.

        Raises:
            MissingError: there is none.
        """
        return self.find(key).size_bytes

    def find(self, key: str) -> Found:
        """Return size and change tag (the ETag on S3, else None) of the object.

        Raises:
            MissingError: there is none.
        """
        return self._do("look up", key, partial(self.backend.find, checked_key(key)))

    def exists(self, key: str) -> bool:
        """Return True where there is an object under the key."""
        try:
            self.find(key)
        except MissingError:
            return False
        return True

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store bytes under a free key; return False, and change nothing, where it is taken.

        Of several writers at once exactly one is told True. After a fault that may have hidden a
        success, an object that holds these very bytes counts as ours.
        """
        doubts: list[Exception] = []

        def attempt() -> bool:
            try:
                self.backend.create(key, data)
                return True
            except FileExistsError:
                return False
            except Exception as error:
                doubts.append(error)
                raise

        made = self._do("write", checked_key(key), attempt)
        return made or (bool(doubts) and self.read(key) == data)

    def put(self, key: str, data: bytes) -> None:
        """Store bytes in place of what the key held."""
        self._do("write", key, partial(self.backend.replace, checked_key(key), data))

    def put_file(self, key: str, path: Path) -> None:
        """Store a local file's content, in place of what the key held; memory flat."""
        self._do("write", key, partial(self.backend.replace_from, checked_key(key), path))

    def fetch_file(self, key: str, path: Path) -> None:
        """Write the object's content to a local file; memory flat.

        Raises:
            MissingError: there is none.
        """
        with self.open(key) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, COPY_BYTES)

    def delete(self, key: str) -> None:
        """Remove an object; a free key is no error."""
        self._do("delete", key, partial(self.backend.delete, checked_key(key)))

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield objects whose key begins with `prefix`, in byte order of keys; memory flat.

        A prefix is a beginning of a key, not a folder: `a/b` finds `a/bc`.
        """
        walk = self.backend.walk(prefix, partial(self._do, "list", prefix))
        try:
            for found in walk:
                yield Stored(found.name, found.size_bytes, found.modified_s)
        except OSError as error:
            raise failure("list", f"{self.root}/{prefix}", error) from error

    def check_writable(self) -> None:
        """Check that this place can be written to, and that two writers never overwrite each other.

        Raises:
            UnwritableError: it cannot; or the server ignores conditional writes, and so cannot
                hold the promise that a finished piece is made once.
            StorageError: whether it can is not known, since the store failed.
        """
        key = f"{TEMPORARY}/probe-{secrets.token_hex(8)}"
        try:
            first, second = self.put_if_absent(key, b"first"), self.put_if_absent(key, b"second")
            self.delete(key)
        except OutputError as error:
            # The person gave the place, and knows of no probe.
            raise UnwritableError(str(error).replace(self.uri(key), self.root)) from error
        if not first or second:
            raise UnwritableError(
                f"{self.root} ignores conditional writes (If-None-Match: *); use a store that "
                "honours them, such as AWS S3, Ceph, MinIO or a local folder"
            )

    def sweep_temporary(self) -> int:
        """Remove what dead writers left of unfinished local files; return how many."""
        return sweep(Path(self.root)) if isinstance(self.backend, LocalFolder) else 0

    def _do(self, operation: str, key: str, attempt: Callable[[], T]) -> T:
        return with_retries(operation, f"{self.root}/{key}", attempt)


def backend_of(root: str) -> Backend:
    """Return the backend that a root names.

    Raises:
        ConfigError: the root's scheme is none of those known, or it lacks a name.
    """
    scheme, rest = split_scheme(root)
    if scheme in ("", "file") and rest:
        return LocalFolder(str(Path(rest).absolute()))
    if scheme == "memory":
        return MemoryFolder(rest.strip("/"))
    bucket, _, prefix = rest.partition("/")
    if scheme == "s3" and BUCKET.fullmatch(bucket):
        return S3Folder(bucket, prefix.strip("/"))
    raise ConfigError(f"'{root}' is no place to store; use a folder, or s3://bucket/prefix")
