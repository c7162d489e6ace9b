"""Objects of an S3 bucket, through s3fs.

Every request has a deadline that follows from how many bytes it moves: the timeouts of sockets
alone let a server that sends a byte now and then hold a worker for days.
"""

import asyncio
import mimetypes
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import fsspec
from fsspec.asyn import sync

from foley_core.errors import ReplacedError
from foley_core.storage.backend import Attempt, Found
from foley_core.storage.retries import FOREIGN, answer_of, with_retries

HTTP_PRECONDITION_FAILED = 412
WRITER = "writer"
# A body of two parts or more is sent in parts of this size, which are tried again one by one.
PART_BYTES = 16 << 20
PARTS_AT_ONCE = 2
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
REQUEST_S = 30.0
"""The time that any request may take, beside that for its bytes."""
LEAST_BYTES_PER_S = 64 * 1024
"""A request that moves its bytes more slowly is cut and tried again."""


def deadline_s(size_bytes: int) -> float:
    """Return the seconds that a request may take which moves so many bytes."""
    return REQUEST_S + size_bytes / LEAST_BYTES_PER_S


@dataclass(frozen=True)
class S3Folder:
    """Objects of a bucket below a prefix.

    `create` is a conditional PUT (If-None-Match: *). Endpoint, region and credentials come the
    usual AWS way (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, profiles, roles); with an endpoint of one's
    own the bucket is named in the path, not in the host.
    """

    bucket: str
    prefix: str

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def _call(self, method: str, moved_bytes: int = 0, **request: Any) -> dict[str, Any]:
        limit_s = deadline_s(moved_bytes)
        answer = _s3().call_s3(method, Bucket=self.bucket, timeout=limit_s, **request)
        return dict(answer)

    def read(
        self, name: str, start: int | None = None, stop: int | None = None, tag: str | None = None
    ) -> bytes:
        """See `Backend.read`."""
        request: dict[str, Any] = {"Bucket": self.bucket, "Key": self._key(name)}
        if stop is not None:
            request["Range"] = f"bytes={start or 0}-{stop - 1}"
        if tag is not None:
            request["IfMatch"] = f'"{tag}"'
        client = _s3()
        try:
            data, found = sync(client.loop, _fetched, client, request)
        except OSError as error:
            if _refused_condition(error):
                raise self._replaced(name) from error
            raise
        # Not every server knows If-Match.
        if tag is not None and found != tag:
            raise self._replaced(name)
        return bytes(data)

    def _replaced(self, name: str) -> ReplacedError:
        return ReplacedError(
            f"s3://{self.bucket}/{self._key(name)} was replaced while it was read; run again"
        )

    def find(self, name: str) -> Found:
        """See `Backend.find`; the tag is the ETag."""
        head = self._call("head_object", Key=self._key(name))
        modified_s = head["LastModified"].timestamp()
        return Found(name, head["ContentLength"], head["ETag"].strip('"'), modified_s)

    def create(self, name: str, data: bytes) -> None:
        """See `Backend.create`.

        The transport repeats a PUT by itself when a connection ends without an answer. What it
        finds taken then may be its own: a mark tells.
        """
        mark = secrets.token_hex(8)
        request: dict[str, Any] = {"Key": self._key(name), "Metadata": {WRITER: mark}}
        try:
            self._call("put_object", len(data), Body=data, IfNoneMatch="*", **request)
        except OSError as error:
            if not _refused_condition(error):
                raise
            if self._writer(name) != mark:
                raise FileExistsError(name) from error

    def _writer(self, name: str) -> str | None:
        """Return the mark of the request that made an object; None where there is none."""
        try:
            head = self._call("head_object", Key=self._key(name))
        except FileNotFoundError:
            return None
        return dict(head.get("Metadata") or {}).get(WRITER)

    def replace(self, name: str, data: bytes) -> None:
        """See `Backend.replace`."""
        self._call("put_object", len(data), Key=self._key(name), Body=data)

    def replace_from(self, name: str, path: Path) -> None:
        """See `Backend.replace_from`; large files go up in parts and appear when all are there."""
        size_bytes = path.stat().st_size
        target: dict[str, Any] = {"Key": self._key(name), **_content_type(path)}
        if size_bytes < 2 * PART_BYTES:
            self._call("put_object", size_bytes, Body=path.read_bytes(), **target)
            return
        upload_id = self._call("create_multipart_upload", **target)["UploadId"]
        upload = {"Key": target["Key"], "UploadId": upload_id}
        try:
            parts = self._parts_sent(upload, path, size_bytes)
            self._call(
                "complete_multipart_upload", size_bytes, MultipartUpload={"Parts": parts}, **upload
            )
        except BaseException:
            with suppress(*FOREIGN):
                self._call("abort_multipart_upload", **upload)
            raise

    def _parts_sent(
        self, upload: dict[str, Any], path: Path, size_bytes: int
    ) -> list[dict[str, Any]]:
        """Send a file's parts, each with its own retries; return their numbers and tags."""
        where = f"s3://{self.bucket}/{upload['Key']}"

        def send(number: int) -> dict[str, Any]:
            with path.open("rb") as file:
                file.seek((number - 1) * PART_BYTES)
                data = file.read(PART_BYTES)
            call = partial(
                self._call, "upload_part", len(data), PartNumber=number, Body=data, **upload
            )
            return {"PartNumber": number, "ETag": with_retries("write", where, call)["ETag"]}

        pool = ThreadPoolExecutor(PARTS_AT_ONCE)
        try:
            return list(pool.map(send, range(1, -(-size_bytes // PART_BYTES) + 1)))
        finally:
            pool.shutdown(cancel_futures=True)

    def walk(self, prefix: str, attempt: Attempt) -> Iterator[Found]:
        """See `Backend.walk`."""
        start = len(self._key(""))
        request: dict[str, Any] = {"Prefix": self._key(prefix)}
        while True:
            page = attempt(partial(self._call, "list_objects_v2", **request))
            for entry in page.get("Contents", []):
                name, tag = entry["Key"][start:], entry["ETag"].strip('"')
                yield Found(name, entry["Size"], tag, entry["LastModified"].timestamp())
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def delete(self, name: str) -> None:
        """See `Backend.delete`."""
        self._call("delete_object", Key=self._key(name))


def _refused_condition(error: OSError) -> bool:
    """Return True where the server says that an object is not as the request wants it."""
    answer = answer_of(error)
    return answer is not None and answer[0] == HTTP_PRECONDITION_FAILED


def _content_type(path: Path) -> dict[str, str]:
    guessed = mimetypes.guess_type(path.name)[0]
    return {"ContentType": guessed} if guessed else {}


async def _fetched(client: Any, request: dict[str, Any]) -> tuple[bytes, str]:
    """Return what a GET answers, and the object's tag.

    Raises:
        TimeoutError: the deadline passed; that of the body follows from its stated length.
    """
    async with asyncio.timeout(deadline_s(0)) as limit:
        answer = await client._call_s3("get_object", **request)
        try:
            clock = asyncio.get_running_loop().time
            limit.reschedule(clock() + deadline_s(int(answer["ContentLength"])))
            return await answer["Body"].read(), str(answer["ETag"]).strip('"')
        finally:
            answer["Body"].close()


def _s3() -> Any:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return _client(os.getpid(), endpoint)


@lru_cache(maxsize=8)
def _client(process: int, endpoint: str | None) -> Any:
    """Return the S3 client of this process (a forked child must not use its parent's connections).

    Requests are tried once, so that nothing is repeated unseen.
    """
    config: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "read_timeout": READ_TIMEOUT_S,
        "max_pool_connections": 32,
        "retries": {"total_max_attempts": 1, "mode": "standard"},
    }
    if endpoint:
        config["s3"] = {"addressing_style": "path"}
    filesystem = fsspec.filesystem(
        "s3",
        endpoint_url=endpoint,
        config_kwargs=config,
        # Another process may have written since: a listing is asked for, never remembered.
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    filesystem.retries = 1
    return filesystem
