"""Texture: nothing for flat areas, however many colours; the deviation within cells for noise."""

import numpy as np

from foley_core.vision.texture import texture

SIDE = 128


def test_flat_areas_have_none() -> None:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[:, SIDE // 2 :] = (200, 60, 20)
    assert texture(picture) == 0.0


def test_noise_has_its_deviation() -> None:
    rng = np.random.default_rng(0)
    gray = rng.choice(np.array([90, 110], np.uint8), (SIDE, SIDE, 1))
    assert np.isclose(texture(np.repeat(gray, 3, axis=2)), np.log1p(10.0), atol=0.05)


def test_a_few_edges_do_not_count() -> None:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[62:66] = 255
    assert texture(picture) == 0.0
