"""Blurring of faces and licence plates, before anything else sees a picture.

Faces are found by the BlazeFace network in the whole picture and in parts of it, and by the joints
of the heads of people, which also show in profile. A face that is not sure is believed if it was
sure within two seconds before or after, or in a crowd: one that turns away for a moment is
followed, and what looks like one only faintly is not. Detection comes and goes from picture to
picture, so a region is blurred for a while before and after it was found.

Faces and plates that are small, dim, turned far or covered are missed at times. Before you rely on
this, look at the figures of `foley evaluate --only privacy`.
"""

from functools import cache

import numpy as np

from foley_core.ids import digest
from foley_core.models.sight.face_finder import FaceFinder, FacesSeen
from foley_core.models.sight.faces import shared
from foley_core.models.sight.sight_weights import (
    BOXES_FILE,
    FACES_FILE,
    JOINTS_FILE,
    sight_sha256,
)
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, U8, PictureBox
from foley_core.vision.blurring import blurred, box_of, region_of
from foley_core.vision.plates import plates

ANONYMISER_VERSION = 3
LOOKS_PER_S = 10
FACE_LOOKS_PER_S = 5
BLUR_HOLD_STEPS = 5
"""Motion steps before and after it was found for which a region is blurred: 0.2 s."""
FOLLOWED_STEPS = 50
"""Motion steps before and after a face was sure in which it is believed even if it is not."""
_CROWD = 4
"""Sure faces in one picture from which on those near in time show a crowd."""
_CROWD_SCORE = 0.25
"""From this score on a face is believed in a crowd."""
_SAME_SHARE = 0.3
"""Intersection over union of two boxes from which on they are one face."""


class Anonymiser:
    """Blurs the pictures of one video of `steps` motion steps, given in order of time.

    It looks for plates in the first picture of each tenth of a second, counted from the video's
    beginning, for faces in every other one of these, and for both in the last picture of all. A
    face is often missed while it comes into the picture, so regions are also blurred for a while
    before they were found.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._faces: list[tuple[int, FacesSeen]] = []
        self._plates: list[tuple[int, tuple[PictureBox, ...]]] = []
        self._believed: dict[int, list[PictureBox]] = {}
        self._last: tuple[U8, tuple[PictureBox, ...], FacesSeen | None] | None = None

    def needed(self, first_step: int, last_step: int) -> tuple[int, int]:
        """Return the steps [first, last) to look at before pictures of a range can be hidden.

        The range is [first_step, last_step).
        """
        reach = BLUR_HOLD_STEPS + FOLLOWED_STEPS
        return max(0, first_step - reach), min(self._steps, last_step + reach)

    def looks_at(self, step: int) -> bool:
        """Return True for the first step of each tenth of a second, and for the last of all."""
        return self._begins(step, LOOKS_PER_S)

    def look(self, rgb: U8, step: int) -> None:
        """Find plates, and if it is time faces, in a picture U8 (H, W, 3).

        The same array as at the last call is not searched again.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        if self._last is None or self._last[0] is not rgb:
            height, width = rgb.shape[:2]
            found = tuple(region_of(box, width, height) for box in plates(rgb))
            self._last = rgb, found, None
        _, found, faces = self._last
        self._plates.append((step, found))
        if self._begins(step, FACE_LOOKS_PER_S):
            if faces is None:
                faces = _finder().faces(rgb)
                self._last = rgb, found, faces
            self._faces.append((step, faces))

    def regions(self, step: float) -> tuple[PictureBox, ...]:
        """Return the regions to blur in a picture that appears at `step`, a time in motion steps.

        Ask in order of time: what lies further back is forgotten.
        """
        self._plates = [seen for seen in self._plates if seen[0] >= step - BLUR_HOLD_STEPS]
        near = [regions for at, regions in self._plates if at <= step + BLUR_HOLD_STEPS]
        found = {region for regions in near for region in regions}
        return tuple(sorted(found | set(self.face_regions(step))))

    def face_regions(self, step: float) -> tuple[PictureBox, ...]:
        """Return those of the regions at a step that hide faces, as `regions`."""
        oldest = step - BLUR_HOLD_STEPS - FOLLOWED_STEPS
        self._faces = [seen for seen in self._faces if seen[0] >= oldest]
        self._believed = {at: some for at, some in self._believed.items() if at >= oldest}
        found: set[PictureBox] = set()
        for at, seen in self._faces:
            if abs(at - step) <= BLUR_HOLD_STEPS:
                if at not in self._believed:
                    self._believed[at] = [_region(face) for face in self._followed(seen, at)]
                found.update(self._believed[at])
        return tuple(sorted(found))

    def hidden(self, rgb: U8, regions: tuple[PictureBox, ...]) -> U8:
        """Return a picture U8 (H, W, 3), of any size, with these regions blurred."""
        height, width = rgb.shape[:2]
        return blurred(rgb, [box_of(region, width, height) for region in regions])

    def _begins(self, step: int, per_s: int) -> bool:
        first = step * per_s // MOTION_RATE != (step - 1) * per_s // MOTION_RATE
        return first or step == self._steps - 1

    def _followed(self, seen: FacesSeen, at: int) -> F32:
        """Return the faces of one look that are sure, or believed for those near in time."""
        near = [other for step, other in self._faces if abs(step - at) <= FOLLOWED_STEPS]
        known = np.concatenate([other.faces[other.sure] for other in near])
        crowd = max(int(other.sure.sum()) for other in near) >= _CROWD
        believed = seen.sure | (crowd & (seen.faces[:, 0] >= _CROWD_SCORE))
        for index in np.nonzero(~believed)[0]:
            believed[index] = (shared(seen.faces[index], known) > _SAME_SHARE).any()
        return seen.faces[believed]


def anonymised_mark(anonymises: bool) -> str:
    """Return the end of the name of an encoder: empty, or a mark that it sees blurred pictures.

    The mark names the networks that find what is blurred.

    Raises:
        CheckpointError: the record of sight cannot be read.
    """
    if not anonymises:
        return ""
    finders = digest([sight_sha256(file) for file in (FACES_FILE, JOINTS_FILE, BOXES_FILE)])
    return f"/anonymised-{ANONYMISER_VERSION}-{finders[:16]}"


@cache
def _finder() -> FaceFinder:
    """The finder of this process: its networks are loaded once."""
    return FaceFinder()


def _region(face: F32) -> PictureBox:
    """Return the region of a face (5,): score, left, top, right, bottom."""
    left, top, right, bottom = (min(1.0, max(0.0, float(value))) for value in face[1:])
    return left, top, right, bottom
