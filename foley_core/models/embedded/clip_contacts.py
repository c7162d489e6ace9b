"""Contacts of one clip, collected while its pictures pass."""

import numpy as np

from foley_core.media.decode import StepPicture
from foley_core.vision.contacts import Contacts, ContactSeries
from foley_core.vision.picture_pairs import PicturePairs


class ClipContacts:
    """Collects the contacts of the steps [first_step, last_step)."""

    def __init__(self, pairs: PicturePairs, first_step: int, last_step: int) -> None:
        """Take where the optical flow comes from, and the clip's first and last step."""
        self._series = ContactSeries(pairs)
        self._steps = range(first_step, last_step)
        self._before_s = -np.inf
        self._last_s = -np.inf

    def see(self, picture: StepPicture) -> None:
        """Take the next picture, of the clip or around it."""
        # Pictures between two steps belong to the later one.
        for time_s, gray in (*picture.between, (picture.time_s, picture.gray)):
            self._series.put(gray, time_s)
        # What the step before the clip shows is that clip's, however long it stays.
        if picture.step < self._steps.start:
            self._before_s = picture.time_s
        elif picture.step < self._steps.stop:
            self._last_s = picture.time_s

    def contacts(self) -> Contacts:
        """Return the contacts of the clip's own pictures."""
        found = self._series.finish()
        own = (found.times > self._before_s) & (found.times <= self._last_s)
        return Contacts(found.times[own], found.numbers[own])
