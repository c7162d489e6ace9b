"""Places by motion: what changes with the hits counts, what changes all the time does not."""

import numpy as np
import pytest

from foley_core.models.embedded.motion_places import PlaceReader

STEPS = 200
SHOT = slice(0, STEPS)


@pytest.fixture(scope="module")
def reader() -> PlaceReader:
    return PlaceReader()


def picture() -> np.ndarray:  # type: ignore[type-arg]
    noise = np.random.default_rng(1).uniform(0, 0.01, (STEPS, 32))
    return noise


def test_a_fountain_beside_the_hits_does_not_draw_them(reader: PlaceReader) -> None:
    columns = picture()
    columns[:, 28] = 0.1
    hits = [20, 80, 140]
    for at in hits:
        columns[at - 1 : at + 2, 6] = 0.3
    found = reader.hit_places(columns, SHOT, hits, rests=False)
    assert found == [pytest.approx(-0.59, abs=0.1)] * 3
    assert len(set(found)) == 1


@pytest.mark.parametrize("flash", [40, 96, 105])
def test_light_that_changes_everywhere_just_before_or_after_a_hit_is_no_place(
    reader: PlaceReader, flash: int
) -> None:
    columns = picture()
    columns[flash : flash + 3] += 1.0
    columns[99:102, 24] += 0.5
    found = reader.hit_places(columns, SHOT, [100], rests=False)
    assert found == [pytest.approx(0.53, abs=0.1)]


def test_left_and_right_are_told_alike(reader: PlaceReader) -> None:
    columns = picture()
    columns[48:53, 5] += 0.3
    columns[98:103, 7] += 0.3
    found = reader.hit_places(columns, SHOT, [50, 100], rests=False)
    turned = reader.hit_places(columns[:, ::-1].copy(), SHOT, [50, 100], rests=False)
    assert turned == pytest.approx([-place for place in found], abs=1e-5)


def test_hits_are_read_in_portions_as_all_at_once(
    reader: PlaceReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns, hits = picture(), list(range(5, 195, 10))
    for number, at in enumerate(hits):
        columns[at - 1 : at + 2, number + 6] = 1.0
    whole = reader.hit_places(columns, SHOT, hits, rests=False)
    monkeypatch.setattr("foley_core.models.embedded.motion_places._AT_ONCE", 3)
    assert reader.hit_places(columns, SHOT, hits, rests=False) == pytest.approx(whole, abs=1e-5)


def test_what_walks_is_followed_and_what_surely_rests_is_not(reader: PlaceReader) -> None:
    columns, hits = picture(), list(range(20, 180, 16))
    for number, at in enumerate(hits):
        columns[at - 2 : at + 3, 3 * number + 1] = 1.0
    found = reader.hit_places(columns, SHOT, hits, rests=False)
    assert found == sorted(found)
    assert (found[0] < -0.6, found[-1] > 0.6) == (True, True)
    assert len(set(reader.hit_places(columns, SHOT, hits, rests=True))) == 1


def test_a_lasting_sound_goes_with_what_moves_or_stays(reader: PlaceReader) -> None:
    columns = picture()
    assert reader.lasting_path(columns, SHOT, slice(20, 24)) == [(0, pytest.approx(0.0, abs=0.9))]
    still = columns.copy()
    still[20:180, 8] = 1.0
    ((_, place),) = reader.lasting_path(still, SHOT, slice(20, 180))
    assert place == pytest.approx(-0.47, abs=0.05)
    for at in range(20, 180):
        columns[at, (at - 20) // 5] = 1.0
    path = reader.lasting_path(columns, SHOT, slice(20, 180))
    places = [place for _, place in path]
    assert places == sorted(places)
    assert (places[0] < -0.5, places[-1] > 0.5) == (True, True)


def test_what_rolls_by_in_a_second_is_followed_from_its_first_step(reader: PlaceReader) -> None:
    columns = picture()
    for at in range(50, 75):
        columns[at, 3 + at - 50] = 1.0
    path = reader.lasting_path(columns, SHOT, slice(50, 75))
    assert path[0][0] == 0
    assert (path[0][1] < -0.5, path[-1][1] > 0.5) == (True, True)


def test_a_shot_without_motion_has_its_sounds_in_the_middle(reader: PlaceReader) -> None:
    still = np.zeros((STEPS, 32))
    assert reader.hit_places(still, SHOT, [3, 100], rests=False) == [0.0, 0.0]
