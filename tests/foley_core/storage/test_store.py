"""Objects are whole, made once, and survive a store that fails."""

import os
import pickle
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from s3_server import FaultProxy, S3Server

from foley_core.errors import ConfigError, DecodeError, MissingError, RowError, StorageError
from foley_core.storage.local import TEMPORARY
from foley_core.storage.range_reader import BLOCK_BYTES
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage

ROOTS = ["local", "memory", pytest.param("s3", marks=pytest.mark.s3)]


@pytest.fixture(params=ROOTS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "s3":
        return Storage(request.getfixturevalue("s3_bucket") + "/deep/prefix")
    if request.param == "memory":
        return Storage(f"memory://{tmp_path.name}")
    return Storage(str(tmp_path / "out"))


@pytest.fixture
def local(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "out"))


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foley_core.storage.retries.FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr("foley_core.storage.retries.RETRIED_S", 0.0)


def test_what_is_put_is_read(storage: Storage) -> None:
    storage.put("a/ключ ü+%20&.bin", b"one")
    storage.put("a/ключ ü+%20&.bin", b"three")
    assert storage.read("a/ключ ü+%20&.bin") == b"three"
    assert storage.size("a/ключ ü+%20&.bin") == 5
    assert storage.exists("a/ключ ü+%20&.bin")


def test_an_empty_object_is_an_object(storage: Storage) -> None:
    storage.put("empty", b"")
    assert storage.read("empty") == b""
    with storage.open("empty") as file:
        assert file.read() == b""


def test_a_taken_key_keeps_its_content(storage: Storage) -> None:
    assert storage.put_if_absent("k", b"first")
    assert not storage.put_if_absent("k", b"second")
    assert not storage.put_if_absent("k", b"first")
    assert storage.read("k") == b"first"


def test_of_racing_writers_one_wins(storage: Storage) -> None:
    for turn in range(3):
        start = threading.Barrier(8)
        winners: list[int] = []

        def write(
            number: int,
            turn: int = turn,
            start: threading.Barrier = start,
            winners: list[int] = winners,
        ) -> None:
            start.wait()
            if storage.put_if_absent(f"race/{turn}", b"%d" % number * 10_000):
                winners.append(number)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(winners) == 1
        assert storage.read(f"race/{turn}") == b"%d" % winners[0] * 10_000


def test_a_missing_object_is_told_apart(storage: Storage) -> None:
    for call in (storage.read, storage.open, storage.size):
        with pytest.raises(MissingError, match=r"nothing at .*/nope"):
            call("nope")
    assert not storage.exists("nope")
    storage.delete("nope")


def test_a_folder_is_no_object(storage: Storage) -> None:
    storage.put("folder/file", b"x")
    assert not storage.exists("folder")


def test_nothing_lies_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "walk.mp4").write_bytes(b"x")
    store = Storage(str(tmp_path / "walk.mp4"))
    assert list(store.list("metadata/")) == []
    assert not store.exists("job.json")
    with pytest.raises(MissingError):
        store.read("job.json")
    with pytest.raises(StorageError, match="a file lies where a folder has to be; name a folder"):
        store.put("job.json", b"{}")


def test_a_listing_is_ordered_by_bytes_and_begins_with_the_prefix(storage: Storage) -> None:
    keys = ["b", "a/b/c", "a-b", "a/b", "ab", "a/é", "a/z"]
    keys.remove("a/b")
    for key in keys:
        storage.put(key, key.encode())
    assert [s.key for s in storage.list()] == sorted(keys, key=str.encode)
    assert [s.key for s in storage.list("a/")] == ["a/b/c", "a/z", "a/é"]
    assert [(s.key, s.size_bytes) for s in storage.list("ab")] == [("ab", 2)]
    assert list(storage.list("none/")) == []


@pytest.mark.s3
def test_a_long_listing_is_paged(s3_bucket: str) -> None:
    storage = Storage(s3_bucket)
    keys = [f"n/{number:04d}" for number in range(1005)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: storage.put(key, b""), keys))
    assert [s.key for s in storage.list("n/")] == keys


def test_deleted_is_gone(storage: Storage) -> None:
    storage.put("k", b"x")
    storage.delete("k")
    assert not storage.exists("k")
    assert storage.put_if_absent("k", b"y")


def test_a_large_file_goes_up_in_parts(storage: Storage, tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 37 + b"tail"
    (tmp_path / "big").write_bytes(content)
    storage.put_file("big", tmp_path / "big")
    assert storage.read("big") == content
    storage.fetch_file("big", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == content


def test_an_opened_object_is_read_by_ranges(storage: Storage) -> None:
    content = os.urandom(3 * BLOCK_BYTES + 17)
    storage.put("v", content)
    with storage.open("v") as file:
        assert file.seek(-17, os.SEEK_END) == 3 * BLOCK_BYTES
        assert file.read() == content[-17:]
        file.seek(BLOCK_BYTES - 5)
        assert file.read(10) == content[BLOCK_BYTES - 5 : BLOCK_BYTES + 5]
        file.seek(0)
        assert file.read() == content


@pytest.mark.parametrize(
    "key", ["", "/a", "a/../b", "..", "a//b", "a/", "a\\b", "a\0b", "a\nb", "x" * 1001, "./a"]
)
def test_a_key_that_could_leave_the_root_is_refused(local: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        local.put(key, b"x")


@pytest.mark.parametrize("root", ["http://host/x", "s3://", "s3://UPPER/x", "gs://bucket", ""])
def test_an_unknown_place_is_refused(root: str) -> None:
    with pytest.raises(ConfigError, match="no place to store"):
        Storage(root)


def test_a_storage_travels_as_its_root(storage: Storage) -> None:
    storage.put("k", b"x")
    assert pickle.loads(pickle.dumps(storage)).read("k") == b"x"
    assert len(pickle.dumps(storage)) < 300


def test_a_relative_root_is_fixed_when_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Storage("out").uri("k") == f"{tmp_path}/out/k"


def test_a_store_with_conditional_writes_passes_the_check(storage: Storage) -> None:
    storage.check_writable()
    assert list(storage.list()) == []


def test_a_store_that_ignores_conditions_is_found_out(
    local: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(local.backend), "create", type(local.backend).replace)
    with pytest.raises(StorageError, match="ignores conditional writes"):
        local.check_writable()


def test_a_fault_that_passes_is_not_seen(
    local: Storage, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    _fail(monkeypatch, local, "read", [OSError(5, "EIO"), TimeoutError(), ConnectionResetError()])
    local.put("k", b"x")
    assert local.read("k") == b"x"


def test_a_fault_that_stays_names_key_operation_and_advice(
    local: Storage, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    _fail(monkeypatch, local, "read", [TimeoutError("slow")] * 10)
    with pytest.raises(StorageError, match=r"cannot read .*/out/k .*slow.*tried 10 times"):
        local.read("k")


def test_a_full_disk_is_not_tried_again(local: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = [OSError(28, "No space left")]
    _fail(monkeypatch, local, "replace", faults)
    with pytest.raises(StorageError, match="free some space"):
        local.put("k", b"x")
    assert faults == []


def test_a_success_hidden_by_a_fault_counts_as_ours(
    local: Storage, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    create = type(local.backend).create
    calls = 0

    def lossy(backend: object, name: str, data: bytes) -> None:
        nonlocal calls
        calls += 1
        create(backend, name, data)  # type: ignore[arg-type]
        if calls == 1:
            raise ConnectionResetError("the answer was lost")

    monkeypatch.setattr(type(local.backend), "create", lossy)
    assert local.put_if_absent("k", b"ours")
    assert not local.put_if_absent("k", b"ours")
    assert not local.put_if_absent("k", b"theirs")


def test_a_doubt_has_attempts_of_its_own(
    local: Storage, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    create, read = type(local.backend).create, type(local.backend).read
    faults = {"create": 9, "read": 9}

    def unsure(backend: object, name: str, data: bytes) -> None:
        faults["create"] -= 1
        if faults["create"] >= 0:
            local.put(name, data)
            raise ConnectionResetError("the answer was lost")
        create(backend, name, data)  # type: ignore[arg-type]

    def faulty(backend: object, name: str) -> bytes:
        faults["read"] -= 1
        if faults["read"] >= 0:
            raise ConnectionResetError("no answer")
        return read(backend, name)  # type: ignore[arg-type]

    monkeypatch.setattr(type(local.backend), "create", unsure)
    monkeypatch.setattr(type(local.backend), "read", faulty)
    assert local.put_if_absent("k", b"ours")


def test_no_temporary_file_stays_behind(local: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    local.put("k", b"x")
    monkeypatch.setattr(os, "fsync", _raise(OSError(28, "No space left")))
    with pytest.raises(StorageError):
        local.put("k", b"y")
    assert local.read("k") == b"x"
    assert not Path(local.root, TEMPORARY).exists()


def test_the_sweep_takes_what_the_dead_left(local: Storage) -> None:
    folder = Path(local.root, TEMPORARY)
    folder.mkdir(parents=True)
    host = os.uname().nodename
    dead, alive = folder / f"{host}.4194305.a.part", folder / f"{host}.{os.getpid()}.b.part"
    other, old = folder / "elsewhere.example.7.c.part", folder / "elsewhere.example.7.d.part"
    for part in (dead, alive, other, old):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert local.sweep_temporary() == 2
    assert sorted(folder.iterdir()) == sorted([alive, other])


@pytest.mark.s3
@pytest.mark.parametrize("mode", ["503:0.3", "reset:0.3", "cut:200000"])
def test_nothing_is_lost_through_a_faulty_network(
    s3_server: S3Server,
    fault_proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mode: str,
) -> None:
    for name, value in fault_proxy.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("foley_core.storage.retries.FIRST_PAUSE_S", 0.01)
    storage = Storage(s3_server.make_bucket())
    fault_proxy.set(mode)
    content = os.urandom(150_000)
    (tmp_path / "file").write_bytes(content)
    for number in range(10):
        assert storage.put_if_absent(f"k/{number:02d}", content)
        assert not storage.put_if_absent(f"k/{number:02d}", b"other")
        storage.put_file(f"f/{number:02d}", tmp_path / "file")
        assert storage.read(f"k/{number:02d}") == content
        with storage.open(f"f/{number:02d}") as file:
            assert file.read() == content
    assert len(list(storage.list())) == 20


@pytest.mark.s3
def test_a_body_cut_each_time_ends_in_a_clear_error(
    s3_server: S3Server, fault_proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    for name, value in fault_proxy.environment().items():
        monkeypatch.setenv(name, value)
    storage = Storage(s3_server.make_bucket())
    storage.put("k", os.urandom(500_000))
    fault_proxy.set("cut:100000")
    with pytest.raises(StorageError, match="tried 10 times"):
        storage.read("k")
    with storage.open("k") as file, pytest.raises(StorageError, match="cannot read"):
        file.read()


def test_a_local_source_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a b.mp4").write_bytes(b"video")
    with (
        open_source(str(tmp_path / "a b.mp4")) as plain,
        open_source(f"file://{tmp_path}/a%20b.mp4") as uri,
    ):
        assert plain.file.read(2) == b"vi"
        assert plain.identity == uri.identity
        assert plain.identity.startswith("sha256:")
        assert plain.file.read() == b"deo"
        assert plain.size_bytes == 5


@pytest.mark.s3
def test_a_remote_source_is_known_by_its_etag(s3_bucket: str) -> None:
    Storage(s3_bucket).put("in/v.mp4", b"video")
    with open_source(f"{s3_bucket}/in/v.mp4") as source:
        assert source.file.read() == b"video"
        first = source.identity
    Storage(s3_bucket).put("in/v.mp4", b"other")
    with open_source(f"{s3_bucket}/in/v.mp4") as source:
        assert source.identity != first
        assert source.identity.startswith("etag:")


@pytest.mark.parametrize(
    "uri",
    [
        "http://host/v.mp4",
        "ftp://host/v.mp4",
        "concat:a.mp4|b.mp4",
        "file://host/v.mp4",
        "simplecache::s3://b/k",
        "|cat /etc/passwd",
        "memory://x/y",
        "s3://bucket",
        "s3://bucket/a/../b",
        "s3://Bucket/x",
        "",
        "a\0b",
        "rtsp:x",
    ],
)
def test_a_forbidden_uri_sets_the_row_aside(uri: str) -> None:
    with pytest.raises(RowError, match="uri"), open_source(uri):
        pass


def test_a_missing_or_odd_file_is_said_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in [("none.mp4", "no video"), ("", "a folder"), ("pipe", "no regular file")]:
        with pytest.raises(DecodeError, match=words), open_source(f"{tmp_path}/{name}"):
            pass


@pytest.mark.s3
def test_a_missing_remote_video_is_said_so(s3_bucket: str) -> None:
    with pytest.raises(DecodeError, match="no video at"), open_source(f"{s3_bucket}/none.mp4"):
        pass


def _fail(
    monkeypatch: pytest.MonkeyPatch, storage: Storage, call: str, faults: list[Exception]
) -> None:
    """Make the next calls of the backend fail, one fault each."""
    original = getattr(type(storage.backend), call)

    def faulty(*args: object, **options: object) -> object:
        if faults:
            raise faults.pop()
        return original(*args, **options)

    monkeypatch.setattr(type(storage.backend), call, faulty)


def _raise(error: Exception) -> Callable[..., None]:
    def call(*_: object) -> None:
        raise error

    return call
