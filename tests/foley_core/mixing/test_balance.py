"""Balance: a bed is lifted just as far as a track needs, and music is as loud as it is usual."""

import numpy as np
import pytest

from foley_core.audio.waveform import db_to_gain
from foley_core.mixing.balance import (
    GENTLE_LIMITING_DB,
    MOST_LIFT_DB,
    bed_lift_db,
    music_gain_db,
)
from foley_core.mixing.curves import Curves, curves_of
from foley_core.mixing.master import master, reachable
from foley_core.mixing.target import LoudnessTarget
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

TARGET = LoudnessTarget()
SAMPLES = 8 * SAMPLE_RATE


def noise(level_db: float, seed: int = 0) -> F32:
    sound = np.random.default_rng(seed).standard_normal((2, SAMPLES))
    return (db_to_gain(level_db) * sound).astype(np.float32)


def clicks(count: int) -> F32:
    """Single samples at full scale: all peak and no loudness."""
    sound = np.zeros((2, SAMPLES), np.float32)
    sound[:, SAMPLE_RATE // 2 :: SAMPLES // count] = 1.0
    return sound


def curves(sound: F32) -> Curves:
    return curves_of(lambda: iter([sound]), sound.shape[1])


def test_a_bed_is_lifted_as_far_as_the_track_needs_and_no_further() -> None:
    beds, hits = noise(-55.0), clicks(3)
    _, before = reachable(curves(hits).plus(curves(beds), 0.0), TARGET)
    assert before is not None
    assert before < -26
    lift_db = bed_lift_db(curves(beds), curves(hits), TARGET)
    assert 5 < lift_db < MOST_LIFT_DB
    assert bed_lift_db(curves(beds), curves(hits), TARGET, 3.2) == 3.0
    mixed = hits + db_to_gain(lift_db) * beds
    mastered = master(lambda: iter([mixed.astype(np.float32)]), SAMPLES, TARGET)
    assert mastered.loudness_lufs == pytest.approx(-23.0, abs=0.5)
    lifted_less = curves(hits).plus(curves(beds), lift_db - 1.0)
    _, less = reachable(lifted_less, TARGET, GENTLE_LIMITING_DB)
    assert less is not None
    assert less < -23.2


def test_a_track_that_reaches_its_loudness_needs_no_lift() -> None:
    assert bed_lift_db(curves(noise(-40.0)), curves(noise(-20.0, 1)), TARGET) == 0.0


def test_a_bed_that_cannot_do_it_is_lifted_by_the_most() -> None:
    silence = np.zeros((2, SAMPLES), np.float32)
    assert bed_lift_db(curves(silence), curves(clicks(1)), TARGET) == MOST_LIFT_DB


@pytest.mark.parametrize("events_db", [-60.0, -30.0])
@pytest.mark.parametrize("music_db", [-50.0, -20.0])
def test_music_is_heard_however_loud_the_parts_came(events_db: float, music_db: float) -> None:
    events, music = noise(events_db), noise(music_db, 1)
    lufs = curves(music).loudness_lufs()
    gain_db = music_gain_db(curves(events), lufs, TARGET, has_events=True)
    mixed = (events + db_to_gain(gain_db) * music).astype(np.float32)
    mastered = master(lambda: iter([mixed]), SAMPLES, TARGET)
    assert lufs is not None
    assert -28 < lufs + gain_db + mastered.gain_db < -22


def test_music_over_a_bed_alone_is_the_programme() -> None:
    bed, lufs = noise(-40.0), -30.0
    bed_lufs = curves(bed).loudness_lufs()
    gain_db = music_gain_db(curves(bed), lufs, TARGET, has_events=False)
    assert bed_lufs is not None
    assert lufs + gain_db - bed_lufs == pytest.approx(6.0, abs=0.1)
    assert music_gain_db(curves(bed), None, TARGET, has_events=True) == 0.0
