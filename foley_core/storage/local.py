"""Objects as files below a folder.

An object is written as `_tmp/<host>.<pid>.<random>.part`, flushed to the disk, and then linked
(`create`) or renamed (`replace`) to its name, so that a name never shows half of an object.

A folder goes with the last object in it: folders are named after videos, and nothing of a purged
video stays.
"""

import errno
import os
import secrets
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from foley_core.storage.backend import Attempt, Found

TEMPORARY = "_tmp"
COPY_BYTES = 16 << 20
# A day: longer than any single object takes to be written.
STALE_S = 86_400
TRIES = 100

T = TypeVar("T")


@dataclass(frozen=True)
class LocalFolder:
    """Files below a folder, which is made when first written to."""

    root: str

    def _path(self, name: str) -> Path:
        return Path(self.root, name)

    def read(
        self, name: str, start: int | None = None, stop: int | None = None, tag: str | None = None
    ) -> bytes:
        """See `Backend.read`; objects have no tags here."""
        with self._path(name).open("rb") as file:
            file.seek(start or 0)
            return file.read(-1 if stop is None else stop - (start or 0))

    def find(self, name: str) -> Found:
        """See `Backend.find`; a folder is no object."""
        path = self._path(name)
        if path.is_dir():
            raise FileNotFoundError(f"{path} is a folder")
        status = path.stat()
        return Found(name, status.st_size, None, status.st_mtime)

    def create(self, name: str, data: bytes) -> None:
        """See `Backend.create`; a hard link is the one atomic way that never overwrites."""
        with self._part(lambda file: file.write(data)) as part:
            _in_folder(self._path(name), lambda path: os.link(part, path))

    def replace(self, name: str, data: bytes) -> None:
        """See `Backend.replace`."""
        with self._part(lambda file: file.write(data)) as part:
            _in_folder(self._path(name), part.replace)

    def replace_from(self, name: str, path: Path) -> None:
        """See `Backend.replace_from`."""

        def copy(part: IO[bytes]) -> None:
            with path.open("rb") as source:
                shutil.copyfileobj(source, part, COPY_BYTES)

        with self._part(copy) as part:
            _in_folder(self._path(name), part.replace)

    def walk(self, prefix: str, attempt: Attempt) -> Iterator[Found]:
        """See `Backend.walk`; temporary files are no objects."""
        return self._walk("", prefix)

    def _walk(
        self, folder: str, prefix: str, above: frozenset[tuple[int, int]] = frozenset()
    ) -> Iterator[Found]:
        place = Path(self.root, folder)
        try:
            status = place.stat()
            within = above | {(status.st_dev, status.st_ino)}
            if within == above:  # a link that leads back to where it lies
                return
            with os.scandir(place) as entries:
                listed = [(e.name + "/" if _is_folder(e) else e.name) for e in entries]
        except (FileNotFoundError, NotADirectoryError):  # nothing lies below a file either
            return
        for entry in sorted(listed, key=os.fsencode):
            name = folder + entry
            if name == f"{TEMPORARY}/":
                continue
            if entry.endswith("/"):
                if name.startswith(prefix) or prefix.startswith(name):
                    yield from self._walk(name, prefix, within)
            elif name.startswith(prefix):
                yield from self._if_present(name)

    def _if_present(self, name: str) -> Iterator[Found]:
        try:
            found = self.find(name)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            return  # links that lead to each other, and to no file
        yield found

    def delete(self, name: str) -> None:
        """See `Backend.delete`; the folders that it leaves empty are removed, but for the root."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        for folder in path.relative_to(self.root).parents[:-1]:
            if not _removed(Path(self.root, folder)):
                return

    @contextmanager
    def _part(self, fill: Callable[[IO[bytes]], object]) -> Iterator[Path]:
        name = f"{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(8)}.part"
        part = Path(self.root, TEMPORARY, name)
        try:
            with _in_folder(part, lambda path: path.open("xb")) as file:
                fill(file)
                # On the disk before it has its name: a power cut must not leave an empty object.
                file.flush()
                os.fsync(file.fileno())
            yield part
        finally:
            part.unlink(missing_ok=True)
            _removed(part.parent)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that lead to each other
        return False


def _in_folder(path: Path, act: Callable[[Path], T]) -> T:
    """Make the folder of a path, and do something there.

    Until something lies in the folder, whoever deletes from it may remove it again.
    """
    for _ in range(TRIES):
        with suppress(FileNotFoundError, FileExistsError):  # gone while it was looked at
            path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            return act(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return act(path)


def _removed(folder: Path) -> bool:
    """Remove a folder if it is empty; return False where it is not, or is not there."""
    with suppress(OSError):
        folder.rmdir()
        return True
    return False


def sweep(root: Path) -> int:
    """Remove temporary files whose writer is dead or that are a day old; return how many.

    A writer is known to be dead only on its own host: elsewhere, age decides.
    """
    removed = 0
    for part in Path(root, TEMPORARY).glob("*.part"):
        try:
            if _is_stale(part):
                part.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    _removed(Path(root, TEMPORARY))
    return removed


def _is_stale(part: Path) -> bool:
    host, _, process = part.name.removesuffix(".part").rpartition(".")[0].rpartition(".")
    if host == socket.gethostname() and process.isdigit() and not _is_alive(int(process)):
        return True
    return time.time() - part.stat().st_mtime > STALE_S


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
