"""Copies of remote files on this machine's disk, for what can only be read from a local path."""

import fcntl
import os
import shutil
from pathlib import Path

from foley_core.storage.store import Storage

_COPIED_BYTES = 16 << 20


def cache_folder() -> Path:
    """Return the folder of fetched files: `$FOLEY_CACHE`, or one in the user's cache."""
    return Path(os.environ.get("FOLEY_CACHE") or Path.home() / ".cache" / "foley")


def fetch(store: Storage, key: str, path: Path) -> None:
    """Copy an object to a file that is not there yet, whole or not at all.

    Of several processes on a machine one copies, the others wait.

    Raises:
        StorageError: the object cannot be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return
        partial = path.with_name(path.name + ".partial")
        with store.open(key) as source, partial.open("wb") as copy:
            shutil.copyfileobj(source, copy, _COPIED_BYTES)
        partial.replace(path)
