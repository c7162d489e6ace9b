"""The process that a person started, while the job runs in a child of it.

Some ends give a process no moment to say a word: Ray ends a driver whose object store is lost, the
system kills one for its memory, a library crashes. So the parent waits, hands on the signals that
it gets, and where its child ends without a farewell says so itself, ends the child's cluster, and
gives the exit code that means: run it again. A child does not outlive its parent. Where the parent
is killed as well, some of Ray's processes would ask the lost cluster for an hour whether it is
there; so a third process waits for nothing but that, and ends them.
"""

import ctypes
import os
import secrets
import signal
import sys
from contextlib import suppress

from pipelines.processes import MARK, end_marked
from pipelines.standard_streams import say

BROKE_OFF = 3
_PR_SET_PDEATHSIG = 1
_SENT_BY_A_PROCESS = 0
_farewell: list[int] = []


def supervise() -> None:
    """Go on in a child process; the parent stays here, and ends with the exit code of its child."""
    if _farewell:
        return
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ[MARK] = secrets.token_hex(8)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    keeper = _keeper()
    reads, writes = os.pipe()
    if child := os.fork():
        os.close(writes)
        code = _waited(child, reads, signals)
        os.kill(keeper, signal.SIGKILL)
        os.waitpid(keeper, 0)
        os._exit(code)
    os.close(reads)
    _farewell.append(writes)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def farewell() -> None:
    """Tell the parent, if there is one, that this process ends as it means to."""
    if _farewell:
        with suppress(OSError):
            os.write(_farewell[0], b".")


def _keeper() -> int:
    """Start the process that ends the cluster's when this one and the job's are gone."""
    reads, held_open = os.pipe()
    if keeper := os.fork():
        os.close(reads)
        return keeper
    os.close(held_open)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    while os.read(reads, 1):  # until nobody is left who could write
        pass
    end_marked(f"{MARK}={os.environ[MARK]}")
    os._exit(0)


def _waited(child: int, reads: int, signals: set[signal.Signals]) -> int:
    """Return the exit code of a child that has ended, and see to what it could not."""
    while True:
        found = signal.sigwaitinfo(signals)
        if found.si_signo == signal.SIGCHLD:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                break
        # A terminal sends Ctrl-C to the child as well.
        elif found.si_signo == signal.SIGTERM or found.si_code == _SENT_BY_A_PROCESS:
            os.kill(child, found.si_signo)
    code = os.waitstatus_to_exitcode(status)
    os.set_blocking(reads, False)
    said = False
    with suppress(BlockingIOError):
        said = bool(os.read(reads, 1))
    if not said:
        say(f"error: {_unsaid(code)}")
    end_marked(f"{MARK}={os.environ[MARK]}")
    return code if said else BROKE_OFF


def _unsaid(code: int) -> str:
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return (
        f"the job's process ended without a word ({how}): its cluster was lost, there was not "
        "enough memory, or somebody killed it; what is finished is kept: run the same command "
        "again, and it goes on"
    )
