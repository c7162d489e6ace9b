"""Sounds of grids: levels follow force and motion, and tiles meet at one level."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.audio.band_grid import ENERGY, HOP, PITCH, ROWS
from foley_core.cues.sheet import Style
from foley_core.models.embedded.grid_sounds import MOMENT_DB, finished
from foley_core.models.protocol import Kin, SoundSpec, Touch
from foley_core.types import F32, F64

TENTH = 4800
ENGINE = SoundSpec("engine", "metal", 245_760, 0.8, Style(), (200,) * 128, 1, 3)
TAP = SoundSpec("tap", "wood", 61_440, 0.8, Style(), (), 1, 3)


def grid_of(levels_db: F64) -> F32:
    """A grid of noise with these levels, step by step."""
    grid = np.zeros((len(levels_db), ROWS), np.float32)
    grid[:, ENERGY], grid[:, PITCH] = levels_db[:, None], 1.0
    return grid


STEADY = grid_of(np.full(1024, -35.0))
HIT = grid_of(np.maximum(-20 - 0.5 * np.arange(256), -70))


def levels_db(waveform: F32, samples: int = TENTH) -> F64:
    whole = waveform[0, : waveform.shape[1] // samples * samples].astype(np.float64)
    level: F64 = 10 * np.log10(np.square(whole).reshape(-1, samples).mean(axis=1) + 1e-12)
    return level


def test_a_steady_sound_follows_motion_that_its_grid_ignores() -> None:
    rising = replace(ENGINE, activity=tuple(np.linspace(0, 255, 128).astype(int).tolist()))
    level = levels_db(finished(rising, STEADY), 24_000)
    assert level[-1] - level[0] > 7
    assert (np.diff(level) > -1).all()


def test_tiles_of_unlike_grids_meet_at_one_level() -> None:
    loud, soft = grid_of(np.linspace(-30, -60, 1024)), grid_of(np.full(1024, -60.0))
    ends, begins = (levels_db(finished(ENGINE, grid), 24_000) for grid in (loud, soft))
    assert abs(ends[-1] - begins[0]) < 4


def test_a_steady_sound_has_no_hole_and_no_jump() -> None:
    course = np.full(1024, -35.0)
    course[300:340] = course[600:680] = -70
    course[800:810] = -10
    level = levels_db(finished(ENGINE, grid_of(course)))
    assert np.abs(np.diff(level)).max() < 2 * MOMENT_DB + 2
    assert level.min() > np.median(level) - 15


def test_calls_keep_their_pauses_and_do_not_jump() -> None:
    course = np.full(1024, -35.0)
    course[300:600] = -70
    level = levels_db(finished(ENGINE, grid_of(course), "cow_moo"))[2:-2]
    assert 20 < np.ptp(level) < 30
    assert np.abs(np.diff(level)).max() < 12


def test_a_moment_of_what_lasts_is_an_event() -> None:
    made = finished(replace(TAP, sound_class="engine"), STEADY, "tyre_skid")
    level = levels_db(made)
    assert level[:3].min() > level[-2] + 25
    assert np.argmax(level) <= 3


@pytest.mark.parametrize("touches", [(), (Touch(4000, -8.0),)])
def test_touches_leave_the_attack_alone(touches: tuple[Touch, ...]) -> None:
    made = finished(replace(TAP, touches=touches), HIT)[0]
    plain = finished(TAP, HIT)[0]
    ratio = np.abs(made[:3900]).max() / np.abs(plain[:3900]).max()
    assert np.allclose(made[:3900], plain[:3900] * ratio, atol=1e-6)
    assert np.array_equal(made, plain) is not bool(touches)


def test_kin_ring_alike_and_are_no_copies() -> None:
    ringing = grid_of(np.full(256, -35.0))
    ringing[:, 80:90] = 1.0
    one, other = (
        finished(replace(TAP, seed=seed, kin=(Kin(9, 0.9),)), ringing)[0] for seed in (1, 2)
    )
    spectra = [np.log(np.abs(np.fft.rfft(wave)) + 1e-3) for wave in (one, other)]
    assert np.corrcoef(*spectra)[0, 1] > 0.5
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.5
    assert len(one) == 256 * HOP
