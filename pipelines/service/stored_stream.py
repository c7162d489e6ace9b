"""A file of a bucket as an answer, whole or a part of it (`Range`): browsers seek by parts."""

import re
from collections.abc import Iterator

from starlette.concurrency import iterate_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from foley_core.storage.backend import Found
from foley_core.storage.store import Storage

BLOCK_BYTES = 1 << 18
_ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class StoredStream(StreamingResponse):
    """Streams an object of a store, in blocks; memory flat.

    Args of the constructor:
        found: what `Storage.find` said of it.
    """

    def __init__(
        self, store: Storage, key: str, found: Found, media_type: str, headers: dict[str, str]
    ) -> None:
        super().__init__(
            iter(()), media_type=media_type, headers={**headers, "Accept-Ranges": "bytes"}
        )
        self._store, self._key, self._found = store, key, found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, size = Headers(scope=scope), self._found.size_bytes
        # Without a tag that clients know there is nothing that `If-Range` could compare.
        wanted = None if "if-range" in asked else asked.get("range")
        start, stop = part = part_of(wanted, size)
        if start >= stop and wanted and size:
            self.status_code, part = 416, (0, 0)
            self.headers["Content-Range"] = f"bytes */{size}"
        elif stop - start < size:
            self.status_code = 206
            self.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        self.headers["Content-Length"] = str(part[1] - part[0])
        if scope["method"] == "HEAD":
            part = (0, 0)
        self.body_iterator = iterate_in_threadpool(self._blocks(*part))
        await super().__call__(scope, receive, send)

    def _blocks(self, start: int, stop: int) -> Iterator[bytes]:
        if start >= stop:
            return
        with self._store.open(self._key, self._found) as source:
            source.seek(start)
            while start < stop and (data := source.read(min(BLOCK_BYTES, stop - start))):
                start += len(data)
                yield data


def part_of(wanted: str | None, size: int) -> tuple[int, int]:
    """Return begin and end, exclusive, of the bytes that a `Range` asks for.

    All of them where it asks for none or for several parts, as servers may answer; begin is not
    before the end where there is no such part.
    """
    found = _ONE_PART.fullmatch((wanted or "").strip())
    if not found or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) else (size, size)
    if last and int(last) < int(first):
        return 0, size
    return int(first), min(size, int(last) + 1) if last else size
