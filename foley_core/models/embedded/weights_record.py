"""The TOML record beside a file of weights: its sha256, thresholds, recipe, credits.

Imports no torch, see `weights_folder`.
"""

from pathlib import Path
from typing import Any

from foley_core.errors import CheckpointError, MissingError
from foley_core.parsing import parsed_toml
from foley_core.storage.store import Storage


def read_record(store: Storage, file: str) -> dict[str, Any]:
    """Read the record of a file of weights.

    Raises:
        CheckpointError: it is missing or is not TOML.
        StorageError: it cannot be read.
    """
    name = _record_name(file)
    try:
        return parsed_toml(store.read(name).decode())
    except (MissingError, ValueError) as error:
        raise CheckpointError(f"weights record {store.uri(name)} cannot be read: {error}") from None


def recorded_sha256(store: Storage, file: str) -> str | None:
    """Return the sha256, in hex, that the record states of its file; None without a record.

    Raises:
        CheckpointError: the record cannot be read, or states none.
        StorageError: it cannot be read.
    """
    if not store.exists(_record_name(file)):
        return None
    record = read_record(store, file)
    if "sha256" not in record:
        raise CheckpointError(f"weights record {store.uri(_record_name(file))} states no sha256")
    return str(record["sha256"])


def recorded_thresholds(store: Storage, file: str) -> tuple[float, float]:
    """Return onset and activity, by the record of perception: probabilities 0..1.

    Raises:
        CheckpointError: the record cannot be read, or states none.
        StorageError: it cannot be read.
    """
    try:
        stated = read_record(store, file)["thresholds"]
        return float(stated["onset"]), float(stated["activity"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"weights record {store.uri(_record_name(file))} states no [thresholds] with onset and "
            f"activity ({error!r}); train them again"
        ) from None


def _record_name(file: str) -> str:
    return str(Path(file).with_suffix(".toml"))
