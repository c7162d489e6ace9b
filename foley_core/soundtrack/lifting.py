"""Lifts of what is quiet in a mix, before its limiter would have to flatten what is loud.

What is much softer than the loudest thing that happens comes up towards it, by half of the way and
then, if a track needs it, to where it is heard beside it; beds come up to `LEAST_UNDER_DB` under
what happens. Levels of beds and events are those that the sheet promises, see `cues.levels`; those
of stems are measured.
"""

from collections import defaultdict
from collections.abc import Callable
from math import inf, log10

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import gain_to_db
from foley_core.cues.levels import expected_level_db
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.placement import Placement
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.stems import gain_db_of, group_of
from foley_core.styles.bed_levels import level_of_events
from foley_core.types import F32

LEAST_UNDER_DB = 10.0
"""Distance from the events at which a bed is lifted no further; the least that a scene asks for."""
QUIET_UNDER_DB = 10.0
"""Distance from the loudest stem from which on another one is quiet."""
SHARES = (0.5, 1.0)
"""Shares of the way to that distance by which quiet stems are lifted, one tried after the other."""
MOST_QUIET_LIFT_DB = 12.0
"""Most by which a quiet stem is lifted: beyond that what rustles would be no rustle any more."""

Lifts = tuple[float, ...]
"""Decibels for each placement of a plan; none at all where nothing is lifted."""


def bed_levels_db(sheet: CueSheet) -> list[float]:
    """Return the level of each bed of a sheet, all its layers together, the softest first."""
    powers: dict[int, float] = defaultdict(float)
    for cue in sheet.cues:
        if cue.kind == "ambience":
            powers[cue.onset] += 10.0 ** (expected_level_db(cue) / 10.0)
    return sorted(10.0 * log10(power) for power in powers.values())


def most_bed_lift_db(plan: MixPlan, quiet_db: Lifts = ()) -> float:
    """Return by how much the beds of a plan may be lifted; infinity where nothing happens.

    Args:
        quiet_db: lifts of what happens.
    """
    beds = bed_levels_db(plan.sheet)
    events = [
        expected_level_db(cue) + _lift_of(cue, plan, quiet_db)
        for cue in plan.sheet.cues
        if cue.kind == "action"
    ]
    if not beds or not events:
        return inf
    return max(0.0, level_of_events(events) - LEAST_UNDER_DB - beds[-1])


def quiet_lifts_db(plan: MixPlan, load: Callable[[str], F32], share: float) -> Lifts:
    """Return the lift of each placement; 0 for beds, and for what is loud enough.

    Args:
        load: returns the stem of a key, `(C, N)`.
        share: of the way, see `SHARES`.
    """
    levels = [-inf if one.is_bed else _level_db(one, load(one.stem)) for one in plan.placements]
    loud_db = max(levels, default=-inf) - QUIET_UNDER_DB
    lifts = tuple(
        round(min(MOST_QUIET_LIFT_DB, share * max(0.0, loud_db - level)), 1)
        if level > -inf
        else 0.0
        for level in levels
    )
    return lifts if any(lifts) else ()


def _level_db(placement: Placement, stem: F32) -> float:
    """Return the level of the loudest moment of a stem where it lies in the mix, dB."""
    near_db = placement.place.level_db if placement.place else 0.0
    moment = loud_moment(stem[:, : placement.samples], 1.0)
    return gain_to_db(moment) + placement.gain_db + near_db


def _lift_of(cue: Cue, plan: MixPlan, lifts: Lifts) -> float:
    """Return the lift of the stem that holds a cue; 0 where none is found."""
    group, gain_db = group_of(cue), gain_db_of(cue) - cue.filter_db
    for placement, lift_db in zip(plan.placements, lifts, strict=False):
        same = placement.group == group and abs(placement.gain_db - gain_db) < 0.01
        if same and placement.start <= cue.onset < placement.end:
            return lift_db
    return 0.0
