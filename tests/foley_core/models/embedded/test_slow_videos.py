"""Onsets of slow videos, as readers see them that did not learn from such."""

from math import exp, log

import pytest

from foley_core.models.embedded.slow_videos import LATE_STEPS, SURER_LOGIT


def test_what_is_likely_in_a_slow_video_is_as_likely_as_the_threshold_of_others() -> None:
    odds = exp(log(0.30 / 0.70) + SURER_LOGIT)
    assert odds / (1.0 + odds) == pytest.approx(0.42, abs=0.005)
    assert pytest.approx(0.025) == LATE_STEPS / 25
