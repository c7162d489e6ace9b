"""Wishes: written once, valid or refused with the nearest name."""

import pytest
from pydantic import ValidationError

from foley_core.styles.wishes import NO_WISHES, WISH_NAMES, Wishes, plain_type, wishes_in


def test_a_row_without_wishes_is_the_one_without_wishes() -> None:
    assert wishes_in({"prompt": None, "title": "Walk"}) is NO_WISHES
    assert Wishes() == NO_WISHES


def test_wishes_are_found_among_other_columns() -> None:
    row = {"video_id": "a", "prompt": "rain", "music": False, "scene": None}
    assert wishes_in(row) == Wishes(prompt="rain", music=False)


def test_an_everyday_word_for_a_scene_stays_as_it_was_said() -> None:
    """A request's digest holds the word: tracks that were made for it must be found again."""
    assert Wishes(scene="harbour").scene == "harbour"


def test_an_everyday_word_for_a_mood_is_the_mood() -> None:
    assert Wishes(mood="史诗") == Wishes(mood="epic")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"mood": "epik"}, "did you mean 'epic'"),
        ({"sound_filters": "footstq: 50%"}, "unknown sound class or group 'footstq'"),
        ({"scene": "harbro"}, "unknown scene 'harbro'"),
        ({"tempo_bpm": 201.0}, "less than or equal to 200"),
        ({"tempo_bpm": float("nan")}, "finite"),
        ({"music": 1}, "valid boolean"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"tier": "best"}, "'full' or 'light'"),
        ({"musik": True}, "Extra inputs"),
    ],
)
def test_what_cannot_be_followed_is_refused(said: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Wishes.model_validate(said)


def test_a_wish_that_nobody_has_leaves_the_digest_as_it_was() -> None:
    assert NO_WISHES.for_digest().keys() == {
        "prompt", "negative_prompt", "sound_filters", "scene", "time_of_day", "seed",
    }  # fmt: skip
    assert Wishes(music=False, tier="light").for_digest() == {
        **NO_WISHES.for_digest(),
        "music": False,
        "tier": "light",
    }


@pytest.mark.parametrize("name", WISH_NAMES)
def test_every_wish_has_words_and_a_type_that_a_column_can_hold(name: str) -> None:
    field = Wishes.model_fields[name]
    assert field.description
    assert plain_type(field) in (bool, int, float, str) or plain_type(field).__args__
