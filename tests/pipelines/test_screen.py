"""The screen shows names as they are, whatever they hold, in lines, tables and the bar."""

import re
from pathlib import Path

import pytest
from rich.table import Table

from pipelines import progress
from pipelines.one import print_tracks
from pipelines.screen import screen

NAME = "a [bold]b[/] :dog: [c"
ROOT = Path(__file__).parents[2]


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("video", title=NAME)
    table.add_row(NAME)
    screen().print(table, NAME)
    assert capsys.readouterr().out.count(NAME) == 3


def test_tracks_are_printed_by_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    row = dict.fromkeys(
        ("loudness_lufs", "true_peak_dbtp", "loudness_note", "sidecar", "qc_reasons")
    )
    made = {"video_id": NAME, "region": "neutral", "status": "ok", "track_uri": "t.wav"}
    print_tracks([row | made | {"cues": [], "notes": [NAME]}], [])
    assert capsys.readouterr().out.count(NAME) == 3


def test_the_bar_says_names_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with progress.progress_for(1) as bar:
        bar.say(NAME)
    assert NAME in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)


def test_nothing_else_makes_a_console() -> None:
    made = [
        path.name
        for path in (ROOT / "pipelines").rglob("*.py")
        if "Console(" in path.read_text(encoding="utf-8")
    ]
    assert made == ["screen.py"]
