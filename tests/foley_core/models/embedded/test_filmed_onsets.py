"""Who is in charge of onsets follows from texture and from how sure a place is."""

import numpy as np
import pytest

from foley_core.models.embedded.filmed_onsets import filmed_share


def places(sure: float, scenes: int = 20) -> np.ndarray:
    rest = (1.0 - sure) / 3.0
    return np.log(np.tile(np.array([sure, rest, rest, rest], np.float32), (scenes, 1)))


@pytest.mark.parametrize(
    ("texture", "sure", "share"),
    [(1.3, 0.99, 0.0), (2.6, 0.99, 1.0), (0.7, 0.6, 1.0), (1.9, 0.99, 0.5), (1.3, 0.91, 0.5)],
)
def test_fine_texture_or_an_unsure_place_is_filmed(
    texture: float, sure: float, share: float
) -> None:
    found = filmed_share(np.full(20, texture, np.float32), places(sure))
    assert found.shape == (20,)
    assert found == pytest.approx(np.full(20, share), abs=0.01)


def test_one_odd_picture_changes_little() -> None:
    texture = np.full(30, 1.3, np.float32)
    texture[12] = 3.0
    assert filmed_share(texture, places(0.99, 30)).max() < 0.1
