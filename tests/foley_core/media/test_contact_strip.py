"""A contact strip shows the pictures of their moments, side by side."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import videos

from foley_core.media import contact_strip as strips
from foley_core.media.contact_strip import contact_strip
from foley_core.media.probe import probe


def strip_of(path: Path, start_s: Fraction, duration_s: Fraction, pictures: int) -> np.ndarray:
    with path.open("rb") as file:
        info = probe(file, path.name)
        data = contact_strip(file, path.name, info, start_s, duration_s, pictures, 60)
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def squares_at(strip: np.ndarray, pictures: int) -> list[int]:
    """The left edge of the bright square in each picture, in pixels of the video."""
    width = strip.shape[1] // pictures
    row = strip[20]
    return [
        int(np.flatnonzero(row[n * width : (n + 1) * width] > 150)[0]) * 2 for n in range(pictures)
    ]


@pytest.mark.parametrize("apart", [False, True])
def test_each_picture_is_of_the_middle_of_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    if apart:
        monkeypatch.setattr(strips, "_SEEK_FROM_S", 0)
    path = videos.render(tmp_path / "a.mp4", seconds=2)
    strip = strip_of(path, Fraction(1, 2), Fraction(1), 4)
    assert strip.shape == (60, 4 * 80)
    middles_s = [0.5 + 0.125 + 0.25 * n for n in range(4)]
    expected = [8 + videos.SQUARE_PX_PER_S * (time // 0.04) * 0.04 for time in middles_s]
    assert squares_at(strip, 4) == pytest.approx(expected, abs=3)


def test_pictures_stand_upright(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=1, rotation_deg=90)
    strip = strip_of(path, Fraction(0), Fraction(1), 2)
    assert strip.shape == (60, 2 * 45)
