"""Tables of markers: columns as the programs write them, times as the source counts."""

import csv
import io

import pytest
from handed_over import CLOCKS, SHEET, picture_onsets, timeline

from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from pipelines.delivery.marker_tables import RESOLVE_COLUMNS, pro_tools_text, resolve_csv


@pytest.mark.parametrize("name", CLOCKS)
def test_resolve_s_index_has_a_row_for_each_cue(name: str) -> None:
    clock = CLOCKS[name]
    rows = list(csv.DictReader(io.StringIO(resolve_csv(timeline(clock)).decode())))
    assert tuple(rows[0]) == RESOLVE_COLUMNS
    assert [row["Record In"] for row in rows] == [clock.label(at) for at in picture_onsets(clock)]
    assert rows[1]["Color"] == "Green"
    assert rows[1]["Name"] == "footstep walk, gravel"
    assert "sure 0.82" in rows[1]["Notes"]


@pytest.mark.parametrize("name", [*CLOCKS, "variable"])
def test_pro_tools_text_has_samples_and_timecodes(name: str) -> None:
    clock = CLOCKS.get(name, SourceClock(None))
    text = pro_tools_text(timeline(clock))
    listing = text.partition("M A R K E R S  L I S T I N G\n")[2].splitlines()
    assert listing[0].split("\t")[0].strip() == "#"
    rows = [[cell.strip() for cell in line.split("\t")] for line in listing[1:]]
    assert [int(row[2]) for row in rows] == [cue.onset for cue in SHEET.cues]
    assert [row[1] for row in rows] == [clock.timecode(cue.onset) for cue in SHEET.cues]
    assert f"SESSION START TIMECODE:\t{clock.timecode(0)}" in text
    assert text.count("TRACK NAME:") == 2


def test_a_rate_is_named_as_in_a_session() -> None:
    assert "29.97 Drop Frame" in pro_tools_text(timeline(CLOCKS["29.97 drop"]))
    assert "23.976 Frame" in pro_tools_text(timeline(CLOCKS["23.976"]))


def test_a_variable_rate_has_no_index() -> None:
    with pytest.raises(ConfigError, match="variable rate"):
        resolve_csv(timeline(SourceClock(None)))
