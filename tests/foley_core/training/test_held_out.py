"""Facts about the split of a corpus."""

from collections import Counter

from foley_core.training.held_out import (
    HELD_RECORDINGS,
    HELD_UNITS,
    KEPT_RECORDINGS,
    SplitRow,
    first_split,
    held_out,
)


def taken_by(
    *units: str, name: str = "bell", group: str = "bells", side: bool | None = None
) -> list[SplitRow]:
    return [SplitRow(unit, unit, (name,), group, side) for unit in units]


def test_a_class_with_enough_recordings_spares_what_a_judge_needs() -> None:
    rows = taken_by(*(f"person {n}" for n in range(20)))
    held = held_out(rows)
    assert len(held) == HELD_RECORDINGS
    assert held == held_out(rows)
    assert held_out(taken_by("a", "b", "c", "d", "e")) == set()
    assert held_out(taken_by(*["only person"] * 20)) == set()


def test_a_person_is_on_one_side_of_a_group() -> None:
    rows = taken_by(*[f"person {n % 5}" for n in range(20)])
    rows += taken_by(*[f"person {n}" for n in range(5)], name="chime")
    held = held_out(rows)
    assert held
    sides = {(row.unit, place in held) for place, row in enumerate(rows)}
    assert len(sides) == 5


def test_every_class_of_a_unit_keeps_what_it_learns_from() -> None:
    rows = taken_by(*(f"person {n}" for n in range(20)))
    rows += taken_by(*(f"person {n}" for n in range(10)), name="chime")
    held = held_out(rows)
    kept = Counter(row.classes for place, row in enumerate(rows) if place not in held)
    assert min(kept.values()) >= KEPT_RECORDINGS


def test_what_was_learned_from_is_never_held_out() -> None:
    learned = taken_by(*(f"person {n}" for n in range(9)), side=False)
    first = taken_by("a", "b", side=True)
    more = taken_by("person 1", "a")
    mixed = taken_by("person 2", side=True)
    rows = learned + first + more + mixed
    # Of those held out first, one whose other recording was learned from is not held out any more.
    assert held_out(rows) == {9, 10, 12}


def test_sampled_instruments_are_held_out_whole() -> None:
    (unit,) = HELD_UNITS
    assert held_out(taken_by(unit, name="harp", group="instruments")) == {0}


def test_the_first_split_holds_out_a_few_authors_of_large_classes() -> None:
    rows = [(f"author {n}", "rain") for n in range(20)] + [("only author", "crowd")]
    held = first_split(rows)
    assert 4 <= len(held) <= 6
    assert "only author" not in held
