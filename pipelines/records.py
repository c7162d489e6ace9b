"""Metadata rows from job rows: the last translation before a commit."""

import json
from fractions import Fraction
from typing import Any

from foley_core.models.hunyuan.licence import LIMITS
from pipelines.manifest.asked_rows import is_asked
from pipelines.manifest.reader import InvalidRow
from pipelines.metadata.schema import STAGES
from pipelines.resolved_job import ResolvedJob
from pipelines.stages.row import Row

ASKED_BY_ONE = "one"
_COUNTS = ("features_computed", "features_reused", "stems_generated", "stems_reused")


def metadata_rows(row: Row, resolved: ResolvedJob) -> list[dict[str, Any]]:
    """One row for a finished video and region; one for each wanted region where the video failed
    before it was split by region."""
    if row.region:
        return [_record(row, row.region, row.request, resolved)]
    wanted = zip(row.regions, row.requests, strict=True)
    return [_record(row, region, request, resolved) for region, request in wanted]


def rows_of_invalid(invalid: InvalidRow) -> list[dict[str, Any]]:
    """A set-aside row for each region of a manifest row that cannot be used."""
    return [
        {
            "video_id": invalid.video_id,
            "region": region,
            "status": "set_aside",
            "error_class": "RowError",
            "error": f"manifest row {invalid.manifest_row}: {invalid.reason}",
            "manifest_row": invalid.manifest_row,
            "uri": invalid.uri,
            "request": invalid.request,
            "extra": invalid.extra,
        }
        for region in invalid.regions
    ]


def _record(row: Row, region: str, request: str, resolved: ResolvedJob) -> dict[str, Any]:
    pack = resolved.packs[region]
    result = json.loads(row.result) if row.result else {}
    tally = row.tally
    return {
        **row.wishes.columns(),
        "tier": row.tier,
        "video_id": row.video_id,
        "region": region,
        "status": "set_aside" if row.error else "ok",
        "error_class": row.error_class or None,
        "error": row.error or None,
        "seed": row.video.noise_seed,
        "model": resolved.maker.name(row.tier),
        "model_sha256": resolved.weights[row.tier],
        "model_licence": resolved.maker.licence,
        "model_licence_limits": list(LIMITS) if resolved.maker.public else [],
        "style_pack": f"{pack.name}@{pack.version}",
        "style_pack_sha256": pack.sha256,
        "seconds": {stage: tally.get(f"seconds.{stage}", 0.0) for stage in STAGES},
        "manifest_row": row.manifest_row,
        "frame_rate": row.frame_rate,
        "timecode": row.timecode,
        "time_reference": row.time_reference,
        "detection": row.detection or None,
        "corrections": row.corrections,
        "source_identity": row.identity or None,
        "request": request,
        "uri": row.uri,
        "start_s": _seconds(row.row_start_s),
        "end_s": _seconds(row.row_end_s),
        "sidecar": row.sidecar,
        "asked_by": ASKED_BY_ONE if is_asked(resolved.job) else None,
        "extra": json.loads(row.extra),
        **{name: int(tally.get(name, 0)) for name in _COUNTS},
        **result,
    }


def _seconds(text: str | None) -> float | None:
    return None if text is None else float(Fraction(text))
