"""Held-out pairs are never trained on and always asked for; a clear world is a clear one."""

import numpy as np

from foley_core.world.families import FAMILIES, HELD_OUT_PAIRS, random_families
from foley_core.world.random_scenes import render_random_scene


def sounding_pairs(seed: int, pairs: str) -> set[tuple[str, str | None]]:
    world = render_random_scene(seed, 3.0, 36, 64, pairs=pairs)  # type: ignore[arg-type]
    return {(c.sound_class, c.material) for c in world.sheet.cues if c.kind == "action"}


def test_pairs_held_out_are_not_trained_on() -> None:
    assert not any(sounding_pairs(seed, "trained") & HELD_OUT_PAIRS for seed in range(40))


def test_unseen_pairs_are_asked_for() -> None:
    found = [sounding_pairs(seed, "unseen") & HELD_OUT_PAIRS for seed in range(20)]
    assert sum(map(bool, found)) >= 16
    assert len(set().union(*found)) >= 5


def test_a_clear_world_has_one_quiet_bright_shot() -> None:
    clear = [w for w in (render_random_scene(seed, 3.0, 36, 64) for seed in range(120)) if w.clear]
    assert 2 <= len(clear) <= 60
    for world in clear:
        assert len(world.shots) == 1
        assert world.lens.light >= 0.75
        assert world.frame_rate > 14
        assert world.shots[0].place.ambience not in ("night", "thunderstorm")


def test_every_family_is_drawn() -> None:
    drawn = random_families(np.random.default_rng(0), 4000)
    assert set(drawn) == set(FAMILIES)
    assert drawn.count("set_down") > drawn.count("fire")
