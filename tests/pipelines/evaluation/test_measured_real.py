"""The page's tables of real clips, for people: every figure, and clip by clip what was said."""

from real_footage import bed, clip, cue, row

from foley_core.evaluation.evaluate_real import evaluate_real
from pipelines.evaluation.measured_real import clips_table, figures_table

DOG = row("dog", heard="dog bark", ambience="room", onsets_s=(1.0, 2.0), onset_list="complete")
CLIPS = [
    clip(DOG, cue("dog_bark", 1.0), cue("dog_bark", 3.0), cue("gunshot", 4.0), bed("sea")),
    clip(row("sea", table="more")),
]


def test_every_figure_stands_beside_its_guesses_and_lines() -> None:
    table = figures_table(evaluate_real(CLIPS), CLIPS)
    right = next(cells for cells in table.rows if cells[0].startswith("cues on real clips"))
    shown = dict(zip(table.heads, right, strict=True))
    assert (shown["all clips"], shown["clips"], shown["more"]) == ("66.7 %", "66.7 %", "–")
    assert (shown["constant guess"], shown["peak picker"]) == ("100.0 %", "–")
    assert (shown["floor"], shown["aim"]) == ("≥ 50.0 %", "≥ 70.0 %")
    assert "with the bed" in table.note


def test_each_clip_says_what_was_said_of_it() -> None:
    dog, sea = clips_table(CLIPS, drawn=False).rows
    assert dog == (
        "dog", "dog bark", "2 × dog_bark, 1 × gunshot", "2, 0, 1", "1", "in the sheet", "room",
        "sea", "wrong", "2, 3, 1",
    )  # fmt: skip
    assert sea == ("sea", "–", "nothing", "–", "–", "–", "–", "none", "–", "–")


def test_names_lead_to_contact_sheets_where_there_are_any() -> None:
    assert clips_table(CLIPS, drawn=False).links == ()
    assert clips_table(CLIPS, drawn=True).links == ("real_clips/dog.png", "real_clips/sea.png")
