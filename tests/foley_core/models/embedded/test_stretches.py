"""One thing has one name: names do not flicker, and change at cuts."""

import numpy as np
import seen_looks as show

from foley_core.models.embedded.stretches import confidence, stretches
from foley_core.models.sight.looks import Looks


def with_looks(changed: Looks, other: Looks, rows: slice) -> Looks:
    changed.centre[rows], changed.whole[rows] = other.centre[rows], other.whole[rows]
    changed.box_score[rows] = 0
    return changed


def named(seen: Looks, cuts: tuple[int, ...] = ()) -> list[tuple[int, int, str | None]]:
    return [(s.first, s.end, s.sound_class) for s in stretches(show.found(seen, cuts=cuts), 240)]


def test_one_odd_look_changes_no_name() -> None:
    seen = with_looks(show.looks({show.LION: 0.9}), show.looks({show.PIANO: 0.9}), slice(4, 5))
    assert named(seen) == [(0, 240, "lion_roar")]


def test_a_cut_to_another_thing_changes_the_name() -> None:
    seen = with_looks(show.looks({show.LION: 0.9}), show.looks({show.PIANO: 0.9}), slice(5, 10))
    (first, border, name), (begin, end, other) = named(seen, cuts=(115,))
    assert (first, end, name, other) == (0, 240, "lion_roar", "piano")
    assert border == begin == 115


def test_what_is_hardly_recognised_has_no_name() -> None:
    assert named(show.looks({show.LION: 0.1})) == [(0, 240, None)]
    (stretch,) = stretches(show.found(show.looks({show.LION: 0.1})), 240)
    assert "lion_roar" in dict(stretch.candidates)


def test_more_evidence_is_more_confidence() -> None:
    sure = [confidence(strength) for strength in (0.0, 1.0, 3.0, 9.0)]
    assert sure == sorted(sure)
    assert 0 < sure[0] < 0.1
    assert 0.9 < sure[-1] < 1


def test_shots_keep_their_evidence_apart() -> None:
    seen = with_looks(show.looks({show.LION: 0.9}), show.looks(), slice(5, 10))
    found = show.found(seen, cuts=(115,))
    assert found.shots.tolist() == [0] * 5 + [1] * 5
    assert np.allclose(found.sounds[:5], found.sounds[0])
    assert found.sounds[5:].max() < 0.1
