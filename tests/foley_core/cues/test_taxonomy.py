"""The taxonomy as data: large enough, consistent, and helpful about typos."""

import re

import pytest

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError

CLASSES = list(taxonomy().classes.values())


def test_there_are_enough_classes_of_each_kind():
    assert len(CLASSES) >= 40
    assert len(taxonomy().of_kind("action")) >= 20
    assert len(taxonomy().of_kind("ambience")) >= 12
    kinds = ("action", "sustained", "ambience")
    assert sum(len(taxonomy().of_kind(kind)) for kind in kinds) == len(CLASSES)


@pytest.mark.parametrize("one", CLASSES, ids=lambda one: one.name)
def test_a_class_is_complete(one):
    assert set(one.materials) <= set(taxonomy().materials)
    assert len(set(one.materials)) == len(one.materials)
    assert bool(one.materials) is (one.kind != "ambience")
    assert one.recordings
    assert -40 <= one.level_db <= 20
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one.name)
    assert re.fullmatch(r"[A-Z]{2,5}([A-Z][a-z]+)?", one.ucs)


def test_every_material_is_of_some_class_or_is_only_for_prompts():
    used = {material for one in CLASSES for material in one.materials}
    assert set(taxonomy().materials) - used <= {"paper"}


def test_a_group_stands_for_its_classes():
    assert taxonomy().names_in("footsteps") == ("footstep_walk", "footstep_run", "footstep_shuffle")
    assert taxonomy().names_in("rain") == ("rain",)
    members = [name for group in taxonomy().all_groups for name in taxonomy().names_in(group)]
    assert set(members) == set(taxonomy().all_classes)


def test_a_name_that_is_both_group_and_class_means_the_only_class_of_the_group():
    everything = taxonomy().all_classes
    for name in set(taxonomy().all_groups) & set(everything):
        assert [one.name for one in everything.values() if one.group == name] == [name]


def test_composed_classes_are_apart_from_those_that_networks_know():
    composed = taxonomy().composed
    assert {one.kind for one in composed.values()} == {"composed"}
    assert not set(composed) & set(taxonomy().classes)
    assert taxonomy().of_kind("composed") == ()
    assert taxonomy().sound_class("siren") is composed["siren"]
    assert "siren" in taxonomy().names_in("signals")


def test_an_unknown_class_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"'footstp_walk'; did you mean 'footstep_walk'\?"):
        taxonomy().sound_class("footstp_walk")


def test_an_unknown_group_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"'footstep'; did you mean 'footsteps?(_\w+)?'\?"):
        taxonomy().names_in("footstep")


def test_a_name_far_from_all_is_answered_with_all():
    with pytest.raises(ConfigError, match=r"known: footstep_walk, .*workshop.*siren"):
        taxonomy().sound_class("zzzzz")
