"""The one worker process of a service on one machine: it performs tasks, its models loaded once.

A process of its own, since a damaged video may end the one that decodes it, and answers must not
wait for a processor that computes. It ends with the service, however that ends.
"""

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess

from foley_core.errors import BrokeOffError, FoleyError
from pipelines.service.performing import (
    Doing,
    Performer,
    Task,
    perform_and_tell,
    told_of,
)
from pipelines.service.settings import ServiceSettings

_PR_SET_PDEATHSIG = 1
_END_S = 5.0


class WorkerPerformer(Performer):
    """Performs tasks in a worker process, one at a time; starts another where one ended.

    Called from one thread, which must live as long as the worker: the system ends a process with
    the thread that started it.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        pipe = self._started()
        try:
            pipe.send(task)
            return told_of(iter(pipe.recv, None), doing)
        except (EOFError, OSError):
            self._end()
            raise BrokeOffError(
                "the worker process ended while it was at it: there may be too little memory, or "
                "the video is damaged in a way that ends its decoder"
            ) from None

    def prepare(self) -> None:
        self._started()

    def close(self) -> None:
        self._end()

    def _started(self) -> Connection:
        if self._pipe and self._process and self._process.is_alive():
            return self._pipe
        self._end()
        ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_work, args=(theirs, self._settings, os.getpid()), name="performer", daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        return ours

    def _end(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process and process.is_alive():
            process.terminate()
            process.join(_END_S)
            if process.is_alive():
                process.kill()
        if process:
            process.join(_END_S)
        if pipe:
            pipe.close()


def _work(pipe: Connection, settings: ServiceSettings, parent: int) -> None:
    """Perform what comes through a pipe, until it is closed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
    # Ctrl-C of a terminal goes to all its processes: the service ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    from pipelines.service.here_performer import HerePerformer  # imports torch
    from pipelines.stage_arguments import keep_models

    keep_models()
    performer = HerePerformer(settings)
    try:
        performer.prepare()
    except FoleyError as error:
        logging.warning("the models cannot be loaded yet: %s", error)

    with suppress(EOFError, OSError):
        while True:
            perform_and_tell(performer, pipe.recv(), pipe.send)
