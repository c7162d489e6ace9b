"""A shifted picture has that optical flow; a camera's motion leaves no residual."""

import cv2
import numpy as np
import pytest

from foley_core.types import U8
from foley_core.vision.optical_flow import camera_motion, optical_flow, without_camera


def texture(side: int = 128, seed: int = 0) -> U8:
    """A smooth random picture with contrast everywhere."""
    noise = np.random.default_rng(seed).integers(0, 255, (side, side)).astype(np.uint8)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.asarray(cv2.normalize(blurred, blurred, 0, 255, cv2.NORM_MINMAX), np.uint8)


@pytest.mark.parametrize(("right", "down"), [(2, 0), (0, -3), (-4, 3)])
def test_a_shifted_picture_has_that_optical_flow(right: int, down: int) -> None:
    before = texture()
    after = np.roll(before, (down, right), axis=(0, 1))
    inner = optical_flow(before, after)[16:-16, 16:-16]
    assert np.abs(inner - [right, down]).mean() < 0.1


def test_a_still_picture_has_none() -> None:
    assert np.abs(optical_flow(texture(), texture())).max() == 0.0


def test_a_pan_has_no_residual() -> None:
    wide = texture(192)
    before, after = wide[:128, :128].copy(), wide[:128, 3:131].copy()
    displacement = optical_flow(before, after)
    affine = camera_motion(displacement)
    assert affine[2] == pytest.approx([-3.0, 0.0], abs=0.1)
    residual = without_camera(displacement, affine)[16:-16, 16:-16]
    assert np.linalg.norm(residual, axis=2).mean() < 0.1


def test_a_zoom_has_no_residual() -> None:
    before = texture()
    zoom = cv2.getRotationMatrix2D((63.5, 63.5), 0.0, 1.03)
    after = np.asarray(cv2.warpAffine(before, zoom, (128, 128)), np.uint8)
    displacement = optical_flow(before, after)
    residual = without_camera(displacement, camera_motion(displacement))[16:-16, 16:-16]
    assert np.linalg.norm(residual, axis=2).mean() < 0.15


def test_a_small_object_moves_against_a_pan() -> None:
    wide, thing = texture(192), texture(192, seed=1)
    before, after = wide[:128, :128].copy(), wide[:128, 3:131].copy()
    before[50:80, 50:80] = thing[:30, :30]
    after[50:80, 53:83] = thing[:30, :30]
    displacement = optical_flow(before, after)
    residual = without_camera(displacement, camera_motion(displacement))
    speed = np.linalg.norm(residual, axis=2)
    assert speed[58:72, 60:72].mean() > 4.0
    assert np.median(speed) < 0.3


def test_optical_flow_is_reproducible() -> None:
    before, after = texture(seed=2), texture(seed=3)
    assert np.array_equal(optical_flow(before, after), optical_flow(before, after))
