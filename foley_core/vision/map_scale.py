"""The scale of motion maps: speeds and levels as small numbers, pictures as cells."""

import cv2
import numpy as np

from foley_core.types import F32, I8

# Cells of 4 pixels for pictures of 128².
MAP_SIDE = 32
SPEED_RANGE = (0.02, 4.0)
LEVEL_RANGE = (0.01, 1.0)
"""Ranges of speeds (picture sides a second) and of changes of level (0..1). A signed logarithm is
nearly linear below the first value and becomes 1 at the second."""

# Picture sides a second at which the mean speed counts as full energy.
FULL_ENERGY_SPEED = 1.0


def as_bytes(values: F32) -> I8:
    """Return numbers -1..1 as bytes -127..127."""
    scaled: I8 = np.rint(np.clip(values, -1.0, 1.0) * 127.0).astype(np.int8)
    return scaled


def scaled_speeds(values: F32) -> F32:
    """Return speeds, picture sides a second, on the scale of the maps, about -1..1."""
    return signed_log(values, *SPEED_RANGE)


def scaled_levels(values: F32) -> F32:
    """Return changes of level, 0..1 of full range, on the scale of the maps, about -1..1."""
    return signed_log(values, *LEVEL_RANGE)


def camera_moves(speeds: F32) -> F32:
    """Return right, down, zoom, stretch, roll and shear of an affine field (3, 2)."""
    (right_x, down_x), (right_y, down_y), (right, down) = speeds
    # Sums and differences of the four gradients: each of them is one thing that a camera does.
    zoom, stretch = right_x + down_y, right_x - down_y
    roll, shear = down_x - right_y, down_x + right_y
    return np.array([right, down, zoom, stretch, roll, shear], np.float32)


def motion_energy(speed: F32) -> int:
    """Return the mean speed, on a logarithmic scale from 0 to 255."""
    floor = SPEED_RANGE[0]
    scaled = np.log1p(float(speed.mean()) / floor) / np.log1p(FULL_ENERGY_SPEED / floor)
    return int(np.clip(round(255.0 * scaled), 0, 255))


def signed_log(values: F32, floor: float, full: float) -> F32:
    """Return `sign(v) · log(1 + |v| / floor)`, scaled so that `full` becomes 1."""
    compressed: F32 = np.sign(values) * np.log1p(np.abs(values) / floor)
    scaled: F32 = (compressed / np.log1p(full / floor)).astype(np.float32)
    return scaled


def cell_means(values: F32) -> F32:
    """Return the cell means of (H, W) or (H, W, C), as (C, 32, 32)."""
    cells = np.asarray(
        cv2.resize(values, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA), np.float32
    )
    return np.moveaxis(cells.reshape(MAP_SIDE, MAP_SIDE, -1), 2, 0)


def cell_peaks(values: F32) -> F32:
    """Return the largest value of every cell of (H, W), H and W multiples of 32."""
    rows, columns = len(values) // MAP_SIDE, values.shape[1] // MAP_SIDE
    across = np.maximum.reduce([values[:, start::columns] for start in range(columns)])
    peaks: F32 = np.maximum.reduce([across[start::rows] for start in range(rows)])
    return peaks
