"""Errors that concern one row, and those that stop the job: said in the error's own words.

A row is set aside for whatever it raises, in whatever library. What any other row would meet as
well stops the job: weights, a rule of privacy, no space, an output that cannot be written.

Ray hands on an error of a worker as the text of its traceback. An error that stops the job says
what a person has to do, so a worker leaves it as a note in the store, and the driver raises it
again as what it was. Where not even a note can be stored, the driver reads it out of that text.
"""

import json
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePath

from foley_core import errors
from foley_core.errors import (
    CheckpointError,
    ConfigError,
    DecodeError,
    FoleyError,
    MissingError,
    OutputError,
    PrivacyError,
    StorageError,
)
from foley_core.parsing import parsed_json
from foley_core.storage.retries import NO_ROOM_ERRNOS
from foley_core.storage.store import Storage

STOPS: tuple[type[FoleyError], ...] = (CheckpointError, PrivacyError, ConfigError, OutputError)
LONGEST_SENTENCE = 2000
ADVICE = "the video may be damaged: replace it with a whole copy, or take it out"
_SAID = re.compile(r"^foley_core\.errors\.(\w+): (.*)$", re.MULTILINE)


class Terminated(SystemExit):
    """SIGTERM, wherever the main thread was; no exit that a library asks for."""


def raise_if_for_all(error: BaseException) -> None:
    """Raise what stops the job: an error that any other row would meet as well.

    Raises:
        FoleyError: the error itself, or an `OutputError` that says that the disk is full.
        BaseException: the error itself, where this process is told to end.
    """
    told_to_end = isinstance(error, Terminated) or hasattr(error, "ray_terminate_msg")
    if isinstance(error, SystemExit) and not told_to_end:
        return  # a library that would rather end the process than refuse a file
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | ImportError):
        raise error
    if isinstance(error, FoleyError) and not error.sets_row_aside:
        raise error
    if not isinstance(error, DecodeError) and (full := _disk_full(error)):
        raise OutputError(
            f"a disk is full or cannot be written to ({full}); free some space there and run the "
            "job again: what is stored is kept"
        ) from error


def _disk_full(error: BaseException | None) -> BaseException | None:
    """Return the error of the system that says so, of all that led to this one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if getattr(error, "errno", None) in NO_ROOM_ERRNOS:
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def sentence_of(error: BaseException, advice: str = ADVICE) -> str:
    """Say an error in words that any table can hold; by default one of a row.

    Args:
        advice: follows what this program did not foresee.
    """
    if isinstance(error, FoleyError):
        text = _text(error)
    elif isinstance(error, MemoryError):
        text = (
            "there was not enough memory for it; run the job again with fewer actors in [pools], "
            "or on a machine that has more"
        )
    else:
        text = (
            f"unexpected {type(error).__name__}{_place(error)}: {_text(error) or 'no more is said'}"
            f"; {advice}"
        )
    return text.encode(errors="replace").decode()[:LONGEST_SENTENCE]


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an error of a library that cannot even be printed
        return ""


def _place(error: BaseException) -> str:
    """Return where in the program it was raised, for whoever reports it."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    return f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})"


def _key(run_id: str) -> str:
    return f"_runs/{run_id}/stopped.json"


@contextmanager
def stops_noted(store: Storage | None, run_id: str) -> Iterator[None]:
    """Leave a note of what stops the job, and let it stop."""
    try:
        yield
    except STOPS as error:
        if store is not None:
            note = {"class": type(error).__name__, "message": str(error)}
            with suppress(StorageError):
                store.put_if_absent(_key(run_id), json.dumps(note).encode())
        raise


def noted_stop(store: Storage, run_id: str) -> FoleyError | None:
    """Return what a worker said before it stopped the job, if one did."""
    try:
        note = parsed_json(store.read(_key(run_id)))
    except MissingError:
        return None
    kinds = {kind.__name__: kind for kind in STOPS}
    return kinds.get(note["class"], ConfigError)(note["message"])


def said_stop(error: BaseException) -> FoleyError | None:
    """Return what a worker said, out of the traceback that Ray hands on, if it said something."""
    for name, message in reversed(_SAID.findall(_text(error))):
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, FoleyError):
            return kind(message)
    return None
