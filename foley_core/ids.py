"""Ids and seeds made from content, so that a rerun, a retry and a resume are one operation."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from foley_core.types import Json


def canonical_json(value: Json | Mapping[str, Json]) -> bytes:
    """Return the one byte string that stands for a value: keys sorted, no spaces, UTF-8.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(value: Json | Mapping[str, Json]) -> str:
    """Return the sha256, in hex, of the canonical JSON of a value.

    It is the name of everything that follows from the value alone.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return hashlib.sha256(canonical_json(value)).hexdigest()


def seed_of(*parts: Json) -> int:
    """Return a seed, 0 to 2⁶³ - 1, made from all values that must make two draws differ.

    Raises:
        ValueError: a value holds NaN or an infinity.
    """
    # 63 bits, so that a seed fits the signed integers of Parquet and torch.
    return int.from_bytes(hashlib.sha256(canonical_json(list(parts))).digest()[:8], "big") >> 1


def sha256_of_file(path: Path) -> str:
    """Return the sha256, in hex, of a file's bytes, read piece by piece.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
