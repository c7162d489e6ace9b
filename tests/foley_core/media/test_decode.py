"""The picture of a step is the one shown then; any range gives the bytes of the whole."""

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import videos

from foley_core.errors import DecodeError
from foley_core.media.decode import (
    MOTION_SIDE_PX,
    SIGHT_STEPS,
    StepPicture,
    decode_only,
    pictures,
)
from foley_core.media.probe import VideoInfo, probe
from foley_core.timebase import STEPS_PER_SCENE, motion_steps

Look = Callable[..., tuple[VideoInfo, list[StepPicture]]]
GOP = {"g": "20"}

CODECS = {
    "h264.mp4": {"seconds": 4, "options": GOP},
    "h264.mkv": {"seconds": 4, "options": GOP, "sound": True},
    "h264.ts": {"seconds": 4, "options": GOP},
    "h264.avi": {"seconds": 4, "options": GOP},
    "open_gop.mp4": {"seconds": 4, "options": {"g": "20", "x264-params": "open-gop=1"}},
    "open_gop.ts": {"seconds": 4, "options": {"g": "20", "x264-params": "open-gop=1"}},
    "refresh.mp4": {"seconds": 4, "options": {"x264-params": "intra-refresh=1:keyint=25"}},
    "mpeg4.avi": {"seconds": 3, "codec": "mpeg4", "options": {"g": "20", "bf": "2"}},
    "mpeg2.ts": {"seconds": 3, "codec": "mpeg2video", "options": GOP},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"g": "20", "cpu-used": "8"}},
    "vp8.webm": {"codec": "libvpx", "options": GOP},
    "hevc.mp4": {
        "codec": "libx265",
        "options": {"x265-params": "log-level=none:keyint=20:open-gop=1"},
    },
    "hevc_10_bit.mkv": {
        "codec": "libx265",
        "pixels": "yuv420p10le",
        "options": {"x265-params": "log-level=none:keyint=20"},
    },
    "prores.mov": {"codec": "prores_ks", "pixels": "yuv422p10le"},
    "ffv1_gray.mkv": {"codec": "ffv1", "pixels": "gray"},
    "odd_sides.avi": {"codec": "mpeg4", "width_px": 161, "height_px": 121},
    "fast.mp4": {"rate": 60, "options": GOP},
    "slow.mp4": {"rate": 5, "seconds": 4, "options": {"g": "4"}},
    "ntsc.mp4": {"rate": Fraction(30000, 1001), "options": GOP},
}


def digests(taken: list[StepPicture]) -> list[tuple[int, float, str]]:
    return [
        (
            picture.step,
            picture.time_s,
            hashlib.sha256(
                picture.gray.tobytes()
                + (b"" if picture.rgb is None else picture.rgb.tobytes())
                + (
                    picture.sight_rgb().tobytes()
                    if picture.sight_rgb and picture.step % 24 == 0
                    else b""
                )
            ).hexdigest(),
        )
        for picture in taken
    ]


def square_left(gray: np.ndarray) -> float:
    """Left edge of the square in pixels of the rendered video (160 wide)."""
    row = gray[videos.SQUARE_PX + 8].astype(float)
    return float(np.argmax(row > 140)) * 160 / MOTION_SIDE_PX


@pytest.mark.parametrize("name", CODECS)
def test_any_range_gives_the_bytes_of_the_whole(tmp_path: Path, look: Look, name: str) -> None:
    path = videos.render(tmp_path / name, **CODECS[name])  # type: ignore[arg-type]
    info, taken = look(path)
    steps = motion_steps(info.duration_s)
    whole = digests(taken)
    assert [picture.step for picture in taken] == list(range(steps))
    for first, last in [
        (0, steps // 2),
        (steps // 2, steps),
        (steps // 3, steps - 3),
        (steps - 2, steps),
    ]:
        assert digests(look(path, first, last)[1]) == whole[first:last]


@pytest.mark.parametrize(
    "name", ["h264.mp4", "h264.mkv", "h264.ts", "h264.avi", "fast.mp4", "slow.mp4"]
)
def test_the_square_is_where_it_should_be(tmp_path: Path, look: Look, name: str) -> None:
    _, taken = look(videos.render(tmp_path / name, **CODECS[name]))  # type: ignore[arg-type]
    for picture in taken[:70]:
        expected = 8 + videos.SQUARE_PX_PER_S * picture.time_s
        assert square_left(picture.gray) == pytest.approx(expected, abs=2.5)
        interval = 0.2 if name == "slow.mp4" else 0.04
        assert picture.step / 25 - interval < picture.time_s <= picture.step / 25 + 0.0005


@pytest.mark.parametrize(
    ("name", "rate", "apart_s"),
    [("h264.mp4", 30, 1 / 30), ("fast.mp4", 60, 1 / 30), ("slow.mp4", 5, 0.2)],
)
def test_pictures_that_no_step_shows_lie_between_the_steps(
    tmp_path: Path, look: Look, name: str, rate: int, apart_s: float
) -> None:
    path = videos.render(tmp_path / name, **(CODECS[name] | {"rate": rate}))  # type: ignore[arg-type]
    _, taken = look(path)
    times = [time_s for picture in taken for time_s, _ in picture.between]
    shown = {picture.time_s for picture in taken}
    assert not shown & set(times)
    every = np.array(sorted(shown | set(times)))
    # At 30 a second none is missing; of 60 no two are nearer than two pictures.
    assert np.diff(every).min() == pytest.approx(apart_s, abs=0.002)
    assert np.diff(every).max() < 0.21 if rate == 5 else np.diff(every).max() < 0.052
    if rate == 30:
        assert len(every) == round(every[-1] * 30) + 1
    for picture in taken[:60]:
        for time_s, gray in picture.between:
            assert square_left(gray) == pytest.approx(8 + videos.SQUARE_PX_PER_S * time_s, abs=2.5)
    steps = len(taken)
    part = look(path, steps // 3, steps)[1]
    assert [[t for t, _ in p.between] for p in part[1:]] == [
        [t for t, _ in p.between] for p in taken[steps // 3 + 1 :]
    ]
    assert all(
        (mine == whole).all()
        for here, there in zip(part[1:], taken[steps // 3 + 1 :], strict=True)
        for (_, mine), (_, whole) in zip(here.between, there.between, strict=True)
    )


def test_shapes_and_scene_steps(tmp_path: Path, look: Look) -> None:
    _, taken = look(videos.render(tmp_path / "a.mp4"))
    for picture in taken:
        assert (picture.gray.shape, picture.gray.dtype) == ((128, 128), np.uint8)
        if picture.step % STEPS_PER_SCENE:
            assert picture.rgb is None
        else:
            assert picture.rgb is not None
            assert (picture.rgb.shape, picture.rgb.dtype) == ((128, 128, 3), np.uint8)


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        ({}, (312, 416, 3)),
        ({"width_px": 1280, "height_px": 720}, (234, 416, 3)),
        ({"width_px": 1280, "height_px": 720, "rotation_deg": 90}, (416, 234, 3)),
    ],
)
def test_sight_is_shown_upright_pictures_of_one_length(
    tmp_path: Path, look: Look, made: dict[str, int], shape: tuple[int, ...]
) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=0.4, **made)  # type: ignore[arg-type]
    _, taken = look(path)
    for picture in taken:
        if picture.step % SIGHT_STEPS:
            assert picture.sight_rgb is None
            continue
        assert picture.sight_rgb is not None
        rgb = picture.sight_rgb()
        assert (rgb.shape, rgb.dtype) == (shape, np.uint8)
        # It is the picture of that step, and is turned as the small one is.
        small = cv2.cvtColor(
            cv2.resize(rgb, (128, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY
        )
        assert np.abs(small.astype(float) - picture.gray).mean() < 4


def test_variable_rate_holds_the_picture_through_the_gap(tmp_path: Path, look: Look) -> None:
    for suffix in (".mp4", ".mkv"):
        _, taken = look(videos.variable_rate(tmp_path / f"a{suffix}"))
        times = {picture.step: picture.time_s for picture in taken}
        assert times[9] == times[17] == times[24] == pytest.approx(0.36, abs=1e-3)
        assert times[25] == pytest.approx(1.0, abs=1e-3)
        assert times[34] == pytest.approx(1.2, abs=1e-3)


def test_rotation_is_applied(tmp_path: Path, look: Look) -> None:
    options = videos.SAME_TWICE
    upright = look(videos.render(tmp_path / "a.mov", options=options))[1]
    for turn in (90, 180, 270):
        path = videos.render(tmp_path / f"{turn}.mov", rotation_deg=turn, options=options)
        turned = look(path)[1]
        for one, other in zip(upright, turned, strict=True):
            np.testing.assert_array_equal(np.rot90(one.gray, turn // 90), other.gray)


def test_start_moves_the_clock(tmp_path: Path, look: Look) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=4, options=GOP)
    _, whole = look(path)
    _, moved = look(path, 0, 25, Fraction(2))
    assert moved[0].step == 0
    assert [p.gray.tobytes() for p in moved] == [p.gray.tobytes() for p in whole[50:75]]
    assert moved[10].time_s == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("kind", "reason"), [("bit_rot", "damaged: "), ("truncated", "truncated: ")]
)
def test_damage_is_an_error(bad: dict[str, Path], look: Look, kind: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        look(bad[kind])


def test_ranges_around_a_cut(bad: dict[str, Path], look: Look) -> None:
    assert len(look(bad["truncated"], 0, 20)[1]) == 20
    with pytest.raises(DecodeError, match=r"nothing at 3\.20 s"):
        look(bad["truncated"], 80, 100)


def test_repeated_pictures_are_scaled_once(tmp_path: Path, look: Look) -> None:
    _, taken = look(videos.render(tmp_path / "a.mp4", rate=5, seconds=1))
    assert len({id(picture.gray) for picture in taken}) == 5
    assert not taken[0].gray.flags.writeable


def test_decode_only_counts_pictures(tmp_path: Path) -> None:
    with videos.render(tmp_path / "a.mp4").open("rb") as file:
        assert decode_only(file, "a.mp4") == 50


@pytest.mark.slow
def test_real_clips_split_without_a_trace(real_clips: list[Path]) -> None:
    for path in real_clips[::3]:
        with path.open("rb") as file:
            info = probe(file, path.name)
            steps = motion_steps(info.duration_s)
            whole = digests(list(pictures(file, path.name, info, 0, steps)))
            middle = steps // 2
            ahead = digests(list(pictures(file, path.name, info, 0, middle)))
            behind = digests(list(pictures(file, path.name, info, middle, steps)))
        assert len(whole) == steps
        assert ahead + behind == whole
