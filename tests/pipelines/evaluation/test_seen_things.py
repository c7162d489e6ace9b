"""What sight saw is drawn with names: sure things alone, at the look nearest to a moment."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.sight.looks import BOXES, COLOURS, THINGS, stacked
from pipelines.evaluation.seen_things import SeenBox, SeenMoment, outline_panel, seen_moments

PUG, DOG, PERSON = 254, 16, 0
BOX = (0.2, 0.1, 0.8, 0.6)


def looked(*boxes: tuple[int, float, tuple[float, ...]]) -> ClipFeatures:
    """Features with looks at 0 s, where nothing is sure, and at 0.96 s, with a pug and boxes."""
    centre = np.zeros((2, THINGS), np.float16)
    centre[1, PUG] = 0.75
    kinds = np.full((2, BOXES), -1, np.int16)
    scores, places = np.zeros((2, BOXES), np.float16), np.zeros((2, BOXES, 4), np.float16)
    for number, (kind, score, place) in enumerate(boxes):
        kinds[1, number], scores[1, number], places[1, number] = kind, score, place
    looks = stacked(
        {
            "steps": [0, 24],
            "centre": centre,
            "whole": np.zeros_like(centre),
            "box_kind": kinds,
            "box_score": scores,
            "box_place": places,
            "colour": np.zeros((2, len(COLOURS))),
        }
    )
    empty = np.zeros((0, 1), np.float16)
    energy = np.zeros(0, np.uint8)
    return ClipFeatures(0, empty, empty, empty, empty[:, 0], energy, looks=looks)


def test_a_moment_shows_the_nearest_look() -> None:
    first, second = seen_moments([looked((DOG, 0.9, BOX))], [0.2, 0.9])
    assert (first.thing, first.boxes) == ("", ())
    assert (second.thing, second.probability) == ("pug", 0.75)
    assert [box.name for box in second.boxes] == ["dog"]
    np.testing.assert_allclose(second.boxes[0].place, BOX, atol=1e-3)


def test_unsure_and_tiny_boxes_are_not_drawn() -> None:
    tiny = (0.1, 0.1, 0.2, 0.2)
    seen = seen_moments([looked((DOG, 0.2, BOX), (PERSON, 0.9, tiny))], [1.0])
    assert seen[0].boxes == ()


def test_without_looks_moments_are_empty() -> None:
    features = replace(looked(), looks=stacked({}))
    assert seen_moments([features], [1.0, 2.0]) == [SeenMoment("", 0.0, ())] * 2


def test_outlines_hold_names_and_no_picture() -> None:
    axes = Figure().subplots()
    box = SeenBox("dog", 0.9, BOX)
    outline_panel(SeenMoment("pug", 0.75, (box, box)), 16 / 9)(axes)
    assert [text.get_text() for text in axes.texts] == ["dog .90", "dog .90", "pug .75"]
    assert not axes.images
    assert len(axes.patches) == 3
