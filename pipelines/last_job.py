"""The last job of an output, kept there for whoever corrects or delivers its tracks."""

from collections.abc import Mapping
from typing import Any

from foley_core.errors import ConfigError, MissingError
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.manifest.asked_rows import asked_manifest, asked_row, is_asked
from pipelines.records import ASKED_BY_ONE

JOB_KEY = "job.json"


def keep_job(store: Storage, job: Job) -> None:
    """Keep the last job; one of `foley one` does not take the place of a catalogue's."""
    if is_asked(job) and store.exists(JOB_KEY) and not is_asked(last_job(store)):
        return
    store.put(JOB_KEY, job.model_dump_json(indent=2).encode())


def last_job(store: Storage) -> Job:
    """The last job that ran on an output.

    Raises:
        ConfigError: none did.
    """
    try:
        job = Job.model_validate_json(store.read(JOB_KEY))
    except MissingError:
        raise ConfigError(f"no job has run on {store.root}; give the output of one") from None
    except ValueError as error:
        raise ConfigError(f"{store.uri(JOB_KEY)} is no job: {error}") from None
    # An output may have been moved since, and what `foley one` was asked for with it.
    manifest = asked_manifest(store.root) if is_asked(job) else job.manifest
    return job.model_copy(update={"output": store.root, "manifest": manifest, "limit": None})


def known_last_job(store: Storage) -> Job | None:
    """Return the last job of an output; None where none has run.

    Raises:
        ConfigError: its file is damaged.
    """
    return last_job(store) if store.exists(JOB_KEY) else None


def job_of_row(store: Storage, row: Mapping[str, Any], last: Job | None) -> Job | None:
    """Return the job that made a row's track: that of `foley one` for its video, or the last one.

    Returns:
        The job; None where what `foley one` was asked for is no longer there.

    Raises:
        ConfigError: what was asked for is damaged.
        StorageError: it cannot be read.
    """
    if row.get("asked_by") != ASKED_BY_ONE:
        return last
    asked = asked_row(store, row["video_id"])
    return asked.job if asked else None
