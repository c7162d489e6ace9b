"""Ids and seeds come from content, so that rerun, retry and resume are one operation."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from foley_core.types import Json


def canonical_json(value: Json | Mapping[str, Json]) -> bytes:
    """One byte string for one value: sorted keys, no spaces, UTF-8, no NaN.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(value: Json | Mapping[str, Json]) -> str:
    """sha256, in hex, of the canonical JSON of a value: the name of what the value determines."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def seed_of(*parts: Json) -> int:
    """A 63-bit seed from whatever must make two draws differ."""
    return int.from_bytes(hashlib.sha256(canonical_json(list(parts))).digest()[:8], "big") >> 1


def sha256_of_file(path: Path) -> str:
    """sha256, in hex, of a file's bytes; memory flat."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
