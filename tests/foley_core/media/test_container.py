"""Packets of a container whose streams grow on the way end where the packets end."""

from collections.abc import Iterator
from typing import Any, cast

from av.container import InputContainer

from foley_core.media.container import demuxed


class Growing:
    """A container that named a stream more on its way: PyAV fails when it comes to the end."""

    def demux(self, *streams: Any) -> Iterator[str]:
        yield from ("first", "last")
        raise IndexError("list index out of range")


def test_a_stream_that_comes_later_ends_no_reading() -> None:
    assert list(demuxed(cast(InputContainer, Growing()))) == ["first", "last"]
