"""Copies of remote files on this machine's disk, for what can only be read from a local path."""

import fcntl
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from foley_core.errors import StorageError
from foley_core.storage.backend import Found
from foley_core.storage.store import Storage

SLICE_BYTES = 32 << 20
SLICES_AT_ONCE = 16
"""One connection to S3 brings some 50 MB a second, whatever the network could."""
SAID_EVERY_S = 5.0
_READ_BYTES = 2 << 20


def cache_folder() -> Path:
    """Return the folder of fetched files: `$FOLEY_CACHE`, or one in the user's cache."""
    return Path(os.environ.get("FOLEY_CACHE") or Path.home() / ".cache" / "foley")


def fetch(store: Storage, key: str, path: Path) -> None:
    """Copy an object to a file that is not there yet, whole or not at all, in slices side by side.

    Of several processes on a machine one copies, the others wait. A copy that takes long says how
    far it is on stderr.

    Raises:
        StorageError: the object cannot be read, or the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return
        unfinished = path.with_name(path.name + ".partial")
        try:
            _copy(store, key, unfinished)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise StorageError(
                f"cannot write {path} ({error.strerror}); free some space, or name another folder "
                "in FOLEY_CACHE"
            ) from error
        unfinished.replace(path)


def _copy(store: Storage, key: str, path: Path) -> None:
    found, said, done = store.find(key), time.monotonic(), 0
    size = found.size_bytes
    with path.open("wb") as file, ThreadPoolExecutor(SLICES_AT_ONCE, "fetch") as threads:
        file.truncate(size)
        copy = partial(_copy_slice, store, found, file.fileno())
        try:
            for count in threads.map(copy, range(0, size, SLICE_BYTES)):
                done += count
                if time.monotonic() - said > SAID_EVERY_S:
                    said = time.monotonic()
                    print(f"{key}: {done / 1e9:.1f} of {size / 1e9:.1f} GB", file=sys.stderr)
        except BaseException:
            # What has not begun need not be fetched to find out that it all fails.
            threads.shutdown(wait=True, cancel_futures=True)
            raise


def _copy_slice(store: Storage, found: Found, file: int, start: int) -> int:
    """Write one slice of an object to its place in an open file; return its bytes."""
    position, stop = start, min(start + SLICE_BYTES, found.size_bytes)
    with store.open(found.name, found) as source:
        source.seek(start)
        while position < stop:
            data = source.read(min(_READ_BYTES, stop - position))
            if not data:
                raise StorageError(
                    f"{store.uri(found.name)} was cut while it was fetched; run again"
                )
            os.pwrite(file, data, position)
            position += len(data)
    return stop - start
