"""Statistics of plain pictures are known."""

import numpy as np
import pytest

from foley_core.models.sight.colours import colours
from foley_core.models.sight.looks import COLOURS


def statistics(*rgb: int) -> dict[str, float]:
    picture = np.full((90, 160, 3), rgb, np.uint8)
    return dict(zip(COLOURS, colours(picture).tolist(), strict=True))


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((255, 0, 0), "red"), ((255, 0, 30), "red"), ((255, 200, 0), "orange"),
        ((160, 255, 0), "yellow"), ((0, 255, 60), "green"), ((0, 255, 255), "cyan"),
        ((0, 60, 255), "blue"), ((100, 0, 255), "violet"), ((255, 0, 170), "magenta"),
    ],
)  # fmt: skip
def test_each_hue_has_its_range(rgb: tuple[int, int, int], name: str) -> None:
    found = statistics(*rgb)
    assert found[name] == 1
    assert found["vivid_share"] == 1
    assert sum(found[hue] for hue in COLOURS[8:]) == 1


def test_black_and_white_have_no_hue() -> None:
    black, white = statistics(0, 0, 0), statistics(255, 255, 255)
    assert black["dark_share"] == black["grey_share"] == 1
    assert white["bright_share"] == white["brightness"] == 1
    assert sum(black[hue] + white[hue] for hue in COLOURS[8:]) == 0
    assert black["edges"] == white["edges"] == 0


def test_a_pattern_has_edges_and_spread() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, ::2] = 255
    found = dict(zip(COLOURS, colours(picture).tolist(), strict=True))
    assert found["brightness"] == found["brightness_spread"] == pytest.approx(0.5)
    assert found["edges"] == 1
