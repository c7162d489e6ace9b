"""Objects of an S3 bucket, through s3fs."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import fsspec

from foley_core.storage.backend import Attempt, Found
from foley_core.storage.retries import answer_of

HTTP_PRECONDITION_FAILED = 412
# A body of two parts or more is sent in parts of this size, which are tried again one by one.
PART_BYTES = 16 << 20
PART_ATTEMPTS = 8
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30


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

    def _call(self, method: str, **request: Any) -> dict[str, Any]:
        answer = _s3().call_s3(method, Bucket=self.bucket, **request)
        return dict(answer)

    def read(self, name: str, start: int | None = None, stop: int | None = None) -> bytes:
        """See `Backend.read`."""
        path = f"{self.bucket}/{self._key(name)}"
        data = _s3().cat_file(path, start=start, end=stop, max_concurrency=1)
        return bytes(data)

    def find(self, name: str) -> Found:
        """See `Backend.find`; the tag is the ETag."""
        head = self._call("head_object", Key=self._key(name))
        modified_s = head["LastModified"].timestamp()
        return Found(name, head["ContentLength"], head["ETag"].strip('"'), modified_s)

    def create(self, name: str, data: bytes) -> None:
        """See `Backend.create`."""
        try:
            self._call("put_object", Key=self._key(name), Body=data, IfNoneMatch="*")
        except OSError as error:
            answer = answer_of(error)
            if answer is not None and answer[0] == HTTP_PRECONDITION_FAILED:
                raise FileExistsError(name) from error
            raise

    def replace(self, name: str, data: bytes) -> None:
        """See `Backend.replace`."""
        self._call("put_object", Key=self._key(name), Body=data)

    def replace_from(self, name: str, path: Path) -> None:
        """See `Backend.replace_from`; large files go up in parts and appear when all are there."""
        in_parts = path.stat().st_size >= 2 * PART_BYTES
        _s3(PART_ATTEMPTS if in_parts else 1).put_file(
            str(path), f"{self.bucket}/{self._key(name)}", chunksize=PART_BYTES, max_concurrency=2
        )

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


def _s3(attempts: int = 1) -> Any:
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return _client(os.getpid(), endpoint, attempts)


@lru_cache(maxsize=8)
def _client(process: int, endpoint: str | None, attempts: int) -> Any:
    """Return the S3 client of this process (a forked child must not use its parent's connections).

    Requests are tried once, so that nothing is repeated unseen; only the parts of an upload,
    whose repetition is harmless, are tried again below.
    """
    config: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "read_timeout": READ_TIMEOUT_S,
        "max_pool_connections": 32,
        "retries": {"total_max_attempts": attempts, "mode": "standard"},
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
