"""Faults of a store: which of them end a job, since no other object would fare better."""

import errno

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from foley_core.errors import MissingError, OutputError, StorageError
from foley_core.storage.retries import RETRIED_S, brief_retries, with_retries


class Clock:
    """A clock that moves while somebody sleeps by it, and does not keep them waiting."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses_s: list[float] = []

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self.now_s += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("foley_core.storage.retries.time", made)
    return made


def answered(status: int, code: str) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "PutObject")  # type: ignore[arg-type]


def raised_by(operation: str, error: Exception) -> StorageError:
    def attempt() -> None:
        raise error

    with pytest.raises(StorageError) as caught:
        with_retries(operation, "out/track.wav", attempt)
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EROFS, "Read-only file system"),
        PermissionError(errno.EACCES, "Permission denied"),
        FileNotFoundError("The specified bucket does not exist"),
        NoCredentialsError(),
        answered(507, "XMinioStorageFull"),
    ],
    ids=repr,
)
def test_an_output_that_refuses_one_object_refuses_all(error: Exception) -> None:
    assert type(raised_by("write", error)) is OutputError
    assert type(raised_by("read", error)) in (StorageError, MissingError)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, "Input/output error"),
        OSError(errno.ENAMETOOLONG, "File name too long"),
        ConnectionResetError("reset"),
        answered(503, "SlowDown"),
        answered(400, "EntityTooLarge"),
    ],
    ids=repr,
)
def test_what_may_pass_or_concerns_one_object_sets_its_row_aside(error: Exception) -> None:
    assert type(raised_by("write", error)) is StorageError


@pytest.mark.parametrize(
    "error", [answered(503, "SlowDown"), ConnectionResetError("reset"), TimeoutError("slow")]
)
def test_a_store_that_fails_for_a_while_costs_time_alone(clock: Clock, error: Exception) -> None:
    def attempt() -> str:
        if clock.now_s < RETRIED_S - 1:
            raise error
        return "an answer"

    assert with_retries("read", "s3://bucket/k", attempt) == "an answer"
    assert max(clock.pauses_s) > 8 * max(clock.pauses_s[:3])


@pytest.mark.parametrize(
    ("error", "brief", "least_s"),
    [
        (answered(503, "SlowDown"), False, RETRIED_S),
        (answered(503, "SlowDown"), True, 0.0),
        (OSError(errno.EIO, "Input/output error"), False, 0.0),
    ],
)
def test_a_disk_and_who_is_waited_for_are_given_up_sooner(
    clock: Clock, error: Exception, brief: bool, least_s: float
) -> None:
    if brief:
        with brief_retries():
            said = str(raised_by("read", error))
    else:
        said = str(raised_by("read", error))
    assert least_s <= clock.now_s < least_s + RETRIED_S
    assert f"tried {len(clock.pauses_s) + 1} times in" in said
    assert (len(clock.pauses_s) == 9) == (least_s == 0.0)
