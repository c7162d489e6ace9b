"""A seed is a scene; what is drawn and what sounds agree; twins are silent."""

from itertools import islice

import numpy as np
import pytest

from foley_core.cues.taxonomy import taxonomy
from foley_core.world.acting import Setting
from foley_core.world.families import FAMILIES
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scenery import GROUNDS, scenery_of


def stage(silent: bool) -> Setting:
    return Setting(5.0, 16 / 9, 0.88, "concrete", 0.8, 0.9, silent)


def test_same_seed_same_world() -> None:
    first, second = render_random_scene(7, 2.0), render_random_scene(7, 2.0)
    assert first.sheet == second.sheet
    for one, other in islice(zip(first.pictures(), second.pictures(), strict=True), 5):
        assert np.array_equal(one, other)


def test_other_seeds_other_worlds() -> None:
    first, second = render_random_scene(1, 2.0), render_random_scene(2, 2.0)
    assert first.sheet != second.sheet
    assert not np.array_equal(first.picture(0), second.picture(0))


def test_pictures_can_be_looked_at_in_any_order() -> None:
    world = render_random_scene(11, 2.0)
    later = world.picture(10)
    world.picture(3)
    assert np.array_equal(world.picture(10), later)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_act_sounds_as_the_taxonomy_knows_and_its_twin_is_silent(family: str) -> None:
    classes = taxonomy().classes
    for seed in range(3):
        act = FAMILIES[family](np.random.default_rng(seed), stage(silent=False))
        assert act.soundings, family
        for sounding in act.soundings:
            assert sounding.material in taxonomy().materials
            assert classes[sounding.sound_class].kind in ("action", "sustained")
            assert sounding.onset_s < sounding.offset_s
        assert not FAMILIES[family](np.random.default_rng(seed), stage(silent=True)).soundings


@pytest.mark.parametrize("ambience", GROUNDS)
def test_every_ambience_has_a_place_of_its_own(ambience: str) -> None:
    where = scenery_of(np.random.default_rng(0), ambience, 72, 128)
    assert where.ground in taxonomy().materials
    assert where.backdrop.picture.std() > 5.0


def test_places_cover_the_ambiences_that_perception_knows() -> None:
    assert set(GROUNDS) == {c.name for c in taxonomy().trained_of_kind("ambience")}


def test_acts_cover_every_trained_class() -> None:
    heard = {
        sounding.sound_class
        for make in FAMILIES.values()
        for seed in range(12)
        for sounding in make(np.random.default_rng(seed), stage(silent=False)).soundings
    }
    kinds = ("action", "sustained")
    expected = {c.name for kind in kinds for c in taxonomy().trained_of_kind(kind)}
    assert heard == expected


def test_a_bouncing_ball_touches_the_floor_when_the_sheet_says_so() -> None:
    rng = np.random.default_rng(5)
    act = FAMILIES["ball"](rng, stage(silent=False))
    times = [s.onset_s for s in act.soundings]
    assert times == sorted(times)
    assert all(
        a.intensity >= b.intensity for a, b in zip(act.soundings, act.soundings[1:], strict=False)
    )


def test_the_sheet_fits_the_video() -> None:
    for seed in range(8):
        world = render_random_scene(seed, 3.0)
        assert world.sheet.samples == 144_000
        assert world.frames == -(-3 * world.frame_rate.numerator // world.frame_rate.denominator)
        ambiences = [c for c in world.sheet.cues if c.kind == "ambience"]
        assert sum(c.offset - c.onset for c in ambiences) == world.sheet.samples
        assert all(c.offset <= world.sheet.samples for c in world.sheet.cues)
