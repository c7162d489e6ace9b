from collections.abc import Callable, Iterator
from math import inf

import numpy as np
import pytest

from foley_core.audio.loudness import LoudnessMeter, TruePeakMeter
from foley_core.audio.waveform import db_to_gain
from foley_core.media.encode import tpdf_dither
from foley_core.mixing.master import HeldGain, Mastered, master
from foley_core.mixing.target import LoudnessTarget
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

TARGET = LoudnessTarget()


def _blocks(waveform: F32, size: int = 100_003) -> Callable[[], Iterator[F32]]:
    def blocks() -> Iterator[F32]:
        for start in range(0, waveform.shape[1], size):
            yield waveform[:, start : start + size]

    return blocks


def _mastered(waveform: F32, target: LoudnessTarget = TARGET) -> Mastered:
    return master(_blocks(waveform), waveform.shape[1], target)


def _sound(mastered: Mastered) -> F32:
    return np.concatenate(list(mastered.blocks()), axis=1)


def _noise(seconds: float, level: float = 0.1) -> F32:
    rng = np.random.default_rng(1)
    return (level * rng.standard_normal((2, round(seconds * SAMPLE_RATE)))).astype(np.float32)


def _hits(seconds: int, every_s: float, decay_s: float) -> F32:
    rng = np.random.default_rng(2)
    time_s = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    hit = rng.standard_normal(time_s.size) * np.exp(-time_s / decay_s) * 0.2
    mix = np.zeros((2, seconds * SAMPLE_RATE), np.float32)
    for at_s in np.arange(0, seconds - 0.5, every_s):
        start = round(at_s * SAMPLE_RATE)
        mix[:, start : start + time_s.size] += hit
    return mix


def _measured(waveform: F32) -> tuple[float | None, float | None, float | None]:
    loudness, peak = LoudnessMeter(2), TruePeakMeter(2)
    loudness.add(waveform)
    peak.add(waveform)
    return loudness.integrated_lufs(), loudness.range_lu(), peak.true_peak_dbtp()


@pytest.mark.parametrize(
    ("mix", "target"),
    [
        (_noise(5), TARGET),
        (_noise(5, 0.001), TARGET),
        (_noise(5, 1.0), LoudnessTarget(-14.0, -2.0)),
        (_noise(5), LoudnessTarget(-9.0, -1.0)),
        (_hits(20, 1.0, 0.05), LoudnessTarget(-16.0, -1.0)),
        (_hits(20, 4.0, 0.05), TARGET),
        (_noise(0.5), TARGET),
    ],
    ids=["noise", "quiet", "over full scale", "loud", "hits", "sparse hits", "half a second"],
)
def test_loudness_and_true_peak_are_on_target(mix: F32, target: LoudnessTarget) -> None:
    mastered = _mastered(mix, target)
    sound = _sound(mastered)
    assert sound.shape == mix.shape
    assert (mastered.loudness_lufs, mastered.loudness_range_lu, mastered.true_peak_dbtp) == (
        _measured(sound)
    )
    assert mastered.loudness_lufs == pytest.approx(target.loudness_lufs, abs=0.2)
    assert mastered.true_peak_dbtp is not None
    assert mastered.true_peak_dbtp <= target.true_peak_dbtp - 0.05
    assert mastered.note is None


def test_sound_that_needs_no_limiter_is_only_scaled() -> None:
    mix = _noise(3, 0.01)
    mastered = _mastered(mix)
    np.testing.assert_allclose(_sound(mastered), mix * db_to_gain(mastered.gain_db), rtol=1e-6)


def test_the_limiter_acts_alike_on_both_channels_and_only_near_peaks() -> None:
    mix = _noise(4, 0.02)
    mix[1] *= 0.5
    mix[0, 2 * SAMPLE_RATE] = 1.0
    mastered = _mastered(mix, LoudnessTarget(-30.0, -12.0))
    gains = _sound(mastered) / mix / db_to_gain(mastered.gain_db)
    np.testing.assert_allclose(gains[0], gains[1], rtol=1e-4)
    away = np.abs(np.arange(mix.shape[1]) - 2 * SAMPLE_RATE) > SAMPLE_RATE // 4
    np.testing.assert_allclose(gains[0, away], 1.0, rtol=1e-4)
    assert gains[0].min() < 0.5
    assert np.abs(np.diff(gains[0])).max() < 0.01


def test_a_16_bit_file_stays_below_the_true_peak() -> None:
    mastered = _mastered(_hits(10, 0.5, 0.02), LoudnessTarget(-14.0, -1.0))
    sound = _sound(mastered).astype(np.float64) * 32767
    dithered = np.round(sound + tpdf_dither(np.random.default_rng(0), sound.shape)) / 32767
    peak = _measured(dithered.astype(np.float32))[2]
    assert peak is not None
    assert peak <= -1.0


def test_blocks_of_any_size_give_the_same_samples() -> None:
    mix = _hits(8, 0.7, 0.03)
    target = LoudnessTarget(-14.0, -1.0)
    one = master(_blocks(mix, 480_000), mix.shape[1], target)
    other = master(_blocks(mix, 7_919), mix.shape[1], target)
    assert np.array_equal(_sound(one), _sound(other))
    assert one.loudness_lufs == other.loudness_lufs
    assert np.array_equal(_sound(one), _sound(one))


def test_solving_in_sections_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mix, target = _hits(4, 0.3, 0.03), LoudnessTarget(-14.0, -1.0)
    whole = _sound(_mastered(mix, target))
    monkeypatch.setattr("foley_core.mixing.curves._SECTION_CELLS", 170)
    np.testing.assert_allclose(_sound(_mastered(mix, target)), whole, atol=1e-7)


def test_sparse_clicks_are_limited_no_further_than_the_bound() -> None:
    mix = _hits(30, 10.0, 0.001)
    mastered = _mastered(mix)
    peak_db = _measured(mix)[2]
    assert mastered.note is not None
    assert "12 dB of limiting" in mastered.note
    assert mastered.loudness_lufs is not None
    assert mastered.loudness_lufs < TARGET.loudness_lufs - TARGET.tolerance_lu
    assert mastered.true_peak_dbtp is not None
    assert -2.0 < mastered.true_peak_dbtp <= -1.05
    assert peak_db is not None
    assert mastered.gain_db + peak_db <= -1.0 + 12.0


def test_very_quiet_sound_is_raised_no_further_than_the_bound() -> None:
    mastered = _mastered(_noise(3, 10 ** (-75 / 20)))
    assert mastered.gain_db == 40.0
    assert mastered.note is not None
    assert "40 dB of gain" in mastered.note


@pytest.mark.parametrize(
    ("mix", "reason"),
    [
        (np.zeros((2, SAMPLE_RATE), np.float32), "silent"),
        (_noise(0.39), "shorter than 400 ms"),
        (_noise(0.39)[:, :1], "shorter than 400 ms"),
        (_noise(2, 1e-5), "below -70 LUFS"),
    ],
    ids=["silence", "short", "one sample", "below the gate"],
)
def test_what_cannot_be_measured_is_left_alone_and_said(mix: F32, reason: str) -> None:
    mastered = _mastered(mix)
    assert mastered.loudness_lufs is None
    assert mastered.gain_db == 0.0
    assert mastered.note is not None
    assert reason in mastered.note
    np.testing.assert_allclose(_sound(mastered), mix, atol=1e-7)


def test_short_sound_over_the_ceiling_is_limited_all_the_same() -> None:
    mastered = _mastered(_noise(0.3, 2.0))
    assert mastered.true_peak_dbtp is not None
    assert mastered.true_peak_dbtp <= -1.05


@pytest.mark.parametrize("samples", [99_999, 100_001, 47_000, 400_000])
def test_a_mix_of_another_length_is_refused(samples: int) -> None:
    with pytest.raises(ValueError, match=f"expected {samples}"):
        master(_blocks(np.ones((2, 100_000), np.float32)), samples, TARGET)


def test_a_gain_is_held_while_the_loudness_allows_it() -> None:
    mix = _noise(5)
    plain = _mastered(mix)
    near = master(_blocks(mix * np.float32(1.03)), mix.shape[1], TARGET, HeldGain(plain.gain_db))
    assert (near.gain_db, near.moved_db) == (plain.gain_db, 0.0)
    for factor, goal in ((2.0, -22.7), (0.5, -23.3)):
        held = HeldGain(plain.gain_db)
        far = master(_blocks(mix * np.float32(factor)), mix.shape[1], TARGET, held)
        assert far.loudness_lufs == pytest.approx(goal, abs=0.1)
        assert far.moved_db == pytest.approx(far.gain_db - plain.gain_db, abs=1e-3)


def test_a_gain_held_at_any_loudness_keeps_the_true_peak() -> None:
    mix = _noise(5)
    held = HeldGain(_mastered(mix).gain_db, inf)
    louder = master(_blocks(mix * np.float32(8)), mix.shape[1], TARGET, held)
    assert louder.gain_db == held.gain_db
    assert louder.loudness_lufs is not None
    assert louder.loudness_lufs > -10
    assert louder.true_peak_dbtp is not None
    assert louder.true_peak_dbtp <= -1.05
    assert "held" in str(louder.note)
