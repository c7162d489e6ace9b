"""Retries: which faults of a store may pass, how long to wait, and what to say in the end.

Pauses grow exponentially with full jitter, so that a thousand workers refused at once do not come
back at once. With three of ten requests failing, ten attempts fail together in 6 of a million.
"""

import errno
import random
import time
from collections.abc import Callable
from typing import TypeVar

from aiohttp import ClientError as TransportError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.parsers import ResponseParserError

from foley_core.errors import MissingError, StorageError

CALL_ATTEMPTS = 10
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0

# Errors of Python and of the client libraries that are translated here, and here alone.
FOREIGN = (OSError, TransportError, BotoCoreError, ClientError, ResponseParserError)
# The answer would be the same: a name, a right or a kind of file does not change by waiting.
FINAL = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)
PASSING = (
    TimeoutError, ConnectionError, TransportError, HTTPClientError, EndpointConnectionError,
    ResponseParserError,
)  # fmt: skip
# The disk or the network file system was busy, or lost a handle and will open it again.
PASSING_ERRNOS = {errno.EAGAIN, errno.EBUSY, errno.EIO, errno.ESTALE}
# Timeout, conflict, too early, too many requests, and faults of the server itself (RFC 9110).
PASSING_STATUSES = {408, 409, 425, 429, 500, 502, 503, 504}
# Bodies cut or changed on their way; S3 answers 400, which would count as final by its status.
PASSING_CODES = {"RequestTimeout", "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch"}

T = TypeVar("T")


def with_retries(operation: str, where: str, attempt: Callable[[], T]) -> T:
    """Return the answer of `attempt`, called again while its faults may pass.

    Raises:
        MissingError: there is no object there.
        StorageError: any other fault; the message names operation and place, and gives advice.
    """
    for number in range(CALL_ATTEMPTS):
        try:
            return attempt()
        except FOREIGN as error:
            if number + 1 == CALL_ATTEMPTS or not is_transient(error):
                raise failure(operation, where, error) from error
        # Full jitter: a random share of a pause that doubles keeps many workers apart.
        time.sleep(random.uniform(0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**number)))
    raise AssertionError("the last attempt returns or raises")


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


def failure(operation: str, where: str, error: Exception) -> StorageError:
    """Return the error to raise for a foreign one that no attempt got past."""
    if isinstance(error, FileNotFoundError) and operation in ("read", "look up"):
        return MissingError(f"there is nothing at {where}; check the name and the folder or bucket")
    why = f"{type(error).__name__}: {error}"
    return StorageError(f"cannot {operation} {where} ({why}); {_advice(error)}")


def _advice(error: Exception) -> str:
    if isinstance(error, NoCredentialsError):
        return "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role"
    if isinstance(error, PermissionError):
        return "check the credentials and the rights to read, write and list there"
    if isinstance(error, FileNotFoundError):
        return "check that the folder or bucket exists"
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return "free some space and run again: what is stored is kept"
    if is_transient(error):
        return (
            f"tried {CALL_ATTEMPTS} times; check that the store is up and run again: "
            "what is stored is kept"
        )
    return "check the address and the settings of the store"
