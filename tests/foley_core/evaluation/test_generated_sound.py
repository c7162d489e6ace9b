"""Facts about figures by arithmetic: how far sounds are from real ones, and how near to copies."""

import numpy as np
import pytest
from judged import small_reference

from foley_core.evaluation.generated_sound import mel_distance_ratio, novelty


def test_mel_statistics_of_real_recordings_are_near() -> None:
    held = small_reference().held
    same = {name: [e.grid for e in held[name]] for name in held}
    away = {name: [np.roll(g, 40, axis=1) for g in grids] for name, grids in same.items()}
    assert mel_distance_ratio(same, held, 0) == 0
    assert mel_distance_ratio(away, held, 0) > 1.5


def test_a_copyist_is_found_out() -> None:
    reference = small_reference()
    copies = {name: [e.grid for e in reference.training[name]] for name in reference.jury.classes}
    figures = novelty(copies, reference)
    assert figures["novelty_generated_p95"] == pytest.approx(1)
    assert figures["novelty_real_p95"] < 0.999
