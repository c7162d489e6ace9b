"""The header of a safetensors file, read without its numbers and without torch.

The file begins with the length of a JSON header (little-endian u64). The header names each tensor
with its type, shape and place; the numbers follow, one tensor after another, to the end of the
file. So a file that is cut short is known by its header alone.
"""

from itertools import pairwise
from typing import Any, BinaryIO

from foley_core.parsing import parsed_json

# A limit against files made to fill memory: the header of the largest public model has 0.1 MB.
MAX_HEADER_BYTES = 32 * 2**20
METADATA = "__metadata__"
"""Key of the header for texts beside the tensors."""


def read_header(file: BinaryIO, size_bytes: int) -> dict[str, Any]:
    """Return the header: what is said of each tensor by name, and texts under `METADATA`.

    Args:
        file: at its beginning; it is read up to the numbers.
        size_bytes: of the whole file.

    Raises:
        ValueError: it is no safetensors file, its header is damaged, or numbers are missing or too
            many.
        OSError, StorageError: the file cannot be read.
    """
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= min(MAX_HEADER_BYTES, size_bytes - 8):
        raise ValueError("not a safetensors file")
    try:
        header = parsed_json(file.read(length))
        places = [item["data_offsets"] for name, item in header.items() if name != METADATA]
        spans = sorted((int(begin), int(end)) for begin, end in places)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ValueError("its header is damaged") from error
    chain = [(0, 0), *spans]
    if any(begin != before for (_, before), (begin, _) in pairwise(chain)):
        raise ValueError("its header is damaged: tensors do not follow each other")
    if 8 + length + chain[-1][1] != size_bytes:
        raise ValueError(
            f"it has {size_bytes} bytes where {8 + length + chain[-1][1]} were written"
        )
    return dict(header)
