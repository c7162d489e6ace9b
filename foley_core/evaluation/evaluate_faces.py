"""Figures of hiding on real clips: labelled faces that are covered, and area covered in vain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from time import process_time

import numpy as np

from foley_core.evaluation.evaluate_privacy import hidden_mask
from foley_core.evaluation.labelled_faces import LabelledClip, labelled_clips
from foley_core.media.hiding import look_through
from foley_core.media.probe import probe
from foley_core.models.sight.anonymise import Anonymiser
from foley_core.timebase import MOTION_RATE, motion_steps
from foley_core.types import PictureBox
from foley_core.vision.blurring import box_of

COVERED_SHARE = 0.5
"""Share of a face's box that must be hidden."""
LARGE_SHARE, SMALL_SHARE = 0.08, 0.04
"""Longer sides of faces that count as large, and that count at all, over that of the picture."""
_GRID_PX = 400, 600
"""Height and width of the raster on which areas are counted."""


@dataclass(frozen=True, slots=True)
class CoveredFace:
    """One labelled face: its clip, view, size as share of the picture's longer side, and how much
    of it is hidden, 0..1."""

    clip: str
    tuned: bool
    view: str
    size: float
    covered: float


@dataclass(frozen=True, slots=True)
class CoveredClip:
    """The faces of one clip; of one without any, the mean share of its pictures that is hidden for
    faces, and for faces or plates.

    `seconds` is its length, `cpu_s` the CPU time of decoding and looking.
    """

    faces: tuple[CoveredFace, ...]
    in_vain: tuple[float, float] | None
    tuned: bool
    seconds: float
    cpu_s: float


def covered_clip(path: Path, labels: LabelledClip) -> CoveredClip:
    """Hide what is found in one clip as a job does, and compare it with the labels.

    Raises:
        DecodeError: the clip cannot be read.
        CheckpointError: weights are missing or damaged.
    """
    begun = process_time()
    with path.open("rb") as file:
        info = probe(file, labels.name)
        steps = motion_steps(info.duration_s)
        anonymiser = Anonymiser(steps)
        span = Fraction(0), Fraction(steps, MOTION_RATE)
        look_through(file, labels.name, info, *span, Fraction(0), anonymiser)
    hidden = [(anonymiser.face_regions(step), anonymiser.regions(step)) for step in range(steps)]
    cpu_s = process_time() - begun
    faces = []
    for time_s, there in labels.pictures:
        mask = hidden_mask(_GRID_PX, hidden[round(time_s * MOTION_RATE)][1])
        for face in there:
            size = _size(face.box, info.width_px, info.height_px)
            covered = _covered(mask, face.box)
            faces.append(CoveredFace(labels.name, labels.tuned, face.view, size, covered))
    in_vain = None
    if not labels.pictures:
        in_vain = _mean_hidden([some for some, _ in hidden]), _mean_hidden([s for _, s in hidden])
    return CoveredClip(tuple(faces), in_vain, labels.tuned, float(info.duration_s), cpu_s)


def evaluate_faces(
    paths: Mapping[str, Path], progress: Callable[[float], None] = lambda share: None
) -> dict[str, float]:
    """Return figures of the labelled clips that are at hand.

    Args:
        paths: videos by the names of clips.
        progress: told the share done.

    Returns:
        `real_face_recall_large` and `real_face_recall`: shares of the labelled faces of 8 % of the
        picture's longer side and more, and of 4 % and more, at least half of which is hidden;
        `real_faces_in_vain` and `real_blurred_in_vain`: share of the picture that is hidden for
        faces, and for faces or plates, in clips without a face. The same with `_judged` at the end:
        on the half of the clips on which no threshold was chosen. A figure without anything to
        count is left out. `real_faces_cpu_s_per_minute`: CPU seconds of decoding and looking.
    """
    known = [clip for clip in labelled_clips() if clip.name in paths]
    clips = []
    for number, labels in enumerate(known):
        progress(number / len(known))
        clips.append(covered_clip(paths[labels.name], labels))
    figures = _figures(clips)
    judged = _figures([clip for clip in clips if not clip.tuned])
    figures |= {f"{key}_judged": value for key, value in judged.items()}
    if clips:
        cpu_s = sum(clip.cpu_s for clip in clips)
        figures["real_faces_cpu_s_per_minute"] = 60 * cpu_s / sum(clip.seconds for clip in clips)
    return figures


def _figures(clips: Sequence[CoveredClip]) -> dict[str, float]:
    faces = [face for clip in clips for face in clip.faces]
    figures: dict[str, float] = {}
    for key, least in (("real_face_recall_large", LARGE_SHARE), ("real_face_recall", SMALL_SHARE)):
        covered = [face.covered >= COVERED_SHARE for face in faces if face.size >= least]
        if covered:
            figures[key] = float(np.mean(covered))
    in_vain = [clip.in_vain for clip in clips if clip.in_vain]
    for number, key in enumerate(("real_faces_in_vain", "real_blurred_in_vain")):
        if in_vain:
            figures[key] = float(np.mean([shares[number] for shares in in_vain]))
    return figures


def _size(box: PictureBox, width: int, height: int) -> float:
    """Return the longer side of a box over that of the picture, of these pixels."""
    left, top, right, bottom = box
    return max((right - left) * width, (bottom - top) * height) / max(width, height)


def _mean_hidden(pictures: Sequence[Sequence[PictureBox]]) -> float:
    return float(np.mean([hidden_mask(_GRID_PX, regions).mean() for regions in pictures]))


def _covered(mask: "np.typing.NDArray[np.bool_]", box: PictureBox) -> float:
    left, top, wide, high = box_of(box, mask.shape[1], mask.shape[0])
    return float(mask[top : top + high, left : left + wide].mean())
