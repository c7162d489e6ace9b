"""Faces in pictures of real clips, boxed by hand, and clips in which nobody's face is seen.

A box goes from the hairline (or the brim of a hat) to the chin and from ear to ear, as far as it is
in the picture. A face is boxed if an eye, or nose and mouth, can be made out; heads from behind,
faces that are printed or drawn, and people far out of focus are not. The clips are not ours to
ship: only the boxes are here.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from foley_core.types import PictureBox


@dataclass(frozen=True, slots=True)
class LabelledFace:
    """One face; `view` is `front`, `profile`, `crowd`, `cut` by the picture's edge or `hidden`."""

    view: str
    box: PictureBox


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """One clip.

    Attributes:
        name: that of its table, see `real_table`.
        tuned: True if thresholds were chosen on it, False if it is only judged.
        pictures: faces in the picture shown at some times, seconds; none if nobody's face is seen
            in the whole clip.
    """

    name: str
    tuned: bool
    pictures: tuple[tuple[float, tuple[LabelledFace, ...]], ...]


@cache
def labelled_clips() -> tuple[LabelledClip, ...]:
    """Read the clips of `real_faces.csv`, in its order."""
    text = files("foley_core.evaluation").joinpath("real_faces.csv").read_text("utf-8")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault(row["clip"], []).append(row)
    return tuple(_clip(name, some) for name, some in rows.items())


def _clip(name: str, rows: Sequence[dict[str, str]]) -> LabelledClip:
    pictures: dict[float, list[LabelledFace]] = {}
    for row in rows:
        if row["view"] == "nobody":
            continue
        faces = pictures.setdefault(float(row["time_s"]), [])
        if row["view"] != "none":
            left, top, right, bottom = (float(row[k]) for k in ("left", "top", "right", "bottom"))
            faces.append(LabelledFace(row["view"], (left, top, right, bottom)))
    return LabelledClip(
        name,
        rows[0]["half"] == "tuned",
        tuple((time_s, tuple(faces)) for time_s, faces in pictures.items()),
    )
