"""Onsets at low frame rates stand beside those of the same worlds at the usual one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from foley_core.evaluation import evaluate_rates as module
from foley_core.evaluation.evaluate_rates import evaluate_rates
from foley_core.evaluation.evaluate_sheets import Watched, short_actions
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import SAMPLE_RATE
from foley_core.world.scene import World


def test_the_share_is_that_of_the_worst_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, int]] = []

    def sheets(perception: Perception, worlds: Iterable[World]) -> Iterator[Watched]:
        for world in worlds:
            rate = int(world.frame_rate)
            seen.append((world.seed, rate, world.frames))
            # At 8 a second every other cue is found, at the other rates all.
            cues = world.sheet.cues[:: 2 if rate == 8 else 1]
            yield Watched(world, replace(world.sheet, cues=cues))

    monkeypatch.setattr(module, "sheets_of_worlds", sheets)
    shares: list[float] = []
    figures = evaluate_rates(Perception(), worlds=6, progress=shares.append)
    assert figures["onset_f1_at_25_a_second"] == 1.0
    assert figures["onset_f1_at_10_a_second"] == 1.0
    assert figures["onset_f1_low_rate_share"] == figures["onset_f1_at_8_a_second"]
    assert 0.0 < figures["onset_f1_low_rate_share"] < 1.0
    assert shares == [0.25, 0.5, 0.75, 1.0]
    # The same worlds at every rate, of the same length.
    assert len({seed for seed, _, _ in seen}) == 6
    assert {(rate, frames) for _, rate, frames in seen} == {(25, 96), (8, 31), (10, 39), (12, 47)}


def test_what_is_found_late_counts_at_the_wide_tolerance_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def sheets(perception: Perception, worlds: Iterable[World]) -> Iterator[Watched]:
        for world in worlds:
            late = round(0.07 * SAMPLE_RATE) if world.frame_rate == 8 else 0
            # One cue stands alone, so that a late one cannot be paired with the next.
            true = replace(world.sheet, cues=tuple(short_actions(world.sheet)[:1]))
            moved = [
                replace(cue, onset=cue.onset + late, offset=cue.offset + late)
                for cue in true.cues
                if cue.offset + late <= true.samples
            ]
            yield Watched(replace(world, sheet=true), replace(true, cues=tuple(moved)))

    monkeypatch.setattr(module, "sheets_of_worlds", sheets)
    figures = evaluate_rates(Perception(), worlds=6)
    assert figures["onset_f1_100ms_at_25_a_second"] == 1.0
    assert figures["onset_f1_at_8_a_second"] == 0.0
    assert figures["onset_f1_100ms_at_8_a_second"] == 1.0
