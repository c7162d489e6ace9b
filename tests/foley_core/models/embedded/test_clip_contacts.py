"""Contacts belong to the clip in whose steps their pictures appeared."""

import numpy as np

from foley_core.media.decode import StepPicture
from foley_core.models.embedded.clip_contacts import ClipContacts
from foley_core.types import U8
from foley_core.vision.contacts import Contacts
from foley_core.vision.picture_pairs import PicturePairs


def gray(number: int) -> U8:
    picture = np.full((128, 128), 90, np.uint8)
    picture[20 + number : 60 + number, 40:80] = 200
    return picture


def collected(first: int, last: int, steps: range) -> Contacts:
    """Contacts of a clip; every fourth step has a picture before it, the last two show the same."""
    contacts = ClipContacts(PicturePairs(), first, last)
    for step in steps:
        shown = min(step, 37)
        between = ((step / 25 - 0.02, gray(step + 30)),) if step in range(4, 37, 4) else ()
        contacts.see(StepPicture(step, shown / 25, gray(shown), None, between=between))
    return contacts.contacts()


def test_pictures_between_two_steps_belong_to_the_later_one() -> None:
    whole = collected(0, 40, range(40))
    assert len(whole.times) == 37 + 9
    first, second = collected(0, 24, range(40)), collected(24, 40, range(40))
    assert first.times.tolist() + second.times.tolist() == whole.times.tolist()
    assert second.times[0] == 24 / 25 - 0.02
    joined = np.concatenate([first.numbers, second.numbers])
    assert joined.tobytes() == whole.numbers.tobytes()
