"""A track's own faults: clicks are found to the millisecond, what is loud or rough is none."""

import numpy as np

from foley_core.audio.track_meter import TrackMeter
from foley_core.types import F32

SECOND = 48_000


def noise(seconds: float = 3.0, seed: int = 1) -> F32:
    samples = round(seconds * SECOND)
    return np.random.default_rng(seed).normal(0, 0.05, (2, samples)).astype(np.float32)


def metered(track: F32, block: int = 7_000) -> TrackMeter:
    meter = TrackMeter()
    pieces = [track[:, at : at + block] for at in range(0, track.shape[1], block)]
    passed = np.concatenate(list(meter.metered(pieces)), axis=1)
    assert np.array_equal(passed, track)
    return meter


def test_a_step_in_a_smooth_sound_is_a_click_and_noise_is_none() -> None:
    smooth = np.sin(2 * np.pi * 80 * np.arange(3 * SECOND) / SECOND)[None].repeat(2, axis=0)
    smooth = (0.2 * smooth).astype(np.float32)
    assert metered(smooth).clicks == []
    assert metered(noise()).clicks == []
    for at in (SECOND - 1, SECOND, 2 * SECOND + 333):
        broken = smooth.copy()
        broken[:, at:] += 0.05
        assert metered(broken).clicks == [at // 48 * 48]


def test_an_attack_is_no_click() -> None:
    track = np.zeros((2, SECOND), np.float32)
    decay = np.exp(-np.arange(SECOND // 2) / 2000)
    track[:, SECOND // 2 :] = noise(0.5) * decay
    assert metered(track).clicks == []


def test_levels_length_and_full_scale_do_not_depend_on_blocks() -> None:
    track = noise(2.55)
    track[0, 1000] = 1.0
    one, other = metered(track, 7_000), metered(track, 50_000)
    assert (one.samples, one.clipped) == (track.shape[1], 1)
    assert np.array_equal(one.levels_db, other.levels_db)
    assert len(one.levels_db) == 25
    assert np.ptp(one.levels_db) < 1.5


def test_a_track_shorter_than_a_click_is_measured_too() -> None:
    meter = metered(noise(0.004))
    assert (meter.samples, meter.clicks, len(meter.levels_db)) == (192, [], 0)
