"""A bucket behind a server that drips, lies about checksums, or has another object a moment later.

The server is a script of answers on loopback: each request takes the next one, the last one stays.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from s3_server import environment

from foley_core.errors import ReplacedError, StorageError
from foley_core.storage.range_reader import BLOCK_BYTES, BLOCKS_KEPT
from foley_core.storage.sources import open_source
from foley_core.storage.store import Storage

CONTENT = bytes(range(256)) * 4


@dataclass
class Answer:
    """What one GET gets: the body, headers beside the usual ones, pieces and the pause between; a
    PUT that is taken gets nothing, though it is done."""

    body: bytes = CONTENT
    headers: dict[str, str] = field(default_factory=dict)
    tag: str = "one"
    pieces: int = 1
    pause_s: float = 0.0
    taken: bool = False


class Server(ThreadingHTTPServer):
    """Answers by script, and notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = [Answer()]
        self.asked: list[tuple[str, str | None]] = []
        self.made: dict[str, str] | None = None
        self.taken: bytes | None = None

    def next_answer(self) -> Answer:
        """The next answer of the script."""
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        """The first answer's size and tag."""
        self._head(200, self.server.script[0], len(self.server.script[0].body))

    def do_PUT(self) -> None:
        """Take the body, unless the answer keeps it waiting."""
        self.server.asked.append((self.path, None))
        answer = self.server.next_answer()
        if answer.pause_s:
            time.sleep(answer.pause_s)
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["If-None-Match"] and self.server.made is not None:
            self._head(412, answer, 0)
            return
        self.server.taken = body
        self.server.made = {k: v for k, v in self.headers.items() if k.startswith("x-amz-meta-")}
        self.close_connection = answer.taken
        if not answer.taken:
            self._head(200, answer, 0)

    def do_GET(self) -> None:
        """The next answer, or its range; 412 for another tag than is asked for."""
        self.server.asked.append((self.path, self.headers.get("If-Match")))
        answer = self.server.next_answer()
        wanted = self.headers.get("If-Match")
        if wanted and wanted.strip('"') != answer.tag and "ignores" not in answer.headers:
            self._head(412, answer, 0)
            return
        body = answer.body if self.server.taken is None else self.server.taken
        asked = self.headers.get("Range")
        if asked:
            start, stop = (int(text) for text in asked.removeprefix("bytes=").split("-"))
            body = body[start : stop + 1]
        self._head(206 if asked else 200, answer, len(body))
        step = -(-len(body) // answer.pieces)
        for begin in range(0, len(body), step):
            try:
                self.wfile.write(body[begin : begin + step])
            except OSError:
                return
            time.sleep(answer.pause_s)

    def _head(self, status: int, answer: Answer, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", f'"{answer.tag}"')
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 12:00:00 GMT")
        for name, value in {**answer.headers, **(self.server.made or {})}.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as made:
        for name, value in environment(f"http://127.0.0.1:{made.server_port}").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("foley_core.storage.s3.REQUEST_S", 0.4)
        monkeypatch.setattr("foley_core.storage.retries.FIRST_PAUSE_S", 0.0)
        monkeypatch.setattr("foley_core.storage.retries.RETRIED_S", 0.0)
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def whole(storage: Storage) -> bytes:
    return storage.read("v.mp4")


def by_ranges(storage: Storage) -> bytes:
    with storage.open("v.mp4") as file:
        return file.read()


READERS = pytest.mark.parametrize("read", [whole, by_ranges])
DRIP = Answer(pieces=256, pause_s=0.05)


@READERS
def test_a_body_that_drips_is_cut_and_read_again(
    server: Server, read: Callable[[Storage], bytes]
) -> None:
    server.script = [DRIP, Answer()]
    assert read(Storage("s3://bucket")) == CONTENT
    assert len(server.asked) == 2


def test_a_server_that_drips_for_ever_is_a_fault_of_the_store(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foley_core.storage.retries.CALL_ATTEMPTS", 2)
    server.script = [DRIP]
    with pytest.raises(StorageError, match=r"TimeoutError.*tried 2 times"):
        whole(Storage("s3://bucket"))


def test_the_time_that_a_request_may_take_follows_from_its_bytes(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foley_core.storage.s3.LEAST_BYTES_PER_S", 512)
    server.script = [Answer(pieces=16, pause_s=0.05)]
    assert whole(Storage("s3://bucket")) == CONTENT
    assert len(server.asked) == 1


def test_a_write_that_nobody_takes_is_cut_and_tried_again(server: Server) -> None:
    server.script = [Answer(pause_s=1.0), Answer()]
    Storage("s3://bucket").put("k", b"x")
    assert len(server.asked) > 1


def test_a_write_that_is_repeated_unseen_does_not_find_itself_in_its_way(server: Server) -> None:
    storage = Storage("s3://bucket")
    server.script = [Answer(taken=True), Answer()]
    # Whether the transport repeats it or we do depends on how old the connection is.
    assert storage.put_if_absent("k", b"x")
    assert len(server.asked) >= 2
    assert not storage.put_if_absent("k", b"x")


def test_a_wrong_checksum_is_tried_again(server: Server) -> None:
    server.script = [Answer(headers={"x-amz-checksum-crc32": "AAAAAA=="}), Answer()]
    assert whole(Storage("s3://bucket")) == CONTENT
    assert len(server.asked) == 2


@pytest.mark.parametrize("headers", [{}, {"ignores": "If-Match"}])
def test_an_object_replaced_while_it_is_read_is_noticed(
    server: Server, headers: dict[str, str]
) -> None:
    size = (BLOCKS_KEPT + 1) * BLOCK_BYTES
    first, second = Answer(bytes(size)), Answer(b"2" * size, headers, tag="two")
    server.script = [first, second]
    with open_source("s3://bucket/v.mp4") as source:
        assert source.file.read(10) == bytes(10)
        with pytest.raises(ReplacedError, match=r"s3://bucket/v\.mp4 was replaced"):
            source.file.read(size)
    assert [tag for _, tag in server.asked] == ['"one"', '"one"']


@pytest.mark.s3
def test_a_server_answers_no_range_of_another_object(s3_bucket: str) -> None:
    storage = Storage(s3_bucket)
    storage.put("v", b"1" * (BLOCK_BYTES + 1))
    with storage.open("v") as file:
        file.read(1)
        storage.put("v", b"2" * (BLOCK_BYTES + 1))
        with pytest.raises(ReplacedError):
            file.read()


@pytest.mark.s3
def test_a_part_that_fails_is_sent_again_and_the_others_are_not(
    s3_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, sent = Storage(s3_bucket), list[object]()
    monkeypatch.setattr("foley_core.storage.retries.FIRST_PAUSE_S", 0.0)
    call = type(storage.backend)._call

    def faulty(backend: object, method: str, moved: int = 0, **request: object) -> object:
        if method == "upload_part":
            sent.append(request["PartNumber"])
            if sent.count(2) == 1 and request["PartNumber"] == 2:
                raise TimeoutError("cut")
        return call(backend, method, moved, **request)

    monkeypatch.setattr(type(storage.backend), "_call", faulty)
    content = bytes(range(256)) * (160 << 10)
    (tmp_path / "film.mp4").write_bytes(content)
    storage.put_file("f", tmp_path / "film.mp4")
    assert storage.read("f") == content
    assert sorted(map(str, sent)) == ["1", "2", "2", "3"]
