"""Vorbis comments of FLAC files: added and read, the sound untouched."""

from pathlib import Path

import pytest
import sounds
from soundfile import SoundFile, read

from foley_core.errors import EncodeError
from foley_core.media.flac_comments import add_comments, comments_of, is_flac


def comments(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        assert is_flac(file)
        return comments_of(file)


def test_comments_are_added_and_everything_else_stays(tmp_path: Path) -> None:
    source, target = sounds.tone(tmp_path / "a.flac", "flac16"), tmp_path / "b.flac"
    add_comments(source, target, {"AIGC": '{"Label": "1"} ✓'})
    assert comments(target) == {**comments(source), "AIGC": '{"Label": "1"} ✓'}
    assert (read(target)[0] == read(source)[0]).all()
    with SoundFile(target) as sound:
        assert sound.comment == sounds.HISTORY


def test_comments_of_the_same_name_are_replaced(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.flac", "b.flac", "c.flac")]
    sounds.tone(paths[0], "flac24")
    add_comments(paths[0], paths[1], {"AIGC": "one"})
    add_comments(paths[1], paths[2], {"AIGC": "two"})
    assert comments(paths[2])["AIGC"] == "two"
    assert paths[2].stat().st_size == paths[1].stat().st_size


def test_comments_behind_an_id3_tag_are_read(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.flac", "flac16")
    found = comments(path)
    path.write_bytes(b"ID3\x04\0\0\0\0\x01\x00" + bytes(128) + path.read_bytes())
    assert comments(path) == found


def test_damage_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(b"fLaC" + b"\x04\0\0\x08" + b"\xff" * 8)
    assert comments(path) == {}
    path.write_bytes(b"fLaC" + b"\x04\0\0\0" * 1000)
    assert comments(path) == {}
    path.write_bytes(b"")
    with pytest.raises(EncodeError, match=r"a\.flac: no FLAC file"):
        add_comments(path, tmp_path / "b.flac", {})
