"""Waveform and spectrogram: a known sound is drawn where it is."""

import io

import cv2
import numpy as np
import pytest
import soundfile

from foley_core.errors import DecodeError
from foley_core.timebase import SAMPLE_RATE
from pipelines.review import sound_drawing
from pipelines.review.sound_drawing import BANDS, drawn


def file_of(wave: np.ndarray, kind: str = "WAV") -> io.BytesIO:
    held = io.BytesIO()
    soundfile.write(held, wave.T, SAMPLE_RATE, format=kind, subtype="PCM_24")
    held.seek(0)
    return held


def sine(hz: float, seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.stack([0.02 * np.sin(2 * np.pi * hz * time)] * 2)


def picture_of(png: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_peaks_are_the_least_and_largest_sample_of_each_piece(kind: str) -> None:
    wave = np.zeros((2, SAMPLE_RATE))
    wave[0, 24_000], wave[1, 24_001] = 1.0, -0.5
    made = drawn(file_of(wave, kind), "a")
    assert made.peaks.shape == (200, 2)
    (loud,) = np.flatnonzero(made.peaks.any(axis=1))
    assert (loud, made.peaks[loud].tolist()) == (100, [-64, 127])


@pytest.mark.parametrize("hz", [100.0, 1000.0, 10_000.0])
def test_a_sine_is_a_line_at_its_height(hz: float) -> None:
    picture = picture_of(drawn(file_of(sine(hz, 2.0)), "a").spectrogram_png)
    assert picture.shape == (BANDS, 100)
    octaves = np.log(hz / sound_drawing.LOWEST_HZ) / np.log(
        sound_drawing.HIGHEST_HZ / sound_drawing.LOWEST_HZ
    )
    # Low bands are narrower than a line of the spectrum, so some of them hold the same one.
    heights = BANDS - 1 - np.flatnonzero(picture[:, 50] == picture[:, 50].max())
    assert abs(heights.mean() - octaves * (BANDS + 1) + 1) < 1.5


def test_a_click_is_a_column_at_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    wave = np.zeros((1, 3 * SAMPLE_RATE))
    wave[0, 2 * SAMPLE_RATE] = 1.0
    whole = drawn(file_of(wave), "a")
    picture = picture_of(whole.spectrogram_png)
    assert abs(int(np.argmax(picture.sum(axis=0))) - 100) <= 1
    monkeypatch.setattr(sound_drawing, "_READ_SAMPLES", SAMPLE_RATE)
    pieces = drawn(file_of(wave), "a")
    assert pieces.spectrogram_png == whole.spectrogram_png
    assert (pieces.peaks == whole.peaks).all()


def test_a_long_sound_is_drawn_more_coarsely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_drawing, "MOST_PEAKS", 50)
    monkeypatch.setattr(sound_drawing, "MOST_COLUMNS", 20)
    made = drawn(file_of(sine(440, 2.0)), "a")
    assert len(made.peaks) == 50
    assert made.samples_per_peak == 1920
    assert picture_of(made.spectrogram_png).shape == (BANDS, 20)


def test_what_is_no_sound_is_told() -> None:
    with pytest.raises(DecodeError, match="cannot be read as sound"):
        drawn(io.BytesIO(b"nothing"), "a.wav")
