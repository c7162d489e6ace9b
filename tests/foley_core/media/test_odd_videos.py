"""Odd but honest files: their length, their pictures at their times, the right way up."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import cos, radians, sin
from pathlib import Path
from typing import TypeAlias

import numpy as np
import odd_videos
import pytest
import videos

from foley_core.errors import DecodeError
from foley_core.media import clock_places, picture_span
from foley_core.media.clock_places import refuse_restarts
from foley_core.media.decode import StepPicture
from foley_core.media.full_pictures import full_pictures
from foley_core.media.probe import VideoInfo, probe

Look: TypeAlias = Callable[..., tuple[VideoInfo, list[StepPicture]]]


@pytest.mark.parametrize("name", ["a.mkv", "a.webm"])
def test_a_subtitle_that_outlasts_the_picture_does_not_count(
    tmp_path: Path, look: Look, name: str
) -> None:
    info, taken = look(odd_videos.subtitled(tmp_path / name, ends_s=9.0))
    assert info.duration_s == 2
    assert len({picture.time_s for picture in taken}) == 50


def test_a_subtitled_file_that_was_cut_is_told(tmp_path: Path, look: Look) -> None:
    path = odd_videos.subtitled(tmp_path / "a.mkv", ends_s=2.0)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(DecodeError, match="truncated"):
        look(path)


def test_a_clock_that_restarts_goes_on(tmp_path: Path, look: Look) -> None:
    info, taken = look(odd_videos.joined(tmp_path / "a.ts"))
    assert info.duration_s == 4
    assert [picture.time_s for picture in taken] == pytest.approx(np.arange(100) / 25)
    # The same recording twice: one picture is the same as that of two seconds later.
    assert all(
        np.array_equal(one.gray, other.gray)
        for one, other in zip(taken[:50], taken[50:], strict=True)
    )


def test_a_part_behind_the_restart_is_the_same_as_of_the_whole(tmp_path: Path, look: Look) -> None:
    path = odd_videos.joined(tmp_path / "a.ts")
    _, whole = look(path)
    _, part = look(path, 60, 80)
    assert [one.gray.tobytes() for one in part] == [one.gray.tobytes() for one in whole[60:80]]
    assert [one.time_s for one in part] == [one.time_s for one in whole[60:80]]


def test_a_clock_that_jumps_ahead_goes_on(tmp_path: Path, look: Look) -> None:
    info, taken = look(odd_videos.jumping(tmp_path / "a.ts"))
    assert info.duration_s == 4
    assert len({picture.time_s for picture in taken}) == 100


def test_a_large_stream_whose_clock_restarts_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_span, "READ_WHOLE_BYTES", 0)
    monkeypatch.setattr(clock_places, "READ_WHOLE_BYTES", 0)

    def looked(path: Path) -> None:
        with path.open("rb") as file:
            refuse_restarts(file, path.name, probe(file, path.name))

    looked(videos.render(tmp_path / "whole.ts", seconds=4))
    looked(videos.render(tmp_path / "other.mp4"))
    for make in (odd_videos.joined, odd_videos.jumping):
        with pytest.raises(DecodeError, match=r"clock restarts or jumps.*ffmpeg"):
            looked(make(tmp_path / "a.ts"))


def test_a_clock_that_wraps_shows_every_picture_at_its_time(tmp_path: Path, look: Look) -> None:
    path = odd_videos.wrapping(tmp_path / "a.ts")
    info, taken = look(path)
    assert info.duration_s == 4
    assert info.start_s < 0
    assert [picture.time_s for picture in taken] == pytest.approx(np.arange(100) / 25)
    for first in (1, 30, 60, 99):
        assert look(path, first, first + 1)[1][0].gray.tobytes() == taken[first].gray.tobytes()


def test_pictures_that_go_back_in_time_are_told(tmp_path: Path, look: Look) -> None:
    path = odd_videos.joined(tmp_path / "a.ts")
    with path.open("rb") as file:
        info = probe(file, path.name)
    # As if nobody had seen that the clock restarts.
    blind = replace(info, restarts=False, duration_s=Fraction(2))
    with path.open("rb") as file, pytest.raises(DecodeError, match="goes back"):
        list(full_pictures(file, path.name, blind, Fraction(0), Fraction(2)))


def turn(degrees: float) -> tuple[float, float, float, float]:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return c, s, -s, c


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        (turn(0), lambda plain: plain),
        ((-1, 0, 0, 1), np.fliplr),
        ((1, 0, 0, -1), np.flipud),
        ((0, 1, 1, 0), np.transpose),
        ((0, 0, 0, 0), lambda plain: plain),
        (turn(1.5), lambda plain: plain),
        (turn(-1.5), lambda plain: plain),
        (turn(88), lambda plain: np.rot90(plain, 3)),
        (turn(92), lambda plain: np.rot90(plain, 3)),
        (turn(178), lambda plain: np.rot90(plain, 2)),
        (turn(272), lambda plain: np.rot90(plain, 1)),
    ],
)
def test_a_picture_is_seen_as_players_show_it(
    tmp_path: Path,
    look: Look,
    matrix: tuple[float, float, float, float],
    shown: Callable[[np.ndarray], np.ndarray],
) -> None:
    _, plain = look(odd_videos.with_matrix(tmp_path / "plain.mp4", turn(0)), 0, 1)
    path = odd_videos.with_matrix(tmp_path / "a.mp4", matrix)
    info, seen = look(path, 0, 1)
    assert np.array_equal(seen[0].gray, shown(plain[0].gray))
    assert plain[0].sight_rgb is not None
    assert seen[0].sight_rgb is not None
    assert seen[0].sight_rgb().shape == (*shown(plain[0].sight_rgb()[..., 0]).shape, 3)
    with path.open("rb") as file:
        _, full = next(full_pictures(file, path.name, info, Fraction(0), Fraction(1)))
    assert full.shape == (info.height_px, info.width_px, 3)


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
def test_a_preview_of_one_picture_is_not_the_film(tmp_path: Path, look: Look, suffix: str) -> None:
    path = odd_videos.several_pictures(tmp_path / f"a{suffix}", (64, 96), (1, 50), default=0)
    info, taken = look(path)
    assert (info.width_px, info.duration_s, info.stream) == (96, 2, 1)
    assert int(taken[10].gray.mean()) == pytest.approx(100, abs=3)


def test_the_default_stream_is_the_film_then_the_largest_then_the_longest(
    tmp_path: Path, look: Look
) -> None:
    def taken(name: str, sides: tuple[int, ...], counts: tuple[int, ...], flag: int | None) -> int:
        return look(odd_videos.several_pictures(tmp_path / name, sides, counts, flag))[0].stream

    assert taken("flag.mkv", (64, 96, 128), (30, 30, 30), 1) == 1
    assert taken("size.ts", (64, 128, 96), (30, 30, 30), None) == 1
    assert taken("length.mov", (64, 64), (20, 40), None) in (0, 1)


@pytest.mark.parametrize(("gone", "times"), [(range(35, 50), 35), (range(12), 38)])
def test_dropped_frames_at_an_end_hold_the_nearest_picture(
    tmp_path: Path, look: Look, gone: range, times: int
) -> None:
    path = odd_videos.dropped(tmp_path / "a.avi", gone)
    info, taken = look(path)
    assert info.duration_s == 2
    assert len(taken) == 50
    assert len({picture.gray.tobytes() for picture in taken}) == times
    assert all(picture.time_s <= picture.step / 25 + 0.001 for picture in taken)
    for first in (5, 20, 45):
        _, part = look(path, first, 50)
        assert [one.gray.tobytes() for one in part] == [one.gray.tobytes() for one in taken[first:]]
    with path.open("rb") as file:
        at_s = [at for at, _ in full_pictures(file, "a.avi", info, Fraction(0), Fraction(2))]
    assert at_s[0] == 0.0


def test_an_avi_that_was_cut_is_still_told(tmp_path: Path, look: Look) -> None:
    path = videos.render(tmp_path / "a.avi", codec="mjpeg", pixels="yuvj420p")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DecodeError, match="truncated"):
        look(path)


def test_mxf_is_opened(tmp_path: Path, look: Look) -> None:
    tags = {"timecode": "10:00:00:00"}
    info, taken = look(videos.render(tmp_path / "a.mxf", codec="mpeg2video", metadata=tags))
    assert (info.duration_s, info.timecode, info.constant_rate) == (2, "10:00:00:00", 25)
    assert len({picture.time_s for picture in taken}) == 50


def test_a_picture_of_no_length_is_set_aside(tmp_path: Path, look: Look) -> None:
    path = videos.render(tmp_path / "a.avi", codec="mpeg4")
    data = bytearray(path.read_bytes())
    at = data.find(b"strh") + 8 + 20
    data[at : at + 8] = (1).to_bytes(4, "little") + (1 << 24).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DecodeError, match="zero duration"):
        look(path)


def test_a_header_that_points_before_the_file_is_a_damaged_file(tmp_path: Path, look: Look) -> None:
    path = videos.fragmented(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    # The place of a fragment's first picture, counted from the fragment: far before the file.
    at = data.find(b"trun") + 12
    data[at : at + 4] = (-(1 << 30)).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    with pytest.raises(DecodeError, match=r"a\.mp4"):
        look(path)


@pytest.mark.parametrize(
    ("rate", "suffix", "constant"),
    [
        (Fraction(25), ".mp4", Fraction(25)),
        (Fraction(30_000, 1001), ".mkv", Fraction(30_000, 1001)),
        (Fraction(24_000, 1001), ".ts", Fraction(24_000, 1001)),
        (Fraction(1, 2), ".mp4", None),
    ],
)
def test_a_constant_rate_is_one_that_timecodes_count_at(
    tmp_path: Path, rate: Fraction, suffix: str, constant: Fraction | None
) -> None:
    path = videos.render(tmp_path / f"a{suffix}", rate=rate, seconds=Fraction(10) / rate)
    with path.open("rb") as file:
        assert probe(file, path.name).constant_rate == constant


def test_uneven_pictures_have_no_constant_rate(tmp_path: Path) -> None:
    for suffix in (".mp4", ".ts"):
        path = videos.variable_rate(tmp_path / f"a{suffix}")
        with path.open("rb") as file:
            assert probe(file, path.name).constant_rate is None


def test_pictures_at_one_time_are_no_clock_that_goes_back(tmp_path: Path, look: Look) -> None:
    info, taken = look(odd_videos.in_threes(tmp_path / "a.mkv"))
    assert info.duration_s == pytest.approx(2, abs=0.1)
    assert len({picture.time_s for picture in taken}) == 17
