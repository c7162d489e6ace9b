"""Onsets of slow videos are taken as surer and earlier; nothing else changes."""

import numpy as np
import pytest

from foley_core.models.embedded.cue_detection import StepReadings
from foley_core.models.embedded.slow_videos import as_if_fast


def test_onsets_come_earlier_and_surer() -> None:
    steps = np.zeros(4, np.float32)
    readings = StepReadings(
        onset=np.array([0.0, 0.3, 0.6, 1.0], np.float32),
        shift=np.array([0.2, 0.2, -0.4, 0.0], np.float32),
        action=np.zeros(4, np.int32),
        material=np.zeros(4, np.int32),
        intensity=steps,
        activity=np.zeros((4, 2), np.float32),
        energy=np.zeros(4, np.uint8),
        ambience=np.zeros((1, 2), np.float32),
    )
    fast = as_if_fast(readings)
    assert fast.onset == pytest.approx([0.0, 0.42, 0.717, 1.0], abs=0.005)
    assert fast.shift == pytest.approx([0.0, -0.425, -1.025, -0.625])
    assert (np.arange(4) + fast.shift >= 0).all()
    assert fast.intensity is readings.intensity
