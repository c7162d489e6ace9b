"""Stages without Ray: rows in, rows out, faults set aside."""

import errno
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.errors import (
    CheckpointError,
    DecodeError,
    EncodeError,
    OutputError,
    PrivacyError,
    StorageError,
)
from foley_core.styles.wishes import Wishes
from pipelines.stages.row import ROW_SCHEMA, Row, rows_of, table_of
from pipelines.stages.stage import ROW_ATTEMPTS, Stage, survived
from pipelines.stopping import Terminated


class Doubled(Stage):
    """Two rows for each; `bad` fails, `broken` stops the job."""

    name = "doubled"

    def process(self, row: Row) -> list[Row]:
        if row.video_id == "bad":
            raise DecodeError("bad.mp4: cannot be read")
        if row.video_id == "broken":
            raise CheckpointError("weights are missing")
        return [replace(row, part=0), replace(row, part=1)]


class PanicException(BaseException):
    """Error as libraries written in Rust raise it: no Exception."""


class Unspeakable(ValueError):
    """Cannot be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Raising(Stage):
    """Raises what it is given, on the row `bad`."""

    name = "raising"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def process(self, row: Row) -> list[Row]:
        if row.video_id == "bad":
            raise self.error
        return [row]


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    cause.__cause__ = error  # a ring, as careless libraries make them
    return error


def row(video_id: str, **values: object) -> Row:
    return Row(manifest_row=1, video_id=video_id, uri=f"{video_id}.mp4", **values)  # type: ignore[arg-type]


def test_a_bad_row_is_set_aside_with_its_reason_and_the_others_go_on() -> None:
    after = rows_of(Doubled()(table_of([row("a"), row("bad"), row("b")])))
    assert [(item.video_id, item.part) for item in after] == [
        ("a", 0), ("a", 1), ("bad", 0), ("b", 0), ("b", 1),
    ]  # fmt: skip
    assert after[2].error == "doubled: bad.mp4: cannot be read"
    assert after[2].error_class == "DecodeError"


def test_a_row_set_aside_passes_through_untouched() -> None:
    gone = row("a", error="split: gone", error_class="DecodeError")
    assert rows_of(Doubled()(table_of([gone]))) == [gone]


def test_what_is_wrong_with_the_job_stops_it() -> None:
    with pytest.raises(CheckpointError):
        Doubled()(table_of([row("broken")]))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(22, "Invalid argument"), "unexpected OSError .*Invalid argument.*damaged"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files"),
        (ValueError("bad value"), "unexpected ValueError .*bad value"),
        (MemoryError(), "not enough memory.*pools"),
        (OverflowError("too large"), "too large"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "UnicodeDecodeError"),
        (RecursionError("too deep"), "too deep"),
        (KeyError("tail"), "KeyError .*tail"),
        (AssertionError(), "AssertionError .*no more is said"),
        (Unspeakable(), "Unspeakable .*no more is said"),
        (PanicException("index out of range"), "index out of range"),
        (SystemExit(1), "SystemExit"),
        (StorageError("store is down"), "^raising: store is down$"),
        (ValueError("half a \ud800 pair \0"), "half a [?] pair"),
        (ValueError("x" * 100_000), "x{1000}"),
        (caused_by(DecodeError("says 28"), OSError(errno.ENOSPC, "no space")), "says 28"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_row_raises_sets_it_aside_with_class_and_sentence(
    error: BaseException, said: str
) -> None:
    good, bad, other = rows_of(Raising(error)(table_of([row("a"), row("bad"), row("b")])))
    assert (good.error, other.error) == ("", "")
    assert bad.error_class == type(error).__name__
    assert re.search(said, bad.error), bad.error
    assert len(bad.error) < 2100


def ray_ends_the_worker() -> SystemExit:
    error = SystemExit(1)
    error.ray_terminate_msg = "The process receives a SIGTERM."  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (CheckpointError("bad weights"), CheckpointError),
        (PrivacyError("offline"), PrivacyError),
        (OutputError("read-only"), OutputError),
        (OSError(errno.ENOSPC, "No space left on device"), OutputError),
        (OSError(errno.EROFS, "Read-only file system"), OutputError),
        (caused_by(EncodeError("mux"), OSError(errno.EDQUOT, "quota")), OutputError),
        (ImportError("no module"), ImportError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (ray_ends_the_worker(), SystemExit),
        (Terminated(143), Terminated),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_every_row_would_meet_stops_the_job(
    error: BaseException, raised: type[BaseException]
) -> None:
    with pytest.raises(raised):
        Raising(error)(table_of([row("bad")]))


def test_time_is_tallied_by_stage() -> None:
    (first, _) = rows_of(Doubled()(table_of([row("a")])))
    assert sorted(first.tally) == ["cpu.doubled", "seconds.doubled"]


def test_no_rows_keep_the_schema() -> None:
    assert table_of([]).schema == ROW_SCHEMA


@given(
    tally=st.dictionaries(st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False)),
    regions=st.lists(st.text(max_size=4), max_size=3),
    seed=st.none() | st.integers(0, 2**63 - 1),
)
def test_rows_survive_arrow(tally: dict[str, float], regions: list[str], seed: int | None) -> None:
    one = row("ä/日本", tally=tally, regions=tuple(regions), wishes=Wishes(seed=seed))
    assert rows_of(table_of([one])) == [one]


def test_a_row_that_keeps_killing_its_worker_is_set_aside() -> None:
    victim = row("crash")
    dead = [survived("run-of-test", "perceive", [victim]) for _ in range(ROW_ATTEMPTS)]
    for worker in dead:
        worker.__enter__()  # and dies inside
    with (
        pytest.raises(DecodeError, match="died 3 times"),
        survived("run-of-test", "perceive", [victim]),
    ):
        pass
    with survived("run-of-test", "perceive", [victim]):
        pass


def test_an_attempt_that_ends_leaves_no_mark() -> None:
    for _ in range(2 * ROW_ATTEMPTS):
        with pytest.raises(KeyError), survived("run-of-test", "mix", [row("ok")]):
            raise KeyError
