"""`foley purge` asks before it removes, and says what it would remove."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from foley_core.errors import ConfigError
from foley_core.storage.store import Storage
from pipelines.cli import app
from pipelines.metadata.commits import CommitLog


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    """Two videos with a row each."""
    store = Storage(str(tmp_path / "out"))
    log = CommitLog(store, "run-1")
    for video_id in ("a", "b"):
        store.put(f"tracks/region=de/{video_id}.wav", b"x")
        log.add({"video_id": video_id, "region": "de", "status": "ok", "request": "r"})
    log.flush()
    return store


def purge(store: Storage, *more: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, ["purge", "a", "-o", store.root, *more], input=said)


def objects(store: Storage) -> list[str]:
    return [item.key for item in store.list()]


def at_a_terminal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("pipelines.commands.purge_commands._is_terminal", lambda: True)


def test_with_yes_it_asks_nothing(store: Storage) -> None:
    done = purge(store, "--yes")
    assert done.exit_code == 0
    assert "removed tracks/region=de/a.wav" in done.stdout
    assert "tracks/region=de/a.wav" not in objects(store)
    assert "tracks/region=de/b.wav" in objects(store)


def test_a_dry_run_lists_and_removes_nothing(store: Storage) -> None:
    before = objects(store)
    done = purge(store, "--dry-run")
    assert done.exit_code == 0
    assert "would be removed: tracks/region=de/a.wav" in done.stdout
    assert "would lose its rows: metadata/part-run-1-000000.parquet" in done.stdout
    assert "b.wav" not in done.stdout
    assert objects(store) == before


def test_where_nobody_can_be_asked_nothing_goes(store: Storage) -> None:
    before = objects(store)
    done = purge(store, said="y\n")
    assert isinstance(done.exception, ConfigError)
    assert "--yes" in str(done.exception)
    assert objects(store) == before


@pytest.mark.parametrize(("said", "left"), [("n\n", True), ("\n", True), ("y\n", False)])
def test_a_person_is_asked(
    store: Storage, monkeypatch: pytest.MonkeyPatch, said: str, left: bool
) -> None:
    at_a_terminal(monkeypatch)
    done = purge(store, said=said)
    assert "would be removed: tracks/region=de/a.wav" in done.stdout
    assert done.exit_code == (1 if left else 0)
    assert ("tracks/region=de/a.wav" in objects(store)) is left


def test_a_video_that_is_not_there_is_said_so(store: Storage) -> None:
    done = CliRunner().invoke(app, ["purge", "aa", "-o", store.root, "--dry-run"])
    assert "did you mean 'a'?" in str(done.exception)


def test_an_output_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["purge", "a", "-o", str(tmp_path / "none"), "--yes"])
    assert isinstance(done.exception, ConfigError)
    assert not (tmp_path / "none").exists()
