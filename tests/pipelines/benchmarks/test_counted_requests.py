"""Requests to a store are counted as a server would count them."""

from pathlib import Path

import pytest

from foley_core.storage.store import Storage
from pipelines.benchmarks import counted_requests
from pipelines.benchmarks.counted_requests import requests_counted


def test_each_kind_is_counted_by_the_first_part_of_its_key(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    store.put("before/a", b"")
    with requests_counted() as found:
        store.put("tracks/a", b"1")
        store.put_if_absent("tracks/b", b"2")
        store.read("tracks/a")
        store.exists("tracks/none")
        list(store.list("tracks/"))
        store.delete("tracks/a")
        before = found.copy()
        store.read("tracks/b")
    assert found.by_kind() == {"get": 3, "put": 2, "list": 1, "delete": 1}
    assert {place for _, place in found.counts} == {"tracks"}
    assert found.less(before).by_kind() == {"get": 1, "put": 0, "list": 0, "delete": 0}
    store.read("tracks/b")
    assert found.of_kind("get") == 3


def test_a_long_listing_is_one_request_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted_requests, "PAGE", 2)
    store = Storage(str(tmp_path))
    for name in "abc":
        store.put(name, b"")
    with requests_counted() as found:
        assert len(list(store.list())) == 3
    assert found.by_kind()["list"] == 2
