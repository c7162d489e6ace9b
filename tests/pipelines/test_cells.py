"""Cells that a spreadsheet would run are written so that it does not, and read back unchanged."""

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import SourceClock
from foley_core.soundtrack.stored_detection import Detection
from pipelines.cells import csv_bytes, inert, plain_text
from pipelines.corrections.correction_file import read_rows
from pipelines.corrections.cue_tables import csv_of
from pipelines.metadata.delivered import SeenVideo

ROOT = Path(__file__).parents[2]
STARTS = "=+-@\t\r＝＋－＠"


@pytest.mark.parametrize("start", STARTS)
def test_a_formula_becomes_text(start: str) -> None:
    assert str(inert(f"{start}HYPERLINK(1)")).startswith("'")


@pytest.mark.parametrize("value", ["walk", "a=1", "'quoted'", "", -1.5, 3, None])
def test_what_runs_nowhere_is_written_as_it_is(value: object) -> None:
    assert inert(value) == value


@given(st.text(alphabet="'=+-@\ta1＝", max_size=6))
def test_what_is_written_is_read_back(text: str) -> None:
    assert plain_text(str(inert(text))) == text


def test_exported_cues_of_a_video_called_like_a_formula_are_taken_as_corrections(
    tmp_path: Path,
) -> None:
    sheet = CueSheet(
        samples=48_000,
        cues=(
            Cue(
                kind="action", sound_class="gunshot", material=None, onset=100, offset=900,
                intensity=0.5, confidence=0.9, source="perception", cue_id="abc",
            ),
        ),
    )  # fmt: skip
    detection = Detection(sheet, np.zeros(25, np.uint8))
    seen = SeenVideo("=1+1", {}, detection, SourceClock(Fraction(25)))
    written = csv_of(seen, sheet).decode()
    cells = [cell for row in csv.reader(written.splitlines()) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell[:1] in STARTS and cell]
    path = tmp_path / "cues.csv"
    path.write_text(written.replace(",abc,,", ",abc,delete,"))
    (row,) = read_rows(str(path))
    assert (row.video_id, row.values["op"]) == ("=1+1", "delete")


def test_rows_may_lack_columns_and_have_others() -> None:
    assert csv_bytes(("a", "b"), [{"a": "@x", "c": 1}]) == b"a,b\r\n'@x,\r\n"


def test_no_other_code_writes_csv() -> None:
    sources = [path for name in ("foley_core", "pipelines") for path in (ROOT / name).rglob("*.py")]
    writing = ("csv.writer", "csv.DictWriter", ".to_csv(", "csv.write_csv")
    found = [path.name for path in sources if any(w in path.read_text("utf-8") for w in writing)]
    assert found == ["cells.py"]
