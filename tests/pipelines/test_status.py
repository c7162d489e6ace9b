"""`foley status` reads what an output holds from its metadata."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.lease import leased
from pipelines.metadata.commits import CommitLog
from pipelines.status import print_status, read_status


def row(video: str, region: str = "neutral", **more: Any) -> dict[str, Any]:
    ok = {"status": "ok", "duration_s": 1800.0, "track_bytes": 5_000_000, "request": "r"}
    return {"video_id": video, "region": region, "manifest_row": 1, **ok, **more}


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """An output of two runs: the second mended a video that the first had set aside."""
    store = Storage(str(tmp_path / "out"))
    bad = {"status": "set_aside", "error": "split: no video", "duration_s": None}
    for run, rows in (
        (
            "run-1",
            [
                row("a", qc="fail", qc_reasons=["9 samples are at full scale"]),
                row("b", **bad),
                row("c", "japan", **bad),
            ],
        ),
        ("run-2", [row("b", notes=["it is dark"], qc="pass")]),
    ):
        log = CommitLog(store, run)
        for one in rows:
            log.add(one)
        log.flush()
    return store


def test_the_latest_row_of_each_counts(store: Storage) -> None:
    found = read_status(store)
    neutral, japan = found.regions["neutral"], found.regions["japan"]
    assert (neutral.ok, neutral.set_aside, neutral.hours) == (2, 0, 1.0)
    assert (japan.ok, japan.set_aside) == (0, 1)
    assert found.remarks.faulty == 1
    assert found.last_run == "run-2"
    assert found.writer is None


def test_who_writes_there_now(store: Storage) -> None:
    with leased(store, "foley run of m.csv"):
        assert "foley run of m.csv" in str(read_status(store).writer)
    assert read_status(store).writer is None


def test_what_is_printed_fits_80_columns(
    store: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    print_status(read_status(store), store.root, with_notes=True)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == store.root
    assert "  c (japan): split: no video" in said
    assert "  b (neutral): it is dark" in said
    assert max(map(len, said[1:])) <= 80


def test_the_command_ends_with_1_where_rows_are_set_aside(store: Storage) -> None:
    found = CliRunner().invoke(app, ["status", store.root])
    assert found.exit_code == 1
    assert "1 row set aside:" in found.stdout
    assert "quality control of 2 rows: 1 pass, 0 warn, 1 fail" in found.stdout
    assert "  a (neutral): 9 samples are at full scale" in found.stdout
    assert "1 row with notes; -v shows them" in found.stdout


def test_what_is_no_output_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no metadata"):
        read_status(Storage(str(tmp_path)))
