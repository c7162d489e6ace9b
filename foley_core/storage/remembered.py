"""Digests of large local files, remembered so that a file is read for its digest once.

A file counts as unchanged while its path, size and both times of its inode stay; the second of them
changes with every write and cannot be set by hand.
"""

import re
import secrets
from contextlib import suppress
from pathlib import Path

from foley_core.ids import digest, sha256_of_file
from foley_core.storage.local_copies import cache_folder
from foley_core.types import Json

_SHA256 = re.compile(r"[0-9a-f]{64}")


def remembered_sha256(path: Path) -> str:
    """Return the sha256, in hex, of a file's bytes, as `sha256_of_file` does.

    Raises:
        OSError: the file cannot be read.
    """
    seen = path.stat()
    state: list[Json] = [str(path.resolve()), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns]
    note = cache_folder() / "digests" / digest(state)
    with suppress(OSError):
        if _SHA256.fullmatch(known := note.read_text(encoding="ascii", errors="replace")):
            return known
    found = sha256_of_file(path)
    # A cache that cannot be written costs time, and nothing else.
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        partial = note.with_name(f"{note.name}.{secrets.token_hex(4)}")
        partial.write_text(found, encoding="ascii")
        partial.replace(note)
    return found
