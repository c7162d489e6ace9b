"""Pictures in, the same count of pictures out, and the same bytes each time."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import videos

from foley_core.errors import EncodeError
from foley_core.media.picture_encoder import encode_pictures
from foley_core.media.probe import probe

RATE = Fraction(25)


def test_round_trip(tmp_path: Path) -> None:
    scene = [videos.moving_square(k / 25) for k in range(30)]
    one, two = tmp_path / "one.mp4", tmp_path / "two.mp4"
    encode_pictures(one, scene, RATE)
    encode_pictures(two, iter(scene), RATE)
    assert one.read_bytes() == two.read_bytes()
    with one.open("rb") as file:
        info = probe(file, "one.mp4")
    assert info.duration_s == Fraction(30, 25)
    assert (info.width_px, info.height_px) == (160, 120)


@pytest.mark.parametrize(
    "scene", [[], [np.zeros((121, 161, 3), np.uint8)], [np.zeros((4, 4), np.uint8)]]
)
def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, scene: list[np.ndarray]) -> None:
    with pytest.raises(EncodeError):
        encode_pictures(tmp_path / "a.mp4", scene, RATE)
    assert not (tmp_path / "a.mp4").exists()
