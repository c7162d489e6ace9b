"""All figures of real clips together: names of each table, guesses, confidence, onsets."""

from real_footage import bed, clip, cue, row

from foley_core.evaluation.evaluate_real import evaluate_real

DOG = row("dog", heard="dog bark", ambience="room", onsets_s=(1.0,), onset_list="complete")
SEA = row("sea", heard="sea waves", ambience="sea", onset_list="continuous", table="more")
CLIPS = [clip(DOG, cue("dog_bark", 1.0), bed("room")), clip(SEA, cue("tap", 2.0), bed("forest"))]


def test_names_are_judged_together_and_by_table() -> None:
    figures = evaluate_real(CLIPS)
    assert figures["real_cues_right"] == 0.5
    assert figures["real_cues_right_clips"] == 1.0
    assert figures["real_cues_right_more"] == 0.0
    assert figures["real_onset_f1_100ms"] == 1.0
    assert {"real_cues_right_constant", "real_calibration_error"} <= figures.keys()


def test_the_same_clips_give_the_same_figures() -> None:
    assert evaluate_real(CLIPS, seed=1) == evaluate_real(CLIPS, seed=1)


def test_without_names_only_onsets_are_judged() -> None:
    listed = row("a", onsets_s=(1.0,), onset_list="complete")
    assert all("onset" in key for key in evaluate_real([clip(listed, cue("tap", 1.0))]))
