"""Contacts come at the pictures' own times, and the same wherever a video is divided."""

from itertools import pairwise

import cv2
import numpy as np

from foley_core.types import U8
from foley_core.vision.contacts import LEAD_S, NUMBERS, TAIL_S, Contacts, ContactSeries
from foley_core.vision.picture_pairs import PicturePairs

PICTURE_S = 1 / 30


def pictures(count: int) -> list[tuple[U8, float]]:
    """A block that falls, hits and rises, at 30 pictures a second with repeats and a long rest."""
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(0, 255, (128, 128)).astype(np.uint8), (0, 0), 2.0)
    block = rng.integers(0, 255, (24, 24)).astype(np.uint8)
    shown: list[tuple[U8, float]] = []
    for index in range(count):
        picture = np.asarray(ground, np.uint8).copy()
        moment = index if index < 60 else max(60, index - 15)
        top = 20 + int(70 * abs(np.sin((moment - moment % 5 // 4) * 0.12)))
        picture[top : top + 24, 50:74] = block
        shown.append((picture, index * PICTURE_S))
    return shown


def contacts_of(shown: list[tuple[U8, float]]) -> Contacts:
    series = ContactSeries(PicturePairs())
    for gray, time_s in shown:
        series.put(gray, time_s)
    return series.finish()


def test_repeated_pictures_have_no_contacts() -> None:
    shown = pictures(120)
    found = contacts_of(shown)
    assert found.numbers.shape == (len(found.times), NUMBERS)
    assert np.isfinite(found.numbers).all()
    changed = {
        time_s for (before, _), (after, time_s) in pairwise(shown) if (before != after).any()
    }
    assert set(found.times.tolist()) == changed
    assert (
        contacts_of([(gray, time_s) for gray, time_s in shown for _ in range(2)]).times.tolist()
        == found.times.tolist()
    )


def test_a_part_with_its_surroundings_has_the_bits_of_the_whole() -> None:
    shown = pictures(150)
    whole = contacts_of(shown)
    for first_s, last_s in ((0.0, 1.0), (1.7, 2.4), (2.1, 5.0), (3.0, 3.04)):
        around = [p for p in shown if first_s - LEAD_S - 1e-6 <= p[1] <= last_s + TAIL_S + 1e-6]
        part = contacts_of(around)
        own = (part.times >= first_s) & (part.times < last_s)
        true = (whole.times >= first_s) & (whole.times < last_s)
        assert own.sum() == true.sum() > 0
        assert part.numbers[own].tobytes() == whole.numbers[true].tobytes()


def test_the_actor_is_what_moves_changeably() -> None:
    found = contacts_of(pictures(60))
    down = found.numbers[:, -2].astype(float)
    assert np.quantile(down, 0.9) > 0.3
    assert np.quantile(down, 0.1) < -0.3
    assert np.abs(found.numbers[:, -3].astype(float)).mean() < 0.3


def test_a_video_without_change_has_no_contacts() -> None:
    still = pictures(1)[0][0]
    assert len(contacts_of([(still, k * PICTURE_S) for k in range(20)]).times) == 0
    assert len(contacts_of([]).times) == 0
