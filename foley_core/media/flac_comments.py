"""Vorbis comments of FLAC files: read, and added. The sound is not touched.

A FLAC file is a marker, blocks of metadata and the sound; one block holds comments, `NAME=value`
each, in UTF-8. An ID3 tag may stand before the marker: Content Credentials are put into one.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foley_core.errors import EncodeError

_MARKER = b"fLaC"
_COMMENTS = 4
_LAST_BLOCK = 0x80
# Limits on how much of a file of any origin is read.
_MOST_BLOCKS = 64
_MOST_COMMENTS = 1000
_LONGEST_BLOCK_BYTES = 1 << 20
_COPIED_BYTES = 4 << 20
_VENDOR = b"foley"


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of metadata: its kind, where its body begins, and the bytes of the body."""

    kind: int
    start: int
    size_bytes: int


def is_flac(file: BinaryIO) -> bool:
    """Return True where a file begins as a FLAC file does, with an ID3 tag before it or not."""
    file.seek(_past_id3(file))
    return file.read(4) == _MARKER


def comments_of(file: BinaryIO) -> dict[str, str]:
    """Return the comments of a file that `is_flac`, by name in capitals; of two the first."""
    blocks, _ = _blocks(file)
    found: dict[str, str] = {}
    for block in (block for block in blocks if block.kind == _COMMENTS):
        for entry in _entries(_body(file, block)):
            name, _, value = entry.decode(errors="replace").partition("=")
            found.setdefault(name.upper(), value)
    return found


def add_comments(source: Path, target: Path, comments: Mapping[str, str]) -> None:
    """Write a FLAC file again with comments, in place of former ones of their names.

    Args:
        comments: by name, in capitals.

    Raises:
        EncodeError: it is no FLAC file, or its comments would be too long for one.
    """
    with source.open("rb") as file, target.open("wb") as out:
        if not is_flac(file):
            raise EncodeError(f"{source.name}: no FLAC file; nothing can be written into it")
        marker = file.tell() - len(_MARKER)
        blocks, sound = _blocks(file)
        former = [_body(file, block) for block in blocks if block.kind == _COMMENTS]
        body = _with_entries(former[0] if former else b"", comments)
        if len(body) > _LONGEST_BLOCK_BYTES:
            raise EncodeError(f"{source.name}: its comments are too long")
        kept = [(b.kind, _body(file, b)) for b in blocks if b.kind != _COMMENTS]
        # The block that describes the stream must be the first.
        ordered = [*kept[:1], (_COMMENTS, body), *kept[1:]]
        file.seek(0)
        out.write(file.read(marker) + _MARKER)
        for index, (kind, content) in enumerate(ordered):
            flag = _LAST_BLOCK if index == len(ordered) - 1 else 0
            out.write(bytes([flag | kind]) + len(content).to_bytes(3, "big") + content)
        file.seek(sound)
        while data := file.read(_COPIED_BYTES):
            out.write(data)


def _past_id3(file: BinaryIO) -> int:
    """Return where an ID3 tag at the beginning ends; 0 without one."""
    file.seek(0)
    head = file.read(10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    # The size has seven bits a byte; a flag says that a footer of ten bytes follows.
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _blocks(file: BinaryIO) -> tuple[list[_Block], int]:
    """Return the blocks of metadata, and where the sound begins."""
    place, blocks = _past_id3(file) + len(_MARKER), []
    for _ in range(_MOST_BLOCKS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4:
            break
        size = int.from_bytes(head[1:], "big")
        blocks.append(_Block(head[0] & ~_LAST_BLOCK, place + 4, size))
        place += 4 + size
        if head[0] & _LAST_BLOCK:
            break
    return blocks, place


def _body(file: BinaryIO, block: _Block) -> bytes:
    file.seek(block.start)
    return file.read(min(block.size_bytes, 1 << 24))


def _entries(body: bytes) -> list[bytes]:
    """Return the comments of a block; what is damaged or too much is left out."""
    try:
        (vendor,) = struct.unpack_from("<I", body)
        (count,) = struct.unpack_from("<I", body, 4 + vendor)
        place, found = 8 + vendor, []
        for _ in range(min(count, _MOST_COMMENTS)):
            (size,) = struct.unpack_from("<I", body, place)
            found.append(body[place + 4 : place + 4 + size])
            place += 4 + size
    except struct.error:
        return []
    return found


def _with_entries(body: bytes, comments: Mapping[str, str]) -> bytes:
    """Return the body of a block of comments with some more of them."""
    vendor = _VENDOR
    if len(body) >= 4:
        vendor = body[4 : 4 + struct.unpack_from("<I", body)[0]]
    kept = [e for e in _entries(body) if e.partition(b"=")[0].decode().upper() not in comments]
    entries = [*kept, *(f"{name}={value}".encode() for name, value in comments.items())]
    return b"".join(
        (_sized(vendor), struct.pack("<I", len(entries)), *(_sized(entry) for entry in entries))
    )


def _sized(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data
