"""Sound of seen instruments: measured, not believed."""

from dataclasses import replace

import numpy as np
import pytest

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import gain_to_db
from foley_core.cues.levels import FULL_INTENSITY_DB
from foley_core.cues.sheet import Cue, Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.music import played_cues
from foley_core.music.played_cues import phrase_in_span
from foley_core.music.played_instruments import is_played
from foley_core.music.played_sound import play, played_sound
from foley_core.music.played_spec import PlayedNote, PlayedSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

PLAYED = [name for name in taxonomy().classes if is_played(name)]
HELD = ["violin", "trumpet", "woodwind", "organ"]
STRUCK = sorted({*PLAYED} - {*HELD})


def one(instrument: str, pitch: int = 69, level: float = 0.7, style: Style | None = None) -> F32:
    note = PlayedNote(0, SAMPLE_RATE, pitch, level)
    return play(PlayedSpec(instrument, (note,), 2 * SAMPLE_RATE, style or Style()))[0]


def spectrum(sound: F32) -> tuple[F64, F64]:
    power = np.square(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))
    return np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE), power


def centroid(sound: F32) -> float:
    hz, power = spectrum(sound)
    return float(hz @ power / power.sum())


def overtones(sound: F32) -> float:
    """Share of the power above a fundamental of 440 Hz."""
    hz, power = spectrum(sound)
    return float(power[hz > 660].sum() / power.sum())


def level_db(sound: F32, first_s: float, last_s: float) -> float:
    part = sound[round(first_s * SAMPLE_RATE) : round(last_s * SAMPLE_RATE)]
    return gain_to_db(float(np.sqrt(np.mean(np.square(part)))))


@pytest.mark.parametrize("name", PLAYED)
def test_each_is_heard_as_loud_as_a_generated_sound_and_the_same_each_time(name: str) -> None:
    sound = played_sound(name, 2 * SAMPLE_RATE, 1.0, seed=4)
    assert sound.shape == (1, 2 * SAMPLE_RATE)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 1.0
    assert gain_to_db(loud_moment(sound, 1.0)) == pytest.approx(FULL_INTENSITY_DB, abs=6.0)
    assert np.array_equal(sound, played_sound(name, 2 * SAMPLE_RATE, 1.0, seed=4))


@pytest.mark.parametrize("name", STRUCK)
def test_what_is_struck_sounds_at_once_and_dies_away(name: str) -> None:
    sound = played_sound(name, 2 * SAMPLE_RATE, 0.8, seed=4)[0]
    assert np.argmax(np.abs(sound) > 0.3 * np.abs(sound).max()) < 0.08 * SAMPLE_RATE
    assert level_db(sound, 1.5, 1.9) < level_db(sound, 0.02, 0.2) - 8.0


@pytest.mark.parametrize("instrument", ["flute", "trumpet", "violin", "piano", "marimba"])
def test_a_note_has_its_pitch(instrument: str) -> None:
    hz, power = spectrum(one(instrument)[4800:52_800])
    near = [power[np.abs(hz - n * 440.0) < 25].sum() for n in range(1, 30)]
    assert sum(near) > 0.9 * power[hz < 13_000].sum()


@pytest.mark.parametrize("instrument", ["piano", "guitar", "marimba", "trumpet", "violin", "reed"])
def test_what_is_played_harder_is_brighter(instrument: str) -> None:
    shares = [overtones(one(instrument, level=level)) for level in (0.2, 1.0)]
    assert shares[1] > 1.5 * shares[0]


def test_style_latents_do_what_they_say() -> None:
    for instrument in ("piano", "flute"):
        bright, dull = (one(instrument, style=Style(brightness=b)) for b in (0.8, -0.8))
        assert centroid(bright) > 1.05 * centroid(dull)
    rung, damped = (one("piano", style=Style(wetness=w)) for w in (0.8, -0.8))
    assert level_db(rung, 1.2, 1.6) > level_db(damped, 1.2, 1.6) + 6.0


@pytest.mark.parametrize("name", ["violin", "piano"])
def test_parts_of_a_phrase_are_the_same_whatever_their_borders(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cue = Cue("action", name, None, 30_001, 9 * SAMPLE_RATE)
    wholes = []
    for window in (100 * SAMPLE_RATE, 100_000):
        monkeypatch.setattr(played_cues, "WINDOW_SAMPLES", window)
        whole = np.zeros(12 * SAMPLE_RATE, np.float32)
        parts = phrase_in_span(cue, 12 * SAMPLE_RATE, np.zeros(0, np.uint8), 3)
        for start, spec in parts:
            whole[start : start + spec.samples] += play(spec)[0]
        wholes.append(whole)
        assert len({start // window for start, _ in parts}) == len(parts)
    assert np.abs(wholes[0]).max() > 0.01
    np.testing.assert_array_equal(*wholes)


@pytest.mark.parametrize("name", HELD)
def test_a_phrase_has_no_holes_and_no_jumps(name: str) -> None:
    sound = played_sound(name, 12 * SAMPLE_RATE, 0.7, seed=2)[0]
    levels = 20 * np.log10(
        np.sqrt(np.square(sound).reshape(-1, SAMPLE_RATE // 10).mean(axis=1))[2:-2]
    )
    assert levels.min() > levels.max() - 24.0
    assert np.abs(np.diff(levels)).max() < 12.0


def test_a_note_that_began_before_the_request_rings_into_it() -> None:
    note = PlayedNote(-SAMPLE_RATE, 0, 60, 0.8)
    spec = PlayedSpec("piano", (note,), SAMPLE_RATE, Style())
    whole = play(replace(spec, notes=(replace(note, start=0),), samples=2 * SAMPLE_RATE))
    np.testing.assert_array_equal(play(spec), whole[:, SAMPLE_RATE:])


@pytest.mark.parametrize("name", ["bell", "guitar", "woodwind"])
def test_what_still_rings_is_not_cut_off_with_a_click(name: str) -> None:
    sound = played_sound(name, 61_440, 0.8, seed=5)[0]
    assert abs(sound[-1]) < 0.001 * np.abs(sound).max()
