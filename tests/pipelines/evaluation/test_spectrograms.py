"""Spectrograms show what is there: tones at their height, silence as silence, every take."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile
from fakes import ToneGenerator

from foley_core.timebase import SAMPLE_RATE
from pipelines.evaluation.spectrograms import log_spectrogram, sound_pictures


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


def test_pictures_are_drawn_with_and_without_a_corpus(tmp_path: Path) -> None:
    generator = ToneGenerator()
    assert [p.path.name for p in sound_pictures(generator, None, 1, tmp_path, "light")] == [
        "light_style_sweeps.png"
    ]
    drawn = sound_pictures(generator, corpus(tmp_path / "sounds"), 1, tmp_path)
    assert [p.path.name for p in drawn] == ["beside_real.png", "style_sweeps.png"]
    assert all(cv2.imread(str(picture.path)).shape[1] > 800 for picture in drawn)
    for one in generator.performed:
        assert one.samples == generator.longest_samples(one.sound_class)


def corpus(folder: Path) -> Path:
    """Eight recordings of one class by as many people."""
    folder.mkdir()
    with (folder / "sounds.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "class", "licence", "author_attribution", "bandwidth_hz"])
        for number in range(8):
            soundfile.write(folder / f"{number}.flac", tone(200.0 * (number + 1)), SAMPLE_RATE)
            writer.writerow([f"{number}.flac", "dog_bark", "CC0-1.0", f"author {number}", 20_000])
    return folder
