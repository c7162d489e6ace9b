"""The end of a job, whatever ends it: a sentence, within a minute, and a code that says what to do.

SIGTERM becomes an exception, as Ctrl-C is one, so that what is finished is committed on the way
out. From the moment that something breaks, a job has `LONGEST_END_S` to commit and to close its
cluster; after that the process ends where it stands, and its cluster with it. What is stored is
whole at any time.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from foley_core.errors import BrokeOffError, ConfigError, FoleyError, StorageError
from foley_core.storage.store import Storage
from pipelines.standard_streams import say
from pipelines.stopping import Terminated, noted_stop, raise_if_for_all, said_stop, sentence_of
from pipelines.supervisor import BROKE_OFF, farewell

INTERRUPTED, TERMINATED = 130, 143
LONGEST_END_S, LOST_END_S, LONGEST_COMMIT_S = 45.0, 5.0, 10.0
STOPPED = "stopped by Ctrl-C"
_SAID = "said"
KEPT = "is kept: run the same command again, and it goes on"


class ClusterLost(BaseException):
    """A process without which a private cluster is none has ended.

    No Exception, since it is raised wherever the main thread is, and no library may catch it.
    """


class End:
    """The end of one job: when it began to break, and the clock that runs from then on.

    Attributes:
        started: something of the job was done.
        commit: commits what is finished, before the process ends where it stands.
        kill_cluster: then leaves none of its processes.
    """

    def __init__(self) -> None:
        self.started = False
        self.commit: Callable[[], None] = lambda: None
        self.kill_cluster: Callable[[], None] = lambda: None
        self._clock: threading.Timer | None = None
        self._began = 0.0
        self._heeds = False
        self._lost = ""

    def begin(self, error: BaseException) -> None:
        """Start the clock; the first error counts."""
        if self._clock is None:
            self._began = time.monotonic()
            # Of a cluster that is lost nothing can be closed, and Ray would wait for an answer.
            seconds = LOST_END_S if isinstance(error, ClusterLost) else LONGEST_END_S
            said = _and_again(reason_of(error))
            self._clock = threading.Timer(seconds, self._leave, (_code_of(error), said))
            self._clock.daemon = True
            self._clock.start()

    def heed_signals(self) -> None:
        """Take SIGTERM and Ctrl-C; once more after whoever takes them for itself, such as Ray."""
        if threading.current_thread() is threading.main_thread():
            self._heeds = True
            signal.signal(signal.SIGTERM, self._on_signal)
            signal.signal(signal.SIGINT, self._on_signal)

    def lost(self, process: str) -> None:
        """Interrupt the main thread, from another, since a process of the cluster has ended."""
        self._lost = process
        if self._heeds:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)

    @contextmanager
    def in_time(self, task: str) -> Iterator[None]:
        """End the process where a last task takes as long as an end may take."""
        runs = self._clock is not None
        self.begin(BrokeOffError(f"{task} took longer than {LONGEST_END_S:.0f} s"))
        yield
        if not runs:
            self.over()

    def over(self) -> None:
        """Stop the clock."""
        if self._clock:
            self._clock.cancel()
            self._clock = None

    def _on_signal(self, number: int, _: Any) -> None:
        breaks = self._clock is not None
        error = _error_of(number, self._lost)
        if not breaks:
            self.begin(error)
            raise error
        if number == signal.SIGINT and time.monotonic() > self._began + 1.0:  # who cannot wait
            self._leave(INTERRUPTED, _and_again("stopped by Ctrl-C twice"))

    def _leave(self, code: int, said: str) -> None:
        say(f"error: {said}")
        commit = threading.Thread(target=self.commit, daemon=True)
        commit.start()
        commit.join(LONGEST_COMMIT_S)
        with suppress(Exception):
            self.kill_cluster()
        farewell()
        os._exit(code)


@contextmanager
def heeded_end() -> Iterator[End]:
    """An `End` that takes signals while the block runs."""
    end = End()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}
    end.heed_signals()
    try:
        yield end
    except (KeyboardInterrupt, SystemExit) as error:
        say(_and_again(reason_of(error)))
        error.add_note(_SAID)
        raise
    finally:
        end.over()
        if threading.current_thread() is threading.main_thread():
            for number, handler in before.items():
                signal.signal(number, handler)


def was_said(error: BaseException | None) -> bool:
    """Return True where a job has told a person why it ended, and that led to this error."""
    while error is not None:
        if _SAID in getattr(error, "__notes__", ()):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def nothing_started() -> Iterator[None]:
    """Let whatever fails in the block fail before the job starts.

    Raises:
        ConfigError: in place of what is no error of configuration or weights itself.
    """
    try:
        yield
    except StorageError as error:
        raise ConfigError(f"nothing was started: {error}") from error
    except FoleyError:
        raise
    except Exception as error:
        raise ConfigError(f"nothing was started: {reason_of(error)}") from error


@contextmanager
def broken_off(end: End, store: Storage, run_id: str) -> Iterator[None]:
    """Let whatever fails in the block break a job off, unless it had not started yet.

    Raises:
        BrokeOffError: in place of every other error, with its reason.
    """
    try:
        yield
    except BrokeOffError:
        raise
    except ConfigError as error:
        if not end.started:
            raise
        raise BrokeOffError(_and_again(str(error))) from error
    except (Exception, ClusterLost) as error:
        said = str(_noted(store, run_id) or reason_of(error))
        raise BrokeOffError(_and_again(said)) from error


def reason_of(error: BaseException) -> str:
    """Say what ended a job."""
    if isinstance(error, KeyboardInterrupt):
        return STOPPED
    if isinstance(error, SystemExit):
        return "terminated"
    if isinstance(error, FoleyError | ClusterLost):
        return str(error)
    if said := said_stop(error):
        return str(said)
    try:
        raise_if_for_all(error)
    except FoleyError as said_for_all:
        return str(said_for_all)
    if type(error).__module__.startswith("ray."):
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
        return f"Ray: {type(error).__name__}: {lines[-1 if _is_of_task(error) else 0]}"
    return sentence_of(error, "please report it")


def _is_of_task(error: BaseException) -> bool:
    """Return True for Ray's report of an error in a worker; looks without importing Ray."""
    return any(kind.__name__ == "RayTaskError" for kind in type(error).__mro__)


def _and_again(said: str) -> str:
    return said if "is kept" in said else f"{said}; what is finished {KEPT}"


def _noted(store: Storage, run_id: str) -> FoleyError | None:
    with suppress(StorageError):
        return noted_stop(store, run_id)
    return None


def _error_of(number: int, lost: str) -> BaseException:
    if lost:
        return ClusterLost(f"the cluster is lost: its process {lost} has ended")
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(TERMINATED)


def _code_of(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return TERMINATED if isinstance(error, SystemExit) else BROKE_OFF
