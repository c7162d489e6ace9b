"""Chunks of WAV files of any origin, RIFF and RF64: found one after another, and added.

Nothing is trusted: no more than `MOST_CHUNKS` are looked at, and no more of a text is read than
`LONGEST_TEXT_BYTES`.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foley_core.errors import EncodeError

RIFF_LIMIT_BYTES = 0xFFFF_FFFF
"""The largest size that RIFF has bits for; in RF64 it means "see the ds64 chunk"."""

MOST_CHUNKS = 64
LONGEST_TEXT_BYTES = 1 << 16
"""The most of a chunk of text that is read."""

_FORMS = (b"RIFF", b"RF64")
# The ds64 chunk begins with the sizes of the file and of its data, each of 64 bits.
_SIZES = struct.Struct("<QQ")
_COPIED_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of a WAV file: its name, the position of its body, and the bytes of the body."""

    name: bytes
    start: int
    size_bytes: int

    @property
    def end(self) -> int:
        """Position of the next chunk: a zero byte follows a body of odd length."""
        return self.start + self.size_bytes + self.size_bytes % 2


def is_wave(file: BinaryIO) -> bool:
    """Return True where a file begins as a WAV file does."""
    file.seek(0)
    head = file.read(12)
    return head[:4] in _FORMS and head[8:12] == b"WAVE"


def chunks_of(file: BinaryIO) -> Iterator[Chunk]:
    """Yield the chunks of a file that `is_wave`; the reader may move the file's position.

    Chunks after the sound come too, since some programs write theirs there.
    """
    place, data_bytes = 12, 0
    for _ in range(MOST_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        if name == b"ds64":
            body = file.read(_SIZES.size)
            data_bytes = _SIZES.unpack(body)[1] if len(body) == _SIZES.size else 0
        if name == b"data" and size == RIFF_LIMIT_BYTES:
            size = data_bytes
        chunk = Chunk(name, place + 8, size)
        yield chunk
        place = chunk.end


def text_of_chunk(file: BinaryIO, name: bytes) -> bytes | None:
    """Return the body of the first chunk of a name, at most `LONGEST_TEXT_BYTES`; None without."""
    for chunk in chunks_of(file):
        if chunk.name == name:
            file.seek(chunk.start)
            return file.read(min(chunk.size_bytes, LONGEST_TEXT_BYTES))
    return None


def chunk_bytes(name: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk: name, length, body, and a zero byte after an odd length."""
    return struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2)


def add_chunks(
    source: Path,
    target: Path,
    behind_format: Mapping[bytes, bytes],
    at_end: Mapping[bytes, bytes],
) -> None:
    """Write a WAV file again with more chunks, in place of former ones of their names.

    Everything else stays as it is, byte for byte.

    Args:
        behind_format, at_end: bodies by name, for behind the chunk `fmt ` and behind all others.

    Raises:
        EncodeError: it is no WAV file, or would grow beyond what RIFF has bits for.
    """
    added = {**behind_format, **at_end}
    with source.open("rb") as file, target.open("w+b") as out:
        if not is_wave(file):
            raise EncodeError(f"{source.name}: no WAV file; nothing can be written into it")
        chunks = [chunk for chunk in chunks_of(file) if chunk.name not in added]
        file.seek(0)
        out.write(file.read(12))
        for chunk in chunks:
            file.seek(chunk.start - 8)
            _copy(file, out, chunk.end - chunk.start + 8)
            if chunk.name == b"fmt ":
                out.write(_joined(behind_format))
        out.write(_joined(at_end))
        _state_size(out, source.name)


def _joined(bodies: Mapping[bytes, bytes]) -> bytes:
    return b"".join(chunk_bytes(name, body) for name, body in bodies.items())


def _copy(file: BinaryIO, out: BinaryIO, count: int) -> None:
    while count > 0 and (data := file.read(min(count, _COPIED_BYTES))):
        count -= out.write(data)


def _state_size(out: BinaryIO, name: str) -> None:
    """Write the size of a file where its form says that it stands."""
    size_bytes = out.seek(0, 2) - 8
    out.seek(0)
    if out.read(4) == b"RF64":
        # Behind the head of the file and that of the ds64 chunk, which comes first.
        out.seek(20)
        out.write(struct.pack("<Q", size_bytes))
        return
    if size_bytes > RIFF_LIMIT_BYTES:
        raise EncodeError(f"{name}: no room for marks in a file of nearly 4 GiB; take flac16")
    out.write(struct.pack("<I", size_bytes))
