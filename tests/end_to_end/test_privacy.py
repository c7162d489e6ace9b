"""A whole job offline that deletes its originals; another region is still made without them."""

from pathlib import Path

import jobs
import pytest

from pipelines.privacy.purge import purge_video

pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.xdist_group("ray")]


def test_originals_go_and_another_region_needs_none(tmp_path: Path) -> None:
    rows = jobs.small_videos(tmp_path / "videos", 2)
    broken = tmp_path / "videos" / "broken.mp4"
    broken.write_bytes(b"no video")
    rows.append({"video_id": "broken", "uri": str(broken)})
    settings = '[privacy]\noffline = true\ndelete_source = "after_commit"\n'
    made = jobs.catalogue(tmp_path, rows, settings=settings)
    assert made.run() == 1, made.log
    assert [path.name for path in (tmp_path / "videos").iterdir()] == ["broken.mp4"]
    assert made.run("--region", "japan") == 1, made.log
    japan = [row for row in made.rows() if row["region"] == "japan" and row["status"] == "ok"]
    assert [row["video_id"] for row in japan] == ["video0", "video1"]
    assert all(row["features_computed"] == 0 for row in japan)
    assert purge_video(made.store, "video0").left == []
    assert [r["video_id"] for r in made.rows()] == ["video1", "video1", "broken", "broken"]
