"""The interface of a place for bytes: whole objects by name, one attempt per call, no retries.

A reader never sees half of an object. Exceptions are Python's own or those of the client library;
`storage` retries and translates them. Not known here: keys and their rules, what is worth a retry.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Attempt: TypeAlias = Callable[[Callable[[], dict[str, Any]]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One object: its name below the backend's root, its size, a tag that changes with it, and
    when it was last written, in seconds since 1970."""

    name: str
    size_bytes: int
    tag: str | None
    modified_s: float


class Backend(Protocol):
    """Whole objects by name.

    Raises, in every call: FileNotFoundError (no such object), else what the transport raises.
    """

    def read(
        self, name: str, start: int | None = None, stop: int | None = None, tag: str | None = None
    ) -> bytes:
        """Return the bytes, or those from `start` to `stop`.

        Raises:
            ReplacedError: the object is not the one that `find` gave this tag to.
        """
        ...

    def find(self, name: str) -> Found:
        """Return size and tag of one object."""
        ...

    def create(self, name: str, data: bytes) -> None:
        """Store bytes under a name that is free.

        Raises:
            FileExistsError: the name is taken; what it holds is untouched.
        """
        ...

    def replace(self, name: str, data: bytes) -> None:
        """Store bytes in place of what the name held."""
        ...

    def replace_from(self, name: str, path: Path) -> None:
        """Store a local file's content in place of what the name held."""
        ...

    def walk(self, prefix: str, attempt: Attempt) -> Iterator[Found]:
        """Yield objects whose name begins with a prefix, in byte order of names, memory flat.

        `attempt` makes one request to the server, with whatever retries the caller wants.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove an object; a name that is free already is no error."""
        ...
