"""Spectrograms show what is there: tones at their height, silence as silence, every take."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import ToneGenerator

from foley_core.timebase import SAMPLE_RATE
from pipelines.evaluation.spectrograms import log_spectrogram, style_sweeps


def tone(frequency_hz: float) -> np.ndarray:
    times_s = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return np.sin(2 * np.pi * frequency_hz * times_s).astype(np.float32)


@pytest.mark.parametrize("frequency_hz", [400.0, 1_000.0, 15_000.0])
def test_a_tone_is_in_its_band(frequency_hz: float) -> None:
    picture = log_spectrogram(tone(frequency_hz))
    edges_hz = np.geomspace(40, 22_000, len(picture) + 1)
    loudest = int(np.argmax(picture[:, picture.shape[1] // 2]))
    assert edges_hz[loudest] * 0.9 <= frequency_hz <= edges_hz[loudest + 1] * 1.1


def test_levels_are_below_the_maximum_and_above_the_range() -> None:
    burst = np.concatenate([np.zeros(SAMPLE_RATE, np.float32), tone(1_000.0)])
    picture = log_spectrogram(burst)
    assert picture.max() == 0.0
    assert picture[:, : picture.shape[1] // 3].max() == -70.0


def test_sliders_are_drawn(tmp_path: Path) -> None:
    generator = ToneGenerator()
    drawn = style_sweeps(generator, 1, tmp_path, "light")
    assert drawn.path.name == "light_style_sweeps.png"
    assert cv2.imread(str(drawn.path)).shape[1] > 800
    for one in generator.performed:
        assert one.samples == generator.longest_samples(one.sound_class)
