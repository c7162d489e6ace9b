"""The screen shows names as they are, whatever they hold, in lines, tables and the bar."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from rich.table import Table

from pipelines import progress
from pipelines.one import print_tracks
from pipelines.remarks import Remarks
from pipelines.screen import screen
from pipelines.standard_streams import say
from pipelines.status import Status, print_status

STEERING = "\x1b[31m \x1b]0;title\x07 \x9b2J \r \u202etxt"
ESCAPED = r"\x1b[31m \x1b]0;title\x07 \x9b2J \r \u202etxt"
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


def test_what_steers_a_terminal_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    remarks = Remarks()
    for video_id in (STEERING, "two\nlines"):
        row = {"video_id": video_id, "region": "neutral", "status": "set_aside"}
        remarks.take(defaultdict(lambda: None, row | {"error": STEERING}))
    status = Status(remarks=remarks)
    print_status(status, STEERING)
    print_tracks([{"video_id": STEERING, "status": "set_aside", "error": STEERING}], [STEERING])
    table = Table("video", title=STEERING)
    table.add_row(STEERING)
    screen(width=200).print(table)
    say(STEERING)
    said = capsys.readouterr()
    printed = said.out + said.err
    assert printed.count(ESCAPED) == 10
    assert "two\\nlines" in printed
    assert not set(STEERING) & set(printed) & set("\x1b\x07\x9b\r\u202e")


def test_nothing_else_makes_a_console() -> None:
    made = [
        path.name
        for path in (ROOT / "pipelines").rglob("*.py")
        if "import Console\n" in path.read_text(encoding="utf-8")
    ]
    assert made == ["screen.py"]
