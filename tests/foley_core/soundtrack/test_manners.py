"""Manners: how takes of each class are performed."""

import tomllib
from importlib.resources import files

from foley_core.cues.taxonomy import taxonomy
from foley_core.soundtrack.manners import manner_of


def test_every_class_has_a_manner_that_can_be_performed() -> None:
    for name in taxonomy().all_classes:
        manner = manner_of(name)
        assert 0 <= manner.side_kin <= manner.kin_of_another_take < manner.kin < 1
        assert manner.sides >= 1
        assert manner.damp_samples >= 0
        assert 0 <= manner.through_pauses <= 1


def test_every_entry_is_of_a_class_or_a_group() -> None:
    text = files("foley_core.soundtrack").joinpath("manners.toml").read_text(encoding="utf-8")
    known = {"default", *taxonomy().all_classes, *taxonomy().all_groups}
    assert not tomllib.loads(text).keys() - known


def test_a_class_comes_before_its_group_and_this_before_the_rest() -> None:
    assert manner_of("tap").damp_s > 0
    assert manner_of("church_bell").damp_s == 0
    assert manner_of("footstep_run").force > manner_of("footstep_walk").force
    assert manner_of("horse_hooves").sides == 4


def test_no_touch_is_heard_as_an_event_of_its_own() -> None:
    for name in taxonomy().all_classes:
        for touch in manner_of(name).touches:
            assert 0 < touch.chance <= 1
            assert 0.01 <= touch.after_s[0] <= touch.after_s[1] <= 0.15
            assert touch.level_db[0] <= touch.level_db[1] <= -5
            assert touch.scrapes_s <= 0.15
