"""Job rows become metadata rows: one a region, whatever happened."""

import json
from dataclasses import replace

import pytest

from pipelines.config import Job
from pipelines.manifest.reader import InvalidRow
from pipelines.metadata.schema import SCHEMA
from pipelines.records import metadata_rows, rows_of_invalid
from pipelines.resolved_job import resolve_job
from pipelines.stages.row import Row

ROW = Row(
    manifest_row=3,
    video_id="v",
    uri="v.mp4",
    regions=("neutral", "japan"),
    requests=("r1", "r2"),
    row_start_s="1/2",
    extra='{"title": "Walk"}',
    tally={"seconds.mix": 0.5, "stems_generated": 4.0},
)


@pytest.fixture(scope="module")
def resolved():  # type: ignore[no-untyped-def]
    return resolve_job(Job(manifest="m.csv", output="out", regions=("neutral", "japan")), "run-1")


def test_a_video_that_failed_before_its_regions_fails_for_each(resolved) -> None:  # type: ignore[no-untyped-def]
    rows = metadata_rows(replace(ROW, error="split: gone", error_class="DecodeError"), resolved)
    assert [(row["region"], row["request"], row["status"]) for row in rows] == [
        ("neutral", "r1", "set_aside"),
        ("japan", "r2", "set_aside"),
    ]


def test_a_finished_region_has_its_result_and_counts(resolved) -> None:  # type: ignore[no-untyped-def]
    result = json.dumps({"track_uri": "t", "loudness_lufs": -23.0, "cues": []})
    (row,) = metadata_rows(replace(ROW, region="japan", request="r2", result=result), resolved)
    assert (row["status"], row["track_uri"], row["start_s"]) == ("ok", "t", 0.5)
    assert (row["stems_generated"], row["seconds"]["mix"]) == (4, 0.5)
    assert row["style_pack"].startswith("japan@")
    assert (row["tier"], row["model"]) == ("full", "embedded")
    assert row["model_sha256"] == resolved.maker.digest("full")
    assert row["extra"] == {"title": "Walk"}
    assert set(row) - {"extra"} <= set(SCHEMA.names)


def test_a_row_that_cannot_be_used_is_set_aside_for_each_region() -> None:
    invalid = InvalidRow(7, "../x", "a.mp4", "holds a slash", False, ("neutral", "japan"))
    rows = rows_of_invalid(invalid)
    assert [row["region"] for row in rows] == ["neutral", "japan"]
    assert rows[0]["error"] == "manifest row 7: holds a slash"
    assert set(rows[0]) - {"extra"} <= set(SCHEMA.names)
