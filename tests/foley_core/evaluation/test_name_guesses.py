"""Guesses that see nothing: the best constant one, and the expected value of a random one."""

import pytest
from real_footage import bed, clip, cue, row

from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.everyday_names import families
from foley_core.evaluation.name_guesses import constant_guess, guess_figures

DOGS = [clip(row(f"d{n}", heard="dog bark", ambience="forest"), cue("tap")) for n in range(3)]
GUN = clip(row("gun", heard="pistol", ambience="sea"), cue("tap"), peaks_s=(1.0,))


def test_the_constant_guess_is_right_most_often() -> None:
    guess = constant_guess([*DOGS, GUN])
    assert (families(guess.action), guess.bed) == ({"dog"}, "forest")
    figures = guess_figures([*DOGS, GUN])
    assert figures["real_cues_right_constant"] == pytest.approx(0.75)
    assert figures["real_main_sound_constant"] == pytest.approx(0.75)
    assert figures["real_bed_right_constant"] == pytest.approx(0.75)
    assert figures["real_clips_absurd_constant"] == pytest.approx(0.25)


def test_the_peak_picker_takes_the_name_of_the_constant_guess() -> None:
    figures = guess_figures([*DOGS, GUN])
    assert figures["real_cues_right_peak_picker"] == 0.0
    assert figures["real_clips_absurd_peak_picker"] == 1.0
    assert "real_bed_right_peak_picker" not in figures


def test_random_is_the_expected_value() -> None:
    figures = guess_figures(DOGS)
    names = [one.name for kind in ("action", "sustained") for one in taxonomy().of_kind(kind)]
    barking = sum("dog" in families(name) for name in names) / len(names)
    assert figures["real_cues_right_random"] == pytest.approx(barking)
    assert figures["real_main_sound_random"] == pytest.approx(barking)


def test_more_cues_are_absurd_more_often() -> None:
    once = guess_figures([clip(GUN.listed, cue("tap"))])["real_clips_absurd_random"]
    many = [clip(GUN.listed, *(cue("tap", float(n)) for n in range(9)), bed("sea"))]
    assert 0.0 < once < guess_figures(many)["real_clips_absurd_random"] < 1.0


def test_where_nothing_is_known_nothing_is_guessed() -> None:
    assert guess_figures([clip(row("a"), cue("tap"))]) == {}
