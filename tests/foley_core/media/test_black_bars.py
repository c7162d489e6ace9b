"""Bars are found and left out; dark pictures, night and fades are not taken for bars."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import videos

from foley_core.media.black_bars import find_bars
from foley_core.media.decode import pictures
from foley_core.media.full_pictures import full_pictures
from foley_core.media.picture_encoder import encode_pictures
from foley_core.media.probe import VideoInfo, probe
from foley_core.media.upright import WHOLE
from foley_core.types import U8, PictureBox

COUNT = 50


def filmed(index: int) -> U8:
    """A picture (180, 320, 3) in which a square moves over noise."""
    return videos.moving_square(index / 25, 320, 180)


def padded(picture: U8, top: int, bottom: int, left: int = 0, right: int = 0) -> U8:
    return np.pad(picture, ((top, bottom), (left, right), (0, 0)))


def video(path: Path, make: Callable[[int], U8]) -> Path:
    encode_pictures(path, (make(index) for index in range(COUNT)), Fraction(25))
    return path


def inside_of(path: Path) -> tuple[VideoInfo, PictureBox]:
    with path.open("rb") as file:
        info = probe(file, path.name)
        return info, find_bars(file, path.name, info, Fraction(0), info.duration_s)


@pytest.mark.parametrize(
    ("top", "bottom", "left", "right"),
    [(194, 194, 0, 0), (0, 0, 60, 60), (100, 288, 0, 0), (30, 30, 40, 40)],
)
def test_what_lies_inside_of_bars_is_found(
    tmp_path: Path, top: int, bottom: int, left: int, right: int
) -> None:
    path = video(tmp_path / "a.mp4", lambda k: padded(filmed(k), top, bottom, left, right))
    _, inside = inside_of(path)
    height, width = 180 + top + bottom, 320 + left + right
    true = left / width, top / height, 1 - right / width, 1 - bottom / height
    assert inside == pytest.approx(true, abs=0.015)
    assert inside[0] >= true[0]
    assert inside[3] <= true[3]


def test_pictures_are_those_without_bars(tmp_path: Path) -> None:
    plain = video(tmp_path / "plain.mp4", filmed)
    barred = video(tmp_path / "barred.mp4", lambda k: padded(filmed(k), 194, 194))
    info, inside = inside_of(barred)
    with plain.open("rb") as file:
        want = list(pictures(file, "plain", probe(file, "plain"), 0, COUNT))
    with barred.open("rb") as file:
        info = replace(info, inside=inside)
        seen = list(pictures(file, "barred", info, 0, COUNT))
        _, full = next(full_pictures(file, "barred", info, Fraction(0), Fraction(1)))
    for one, other in zip(seen, want, strict=True):
        assert np.abs(one.gray.astype(int) - other.gray.astype(int)).mean() < 6
    assert seen[0].sight_rgb is not None
    height, width = seen[0].sight_rgb().shape[:2]
    assert width / height == pytest.approx(320 / 180, abs=0.06)
    assert full.shape[0] == pytest.approx(180, abs=6)


def test_a_dim_edge_has_the_bar_of_the_other(tmp_path: Path) -> None:
    def dim_below(index: int) -> U8:
        light = np.linspace(1.0, 0.05, 180)[:, None, None]
        bright = np.clip(filmed(index).astype(float) + 60, 0, 255)
        return padded((bright * light).astype(np.uint8), 60, 60)

    _, inside = inside_of(video(tmp_path / "a.mp4", dim_below))
    assert inside[1] == pytest.approx(0.2, abs=0.02)
    assert inside[3] == pytest.approx(0.8, abs=0.03)


def night(index: int) -> U8:
    """A lamp over a dark street."""
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[80:100, 100 + index : 140 + index] = 220
    return picture


def fading(index: int) -> U8:
    return (filmed(index) * min(1.0, index / 30)).astype(np.uint8)


@pytest.mark.parametrize(
    "make", [filmed, night, fading, lambda k: np.zeros((180, 320, 3), np.uint8)]
)
def test_a_dark_picture_has_no_bars(tmp_path: Path, make: Callable[[int], U8]) -> None:
    assert inside_of(video(tmp_path / "a.mp4", make))[1] == WHOLE


def test_something_that_crosses_a_bar_is_part_of_the_picture(tmp_path: Path) -> None:
    def crossing(index: int) -> U8:
        picture = padded(filmed(index), 60, 60)
        if index > 25:
            picture[10:50, 50:90] = 200
        return picture

    _, inside = inside_of(video(tmp_path / "a.mp4", crossing))
    assert inside[1] < 0.1
