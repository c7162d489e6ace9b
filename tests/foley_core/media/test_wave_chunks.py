"""Chunks of WAV files: found and added, the sound untouched, whatever the file's form."""

import struct
from pathlib import Path

import pytest
import sounds
from soundfile import read

from foley_core.errors import EncodeError
from foley_core.media.broadcast_wave import coding_history_of
from foley_core.media.wave_chunks import MOST_CHUNKS, add_chunks, chunks_of, is_wave, text_of_chunk


def names(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [chunk.name for chunk in chunks_of(file)]


def test_chunks_are_added_and_everything_else_stays(tmp_path: Path) -> None:
    source, target = sounds.tone(tmp_path / "a.wav"), tmp_path / "b.wav"
    add_chunks(source, target, {b"AIGC": b"{}."}, {b"_PMX": b"x"})
    assert names(target) == [b"fmt ", b"AIGC", b"bext", b"data", b"_PMX"]
    assert (read(target)[0] == read(source)[0]).all()
    with target.open("rb") as file:
        assert coding_history_of(file) == f"{sounds.HISTORY}\r\n"
    assert struct.unpack("<I", target.read_bytes()[4:8])[0] == target.stat().st_size - 8


def test_chunks_of_the_same_name_are_replaced(tmp_path: Path) -> None:
    source, once, twice = sounds.tone(tmp_path / "a.wav"), tmp_path / "b.wav", tmp_path / "c.wav"
    add_chunks(source, once, {b"AIGC": b"one"}, {})
    add_chunks(once, twice, {b"AIGC": b"two"}, {})
    assert names(twice) == [b"fmt ", b"AIGC", b"bext", b"data"]
    with twice.open("rb") as file:
        assert text_of_chunk(file, b"AIGC") == b"two"


def test_the_size_of_rf64_is_kept_right(tmp_path: Path) -> None:
    source, target = sounds.rf64(tmp_path / "a.wav"), tmp_path / "b.wav"
    add_chunks(source, target, {b"AIGC": b"{}"}, {b"_PMX": b"xyz"})
    assert names(target) == [b"ds64", b"fmt ", b"AIGC", b"bext", b"data", b"_PMX"]
    assert struct.unpack("<Q", target.read_bytes()[20:28])[0] == target.stat().st_size - 8
    assert (read(target)[0] == read(source)[0]).all()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    with pytest.raises(EncodeError, match=r"a\.wav: no WAV file"):
        add_chunks(tmp_path / "a.wav", tmp_path / "b.wav", {}, {})


def test_hostile_sizes_end(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    empty = struct.pack("<4sI", b"junk", 0)
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + empty * 10_000)
    assert len(names(path)) == MOST_CHUNKS
    path.write_bytes(b"RF64\0\0\0\0WAVEds64\xff\xff\xff\xff")
    with path.open("rb") as file:
        assert is_wave(file)
        assert text_of_chunk(file, b"data") is None
