"""Figures of the players in one bar: what their notes hold to, whatever is drawn."""

import numpy as np
import pytest

from foley_core.music.figures import (
    KICK,
    PHRASE_BARS,
    PLACES,
    SNARE,
    Bar,
    bass_line,
    broken_chord,
    drum_bar,
    held_chord,
    sparkle,
)


def bar(chord: int = 0, place_in_phrase: int = 0, last: bool = False) -> Bar:
    return Bar(0, 0, 96_000, chord, 0, place_in_phrase, last)


@pytest.mark.parametrize(("pulses", "notes"), [(4, 1), (8, 2), (16, 4)])
def test_the_bass_plays_the_root_more_often_in_livelier_moods(pulses: int, notes: int) -> None:
    for chord in range(7):
        played = list(bass_line(bar(chord), pulses))
        assert len(played) == notes
        assert {degree % 7 for _, _, degree, _, _ in played} == {chord}
        assert all(-10 <= degree <= -4 for _, _, degree, _, _ in played)


def test_a_held_chord_lasts_the_bar_from_left_to_right() -> None:
    played = list(held_chord([0, 2, 4], bar()))
    assert [degree for _, _, degree, _, _ in played] == [0, 2, 4]
    assert all(place == 0.0 and length == PLACES for place, length, _, _, _ in played)
    pans = [pan for *_, pan in played]
    assert pans == sorted(pans)
    assert pans[0] == -pans[-1]


@pytest.mark.parametrize("seed", range(5))
def test_a_broken_chord_and_bells_play_tones_of_the_chord(seed: int) -> None:
    chord = [1, 3, 5]
    broken = list(broken_chord(chord, bar(1), 16, np.random.default_rng(seed), 0.0))
    bells = list(sparkle(chord, bar(1), np.random.default_rng(seed)))
    assert {degree % 7 for _, _, degree, _, _ in [*broken, *bells]} <= set(chord)
    assert {0.0, 4.0, 8.0, 12.0} <= {place for place, *_ in broken}
    assert 1 <= len(bells) <= 3


def test_drums_keep_the_beat_and_fill_the_end_of_a_phrase() -> None:
    def drums(**more: int) -> list[tuple[float, float, int, float, float]]:
        return list(drum_bar(bar(**more), 8, np.random.default_rng(1), np.random.default_rng(2)))

    plain, filled = drums(), drums(place_in_phrase=PHRASE_BARS - 1)
    assert {0.0, 8.0} <= {place for place, _, drum, _, _ in plain if drum == KICK}
    assert {place for place, _, drum, _, _ in plain if drum == SNARE} == {4.0, 12.0}
    fill = filled[len(plain) :]
    assert [place for place, *_ in fill] == [12.0, 13.0, 14.0, 15.0]
    levels = [level for _, _, _, level, _ in fill]
    assert levels == sorted(levels)
