"""Names are compared by families of everyday words; a wrong animal is absurd, a knock is not."""

import pytest

from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.everyday_names import (
    everyday_names,
    families,
    is_absurd,
    name_verdict,
    place_verdict,
    places,
)


@pytest.mark.parametrize(
    ("said", "heard", "verdict"),
    [
        ("dog_bark", "A pug barks and yaps", "right"),
        ("chop", "drumstick hitting a bag", "near"),
        ("rooster_crow", "pistol firing", "wrong"),
        ("gunshot", "firework burst", "near"),
        ("footstep_walk", "boots on snow", "right"),
        ("dog_bark", "", "wrong"),
    ],
)
def test_a_name_is_right_near_or_wrong(said: str, heard: str, verdict: str) -> None:
    assert name_verdict(families(said), families(heard)) == verdict


def test_a_word_counts_from_its_beginning() -> None:
    assert "rooster" in families("hen")
    assert "rooster" not in families("kitchen")
    assert "crowd" in families("crowd")
    assert "rooster" not in families("crowd")


def test_only_a_wrong_name_can_be_absurd() -> None:
    bark = families("dog_bark")
    assert is_absurd(bark, "wrong")
    assert not is_absurd(bark, "near")
    assert not is_absurd(families("set_down"), "wrong")


@pytest.mark.parametrize(
    ("said", "there", "verdict"),
    [("room", "studio", "right"), ("sea", "river", "near"), ("sea", "kitchen", "wrong")],
)
def test_places_have_neighbours_too(said: str, there: str, verdict: str) -> None:
    assert place_verdict(places(said), places(there)) == verdict


def test_every_group_is_of_known_families() -> None:
    names = everyday_names()
    assert names.absurd <= names.families.keys()
    assert frozenset[str]().union(*names.sound_neighbours) <= names.families.keys()
    assert frozenset[str]().union(*names.place_neighbours) <= names.places.keys()


def test_nearly_every_class_belongs_to_a_family() -> None:
    known = [c.name for kind in ("action", "sustained") for c in taxonomy().of_kind(kind)]
    assert sum(not families(name) for name in known) <= 0.15 * len(known)
