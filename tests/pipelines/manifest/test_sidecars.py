"""Sidecars of a catalogue: found by listing, read where their row is, part of its request."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from foley_core.cues.filters import parse_filters
from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from pipelines.asked import Asked
from pipelines.config import Job
from pipelines.manifest import sidecars as sidecars_module
from pipelines.manifest.reader import InvalidRow, ManifestRow
from pipelines.manifest.sidecars import Sidecars
from pipelines.metadata.commits import CommitLog
from pipelines.plan import Plan, plan_job, read_shard

ASKED = Asked(("de",), {"de": "sha"}, "full", {"full": "sha"}, "settings")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    rows = [{"video_id": name, "uri": f"videos/{name}.mp4"} for name in "abc"]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / "videos" / f"{name}.mp4.foley.toml").write_text(f"schema_version = 1\n{text}\n")


def planned(folder: Path, **job: Any) -> tuple[Plan, list[dict[str, Any]], list[InvalidRow]]:
    given: dict[str, Any] = {"sidecars": (str(folder),), **job}
    invalid: list[InvalidRow] = []
    made = Job(manifest=str(folder / "m.jsonl"), output=str(folder / "out"), **given)
    plan = plan_job(made, "R1", ASKED, invalid.append)
    rows = read_shard(pa.table({"shard": plan.shards}), made.output) if plan.shards else None
    return plan, rows.to_pylist() if rows else [], invalid


def commit(folder: Path, rows: list[dict[str, Any]]) -> None:
    log = CommitLog(Storage(str(folder / "out")), "R1")
    for row in rows:
        request = row["requests"][0]
        log.add({"video_id": row["video_id"], "region": "de", "request": request, "status": "ok"})
    log.flush()


def test_a_sidecar_changes_its_row_alone(folder: Path) -> None:
    write(folder, "b", 'filters = "footsteps: 50%"\nmusic = true')
    plan, rows, _ = planned(folder)
    assert plan.sidecars == 1
    a, b, c = rows
    assert (a["sidecar"], a["sound_filters"], a["music"]) == (None, "", None)
    assert c["sidecar"] is None
    assert b["sidecar"] == f"{folder}/videos/b.mp4.foley.toml"
    assert parse_filters(b["sound_filters"], "") == parse_filters("footsteps: 50%", "")
    assert b["music"] is True


def test_a_changed_sidecar_has_its_row_done_again(folder: Path) -> None:
    write(folder, "b", "music = true")
    commit(folder, planned(folder)[1])
    assert planned(folder)[0].jobs == 0
    write(folder, "b", "# only a remark\nmusic = true")
    assert planned(folder)[0].jobs == 0
    write(folder, "b", "music = false")
    assert [row["video_id"] for row in planned(folder)[1]] == ["b"]
    (folder / "videos" / "b.mp4.foley.toml").unlink()
    write(folder, "c", 'filters = "rain: off"')
    assert [row["video_id"] for row in planned(folder)[1]] == ["b", "c"]


def test_without_the_key_no_sidecar_is_looked_for(folder: Path) -> None:
    write(folder, "b", "nonsense")
    plan, rows, invalid = planned(folder, sidecars=())
    assert (plan.sidecars, len(rows), invalid) == (0, 3, [])


def test_only_sidecars_that_exist_are_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "b", "music = true")
    write(folder, "elsewhere", "nonsense")
    opened: list[str] = []
    real = sidecars_module.load_sidecar

    def counted(place: str, schemes: tuple[str, ...]) -> Any:
        opened.append(place)
        return real(place, schemes)

    monkeypatch.setattr(sidecars_module, "load_sidecar", counted)
    planned(folder)
    assert opened == [f"{folder}/videos/b.mp4.foley.toml"]


def test_a_faulty_sidecar_sets_its_row_aside_and_no_other(folder: Path) -> None:
    write(folder, "b", 'filters = "footstq: 50%"')
    plan, rows, (invalid,) = planned(folder)
    assert (plan.jobs, plan.invalid, [row["video_id"] for row in rows]) == (2, 1, ["a", "c"])
    assert invalid.video_id == "b"
    assert "videos/b.mp4.foley.toml" in invalid.reason
    assert "'footstq'; did you mean 'footsteps'?" in invalid.reason


def test_a_folder_that_is_not_there_stops_the_job(folder: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        planned(folder, sidecars=(str(folder / "none"),))
    with pytest.raises(ConfigError, match="forbidden scheme"):
        planned(folder, sidecars=("s3://bucket/videos",), schemes=("file",))


def test_one_place_may_be_spelled_in_several_ways(folder: Path) -> None:
    write(folder, "b", "music = true")
    for uri in (f"file://{folder}/videos/b.mp4", f"{folder}/videos/../videos/b.mp4"):
        (row,) = Sidecars([str(folder)], ("file",)).applied([ManifestRow(1, "b", uri)])
        assert isinstance(row, ManifestRow)
        assert row.wishes == Wishes(music=True)


@pytest.mark.s3
def test_sidecars_lie_beside_videos_on_s3_too(s3_bucket: str) -> None:
    store = Storage(s3_bucket)
    store.put("videos/b.mp4.foley.toml", b'schema_version = 1\nmood = "dark"\n')
    found = Sidecars([f"{s3_bucket}/videos"], ("s3",))
    rows = [ManifestRow(1, name, f"{s3_bucket}/videos/{name}.mp4") for name in "abc"]
    after = found.applied(rows)
    assert [row.wishes.mood for row in after if isinstance(row, ManifestRow)] == [
        None,
        "dark",
        None,
    ]
    assert found.used == 1
