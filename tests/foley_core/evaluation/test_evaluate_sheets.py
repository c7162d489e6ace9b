"""Cues are paired by time, each once; what has no partner is missed or invented."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.evaluation.evaluate_sheets import (
    Watched,
    confusion,
    evaluation_worlds,
    onset_errors_ms,
    onset_pairs,
    pair_cues,
    sheets_of_worlds,
    short_actions,
)
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.world.random_scenes import render_random_scene

NAMES = ["tap", "slap"]


def cue(sound_class: str, onset_s: float) -> Cue:
    onset = round(onset_s * SAMPLE_RATE)
    return Cue("action", sound_class, None, onset, onset + SAMPLE_RATE)


def at(*times_s: float, sound_class: str = "tap") -> list[Cue]:
    return [cue(sound_class, time_s) for time_s in times_s]


def test_as_many_pairs_as_possible_and_as_close_as_possible() -> None:
    pairs = pair_cues(at(1.0, 1.08), at(1.0, 1.09), 0.1)
    assert onset_errors_ms(pairs) == pytest.approx([0.0, 10.0])
    assert onset_errors_ms(pair_cues(at(1.0, 1.08), at(0.92, 1.0), 0.09)) == pytest.approx(
        [-80.0, -80.0]
    )


@pytest.mark.parametrize(
    ("true", "found"), [(at(1.0), []), ([], at(1.0)), ([], []), (at(1.0), at(2.0))]
)
def test_what_has_no_partner_stays_alone(true: Sequence[Cue], found: Sequence[Cue]) -> None:
    pairs = pair_cues(true, found, 0.1)
    assert [t for t, _ in pairs if t] == list(true)
    assert [f for _, f in pairs if f] == list(found)
    assert onset_errors_ms(pairs) == []


def test_confusion_counts_missed_and_invented() -> None:
    pairs = pair_cues(
        [*at(1.0), *at(2.0, 3.0, sound_class="slap")], [*at(1.01, 2.02), *at(9.0)], 0.1
    )
    assert confusion(pairs, NAMES).tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 0]]


def test_only_short_actions_are_paired() -> None:
    place = Cue("ambience", "office", None, 0, SAMPLE_RATE)
    lasting = Cue("action", "engine", "metal", 0, SAMPLE_RATE)
    sheet = CueSheet(SAMPLE_RATE, (place, lasting, cue("tap", 0.5)))
    assert [c.sound_class for c in short_actions(sheet)] == ["tap"]


def test_perfect_sheets_confuse_nothing() -> None:
    seen = [Watched(world, world.sheet) for world in evaluation_worlds(6, 0)]
    pairs = onset_pairs(seen)
    names = sorted({t.sound_class for t, _ in pairs if t})
    counts = confusion(pairs, names)
    assert counts.sum() == np.trace(counts) == len(pairs) > 0
    assert set(onset_errors_ms(pairs)) == {0.0}


def test_another_seed_gives_other_worlds() -> None:
    first, other = (next(iter(evaluation_worlds(1, seed))) for seed in (0, 1))
    assert first.seed != other.seed


def test_what_is_written_about_a_world_covers_it() -> None:
    torch.set_num_threads(1)
    world = render_random_scene(5, EXAMPLE_STEPS / MOTION_RATE)
    (seen,) = sheets_of_worlds(Perception(), [world])
    assert seen.world is world
    assert seen.found.samples == world.sheet.samples
