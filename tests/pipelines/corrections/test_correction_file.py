"""A file of corrections is used whole or not at all; every fault has its row and column."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from foley_core.cues.corrections import Correction, corrected
from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.timecode import SourceClock
from foley_core.errors import ConfigError
from pipelines.corrections.correction_file import FileRow, as_correction, read_rows


def of(**values: str) -> Correction:
    row = FileRow(1, "v", {"op": "delete", "by": "ana", "cue": "abc", **values})
    return as_correction(row, SourceClock(Fraction(25)), 96_000)


def faults(**values: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        of(**values)
    return caught.value.problems


def test_each_operation_is_read() -> None:
    assert of() == Correction("delete", "abc", "ana", "")
    assert of(when="2026-11-25 20:00").at == "2026-11-25T20:00:00"
    named = of(op="relabel", sound_class="tap", material="glass", intensity="0.5", why="a glass")
    assert (named.sound_class, named.material, named.intensity) == ("tap", "glass", 0.5)
    assert of(op="move", time="00:00:01:00").onset == 48_000
    added = of(op="add", sound_class="tap", time="1", end="1.5", cue="ignored")
    assert (added.cue, added.onset, added.offset) == ("", 48_000, 72_000)
    put = of(op="place", pan="-0.25", size="0.1")
    assert (put.pan, put.size, put.spread, of(pan="0.3").pan) == (-0.25, 0.1, None, None)
    quiet = of(op="gain", gain_db="-7.5")
    assert (quiet.gain_db, of(op="place", pan="0", gain_db="3").gain_db) == (-7.5, None)
    assert (of(op="take", take="3").take, of(op="reroll", take="3").take) == (3, None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"op": "relable"}, "did you mean 'relabel'"),
        ({"op": "relabel", "sound_class": "slp"}, "did you mean 'slap'"),
        ({"op": "relabel"}, "sound_class: missing; relabel needs it"),
        ({"op": "relabel", "sound_class": "tap", "material": "glas"}, "did you mean 'glass'"),
        (
            {"op": "relabel", "sound_class": "rain", "material": "wood"},
            "'rain' has no material, so",
        ),
        ({"op": "move"}, "time: missing; move needs it"),
        ({"op": "move", "time": "9"}, "after the picture's end at 2.000 s"),
        ({"op": "add", "sound_class": "tap", "time": "1", "end": "0.5"}, "end: it is not after"),
        ({"op": "relabel", "sound_class": "tap", "intensity": "1e9"}, "number from 0 to 1"),
        ({"op": "take"}, "take: missing; take needs it"),
        ({"op": "place"}, "pan: place needs one, or size, or spread"),
        ({"op": "place", "pan": "left"}, "not a number from -1 (left) to 1 (right)"),
        ({"op": "place", "spread": "2"}, "number from 0 to 1"),
        ({"op": "gain"}, "gain_db: missing; gain needs it"),
        ({"op": "gain", "gain_db": "loud"}, "not a number from -40 to 12"),
        ({"op": "gain", "gain_db": "12.1"}, "not a number from -40 to 12"),
        ({"op": "take", "take": "second"}, "no number of a take, such as 2"),
        ({"op": "take", "take": "-1"}, "no number of a take, such as 2"),
        ({"by": ""}, "by: missing; delete needs it"),
        ({"cue": ""}, "cue: missing; delete needs it"),
        ({"when": "yesterday"}, "no date and time"),
        ({"why": "x" * 3000}, "longer than"),
    ],
)
def test_a_slip_is_told_with_its_column(values: dict[str, str], said: str) -> None:
    assert said in "; ".join(faults(**values))


@pytest.mark.parametrize("material", ["", "metal"])
@pytest.mark.parametrize("op", ["relabel", "add"])
@pytest.mark.parametrize("name", sorted(set(taxonomy().composed) - set(taxonomy().classes)))
def test_a_class_that_only_packs_compose_is_refused_with_those_that_can_be_used(
    name: str, op: str, material: str
) -> None:
    (said,) = faults(op=op, sound_class=name, material=material, time="1")
    assert said.startswith(f"sound_class: '{name}' sounds only where a style pack composes it; ")
    listed = said.split("; use one of: ")[1].split(", ")
    assert listed == list(taxonomy().classes)


@pytest.mark.parametrize("name", taxonomy().classes)
def test_every_other_class_can_be_used_and_its_correction_is_made(name: str) -> None:
    change = of(op="add", sound_class=name, time="1")
    (cue,) = corrected(CueSheet(96_000, ()), [change])[0].cues
    assert cue.sound_class == name


def test_a_slip_is_answered_with_a_class_that_can_be_used() -> None:
    (said,) = faults(op="relabel", sound_class="hun")
    assert "'hum'" not in said


def test_all_faults_of_a_row_are_told() -> None:
    assert len(faults(op="add", by="", sound_class="nothing", time="soon")) == 3


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_files_are_read_and_rows_without_an_op_do_nothing(tmp_path: Path, suffix: str) -> None:
    rows = [
        {"video_id": "v", "op": "delete", "cue": "abc", "by": "ana"},
        {"video_id": "v", "op": "", "cue": "def", "by": ""},
    ]
    path = tmp_path / f"c.{suffix}"
    if suffix == "csv":
        path.write_text("video_id,op,cue,by\nv,delete,abc,ana\nv,,def,\n")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [(row.number, row.values["cue"]) for row in read_rows(str(path))] == [(1, "abc")]


def test_columns_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("video_id,op,cue,sound_clas\nv,delete,a,\n")
    with pytest.raises(ConfigError) as caught:
        read_rows(str(path))
    assert "column 'by' is missing" in str(caught.value)
    assert "did you mean 'sound_class'" in str(caught.value)


def test_a_file_that_is_not_there_or_of_another_kind_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file of corrections"):
        read_rows(str(tmp_path / "none.csv"))
    (tmp_path / "c.txt").touch()
    with pytest.raises(ConfigError, match=r"ends in \.csv"):
        read_rows(str(tmp_path / "c.txt"))
    (tmp_path / "c.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match="the file of corrections cannot be used"):
        read_rows(str(tmp_path / "c.csv"))


def test_a_video_of_variable_rate_takes_clock_times() -> None:
    row = FileRow(1, "v", {"op": "move", "by": "ana", "cue": "abc", "time": "00:00:01.000000"})
    assert as_correction(row, SourceClock(None), 96_000).onset == 48_000
    counted = FileRow(1, "v", {**row.values, "time": "00:00:01:00"})
    with pytest.raises(ConfigError) as caught:
        as_correction(counted, SourceClock(None), 96_000)
    assert "no constant rate" in caught.value.problems[0]


def test_a_sheet_from_a_spreadsheet_with_decimal_commas_is_read(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    text = (
        "\ufeffby;video_id;cue;op;gain_db;time;why\r\n"
        "ana;v;abc;gain;-3,5;0,04;softer, please\r\n"
        ";;;;;;\r\n"
        "ana;v;abc;move;0,0;0,5;\r\n"
    )
    path.write_bytes(text.encode())
    louder, moved = (as_correction(row, SourceClock(None), 96_000) for row in read_rows(str(path)))
    assert (louder.gain_db, louder.why, moved.onset) == (-3.5, "softer, please", 24_000)
    assert faults(op="gain", gain_db="1,5,0") == (
        "gain_db: '1,5,0' is not a number from -40 to 12",
    )
