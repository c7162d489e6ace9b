"""Webhooks are signed, tried again, told once each, and never follow a redirect."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from foley_core.errors import StorageError
from pipelines.service import webhooks
from pipelines.service.webhooks import Webhooks, signature

SECRET = "a secret of the tests"


class Listener:
    """A server that notes what it is told, and answers with given statuses in turn."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((self.path, dict(self.headers), body))
                self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?job=7"


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def told(address: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tell an address of an end, and return the ids that are done with."""
    monkeypatch.setattr(webhooks, "PAUSES_S", (0.01, 0.01))
    done: list[str] = []
    ended = threading.Event()

    def end(soundtrack_id: str) -> None:
        done.append(soundtrack_id)
        ended.set()

    hooks = Webhooks(SECRET, end)
    hooks.start()
    hooks.tell("7", address, {"id": "7", "video_id": "走る"})
    assert ended.wait(120)
    hooks.close()
    return done


def test_what_is_told_is_signed(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(listener.address, monkeypatch) == ["7"]
    ((path, headers, body),) = listener.heard
    assert path == "/hook?job=7"
    assert json.loads(body) == {"id": "7", "video_id": "走る"}
    moment, _, given = headers["Foley-Signature"].partition(",sha256=")
    signed = moment.removeprefix("t=").encode() + b"." + body
    assert hmac.compare_digest(given, hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())


def test_a_signature_is_of_secret_time_and_body() -> None:
    own = signature(SECRET, 7, b"body")
    others = [signature("x", 7, b"body"), signature(SECRET, 8, b"body"), signature(SECRET, 7, b"")]
    assert len({own.partition("sha256=")[2], *(o.partition("sha256=")[2] for o in others)}) == 4


def test_one_that_fails_is_told_again(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    listener.statuses = [500, 503]
    assert told(listener.address, monkeypatch) == ["7"]
    assert len(listener.heard) == 3


def test_a_redirect_is_no_success_and_leads_nowhere(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.statuses = [302, 307, 301]
    assert told(listener.address, monkeypatch) == ["7"]
    assert [path for path, _, _ in listener.heard] == ["/hook?job=7"] * 3


def test_an_address_where_nobody_is_ends_as_told(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told("http://127.0.0.1:9/", monkeypatch) == ["7"]


def test_what_was_not_told_at_the_end_is_left_for_the_next_start() -> None:
    done: list[str] = []
    called, go_on = threading.Event(), threading.Event()

    def send(address: str, body: bytes, headers: dict[str, str]) -> int:
        called.set()
        go_on.wait(120)
        return 500

    hooks = Webhooks(SECRET, done.append, send)
    hooks.start()
    hooks.tell("7", "https://hooks.example/", {})
    assert called.wait(120)
    closing = threading.Thread(target=hooks.close)
    closing.start()
    while not hooks.is_closed:
        pass
    go_on.set()
    closing.join(120)
    assert done == []


def test_a_store_that_fails_keeps_nobody_else_from_being_told() -> None:
    done: list[str] = []
    ended = threading.Event()

    def end(soundtrack_id: str) -> None:
        if soundtrack_id == "7":
            raise StorageError("the store is down")
        done.append(soundtrack_id)
        ended.set()

    hooks = Webhooks(SECRET, end, lambda address, body, headers: 204)
    hooks.start()
    for name in ("7", "8"):
        hooks.tell(name, "https://hooks.example/", {})
    assert ended.wait(120)
    hooks.close()
    assert done == ["8"]
