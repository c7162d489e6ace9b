"""A tripod stands still, a hand does not; a lens blurs, a shutter smears, gain leaves gaps."""

from dataclasses import replace

import cv2
import numpy as np

from foley_core.world.canvas import Camera, Canvas
from foley_core.world.filming import filmed_lens, filmed_place, held_camera
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import Lens
from foley_core.world.scenery import scenery_of
from foley_core.world.sprites import Sprite


def test_a_tripod_stands_still_and_a_nervous_hand_does_not() -> None:
    times = np.arange(0.0, 5.0, 0.04)
    tripod, hand = (held_camera(np.random.default_rng(4), unrest) for unrest in (0.0, 1.0))
    assert {(tripod(t).right, tripod(t).down, tripod(t).roll) for t in times} == {
        (tripod(0.0).right, tripod(0.0).down, 0.0)
    }
    assert np.std([hand(t).right for t in times]) > 0.003
    assert np.std([hand(t).roll for t in times]) > 0.001


def test_poor_light_has_few_levels_and_a_long_exposure() -> None:
    rng = np.random.default_rng(0)
    lenses = [filmed_lens(rng, dim=True) for _ in range(20)]
    assert all(lens.light <= 0.3 and lens.gain > 1.0 and lens.shutter >= 0.5 for lens in lenses)
    # 0.1 of 256 levels, amplified five times: every fifth level at most.
    dark = replace(render_random_scene(1, 1.0), lens=Lens(light=0.1, gain=5.0))
    levels = np.unique(dark.picture(3))
    assert len(levels) <= 27
    assert np.diff(levels).min() >= 4


def test_a_lens_out_of_focus_and_an_open_shutter_make_pictures_softer() -> None:
    world = replace(render_random_scene(7, 2.0, family="hammer"), lens=Lens())

    def sharpness(seen: object) -> float:
        return float(cv2.Laplacian(np.asarray(seen), cv2.CV_64F).var())

    shot = world.shots[0]
    look = shot.look
    soft = replace(world, shots=(replace(shot, look=lambda t: look(t) + Camera(blur=0.01)),))
    fast = replace(world, shots=(replace(shot, look=lambda t: look(t) + Camera(right=0.5 * t)),))
    smeared = replace(fast, lens=Lens(shutter=0.9))
    assert sharpness(soft.picture(9)) < 0.7 * sharpness(world.picture(9))
    assert sharpness(smeared.picture(9)) < 0.9 * sharpness(fast.picture(9))


def test_a_filmed_place_has_texture_and_leaves_the_other_as_it_was() -> None:
    rng = np.random.default_rng(1)
    place = scenery_of(rng, "room", 72, 128)
    before = place.backdrop.picture.copy()
    filmed = filmed_place(rng, place)
    assert np.array_equal(place.backdrop.picture, before)
    assert not np.array_equal(filmed.backdrop.picture, before)


def test_a_sprite_lies_where_it_is_placed_and_nowhere_else() -> None:
    canvas = Canvas(100, 200)
    sprite = Sprite(np.random.default_rng(0), (200.0, 200.0, 200.0), "box", 0.2)
    sprite.place(canvas, (0.5, 0.5), (1.0, 0.5), 0.2)
    lit = canvas.picture.sum(axis=2) > 0
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    assert 38 <= rows.min() <= 42
    assert 58 <= rows.max() <= 62
    assert 48 <= columns.min() <= 53
    assert 97 <= columns.max() <= 102
    # Far outside, or of no length, it draws nothing and raises nothing.
    sprite.place(canvas, (5.0, 5.0), (6.0, 5.0), 0.2)
    sprite.place(canvas, (0.5, 0.5), (0.5, 0.5), 0.2)
    assert np.array_equal(canvas.picture.sum(axis=2) > 0, lit)
