"""Names on real clips: shares are means over clips, and only what is known is judged."""

import pytest
from real_footage import bed, clip, cue, row

from foley_core.evaluation.evaluate_names import judge, judged_clips, name_figures

DOG = row("dog", heard="dog bark;dog whine", ambience="room")


def figures(*clips: object) -> dict[str, float]:
    return name_figures(judged_clips(clips))  # type: ignore[arg-type]


def test_each_cue_gets_a_verdict() -> None:
    found = judge(clip(DOG, cue("dog_bark"), cue("gunshot", 1.0), cue("set_down", 2.0)))
    assert found.verdicts == ("right", "wrong", "wrong")
    assert (found.absurd, found.main_found, found.bed) == (1, True, None)


def test_a_clip_of_many_cues_weighs_as_much_as_one_of_few() -> None:
    busy = clip(DOG, *(cue("dog_bark", float(second)) for second in range(9)))
    calm = clip(DOG, cue("set_down"))
    assert figures(busy, calm)["real_cues_right"] == pytest.approx(0.5)


def test_a_clip_without_cues_has_no_share_but_can_miss_its_main_sound() -> None:
    found = figures(clip(DOG), clip(DOG, cue("dog_bark")))
    assert found["real_cues_right"] == 1.0
    assert found["real_main_sound"] == 0.5
    assert found["real_clips_without_cue"] == 0.5
    assert found["real_clips_absurd"] == 0.0


def test_a_bed_may_hold_the_main_sound() -> None:
    sea = row("sea", heard="sea waves", ambience="sea")
    assert judge(clip(sea, bed("sea"))).main_found is True


def test_any_bed_of_the_sheet_counts() -> None:
    assert judge(clip(DOG, bed("sea"), bed("room"))).bed == "right"
    found = figures(clip(DOG, bed("sea")), clip(DOG, bed("room")), clip(DOG))
    assert found["real_bed_right"] == found["real_bed_right_or_near"] == 0.5


def test_beds_are_not_judged_where_no_place_is_known() -> None:
    assert "real_bed_right" not in figures(clip(row("a", heard="dog"), bed("room")))


def test_clips_of_which_nothing_is_known_are_left_out() -> None:
    assert figures(clip(row("a"), cue("dog_bark"))) == {}
