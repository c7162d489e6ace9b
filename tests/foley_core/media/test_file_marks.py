"""Marks: written into sound files and by muxing, read back from each."""

from fractions import Fraction
from pathlib import Path

import pytest
import sounds
import videos

from foley_core.errors import EncodeError
from foley_core.media.encode import Encoding
from foley_core.media.file_marks import AIGC, SOURCE_TYPE, read_marks, write_marks
from foley_core.media.mux import mux
from foley_core.media.probe import probe

MARKS = {AIGC: '{"Label": "1", "ContentProducer": "例"}', SOURCE_TYPE: "http://a.b/trained"}


def read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return read_marks(file, path.name)


@pytest.mark.parametrize(
    ("name", "encoding"), [("a.wav", "wav16"), ("a.wav", "wav32f"), ("a.flac", "flac24")]
)
def test_marks_of_sound_files(name: str, encoding: Encoding, tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / name, encoding)
    assert read(path) == {}
    write_marks(path, MARKS)
    assert read(path) == MARKS
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_the_same_marks_are_the_same_bytes(tmp_path: Path) -> None:
    one, other = sounds.tone(tmp_path / "a.wav"), sounds.tone(tmp_path / "b.wav")
    for path in (one, other, other):
        write_marks(path, MARKS)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
def test_marks_of_a_muxed_file(ending: str, tmp_path: Path) -> None:
    video = videos.render(tmp_path / "v.mp4", seconds=1)
    track, out = sounds.tone(tmp_path / "a.wav", samples=48_000), tmp_path / f"out{ending}"
    with video.open("rb") as file:
        mux(file, "v", track, out, probe(file, "v"), Fraction(0), Fraction(1), MARKS)
    assert read(out) == MARKS


def test_source_types_of_other_programs_are_read(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    xmp = b'<rdf:Description Iptc4xmpExt:DigitalSourceType="http://x/y"/>'
    path.write_bytes(path.read_bytes() + b"_PMX" + len(xmp).to_bytes(4, "little") + xmp)
    assert read(path) == {SOURCE_TYPE: "http://x/y"}


def test_other_kinds_are_refused(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "v.mp4", seconds=1)
    with pytest.raises(EncodeError, match=r"v\.mp4: only WAV and FLAC"):
        write_marks(video, MARKS)
