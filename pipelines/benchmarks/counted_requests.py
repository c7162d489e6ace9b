"""A store that counts its requests, as a server would: for benchmarks and their tests."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from foley_core.storage.store import Storage, Stored

KINDS = {"read": "get", "look up": "get", "write": "put", "delete": "delete"}
"""Kinds of requests, as they are priced, by the store's own operations."""
PAGE = 1000


@dataclass(slots=True)
class Requests:
    """Requests of this process by kind (`get`, `put`, `list`, `delete`) and first part of the key.

    A listing is one request for each thousand names, as on S3.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of_kind(self, kind: str) -> int:
        """Return the requests of a kind."""
        return sum(count for (one, _), count in self.counts.items() if one == kind)

    def by_kind(self) -> dict[str, int]:
        """Return the requests of each kind."""
        return {kind: self.of_kind(kind) for kind in ("get", "put", "list", "delete")}

    def less(self, before: "Requests") -> "Requests":
        """Return the requests since an earlier count."""
        return Requests(self.counts - before.counts)

    def copy(self) -> "Requests":
        """Return the count as it is now."""
        return Requests(self.counts.copy())


@contextmanager
def requests_counted() -> Iterator[Requests]:
    """Count the requests of every store that this process uses within the block."""
    found, lock = Requests(), Lock()
    make, listed = Storage._do, Storage.list

    def count(kind: str, key: str) -> None:
        with lock:
            found.counts[kind, key.partition("/")[0]] += 1

    def counting(store: Storage, operation: str, key: str, attempt: Callable[[], Any]) -> Any:
        if operation in KINDS:
            count(KINDS[operation], key)
        return make(store, operation, key, attempt)

    def listing(store: Storage, prefix: str = "") -> Iterator[Stored]:
        count("list", prefix)
        for number, item in enumerate(listed(store, prefix), 1):
            yield item
            if number % PAGE == 0:
                count("list", prefix)

    replaced: dict[str, Any] = {"_do": counting, "list": listing}
    before: dict[str, Any] = {"_do": make, "list": listed}
    try:
        for name, function in replaced.items():
            setattr(Storage, name, function)
        yield found
    finally:
        for name, function in before.items():
            setattr(Storage, name, function)
