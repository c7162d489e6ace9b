"""A video's own sound, on the clock of its picture, in exactly as many samples as asked for."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import odd_videos
import pytest
import videos

from foley_core.media.original import original_sound
from foley_core.media.probe import probe
from foley_core.types import F32


def sound_of(path: Path, samples: int, start_s: Fraction = Fraction(0)) -> F32:
    with path.open("rb") as file:
        info = probe(file, path.name)
        blocks = list(original_sound(file, path.name, info, start_s, samples))
    assert all(block.dtype == np.float32 and block.shape[0] == 2 for block in blocks)
    assert max(block.shape[1] for block in blocks) <= 48_000
    return np.concatenate(blocks, axis=1)


def tone(first: int, samples: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * (first + np.arange(samples)) / 48_000)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.ts", "a.webm"])
def test_the_tone_is_in_phase_with_the_picture(tmp_path: Path, name: str) -> None:
    codec = {".avi": "mpeg4", ".webm": "libvpx-vp9"}.get(Path(name).suffix, "libx264")
    path = videos.render(tmp_path / name, codec=codec, sound=True)
    sound = sound_of(path, 90_000)
    # A thousandth of a second is 2.8 rad at 440 Hz, so phase says it to the fraction of a sample;
    # Matroska and MPEG-TS store times in steps of 1 ms and frames of AAC may be lost at the start.
    lag = {"a.mp4": 1, "a.avi": 1}.get(name, 60)
    errors = [
        np.abs(sound[0, 9_000:80_000] - tone(9_000 - k, 71_000)).max() for k in range(-lag, lag)
    ]
    assert min(errors) < 0.05


def test_another_sample_rate_is_converted_in_phase(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mov", sound=True, sound_rate=44_100)
    sound = sound_of(path, 90_000)
    assert np.abs(sound[:, 9_000:80_000] - tone(9_000, 71_000)).max() < 0.05


def test_a_later_start(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=6, sound=True, options={"g": "20"})
    sound = sound_of(path, 48_000, Fraction(17, 4))
    assert np.abs(sound[1] - tone(17 * 12_000, 48_000)).max() < 0.05


def test_silence_after_the_end_and_where_there_is_no_sound(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.avi", codec="mpeg4", sound=True)
    sound = sound_of(path, 200_000)
    assert sound.shape == (2, 200_000)
    assert not sound[:, 96_000:].any()
    assert not sound_of(videos.render(tmp_path / "b.mp4"), 123_457).any()


def test_real_clips_give_what_was_asked_for(real_clips: list[Path]) -> None:
    for path in real_clips[:6]:
        assert sound_of(path, 100_000).shape == (2, 100_000)


def loudness_at(sound: F32, hz: int) -> float:
    """Amplitude of a tone in the left channel."""
    wave = np.exp(-2j * np.pi * hz * np.arange(sound.shape[1]) / 48_000)
    return float(2 * abs((sound[0] * wave).mean()))


def test_all_tracks_of_the_original_sound_are_mixed(tmp_path: Path) -> None:
    path = odd_videos.several_sounds(tmp_path / "a.mov", (440, 1000, 3000, 5000))
    sound = sound_of(path, 48_000)
    assert [loudness_at(sound, hz) for hz in (440, 1000, 3000, 5000)] == pytest.approx(
        [0.125] * 4, abs=0.005
    )


def test_other_languages_are_left_out(tmp_path: Path) -> None:
    path = odd_videos.several_sounds(tmp_path / "a.mov", (440, 1000), ("jpn", "eng"))
    sound = sound_of(path, 48_000)
    assert loudness_at(sound, 440) == pytest.approx(0.25, abs=0.005)
    assert loudness_at(sound, 1000) < 0.001


def test_sound_goes_on_where_the_clock_restarts(tmp_path: Path) -> None:
    sound = sound_of(odd_videos.joined(tmp_path / "a.ts", seconds=1, sound=True), 96_000)
    for half in (sound[:, 2_000:46_000], sound[:, 52_000:94_000]):
        assert np.abs(half).max() == pytest.approx(0.5, abs=0.05)
