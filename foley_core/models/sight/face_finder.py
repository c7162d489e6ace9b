"""Faces in a picture, found by three networks: for faces, for people's joints, and for animals.

The network for faces also finds those of animals. A face within an animal is none, unless there
is a person as likely, or the joints of a person's head.
"""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foley_core.models.sight.boxes import Boxes
from foley_core.models.sight.faces import decoded, face_input, overlap, single, windows
from foley_core.models.sight.heads import heads
from foley_core.models.sight.sight import PERSON, Sight, network
from foley_core.models.sight.sight_weights import FACES_FILE
from foley_core.types import F32, U8

_SURE_SCORE = 0.65
"""From this score on a face is sure."""
_ANIMAL_SCORE = 0.25
"""From this score on the box of an animal counts."""
_ANIMALS = range(14, 24)
"""Kinds of boxes, in COCO's order: from bird to giraffe."""
_WITHIN = 0.6
"""Share of a face that lies in the box of the animal or person whose it is."""
_HEADS = 0.3
"""Share of the smaller of a face and a head that lies in the other if they are one."""
# A box of the network fits eyes, nose and mouth; more of it takes in forehead, chin and ears.
_BESIDE, _ABOVE, _BELOW = 0.15, 0.3, 0.05


class FacesSeen(NamedTuple):
    """Faces of one picture, padded: (n, 5) score, left, top, right, bottom, as shares of it, and
    (n,) whether they are sure. They may overlap."""

    faces: F32
    sure: NDArray[np.bool_]


class FaceFinder:
    """The three networks on the CPU, each loaded when it is first needed."""

    def __init__(self) -> None:
        self._sight = Sight("cpu")

    @cached_property
    def _network(self) -> Any:
        return network(FACES_FILE, "cpu")

    def faces(self, rgb: U8) -> FacesSeen:
        """Return the faces of an upright picture U8 (H, W, 3).

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        height, width = rgb.shape[:2]
        said = [
            decoded(
                self._network.run(["faces"], {"picture": face_input(rgb, window)})[0][0],
                window, height, width,
            )
            for window in windows(height, width)
        ]  # fmt: skip
        known = heads(*self._sight.joints(rgb), height, width)
        return judged(single(np.concatenate(said)), known, self._sight.boxes(rgb))


def judged(faces: F32, known: F32, things: Boxes) -> FacesSeen:
    """Return which of some faces are sure, and the heads of people, which are; no animals' faces.

    Args:
        faces: (n, 5) score, left, top, right, bottom, as shares.
        known: (m, 5) heads of people, likewise.
        things: boxes around things in the same picture.
    """
    persons = _boxes(things, things.kinds == PERSON)
    animals = _boxes(things, np.isin(things.kinds, _ANIMALS) & (things.scores >= _ANIMAL_SCORE))
    human = [_is_human(face, known, persons, animals) for face in faces]
    faces = faces[np.array(human, np.bool_)]
    sure = np.concatenate([faces[:, 0] >= _SURE_SCORE, np.ones(len(known), np.bool_)])
    return FacesSeen(np.concatenate([_padded(faces), known]), sure)


def _is_human(face: F32, known: F32, persons: F32, animals: F32) -> bool:
    """Return False for a face within an animal, unless a person or a head is there as well."""
    animal, person = _owner_score(face, animals), _owner_score(face, persons)
    if not animal or person >= animal:
        return True
    inside, size, sizes = overlap(face, known)
    return bool((inside > _HEADS * np.minimum(size, sizes)).any())


def _owner_score(face: F32, boxes: F32) -> float:
    """Return the best score of the boxes that a face lies within, 0 without any."""
    inside, size, _ = overlap(face, boxes)
    return float(boxes[inside > _WITHIN * size, 0].max(initial=0.0))


def _boxes(things: Boxes, chosen: NDArray[np.bool_]) -> F32:
    """Return some boxes as score, left, top, right, bottom."""
    top, left, bottom, right = things.places[chosen].T
    return np.stack([things.scores[chosen], left, top, right, bottom], axis=1)


def _padded(faces: F32) -> F32:
    """Return faces with what lies around eyes, nose and mouth."""
    score, left, top, right, bottom = faces.T
    wide, high = right - left, bottom - top
    return np.stack(
        [
            score,
            left - _BESIDE * wide,
            top - _ABOVE * high,
            right + _BESIDE * wide,
            bottom + _BELOW * high,
        ],
        axis=1,
    )
