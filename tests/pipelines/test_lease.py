"""One command at a time writes to an output, and who waits is told for whom."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from foley_core.errors import OutputError, StorageError
from foley_core.storage.store import Storage
from pipelines import lease
from pipelines.lease import LEASE_FOLDER, Owner, latest_number, leased, still_held

ROOT = Path(__file__).parents[2]
ELSEWHERE = Owner("foley run", "another machine", "node-7", 1, 1, "2040-01-01 00:00:00 UTC", "t")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "POLL_S", 0.01)
    monkeypatch.setattr(lease, "BEAT_S", 0.05)


@pytest.fixture(params=["folder", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "s3":
        return Storage(request.getfixturevalue("s3_bucket") + "/out")
    return Storage(str(tmp_path) if request.param == "folder" else f"memory://{tmp_path.name}")


def leases(store: Storage) -> list[str]:
    return [item.key for item in store.list(LEASE_FOLDER)]


def put(store: Storage, owner: Owner, number: int = 1) -> None:
    store.put(f"{LEASE_FOLDER}{number:08}.json", json.dumps(asdict(owner)).encode())


@pytest.mark.s3
def test_of_many_one_writes_at_a_time(store: Storage) -> None:
    inside: list[int] = []
    met: list[int] = []

    def command() -> None:
        with leased(store, "command"):
            inside.append(1)
            time.sleep(0.002)
            met.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=command) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [1] * 4
    assert leases(store) == []


def test_who_waits_is_told_for_whom(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Storage(str(tmp_path))
    with leased(store, "foley run of m.csv"):
        waiting = threading.Thread(target=lambda: next(_held(store)))
        waiting.start()
        while not caplog.records:
            time.sleep(0.01)
    waiting.join()
    (record,) = caplog.records
    assert "by another command (foley run of m.csv, process" in record.getMessage()


def _held(store: Storage) -> Iterator[None]:
    with leased(store, "foley purge"):
        yield


def test_a_process_that_was_killed_here_delays_nobody(tmp_path: Path) -> None:
    """Even while its parent has not yet taken note of its end."""
    script = (
        "import os, sys\n"
        "from foley_core.storage.store import Storage\n"
        "from pipelines.lease import leased\n"
        "with leased(Storage(sys.argv[1]), 'killed'): os.kill(os.getpid(), 9)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT) as process:
        store = Storage(str(tmp_path))
        while not leases(store):
            time.sleep(0.01)
        with leased(store, "next"):
            assert latest_number(store) == 2
        assert process.wait() == -9
    assert leases(store) == []


def test_a_number_of_a_process_that_another_has_now_is_no_owner(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    with leased(store, "first"):
        own = Owner(**json.loads(store.read(leases(store)[0])))
        assert not own.is_gone
    put(store, replace(own, started=own.started - 1))
    with leased(store, "second"):
        assert latest_number(store) == 2


class Clock:
    """A clock that a test sets, for who waits: a busy machine changes nothing."""

    sleep = staticmethod(time.sleep)

    def __init__(self) -> None:
        self.now, self.looks = 1000.0, 0

    def monotonic(self) -> float:
        """Seconds."""
        self.looks += 1
        return self.now

    def be_looked_at(self) -> None:
        """Return when who waits has read the lease, whole, since now: each time it looks at the
        clock once, or twice."""
        seen = self.looks
        while self.looks < seen + 4:
            time.sleep(0.005)


def test_an_owner_elsewhere_holds_it_while_its_lease_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the clocks of both say: they are never compared."""
    clock, store, taken = Clock(), Storage(str(tmp_path)), threading.Event()
    monkeypatch.setattr(lease, "time", clock)
    put(store, ELSEWHERE)

    def take() -> None:
        with leased(store, "waits"):
            taken.set()

    thread = threading.Thread(target=take)
    thread.start()
    for beat in range(1, 11):
        clock.be_looked_at()
        clock.now += 0.9 * lease.STALE_S
        clock.be_looked_at()
        assert not taken.is_set()
        put(store, replace(ELSEWHERE, beat=beat))
    clock.be_looked_at()
    clock.now += lease.STALE_S
    thread.join()
    assert taken.is_set()


def test_a_lease_lives_as_long_as_its_owner(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    with leased(store, "long"):
        before = store.read(leases(store)[0])
        while store.read(leases(store)[0]) == before:
            time.sleep(0.01)
    time.sleep(0.1)
    assert leases(store) == []


def test_one_that_was_taken_over_commits_nothing_more(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    with leased(store, "stopped") as first:
        first.check()
        put(store, ELSEWHERE, number=2)
        with pytest.raises(OutputError, match="another command has taken over"):
            first.check()
        with pytest.raises(OutputError, match="run it again"):
            still_held(store, first.number)
    assert leases(store) == [f"{LEASE_FOLDER}00000002.json"]


def test_a_lease_that_nobody_can_read_is_taken_once_it_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "STALE_S", 0.1)
    store = Storage(str(tmp_path))
    store.put(f"{LEASE_FOLDER}00000004.json", b"{")
    store.put(f"{LEASE_FOLDER}notes.txt", b"")
    with leased(store, "next"):
        assert latest_number(store) == 5
    assert leases(store) == [f"{LEASE_FOLDER}notes.txt"]


def test_a_store_that_fails_at_the_end_hides_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Storage(str(tmp_path))

    def fails(key: str) -> None:
        raise StorageError("no space")

    with suppress(KeyError), leased(store, "fails"):
        monkeypatch.setattr(store, "delete", fails)
        raise KeyError("the cause")


def test_it_costs_six_requests_a_command_and_one_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "BEAT_S", 60.0)
    store, calls = Storage(str(tmp_path)), []
    for name in ("list", "read", "find", "put", "put_if_absent", "delete"):
        made = getattr(store, name)
        monkeypatch.setattr(
            store, name, lambda *given, name=name, made=made: (calls.append(name), made(*given))[1]
        )
    with leased(store, "job") as held:
        taken = len(calls)
        held.check()
        assert calls[taken:] == ["list"]
    assert calls == ["list", "put_if_absent", "list", "list", "list", "delete"]
