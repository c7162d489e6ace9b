"""Lengths are those of the picture, to the tick; every kind of bad file says what it is."""

import io
from fractions import Fraction
from pathlib import Path

import pytest
import videos

from foley_core.errors import DecodeError, StorageError
from foley_core.media.probe import VideoInfo, probe


def probed(path: Path) -> VideoInfo:
    with path.open("rb") as file:
        return probe(file, path.name)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
def test_duration_is_that_of_the_picture_whatever_the_container(
    tmp_path: Path, suffix: str
) -> None:
    info = probed(videos.render(tmp_path / f"a{suffix}", seconds=3, options={"g": "20"}))
    assert info.duration_s == 3
    assert (info.width_px, info.height_px, info.codec) == (160, 120, "h264")
    assert info.frame_rate == 25
    assert not info.has_audio


@pytest.mark.parametrize(
    ("suffix", "codec", "pixels"),
    [
        (".avi", "mpeg4", "yuv420p"),
        (".webm", "libvpx-vp9", "yuv420p"),
        (".mov", "prores_ks", "yuv422p10le"),
    ],
)
def test_duration_of_other_codecs(tmp_path: Path, suffix: str, codec: str, pixels: str) -> None:
    path = videos.render(tmp_path / f"a{suffix}", codec=codec, pixels=pixels)
    assert probed(path).duration_s == 2


def test_sound_that_outlasts_the_picture_does_not_count(tmp_path: Path) -> None:
    for suffix in (".mp4", ".mkv"):
        path = videos.render(
            tmp_path / f"a{suffix}",
            times_s=[Fraction(k, 25) for k in range(50)],
            seconds=4,
            sound=True,
        )
        info = probed(path)
        assert info.has_audio
        assert info.duration_s == 2


def test_ntsc_rate_stays_a_fraction(tmp_path: Path) -> None:
    info = probed(videos.render(tmp_path / "a.mp4", rate=Fraction(30000, 1001), seconds=3))
    assert info.frame_rate == Fraction(30000, 1001)
    assert info.duration_s == Fraction(90 * 1001, 30000)


def test_late_start_is_not_part_of_the_duration(tmp_path: Path) -> None:
    late = [1 + Fraction(k, 25) for k in range(50)]
    for suffix in (".mp4", ".mkv"):
        info = probed(videos.render(tmp_path / f"a{suffix}", times_s=late))
        assert (info.start_s, info.duration_s) == (1, 2)


def test_transport_stream_starts_where_its_first_picture_is(tmp_path: Path) -> None:
    info = probed(videos.render(tmp_path / "a.ts"))
    assert info.start_s > 0
    assert info.duration_s == 2


def test_fragmented_mp4_without_a_duration_is_read_to_its_end(tmp_path: Path) -> None:
    assert probed(videos.fragmented(tmp_path / "a.mp4", seconds=3)).duration_s == 3


def test_variable_rate_ends_with_its_last_picture(tmp_path: Path) -> None:
    for suffix in (".mp4", ".mkv"):
        info = probed(videos.variable_rate(tmp_path / f"a{suffix}"))
        assert info.duration_s == Fraction(7, 5) + Fraction(1, 25)


def test_rotation_turns_the_sides(tmp_path: Path) -> None:
    info = probed(videos.render(tmp_path / "a.mov", rotation_deg=90))
    assert (info.rotation_deg, info.width_px, info.height_px) == (90, 120, 160)


def test_timecode_is_read(tmp_path: Path) -> None:
    info = probed(videos.render(tmp_path / "a.mov", metadata={"timecode": "10:00:00:00"}))
    assert info.timecode == "10:00:00:00"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("empty", "the file is empty"),
        ("random_bytes", "not a video of a known container"),
        ("text", "a text, not a video"),
        ("sound_only", "only sound"),
        ("single_picture", "a single picture"),
        ("still_image", r"a PNG picture \(still image\)"),
        ("zero_duration", "zero duration"),
        ("size_bomb", "too large"),
        ("playlist", "a playlist"),
        ("m3u8", "a playlist"),
        ("truncated_header_last", r"header \(moov\) is missing"),
        ("truncated_mkv", "truncated: it ends at 2"),
    ],
)
def test_a_bad_file_says_what_it_is(bad: dict[str, Path], kind: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        probed(bad[kind])
    assert bad[kind].name in str(caught.value)


def test_jpeg_and_cover_art_are_still_images(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="still image"):
        probed(videos.still_image(tmp_path / "a.mp4", codec="mjpeg"))


def test_errors_of_the_storage_pass_unchanged() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise StorageError("the bucket is gone")

    with pytest.raises(StorageError, match="bucket"):
        probe(Broken(b"x"), "a.mp4")


def test_every_real_clip_is_probed(real_clips: list[Path]) -> None:
    assert len(real_clips) == 23
    for path in real_clips:
        assert probed(path).duration_s > 2
