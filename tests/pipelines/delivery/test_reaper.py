"""Projects of REAPER that another parser reads back."""

from fractions import Fraction

import pytest
import rpp
from handed_over import CLOCKS, SHEET, timeline

from foley_core.cues.timecode import SourceClock
from pipelines.delivery.reaper import reaper_project


def read(clock: SourceClock) -> rpp.Element:
    return rpp.loads(reaper_project(timeline(clock)))


@pytest.mark.parametrize("name", [*CLOCKS, "variable"])
def test_markers_and_items_are_read_back_to_the_sample(name: str) -> None:
    clock = CLOCKS.get(name, SourceClock(None))
    project = read(clock)
    markers = project.findall("MARKER")
    assert [round(float(one[2]) * 48_000) for one in markers] == [cue.onset for cue in SHEET.cues]
    assert markers[1][3].startswith("footstep walk, gravel (action FEETHmn; sure 0.82")
    offset = float(project.find("PROJOFFS")[1])
    assert round(offset * 48_000) == timeline(clock).time_reference
    lengths = [float(item.find("LENGTH")[1]) for item in project.findall("./TRACK/ITEM")]
    assert lengths == [5.0, 5.0, 5.0]


def test_tracks_are_picture_and_stems_with_faders_at_their_gains() -> None:
    tracks = read(CLOCKS["25"]).findall("TRACK")
    assert [one.find("NAME")[1] for one in tracks] == ["picture", "footsteps", "doors"]
    faders = [float(one.find("VOLPAN")[1]) for one in tracks]
    assert faders == pytest.approx([1.0, 1.0, 10 ** (-6 / 20)])
    files = [one.find("./ITEM/SOURCE/FILE")[1] for one in tracks]
    assert files == ["/videos/walk 1.mov", "stems/a b.wav", "stems/d.wav"]


def test_the_picture_of_a_part_begins_where_the_part_does() -> None:
    written = timeline(CLOCKS["25"], before=72_000, picture="file:///videos/walk%201.mov")
    picture, *sounds = rpp.loads(reaper_project(written)).findall("TRACK")
    assert picture.find("./ITEM/SOFFS")[1:] == ["1.5"]
    assert picture.find("./ITEM/SOURCE/FILE")[1] == "/videos/walk 1.mov"
    assert [one.find("./ITEM/SOFFS")[1] for one in sounds] == ["0", "0"]


@pytest.mark.parametrize(
    ("name", "counted"),
    [("25", ["25", "0"]), ("29.97", ["30", "2"]), ("29.97 drop", ["30", "1"]),
     ("23.976", ["24", "2"])],
)  # fmt: skip
def test_the_rate_is_told_as_reaper_counts(name: str, counted: list[str]) -> None:
    mode = read(CLOCKS[name]).find("TIMEMODE")
    assert mode[4:6] == counted


def test_the_same_timeline_gives_the_same_text() -> None:
    assert reaper_project(timeline(CLOCKS["24"])) == reaper_project(timeline(CLOCKS["24"]))
    assert reaper_project(timeline(SourceClock(Fraction(120)))).count("<TRACK {") == 3
