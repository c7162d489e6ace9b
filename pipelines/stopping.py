"""Why a worker stopped a job, said to the driver in the error's own words.

Ray hands on an error of a worker as the text of its traceback. An error that stops the whole job (a
damaged file of weights, too little memory) says what a person has to do, so a worker leaves it as a
note in the store, and the driver raises it again as what it was.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from foley_core.errors import CheckpointError, ConfigError, FoleyError, MissingError, PrivacyError
from foley_core.storage.store import Storage

STOPS: tuple[type[FoleyError], ...] = (CheckpointError, PrivacyError, ConfigError)


def _key(run_id: str) -> str:
    return f"_runs/{run_id}/stopped.json"


@contextmanager
def stops_noted(store: Storage | None, run_id: str) -> Iterator[None]:
    """Leave a note of what stops the job, and let it stop."""
    try:
        yield
    except STOPS as error:
        if store is not None:
            note = {"class": type(error).__name__, "message": str(error)}
            store.put_if_absent(_key(run_id), json.dumps(note).encode())
        raise


def noted_stop(store: Storage, run_id: str) -> FoleyError | None:
    """Return what a worker said before it stopped the job, if one did."""
    try:
        note = json.loads(store.read(_key(run_id)))
    except MissingError:
        return None
    kinds = {kind.__name__: kind for kind in STOPS}
    return kinds.get(note["class"], ConfigError)(note["message"])
