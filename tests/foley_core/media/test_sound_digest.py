"""The digest of a sound: of its samples alone, the same in every container."""

import hashlib
from pathlib import Path

import pytest
import soundfile
import sounds

from foley_core.errors import DecodeError
from foley_core.media.encode import Encoding
from foley_core.media.file_marks import AIGC, SOURCE_TYPE, write_marks
from foley_core.media.sound_digest import sound_sha256


def digest(path: Path) -> str | None:
    with path.open("rb") as file:
        return sound_sha256(file, path.name)


def test_it_is_that_of_the_samples(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    samples, _ = soundfile.read(path, dtype="int16")
    assert digest(path) == hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()
    assert digest(sounds.rf64(tmp_path / "b.wav")) == digest(path)


@pytest.mark.parametrize(("wav", "flac"), [("wav16", "flac16"), ("wav24", "flac24")])
def test_wav_and_flac_of_one_sound_have_one_digest(
    wav: Encoding, flac: Encoding, tmp_path: Path
) -> None:
    one, other = sounds.tone(tmp_path / "a.wav", wav), sounds.tone(tmp_path / "a.flac", flac)
    assert digest(one) == digest(other)


@pytest.mark.parametrize(("name", "encoding"), [("a.wav", "wav32f"), ("a.flac", "flac16")])
def test_marks_do_not_change_it(name: str, encoding: Encoding, tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / name, encoding)
    before = digest(path), path.read_bytes()
    write_marks(path, {AIGC: "{}", SOURCE_TYPE: "http://a.b/c"})
    assert digest(path) == before[0]
    assert path.read_bytes() != before[1]


def test_a_changed_sample_changes_it(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    before = digest(path)
    assert digest(sounds.louder(path)) != before


@pytest.mark.parametrize(("name", "encoding"), [("a.wav", "wav16"), ("a.flac", "flac16")])
def test_a_cut_file_is_said_so(name: str, encoding: Encoding, tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / name, encoding)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(DecodeError, match=r"cut off|damaged"):
        digest(path)


def test_of_other_files_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no sound")
    assert digest(tmp_path / "a.txt") is None
