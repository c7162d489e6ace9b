"""iXML beside `bext`, as another library reads it."""

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from wavinfo import WavInfoReader

from foley_core.media.broadcast_wave import BroadcastExtension
from foley_core.media.encode import Encoding, write_track
from foley_core.media.ixml import SceneNotes

SAMPLES = 4801
NTSC = Fraction(30_000, 1001)


def written(path: Path, notes: SceneNotes, encoding: Encoding = "wav24") -> WavInfoReader:
    write_track(
        path,
        [np.zeros((2, SAMPLES), np.float32)],
        channels=2,
        samples=SAMPLES,
        encoding=encoding,
        bext=BroadcastExtension("Footsteps", "foley", notes.time_reference_samples),
        ixml=notes.to_bytes(),
    )
    return WavInfoReader(str(path))


def notes_of(rate: Fraction | None, drops: bool = False, scene: str = "walk") -> SceneNotes:
    reference = (1 << 32) + 3600 * 48_000
    return SceneNotes(scene, "japan", "Footsteps", "stems", 24, reference, rate, drops, "FEETHmn")


@pytest.mark.parametrize("encoding", ["wav24", "wav32f"])
def test_scene_rate_and_track_names_are_read_back(tmp_path: Path, encoding: Encoding) -> None:
    read = written(tmp_path / "a.wav", notes_of(NTSC, drops=True), encoding)
    ixml = read.ixml
    assert (ixml.scene, ixml.tape, ixml.project) == ("walk", "japan", "foley")
    assert [(one.name, one.function) for one in ixml.track_list] == [
        ("Footsteps L", "LEFT"),
        ("Footsteps R", "RIGHT"),
    ]
    speed = {one.tag: one.text for one in ixml.raw_xml.find("./SPEED")}
    assert speed["TIMECODE_RATE"] == "30000/1001"
    assert speed["TIMECODE_FLAG"] == "DF"
    high, low = (int(speed[f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{part}"]) for part in ("HI", "LO"))
    assert (high << 32) + low == read.bext.time_reference
    assert ixml.raw_xml.find("./USER/CATID").text == "FEETHmn"
    assert read.data.frame_count == SAMPLES


def test_any_script_and_no_rate(tmp_path: Path) -> None:
    read = written(tmp_path / "a.wav", notes_of(None, scene="散歩 & <x>"))
    assert read.ixml.scene == "散歩 & <x>"
    assert read.ixml.raw_xml.find("./SPEED/TIMECODE_RATE") is None


def test_a_name_that_xml_cannot_hold_is_replaced_in_part() -> None:
    read = ElementTree.fromstring(notes_of(None, scene="a\uffffb").to_bytes())
    assert read.findtext("SCENE") == "a\ufffdb"
