"""Sight: three small public networks that say what is in a picture, and where.

EfficientNet-Lite0 recognises a picture as one of 1000 things and places, NanoDet draws boxes around
80 kinds of things, MoveNet finds people's joints. Each picture is looked at by itself, in arrays of
fixed shape, so what is seen does not depend on how a video is divided.
"""

from functools import cached_property
from typing import Any

import cv2
import numpy as np

from foley_core.models.sight import boxes
from foley_core.models.sight.colours import colours
from foley_core.models.sight.looks import BOXES
from foley_core.models.sight.people import people_input, people_of
from foley_core.models.sight.sight_weights import BOXES_FILE, JOINTS_FILE, THINGS_FILE, read_network
from foley_core.types import F32, U8

PERSON = 0
"""The kind of a person's box."""
PERSON_SCORE = 0.35
"""From this score on a box of a person counts: joints are looked for."""
_THINGS_SIDE_PX = 224


class Sight:
    """The three networks on a device, each loaded when it is first needed."""

    def __init__(self, device: str) -> None:
        """Take the name of the device; load nothing.

        Args:
            device: as torch names it; on a GPU the networks run there if onnxruntime can.
        """
        self._device = device

    @cached_property
    def _things(self) -> Any:
        return network(THINGS_FILE, self._device)

    @cached_property
    def _boxes(self) -> Any:
        return network(BOXES_FILE, self._device)

    @cached_property
    def _joints(self) -> Any:
        return network(JOINTS_FILE, self._device)

    def look(self, rgb: U8, found: boxes.Boxes) -> dict[str, Any]:
        """Return the row of a look at an upright picture U8 (H, W, 3), by field of `Looks`.

        Args:
            found: what `boxes` gave for it.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        centre, whole = self.things(rgb)
        kind, score = np.full(BOXES, -1, np.int16), np.zeros(BOXES, np.float16)
        place = np.zeros((BOXES, 4), np.float16)
        count = len(found.kinds)
        kind[:count], score[:count], place[:count] = found.kinds, found.scores, found.places
        return {
            "centre": centre, "whole": whole, "colour": colours(rgb),
            "box_kind": kind, "box_score": score, "box_place": place,
        }  # fmt: skip

    def things(self, rgb: U8) -> tuple[F32, F32]:
        """Return probabilities of ImageNet's classes, (1000,): of the middle, of the whole.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        height, width = rgb.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        views = (rgb[top : top + side, left : left + side], rgb)
        shown = np.stack([_square(view) for view in views]).astype(np.float32)
        # The values that the network was trained on: -1..1.
        pictures = np.ascontiguousarray(((shown - 127) / 128).transpose(0, 3, 1, 2))
        centre, whole = self._things.run(None, {"pictures": pictures})[0]
        return centre, whole

    def boxes(self, rgb: U8) -> boxes.Boxes:
        """Return the boxes around things in a picture.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        said = self._boxes.run(None, {"picture": boxes.network_input(rgb)})
        scores, distances = said[: len(boxes.STRIDES)], said[len(boxes.STRIDES) :]
        height, width = rgb.shape[:2]
        return boxes.decoded(
            [score[0] for score in scores], [bins[0] for bins in distances], height, width, BOXES
        )

    def joints(self, rgb: U8) -> tuple[F32, F32]:
        """Return joints (6, 17, 3) and scores (6,) of people, see `people_of`.

        Raises:
            CheckpointError: weights are missing or damaged.
        """
        said = self._joints.run(None, {"picture": people_input(rgb)})[0]
        height, width = rgb.shape[:2]
        return people_of(said[0], height, width)


def shows_person(found: boxes.Boxes) -> bool:
    """Return True if one of the boxes is a person's."""
    return bool(np.any((found.kinds == PERSON) & (found.scores >= PERSON_SCORE)))


def _square(rgb: U8) -> U8:
    side = (_THINGS_SIDE_PX, _THINGS_SIDE_PX)
    # Area averaging shrinks without aliasing, and cannot enlarge.
    kind = cv2.INTER_AREA if min(rgb.shape[:2]) >= _THINGS_SIDE_PX else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, side, interpolation=kind), np.uint8)


def network(file: str, device: str) -> Any:
    """Return an onnxruntime session of a file of weights, on one thread of the CPU or on a GPU.

    Raises:
        CheckpointError: its weights are missing or damaged.
    """
    # Imported late: a worker that finds all features stored needs none of it.
    import onnxruntime

    from foley_core.errors import CheckpointError

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    wanted = ["CUDAExecutionProvider"] if device.startswith("cuda") else []
    at_hand = onnxruntime.get_available_providers()
    providers = [name for name in (*wanted, "CPUExecutionProvider") if name in at_hand]
    try:
        return onnxruntime.InferenceSession(read_network(file), options, providers=providers)
    except Exception as error:  # onnxruntime's errors have no common class.
        raise CheckpointError(f"network {file} cannot be loaded ({error})") from error
