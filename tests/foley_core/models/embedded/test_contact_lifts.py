"""A stop after an opposite motion, beside a surer one, is a lift; the surer is the strike."""

import numpy as np
import pytest

from foley_core.models.embedded.contact_grid import GRID_NUMBERS, GRID_RATE, ContactRows
from foley_core.models.embedded.contact_lifts import MOST_LESS, without_lifts
from foley_core.models.embedded.contact_onsets import OFF_PEAK
from foley_core.types import F32, F64

PERIOD = 30
"""Rows from one strike to the next: strikes at 20, 50, …, lifts at 35, 65, …"""
ROWS = 6 * PERIOD
STRIKES = np.arange(20.0, ROWS, PERIOD)
LIFTS = np.arange(35.0, ROWS, PERIOD)


def strokes(towards: tuple[float, float]) -> F32:
    """Velocity of a thing that strikes in one direction and is lifted back."""
    velocity = np.zeros((ROWS, 2), np.float32)
    for row in STRIKES.astype(int):
        velocity[row - 6 : row] = towards
    for row in LIFTS.astype(int):
        velocity[row - 6 : row] = -np.array(towards)
    return velocity


def rows_of(velocity: F32) -> ContactRows:
    rows = np.zeros((len(velocity), GRID_NUMBERS), np.float32)
    return ContactRows(rows, np.zeros(len(velocity), np.bool_), velocity)


def lessened(at: F64, logits: F64, velocity: F32) -> F64:
    return logits - without_lifts(logits, at, rows_of(velocity))


@pytest.mark.parametrize("towards", [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-0.7, 0.7)])
def test_lifts_lose_and_strikes_keep_whatever_the_direction(towards: tuple[float, float]) -> None:
    at = np.sort(np.concatenate([STRIKES, LIFTS]))
    logits = np.where(np.isin(at, STRIKES), 0.5, 0.2)
    less = lessened(at, logits, strokes(towards))
    assert not less[np.isin(at, STRIKES)].any()
    assert (less[np.isin(at, LIFTS)] > 1.0).all()
    assert less.max() <= MOST_LESS


def test_strikes_of_one_direction_keep_their_logits() -> None:
    logits = np.linspace(-1.0, 1.0, len(STRIKES))
    assert not lessened(STRIKES, logits, strokes((0.0, 1.0))).any()


def test_a_stop_far_from_any_strike_is_no_lift() -> None:
    velocity = np.zeros((4 * GRID_RATE, 2), np.float32)
    velocity[14:20], velocity[74:80] = (0.0, 1.0), (0.0, -1.0)
    assert not lessened(np.array([20.0, 80.0]), np.array([1.0, 0.0]), velocity).any()


def test_what_hardly_moves_has_no_direction() -> None:
    at, logits = np.array([20.0, 35.0]), np.array([1.0, 0.0])
    assert lessened(at, logits, 0.01 * strokes((0.0, 1.0))).max() < 0.05


def test_no_peaks_and_no_rows_give_nothing() -> None:
    nothing = np.zeros(0)
    assert without_lifts(nothing, nothing, rows_of(strokes((0.0, 1.0)))).shape == (0,)
    assert without_lifts(nothing, nothing, rows_of(np.zeros((0, 2), np.float32))).shape == (0,)


def test_a_lift_stays_a_peak() -> None:
    assert MOST_LESS < OFF_PEAK
