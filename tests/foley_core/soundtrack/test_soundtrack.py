"""Exporting a soundtrack: to any path, whole or not at all, and never over the video."""

import os
from pathlib import Path

import pytest
import soundfile
import videos

from foley_core.engine import VideoFoleyEngine
from foley_core.errors import EncodeError
from foley_core.soundtrack.soundtrack import Soundtrack


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.render(tmp_path_factory.mktemp("export") / "square.mp4", seconds=1)


@pytest.fixture(scope="module")
def track(video: Path) -> Soundtrack:
    return VideoFoleyEngine().generate(video, {"tier": "light", "sync_precision": "fast"})


@pytest.mark.parametrize("ending", [".wav", ".WAV", ".Flac", ".MP4"])
def test_a_path_may_be_text_bytes_or_a_path(track: Soundtrack, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    for given in (str(path), os.fsencode(path), path):
        assert track.export(given) == path
    assert _names(tmp_path) == [path.name]


def test_where_no_file_can_be_it_is_said(track: Soundtrack, tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    (tmp_path / "file").write_bytes(b"")
    for name in ("folder.wav", "file/a.wav", "none/a.wav", f"{'a' * 300}.wav", "\0.wav"):
        with pytest.raises(EncodeError, match=r"\.wav: (cannot be written|there is no folder)"):
            track.export(tmp_path / name)
    with pytest.raises(EncodeError, match="cannot be written"):
        track.export("\ud800.wav")
    assert _names(tmp_path) == ["file", "folder.wav"]


@pytest.mark.parametrize("name", ["a.wav", "a.mp4"])
def test_a_former_file_stays_until_the_new_one_is_whole(
    track: Soundtrack, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise EncodeError("no space")

    former = tmp_path / name
    former.write_bytes(b"former")
    with monkeypatch.context() as patch:
        for step in ("mark_file", "mux_footage"):
            patch.setattr(f"foley_core.soundtrack.soundtrack.{step}", broken)
        with pytest.raises(EncodeError):
            track.export(former)
    assert former.read_bytes() == b"former"
    assert _names(tmp_path) == [name]
    assert track.export(former).stat().st_size > 1000


def test_a_link_stays_a_link(track: Soundtrack, tmp_path: Path) -> None:
    link = tmp_path / "link.wav"
    link.symlink_to(tmp_path / "target.wav")
    track.export(link)
    assert link.is_symlink()
    assert soundfile.info(tmp_path / "target.wav").frames == 48_000


def test_the_video_is_never_exported_over(track: Soundtrack, video: Path, tmp_path: Path) -> None:
    before = video.read_bytes()
    link = tmp_path / "link.mp4"
    link.symlink_to(video)
    for path in (video, link):
        with pytest.raises(EncodeError, match="is the video itself"):
            track.export(path)
    assert video.read_bytes() == before


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
