"""The lease of an output: one command at a time writes tracks and rows there.

Rows and tracks of one output are written by several commands: jobs for other regions and tiers,
`correct`, `purge`, `one`. Two at once would leave rows beside tracks of the other. So each takes
the lease first, and waits where another has it.

A lease is `_lease/<number>.json`; the highest number counts. Taking it is a conditional write of
the next number, so of several takers one wins, on any store. Its owner writes it anew every
`BEAT_S` and removes it in the end. It is free as well when its process is gone from this machine,
or when whoever waits has seen it unchanged for `STALE_S`: clocks of two machines are never
compared.

An owner that stood still for that long may wake up: `check` before a commit, and `still_held` in a
worker before a track is written, refuse it then.
"""

import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from foley_core.errors import FoleyError, MissingError, OutputError, UnwritableError
from foley_core.storage.retries import brief_retries
from foley_core.storage.store import Storage

LOG = logging.getLogger("foley")
LEASE_FOLDER = "_lease/"
BEAT_S = 10.0
STALE_S = 60.0
POLL_S = 1.0
RELEASE_S = 5.0
_HELD_HERE: set[str] = set()


@dataclass(frozen=True, slots=True)
class Owner:
    """The content of a lease: who writes to the output, and a count that moves while it lives."""

    command: str
    machine: str
    host: str
    process: int
    started: int
    since: str
    token: str
    beat: int = 0

    def __str__(self) -> str:
        return f"{self.command}, process {self.process} on {self.host}, since {self.since}"

    @property
    def is_gone(self) -> bool:
        """True where its process ran on this machine and runs no more, or is this one, which
        could not remove the lease."""
        if self.machine != _machine():
            return False
        given_up = self.process == os.getpid() and self.token not in _HELD_HERE
        return given_up or _start_of(self.process) != self.started


class Lease:
    """The right to write to an output, kept alive by a thread until it is released."""

    def __init__(self, store: Storage, number: int, owner: Owner) -> None:
        self.store = store
        self.number = number
        self._owner = owner
        self._writing = threading.Lock()
        self._ended = threading.Event()
        self._lost = False
        threading.Thread(target=self._beat, name="lease", daemon=True).start()

    def check(self) -> None:
        """Return if the output is still this process's to write to.

        Raises:
            OutputError: another command has taken it over meanwhile.
        """
        if self._lost:
            raise _taken_over(self.store)
        still_held(self.store, self.number)

    def release(self) -> None:
        """Let others write; a store that fails costs them the wait until the lease is stale."""
        self._ended.set()
        _HELD_HERE.discard(self._owner.token)
        if not self._writing.acquire(timeout=RELEASE_S):
            return
        with suppress(FoleyError), brief_retries():
            _remove_below(self.store, self.number)
            self.store.delete(_key(self.number))

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            with self._writing:
                if self._ended.is_set():
                    return
                looked_s = time.monotonic()
                with suppress(FoleyError), brief_retries():
                    # A store that is down takes no commit either; whoever commits is told so.
                    self._lost = latest_number(self.store) != self.number
                    if self._lost:
                        return
                    self._owner = replace(self._owner, beat=self._owner.beat + 1)
                    self.store.put(_key(self.number), _bytes(self._owner))
                    # Stopped in between, it may have written over the end of another's lease.
                    self._lost = time.monotonic() - looked_s > STALE_S


@contextmanager
def leased(store: Storage, command: str) -> Iterator[Lease]:
    """Hold the lease of an output; where another command has it, say whose it is and wait.

    Args:
        command: for people who wait: what is done here; no name of a video.

    Raises:
        UnwritableError: nothing can be written there.
        StorageError: the store failed.
    """
    try:
        lease = _taken(store, command)
    except OutputError as error:
        raise UnwritableError(str(error)) from error
    try:
        yield lease
    finally:
        lease.release()


def still_held(store: Storage, number: int) -> None:
    """Return if a lease is the last that was taken.

    Raises:
        OutputError: it is not.
    """
    if latest_number(store) != number:
        raise _taken_over(store)


def latest_number(store: Storage) -> int:
    """Return the number of the last lease of an output; 0 where there was none."""
    return max((_number(item.key) for item in store.list(LEASE_FOLDER)), default=0)


def current_owner(store: Storage) -> Owner | None:
    """Return who holds the lease of an output, or held it until a crash; None where nobody does.

    Raises:
        StorageError: the store failed.
    """
    try:
        number = latest_number(store)
        return _read(store.read(_key(number))) if number else None
    except MissingError:
        return None


def _taken(store: Storage, command: str) -> Lease:
    waits = _Waiting(store)
    while True:
        number = latest_number(store)
        if number == 0 or waits.is_free(number):
            owner = _myself(command)
            _HELD_HERE.add(owner.token)
            made = store.put_if_absent(_key(number + 1), _bytes(owner))
            # Others may have come and gone since the look, and left that number to nobody.
            if made and latest_number(store) == number + 1:
                return Lease(store, number + 1, owner)
            _HELD_HERE.discard(owner.token)
            if made:
                store.delete(_key(number + 1))
        time.sleep(POLL_S if number else 0)


class _Waiting:
    """The eyes of one who waits: what the lease held when it last changed, and when that was."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._seen: tuple[int, bytes] | None = None
        self._since_s = 0.0
        self._told: str | None = None

    def is_free(self, number: int) -> bool:
        """Return True where the lease of that number may be taken over."""
        try:
            content = self._store.read(_key(number))
        except MissingError:
            return False
        owner = _read(content)
        if owner is not None and owner.is_gone:
            return True
        if (number, content) != self._seen:
            self._seen, self._since_s = (number, content), time.monotonic()
        if time.monotonic() - self._since_s >= STALE_S:
            return True
        self._tell(owner)
        return False

    def _tell(self, owner: Owner | None) -> None:
        if self._told == (token := owner.token if owner else ""):
            return
        self._told = token
        LOG.warning(
            "%s is being written to by another command (%s); this one goes on when that has "
            "ended, or has shown no life for %.0f s",
            self._store.root,
            owner or "it does not say which",
            STALE_S,
        )


def _taken_over(store: Storage) -> OutputError:
    return OutputError(
        f"another command has taken over {store.root}, since this one showed no life for "
        f"{STALE_S:.0f} s; what it committed until then is kept, run it again"
    )


def _remove_below(store: Storage, number: int) -> None:
    """Remove the leases of those who had the output before."""
    for item in list(store.list(LEASE_FOLDER)):
        if 0 < _number(item.key) < number:
            store.delete(item.key)


def _myself(command: str) -> Owner:
    return Owner(
        command=command,
        machine=_machine(),
        host=socket.gethostname(),
        process=os.getpid(),
        started=_start_of(os.getpid()),
        since=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        token=secrets.token_hex(8),
    )


def _machine() -> str:
    """A name for what process numbers mean something in: one start of a machine or container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def _start_of(process: int) -> int:
    """Return the start of a process here, in ticks of its clock; 0 where it does not run."""
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0
    return 0 if fields[0] in ("Z", "X") else int(fields[19])


def _key(number: int) -> str:
    return f"{LEASE_FOLDER}{number:08}.json"


def _number(key: str) -> int:
    name = key.removeprefix(LEASE_FOLDER).removesuffix(".json")
    return int(name) if name.isascii() and name.isdigit() else 0


def _bytes(owner: Owner) -> bytes:
    return json.dumps(asdict(owner)).encode()


def _read(content: bytes) -> Owner | None:
    try:
        return Owner(**json.loads(content))
    except (ValueError, TypeError):
        return None
