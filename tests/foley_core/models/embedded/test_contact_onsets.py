"""A rhythm, an actor and a hand that stops speak for an onset; its time is the middle of a hit."""

import numpy as np
import pytest

from foley_core.models.embedded.contact_grid import GRID_NUMBERS, GRID_RATE, ContactRows
from foley_core.models.embedded.contact_onsets import onsets_at_steps, rhythm, supported_logits
from foley_core.types import F64

QUIET = -2.0


def bumps(seconds: float, times: list[float], height: float = 1.5) -> F64:
    grid_s = np.arange(int(seconds * GRID_RATE) + 1) / GRID_RATE
    logit = np.full(len(grid_s), QUIET)
    for time_s in times:
        logit = np.maximum(logit, QUIET + height * np.exp(-0.5 * ((grid_s - time_s) / 0.04) ** 2))
    return logit


def rows_of(count: int, down: float = 0.0) -> ContactRows:
    speeds = np.zeros((count, 2), np.float32)
    speeds[::10, 1] = down
    speeds[1::10, 1] = down
    return ContactRows(
        np.zeros((count, GRID_NUMBERS), np.float32), np.zeros(count, np.bool_), speeds
    )


def test_an_onset_has_the_time_of_its_middle_later_by_the_lag() -> None:
    for time_s in (1.0, 1.513, 2.02):
        logit = bumps(4.0, [time_s])
        found = onsets_at_steps(logit, rows_of(len(logit)), 100, 0.03)
        step = int(found.logit.argmax())
        assert (step + found.shift[step]) / 25 == pytest.approx(time_s + 0.03, abs=0.008)
        assert abs(found.shift[step]) <= 0.5
        # No other step near it could be taken for an onset.
        assert np.sort(found.logit)[-2] <= QUIET


def test_what_fits_a_rhythm_gains_most() -> None:
    beats = [0.5 + 0.6 * number for number in range(9)]
    logit = bumps(6.0, beats)
    # A weak beat within the rhythm, and one as weak outside of it.
    logit[round(2.9 * GRID_RATE) - 3 : round(2.9 * GRID_RATE) + 4] -= 0.8
    added = rhythm(np.maximum(logit, bumps(6.0, [3.2], 0.7)))
    assert added[round(2.9 * GRID_RATE)] > 0.5
    assert added[round(3.2 * GRID_RATE)] < 0.0


def test_one_onset_alone_has_no_rhythm() -> None:
    assert abs(rhythm(bumps(6.0, [2.0]))).max() < 0.2
    assert rhythm(bumps(0.1, [])).shape == (4,)


def test_where_nothing_moves_down_an_onset_must_be_surer() -> None:
    logit = bumps(6.0, [1.0, 3.7]).astype(np.float32)
    still = supported_logits(logit, rows_of(len(logit)), np.zeros(len(logit)))
    struck = supported_logits(logit, rows_of(len(logit), 1.5), np.zeros(len(logit)))
    assert (struck - still).min() > 0.8


def test_a_hand_that_stops_speaks_for_an_onset() -> None:
    logit = bumps(6.0, []).astype(np.float32)
    stops = np.zeros(len(logit))
    stops[60] = 3.0
    without = supported_logits(logit, rows_of(len(logit)), np.zeros(len(logit)))
    assert int((supported_logits(logit, rows_of(len(logit)), stops) - without).argmax()) == 60


def test_there_is_no_onset_beside_a_cut() -> None:
    logit = bumps(4.0, [2.0], 5.0).astype(np.float32)
    rows = rows_of(len(logit))
    rows.cut[58:63] = True
    total = supported_logits(logit, rows, np.zeros(len(logit)))
    assert total[58:63].max() == total.min()
