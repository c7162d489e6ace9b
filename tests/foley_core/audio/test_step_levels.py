"""Levels of steps: to full scale, K-weighted, alike for a stream in parts and a whole sound."""

import numpy as np
import pytest

from foley_core.audio.loudness import KWeighting, step_powers
from foley_core.audio.step_levels import cell_powers, level_db
from foley_core.timebase import SAMPLE_RATE


def test_steps_of_100_ms_are_levels_to_full_scale() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    levels = level_db(step_powers(np.stack([tone, tone])))
    assert len(levels) == 10
    # -3 dB, and what BS.1770 raises a tone of 997 Hz by.
    assert levels[5] == pytest.approx(-3.01 + 0.69, abs=0.1)
    assert level_db(0.0) == -120


def test_a_stream_in_parts_has_the_levels_of_the_whole() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 25_000)).astype(np.float32)
    weighting = KWeighting(2)
    parts = [step_powers(part, weighting) for part in (noise[:, :9600], noise[:, 9600:])]
    assert np.concatenate(parts) == pytest.approx(step_powers(noise), rel=1e-9)


def test_cells_are_whole_and_not_weighted() -> None:
    sound = np.array([[1.0, 1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0]], np.float32)
    assert cell_powers(sound, 2).tolist() == [0.5, 0.0]
    assert cell_powers(sound, 6).tolist() == []
