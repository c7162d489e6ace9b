"""Marks for files that are made from a delivered track later: those of the track itself."""

from collections.abc import Mapping
from typing import Any

from foley_core.provenance.marking import Marker, Marking
from foley_core.provenance.origin import Origin
from pipelines.config import Job


def marker_of(row: Mapping[str, Any], job: Job | None) -> Marker:
    """Return the marker of files that are made from a row's track.

    Args:
        row: its metadata row.
        job: the job that made it; None where it is not known.
    """
    origin = Origin(
        region=row["region"],
        model=row.get("model") or "",
        model_sha256=row.get("model_sha256") or "",
        licence=row.get("model_licence"),
        request=row.get("request") or "",
    )
    return Marker(job.provenance.marking if job else Marking(), origin)
