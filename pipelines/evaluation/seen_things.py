"""Things that sight saw at moments of a clip, with their names, to be drawn without footage."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.sight.looks import Looks, joined
from foley_core.timebase import MOTION_RATE
from pipelines.evaluation.real_sheets import Panel

_LEAST_BOX, _MOST_BOXES = 0.35, 4
"""Score that a box needs to be drawn, and how many are drawn at most."""
_LEAST_AREA = 0.03
"""Share of the picture that a box needs to be drawn: its name must find room."""
_LEAST_THING = 0.15
"""Probability that a recognised thing needs to be named."""
_PAPER, _EDGE = "#f4f1ea", "#b9b2a3"
_BOX_COLOURS = ("#1f4e79", "#8a3a6b", "#2f6b3a", "#a0522d")


@dataclass(frozen=True, slots=True)
class SeenBox:
    """A thing in a box: its name, its score 0..1, and top, left, bottom, right as shares."""

    name: str
    score: float
    place: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SeenMoment:
    """Things that sight saw at one look.

    Attributes:
        thing: what the picture was recognised as; empty if it was not.
        probability: of that thing.
        boxes: the surest ones.
    """

    thing: str
    probability: float
    boxes: tuple[SeenBox, ...]


def seen_moments(features: Sequence[ClipFeatures], moments_s: Sequence[float]) -> list[SeenMoment]:
    """Return what was seen at the looks nearest to some moments; empty moments without looks."""
    looks = joined([clip.looks for clip in features])
    if not len(looks.steps):
        return [SeenMoment("", 0.0, ()) for _ in moments_s]
    times_s = looks.steps / MOTION_RATE
    return [_seen(looks, int(np.abs(times_s - moment).argmin())) for moment in moments_s]


def outline_panel(moment: SeenMoment, aspect: float) -> Panel:
    """Return the drawing of a moment: an empty picture of an aspect (width / height), and boxes."""

    def panel(axes: Any) -> None:
        axes.add_patch(Rectangle((0, 0), 1, 1, facecolor=_PAPER, edgecolor=_EDGE, linewidth=0.8))
        for number, box in enumerate(moment.boxes):
            _draw_box(axes, box, number)
        if moment.thing:
            text = f"{moment.thing} {_short(moment.probability)}"
            axes.text(0.5, -0.03, text, fontsize=5.5, ha="center", va="bottom", style="italic")
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(1.01, -0.14)
        axes.set_aspect(1.0 / aspect, adjustable="box")

    return panel


def _seen(looks: Looks, row: int) -> SeenMoment:
    # The square in the middle and the whole picture each have an opinion; the surer one is shown.
    opinions = np.maximum(looks.centre[row], looks.whole[row]).astype(np.float32)
    thing = int(opinions.argmax())
    sure = float(opinions[thing])
    found = zip(looks.box_kind[row], looks.box_score[row], looks.box_place[row], strict=True)
    boxes = tuple(
        SeenBox(_names()["coco", int(kind)], float(score), _place(place))
        for kind, score, place in found
        if kind >= 0 and score >= _LEAST_BOX and _area(place) >= _LEAST_AREA
    )
    name = _names()["imagenet", thing] if sure >= _LEAST_THING else ""
    return SeenMoment(name, sure, boxes[:_MOST_BOXES])


def _place(place: Any) -> tuple[float, float, float, float]:
    top, left, bottom, right = (float(edge) for edge in place)
    return top, left, bottom, right


def _area(place: Any) -> float:
    top, left, bottom, right = _place(place)
    return (bottom - top) * (right - left)


@cache
def _names() -> dict[tuple[str, int], str]:
    """Return the names of ImageNet's and COCO's kinds, by source and index."""
    text = files("foley_core.models.embedded").joinpath("sightings.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["source"], int(row["index"])): row["thing"] for row in rows}


def _draw_box(axes: Any, box: SeenBox, number: int) -> None:
    """Draw a box; names stand at the top and at the bottom in turn, so that few meet."""
    top, left, bottom, right = box.place
    colour, above = _BOX_COLOURS[number % len(_BOX_COLOURS)], number % 2 == 0
    axes.add_patch(
        Rectangle(
            (left, top),
            right - left,
            bottom - top,
            facecolor=(*to_rgb(colour), 0.12),
            edgecolor=colour,
            linewidth=1.0,
        )
    )
    axes.text(
        left + 0.02,
        top + 0.03 if above else bottom - 0.03,
        f"{box.name} {_short(box.score)}",
        fontsize=5,
        color=colour,
        va="top" if above else "bottom",
        clip_on=True,
    )


def _short(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")
