"""Objects in this process's memory, gone with it: for tests and rehearsals."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import fsspec

from foley_core.storage.backend import Attempt, Found

_lock = Lock()


@dataclass(frozen=True)
class MemoryFolder:
    """Objects below a name."""

    root: str

    def _path(self, name: str) -> str:
        return f"/{self.root}/{name}"

    def read(
        self, name: str, start: int | None = None, stop: int | None = None, tag: str | None = None
    ) -> bytes:
        """See `Backend.read`; objects have no tags here."""
        return bytes(_memory().cat_file(self._path(name), start=start, end=stop))

    def find(self, name: str) -> Found:
        """See `Backend.find`."""
        info = _file_info(_memory(), self._path(name))
        return Found(name, info["size"], None, info["created"].timestamp())

    def create(self, name: str, data: bytes) -> None:
        """See `Backend.create`."""
        with _lock:
            _memory().pipe_file(self._path(name), data, mode="create")

    def replace(self, name: str, data: bytes) -> None:
        """See `Backend.replace`."""
        with _lock:
            _memory().pipe_file(self._path(name), data)

    def replace_from(self, name: str, path: Path) -> None:
        """See `Backend.replace_from`."""
        self.replace(name, path.read_bytes())

    def walk(self, prefix: str, attempt: Attempt) -> Iterator[Found]:
        """See `Backend.walk`."""
        start = len(self._path(""))
        for path in sorted(_memory().find(self._path("")), key=os.fsencode):
            if path[start:].startswith(prefix):
                yield self.find(path[start:])

    def delete(self, name: str) -> None:
        """See `Backend.delete`."""
        with _lock:
            _memory().store.pop(self._path(name), None)


def _memory() -> Any:
    return fsspec.filesystem("memory")


def _file_info(filesystem: Any, path: str) -> dict[str, Any]:
    info: dict[str, Any] = filesystem.info(path)
    if info["type"] != "file":
        raise FileNotFoundError(path)
    return info
