"""A remote object as a seekable file: blocks fetched when needed, a few kept."""

import io
from collections import OrderedDict
from collections.abc import Callable

BLOCK_BYTES = 2 << 20
BLOCKS_KEPT = 8


class RangeReader(io.RawIOBase):
    """A reader of `size` bytes through `fetch(start, stop)`: blocks of 2 MiB, of which 8 are kept.

    Demuxers jump between an index and interleaved streams; the kept blocks serve both ends.
    """

    def __init__(self, fetch: Callable[[int, int], bytes], size: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position; nothing is fetched before the next read.

        Raises:
            ValueError: the position would be before the beginning.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"cannot seek to {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill the buffer as far as the current block goes; 0 at the end."""
        if self.closed:
            raise ValueError("read of a closed file")
        if self._position >= self._size:
            return 0
        index, offset = divmod(self._position, BLOCK_BYTES)
        piece = self._block(index)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, index: int) -> bytes:
        if index not in self._blocks:
            start = index * BLOCK_BYTES
            self._blocks[index] = self._fetch(start, min(start + BLOCK_BYTES, self._size))
            if len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(index)
        return self._blocks[index]
