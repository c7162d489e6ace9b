"""Curves of the reader of contacts: one for each group of its networks."""

import numpy as np
import pytest
from real_footage import row

from foley_core.cues.sheet import CueSheet
from foley_core.evaluation.contact_curves import contact_curves, left_out_figures
from foley_core.evaluation.real_clips import RealClip
from foley_core.models.embedded.contact_reader import TRAININGS
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.filmed_onsets import FilmedOnsets
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.vision.contacts import NUMBERS, Contacts


def clip(name: str, seconds: float = 2.0) -> RealClip:
    """A clip of noise at 20 pictures a second."""
    pictures, steps = round(20 * seconds), round(25 * seconds)
    numbers = np.random.default_rng(3).random((pictures, NUMBERS)).astype(np.float16)
    empty = np.zeros((steps, 1), np.float16)
    contacts = Contacts(np.arange(pictures) / 20.0, numbers)
    energy = np.zeros(steps, np.uint8)
    features = ClipFeatures(0, empty, empty, empty, empty[:, 0], energy, contacts=contacts)
    listed = row(name, onsets_s=(0.5, 1.5), onset_list="complete")
    sheet = CueSheet(round(48_000 * seconds), ())
    return RealClip(listed, sheet, (), seconds, (features,))


@pytest.fixture(scope="module")
def reader() -> FilmedOnsets:
    return FilmedOnsets(find_weights(), "cpu")


def test_each_training_gives_a_curve(reader: FilmedOnsets) -> None:
    apart, together = contact_curves(clip("a"), reader)
    assert apart.curves.shape == (TRAININGS, len(apart.times_s))
    assert together.curves.shape == (1, len(apart.times_s))
    assert apart.times_s[-1] == pytest.approx(2.0, abs=0.1)
    assert len({one.tobytes() for one in apart.curves}) == TRAININGS
    assert 0.0 <= apart.curves.min() <= apart.curves.max() <= 1.0


def test_figures_need_two_sources(reader: FilmedOnsets) -> None:
    assert left_out_figures([clip("stick_a"), clip("stick_b")], reader) == {}
    figures = left_out_figures([clip("a"), clip("b")], reader)
    assert figures["real_onset_left_out_trainings"] == TRAININGS
    assert {f"real_onset_f1_{at}_left_out" for at in ("50ms", "100ms")} <= figures.keys()
    assert "real_onset_f1_100ms_left_out_together" in figures
