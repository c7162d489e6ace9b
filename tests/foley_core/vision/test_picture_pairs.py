"""Motion of a pair is computed once; a repeated picture is known as one."""

import numpy as np
import pytest

from foley_core.types import U8
from foley_core.vision import picture_pairs
from foley_core.vision.picture_pairs import PicturePairs, same_picture


def noise(seed: int) -> U8:
    return np.random.default_rng(seed).integers(0, 255, (128, 128)).astype(np.uint8)


def test_the_same_two_pictures_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    real = picture_pairs.optical_flow
    monkeypatch.setattr(
        picture_pairs, "optical_flow", lambda a, b: compared.append(1) or real(a, b)
    )
    pairs, first, second = PicturePairs(), noise(0), noise(1)
    found = pairs.motion(first, second)
    assert pairs.motion(first, second) is found
    assert len(compared) == 1
    # Another picture is another pair, also if it looks the same.
    assert pairs.motion(first, second.copy()) is not found
    assert len(compared) == 2


def test_what_a_codec_leaves_is_no_change() -> None:
    first = noise(0)
    rng = np.random.default_rng(1)
    coded = np.clip(
        first + rng.integers(-1, 2, first.shape) * (rng.random(first.shape) < 0.3), 0, 255
    )
    assert same_picture(first, coded.astype(np.uint8))
    moved = first.copy()
    moved[40:48, 40:48] = 255 - moved[40:48, 40:48]
    assert not same_picture(first, moved)
