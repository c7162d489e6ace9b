"""Retries: which faults of a store may pass, how long to wait, and what to say in the end.

Pauses grow exponentially with full jitter, so that a thousand workers refused at once do not come
back at once. What a disk refuses is tried ten times. A store across a network is tried for two
minutes at least: on a busy machine ten attempts may all fall into one bad while of it.
"""

import errno
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from aiohttp import ClientError as TransportError
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    EndpointConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
)
from botocore.parsers import ResponseParserError

from foley_core.errors import MissingError, OutputError, StorageError

CALL_ATTEMPTS = 10
RETRIED_S = 120.0
"""Seconds that a fault of a store across a network may last before a call gives up."""
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 8.0
_BRIEF: ContextVar[bool] = ContextVar("brief", default=False)

# Errors of Python and of the client libraries that are translated here, and here alone.
FOREIGN = (OSError, TransportError, BotoCoreError, ClientError, ResponseParserError)
# The answer would be the same: a name, a right or a kind of file does not change by waiting.
FINAL = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)
PASSING = (
    TimeoutError, ConnectionError, TransportError, HTTPClientError, EndpointConnectionError,
    ResponseParserError, ChecksumError, FlexibleChecksumError, IncompleteReadError,
)  # fmt: skip
# The disk or the network file system was busy, or lost a handle and will open it again.
PASSING_ERRNOS = {errno.EAGAIN, errno.EBUSY, errno.EIO, errno.ESTALE}
# Timeout, conflict, too early, too many requests, and faults of the server itself (RFC 9110).
PASSING_STATUSES = {408, 409, 425, 429, 500, 502, 503, 504}
# Bodies cut or changed on their way; S3 answers 400, which would count as final by its status.
PASSING_CODES = {
    "RequestTimeout", "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
}  # fmt: skip
NO_ROOM_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
INSUFFICIENT_STORAGE = 507

T = TypeVar("T")


def with_retries(operation: str, where: str, attempt: Callable[[], T]) -> T:
    """Return the answer of `attempt`, called again while its faults may pass.

    Raises:
        MissingError: there is no object there.
        OutputError: nothing can be written there.
        StorageError: any other fault; the message names operation and place, and gives advice.
    """
    began, tries = time.monotonic(), 0
    while True:
        try:
            return attempt()
        except FOREIGN as error:
            tries += 1
            spent_s = time.monotonic() - began
            if not is_transient(error) or (tries >= CALL_ATTEMPTS and spent_s >= _least_s(error)):
                raise failure(operation, where, error, tries, spent_s) from error
        # Full jitter: a random share of a pause that doubles keeps many workers apart.
        doubled = FIRST_PAUSE_S * 2.0 ** min(tries - 1, CALL_ATTEMPTS)
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, doubled)))


@contextmanager
def brief_retries() -> Iterator[None]:
    """Give up after ten attempts in this block: somebody waits for the answer, and nothing is lost
    with it."""
    before = _BRIEF.set(True)
    try:
        yield
    finally:
        _BRIEF.reset(before)


def _least_s(error: Exception) -> float:
    """Return for how many seconds at least a call is tried that raises this error."""
    of_a_disk = answer_of(error) is None and not isinstance(error, PASSING)
    return 0.0 if of_a_disk or _BRIEF.get() else RETRIED_S


def is_transient(error: Exception) -> bool:
    """Return True where the same call may succeed a little later."""
    answer = answer_of(error)
    if answer is not None:
        status, code = answer
        return status in PASSING_STATUSES or code in PASSING_CODES
    if isinstance(error, FINAL):
        return False
    return isinstance(error, PASSING) or getattr(error, "errno", None) in PASSING_ERRNOS


def answer_of(error: BaseException | None) -> tuple[int, str] | None:
    """Return HTTP status and S3 error code of the answer that an error was made from, if it was."""
    while error is not None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return int(status), str(response.get("Error", {}).get("Code", ""))
        error = error.__cause__
    return None


def failure(
    operation: str, where: str, error: Exception, tries: int = 1, spent_s: float = 0.0
) -> StorageError:
    """Return the error to raise for a foreign one that no attempt got past."""
    missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    if missing and operation in ("read", "look up"):
        return MissingError(f"there is nothing at {where}; check the name and the folder or bucket")
    why = _reason(error)
    kind = OutputError if operation == "write" and _refuses_all(error) else StorageError
    return kind(f"cannot {operation} {where} ({why}); {_advice(error, tries, spent_s)}")


def _reason(error: Exception) -> str:
    """Return what happened; of a disk in its own words, without the name of a temporary file."""
    if isinstance(error, OSError) and type(error) in (OSError, *FINAL) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"


def _refuses_all(error: Exception) -> bool:
    """Return True where the place would refuse any other object as well."""
    if isinstance(error, PermissionError | FileNotFoundError | NotADirectoryError):
        return True
    if isinstance(error, NoCredentialsError):
        return True
    if (answer := answer_of(error)) and answer[0] == INSUFFICIENT_STORAGE:
        return True
    return getattr(error, "errno", None) in NO_ROOM_ERRNOS


def _advice(error: Exception, tries: int, spent_s: float) -> str:
    if isinstance(error, NoCredentialsError):
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role"
    if isinstance(error, PermissionError):
        return "check the credentials and the rights to read, write and list there"
    if isinstance(error, FileNotFoundError):
        return "check that the folder or bucket exists"
    if isinstance(error, NotADirectoryError):
        return "a file lies where a folder has to be; name a folder"
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return "free some space and run again: what is stored is kept"
    if getattr(error, "errno", None) == errno.EROFS:
        return "make it writable again and run again: what is stored is kept"
    if is_transient(error):
        return (
            f"tried {tries} times in {spent_s:.0f} s; check that the store is up and run again: "
            "what is stored is kept"
        )
    return "check the address and the settings of the store"
