"""The parts of a Parquet file that say how much it unpacks to, read before anything is unpacked.

A footer of a few bytes can describe columns nested a million deep, and a page of a few bytes can
unpack to gigabytes or repeat one value a million times. Parquet's readers take room for what such
headers state, so this looks at them first. They are Thrift structs in the compact protocol, as
https://github.com/apache/parquet-format has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"PAR1"
_FIRST_BYTES = 256
_HEADER_BYTES = 1 << 20
_DEPTH = 32
_LIST_LENGTH = 20_000
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(
    13
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where its bytes begin, how many they are, packed and not, how many values they
    stand for and in which encoding, and whether it is the dictionary."""

    begin: int
    packed_bytes: int
    unpacked_bytes: int
    values: int
    encoding: int
    is_dictionary: bool


class _Thrift:
    """A reader of the compact protocol; numbers and structs are kept, texts are not."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 0

    def struct(self, until: int = 1 << 15, depth: int = 0) -> dict[int, Any]:
        """Read a struct's fields by their numbers, up to the one of number `until`.

        Raises:
            ValueError: this is no struct.
            IndexError: the data end before it does.
        """
        if depth > _DEPTH:
            raise ValueError("nested too deeply")
        found: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != _STOP:
            number = number + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
            if number >= until:
                break
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._signed()
        if kind in (_DOUBLE, _BINARY):
            self._skip(8 if kind == _DOUBLE else self._unsigned())
            return None
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth=depth + 1)
        raise ValueError(f"no field of kind {kind} is known")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._unsigned()
        if count > _LIST_LENGTH or depth > _DEPTH:
            raise ValueError(f"a list of {count} elements, {depth} deep")
        return [self._value(head & 15, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def _skip(self, count: int) -> None:
        self.place += count
        if self.place > len(self.data):
            raise IndexError(self.place)

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("a number has too many bytes")

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)


def footer_of(file: BinaryIO, size_bytes: int, limit_bytes: int) -> bytes:
    """Return the footer, which describes a Parquet file's schema and row groups.

    Raises:
        ValueError: this is no Parquet file, or its footer has more bytes than the limit.
    """
    file.seek(max(0, size_bytes - 8))
    tail = file.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or length + 12 > size_bytes:
        raise ValueError("it does not end as Parquet files do")
    if length > limit_bytes:
        raise ValueError(f"its footer has {length} bytes, more than {limit_bytes}")
    file.seek(size_bytes - 8 - length)
    return file.read(length)


def schema_depth(footer: bytes) -> tuple[int, int]:
    """Return how many elements a footer's schema has, and how deep they are nested.

    Raises:
        ValueError: it is no footer.
    """
    try:
        elements = _Thrift(footer).struct(until=2).get(2) or []
        children = [max(0, int(element.get(5) or 0)) for element in elements]
    except (IndexError, AttributeError, TypeError) as error:
        raise ValueError("its footer is damaged") from error
    deepest, waiting = 0, [1]
    for count in children:
        while waiting and not waiting[-1]:
            waiting.pop()
        if not waiting:
            raise ValueError("its schema is damaged")
        waiting[-1] -= 1
        waiting.append(count)
        deepest = max(deepest, len(waiting) - 1)
    return len(children), deepest


def pages(file: BinaryIO, start: int, length: int) -> Iterator[Page]:
    """Yield the pages of a column chunk by their headers.

    Args:
        start, length: the chunk's bytes in the file.

    Raises:
        ValueError: a header is damaged.
    """
    place, end = start, start + length
    while place < end:
        header, size = _page_header(file, place)
        details: Any = next((header[field] for field in (5, 7, 8) if field in header), {})
        if not isinstance(details, dict):
            raise ValueError("the header of a page is damaged")
        packed = _size(header.get(3))
        yield Page(
            begin=place + size,
            packed_bytes=packed,
            unpacked_bytes=_size(header.get(2)),
            values=_size(details.get(1, 0)),
            encoding=_size(details.get(4 if 8 in header else 2, 0)),
            is_dictionary=7 in header,
        )
        place += size + packed


def _page_header(file: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    size = _FIRST_BYTES
    while True:
        file.seek(place)
        thrift = _Thrift(file.read(size))
        try:
            return thrift.struct(), thrift.place
        except IndexError:
            if size > _HEADER_BYTES or len(thrift.data) < size:
                raise ValueError("the header of a page is damaged") from None
            size *= 16


def _size(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError("the header of a page is damaged")
    return number
