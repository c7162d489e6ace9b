"""Names of runs, which put the rows of an output in order."""

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from foley_core.storage.store import Storage
from pipelines.metadata.commits import PART_PREFIX, part_keys

_TIME = "%Y%m%dT%H%M%S%f"
_TICK = timedelta(microseconds=1)


def new_run_id(store: Storage) -> str:
    """Return a name for one run; it shapes nothing but names.

    It sorts after the names of all runs that have committed there, even where the clock of their
    machine was ahead. Only the owner of the output's lease may commit under it.

    Raises:
        StorageError: the parts of the metadata cannot be listed.
    """
    last = max((key.removeprefix(PART_PREFIX) for key in part_keys(store)), default="")
    now = datetime.now(UTC)
    with suppress(ValueError):
        now = max(now, datetime.strptime(last.split("-")[0] + "+0000", f"{_TIME}%z") + _TICK)
    return f"{now:{_TIME}}-{secrets.token_hex(3)}"
