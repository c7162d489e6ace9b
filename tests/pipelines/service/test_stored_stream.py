"""Parts of files of a bucket: what a `Range` asks for, and what is answered."""

import pytest
from starlette.testclient import TestClient

from foley_core.storage.store import Storage
from pipelines.service.stored_stream import StoredStream, part_of


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (None, (0, 10)),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 5)),
        ("bytes=2-400", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=-0", (10, 10)),
        ("bytes=10-", (10, 10)),
        ("bytes=4-2", (0, 10)),
        ("bytes=0-1,4-5", (0, 10)),
        ("bytes=-", (0, 10)),
        ("lines=1-2", (0, 10)),
        ("bytes=1e3-", (0, 10)),
    ],
)
def test_a_range_is_read_as_rfc_9110_has_it(wanted: str | None, part: tuple[int, int]) -> None:
    assert part_of(wanted, 10) == part


@pytest.mark.parametrize(
    ("asked", "status", "content", "about"),
    [
        ({}, 200, b"0123456789", None),
        ({"Range": "bytes=3-5"}, 206, b"345", "bytes 3-5/10"),
        ({"Range": "bytes=12-"}, 416, b"", "bytes */10"),
        ({"Range": "bytes=3-5", "If-Range": "x"}, 200, b"0123456789", None),
    ],
)
def test_a_part_is_answered_as_one(
    asked: dict[str, str], status: int, content: bytes, about: str | None
) -> None:
    store = Storage("memory://streamed")
    store.put("k", b"0123456789")
    client = TestClient(StoredStream(store, "k", store.find("k"), "audio/wav", {}))
    answer = client.get("/", headers=asked)
    assert (answer.status_code, answer.content) == (status, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers.get("content-range") == about
    head = client.head("/", headers=asked)
    assert (head.status_code, head.content, head.headers) == (status, b"", answer.headers)


def test_what_is_asked_for_its_head_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Storage("memory://headed")
    store.put("k", b"0123456789")
    client = TestClient(StoredStream(store, "k", store.find("k"), "audio/wav", {}))
    monkeypatch.setattr(Storage, "open", None)
    assert client.head("/").headers["content-length"] == "10"
