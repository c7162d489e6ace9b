"""Figures of onsets at low frame rates, beside the same worlds at the usual one.

Cameras that watch, old telephones and animation show 8 to 12 pictures a second. There a hit falls
between two pictures, and what is seen of it is less. The worlds are like those of
`evaluate_perception`, with seeds of their own.
"""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil

from foley_core.evaluation.evaluate_sheets import sheets_of_worlds, short_actions
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import MOTION_RATE
from foley_core.training.calibration import TOLERANCE_S
from foley_core.training.examples import EXAMPLE_STEPS
from foley_core.training.onset_scores import OnsetScore
from foley_core.types import ShareProgress
from foley_core.world.random_scenes import render_random_scene
from foley_core.world.scene import World

RATES_SEED = 1_480_000
"""First seed of the worlds; none of the training, of another evaluation or of those on which
`slow_videos` was chosen is among them."""
USUAL_RATE = 25
LOW_RATES = (8, 10, 12)
WIDE_TOLERANCE_S = 0.1
"""Tolerance at which hits that are found, but late or early, count too: what is lost there as well
is missed or invented, not badly timed."""

_SECONDS = EXAMPLE_STEPS / MOTION_RATE


def evaluate_rates(
    perception: Perception,
    worlds: int = 48,
    seed: int = 0,
    progress: ShareProgress = lambda share: None,
) -> dict[str, float]:
    """Return how well onsets are found at low frame rates, whole cue sheets.

    Args:
        worlds: how many, 3.84 s each, seen at every rate.
        seed: another seed takes other worlds.

    Returns:
        `onset_f1_at_25_a_second` at ±50 ms, the same at 8, 10 and 12, and
        `onset_f1_low_rate_share`, the worst of these over that at 25; beside each
        `onset_f1_100ms_at_…_a_second`, at ±100 ms.
    """
    first = 10_000_000 * seed + RATES_SEED
    rates = (USUAL_RATE, *LOW_RATES)
    scores, wide = dict[int, float](), dict[int, float]()
    for number, rate in enumerate(rates):
        score, wide_score = OnsetScore(TOLERANCE_S), OnsetScore(WIDE_TOLERANCE_S)
        for watched in sheets_of_worlds(perception, _worlds(first, worlds, rate)):
            found = [cue.onset_s for cue in short_actions(watched.found)]
            true = [cue.onset_s for cue in short_actions(watched.world.sheet)]
            score.add(found, true)
            wide_score.add(found, true)
        scores[rate], wide[rate] = score.f1, wide_score.f1
        progress((number + 1) / len(rates))
    worst = min(scores[rate] for rate in LOW_RATES)
    share = worst / scores[USUAL_RATE] if scores[USUAL_RATE] else 0.0
    return {
        **{f"onset_f1_at_{rate}_a_second": f1 for rate, f1 in scores.items()},
        **{f"onset_f1_100ms_at_{rate}_a_second": f1 for rate, f1 in wide.items()},
        "onset_f1_low_rate_share": share,
    }


def _worlds(first: int, count: int, rate: int) -> Iterator[World]:
    """Yield the worlds at a frame rate."""
    for seed in range(first, first + count):
        world = render_random_scene(seed, _SECONDS, pairs="trained")
        yield replace(world, frame_rate=Fraction(rate), frames=ceil(_SECONDS * rate))
