"""Checks of single generated sounds, and another take where one is at fault.

A fault is what no such sound has in this generator's hands but now and then: an attack that comes
late, or a bed that breaks off. Another noise mends it. So a faulty sound is generated once more,
from a seed that follows from its own, and the better of the two is kept. All of it follows from the
specification: the same stem comes out whole or resumed, and its name stays the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from foley_core.audio.step_levels import STEP_SAMPLES, cell_powers
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import GenerationError
from foley_core.ids import seed_of
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

LATE_SAMPLES = SAMPLE_RATE // 100
"""10 ms: a hit that is heard later than this after its picture is late."""
HOLE_DB = 25.0
"""A bed that is so much softer for 0.1 s than usual has a hole there."""

# An attack is heard from a tenth of the amplitude on that the first 0.3 s reach.
_ATTACK_SHARE, _ATTACK_WITHIN = 0.1, SAMPLE_RATE * 3 // 10
_CELL_SAMPLES = SAMPLE_RATE // 1000


@dataclass(frozen=True, slots=True)
class CheckedSound:
    """A generated sound `(C, N)`, and whether it is another take than the first."""

    waveform: F32
    retaken: bool = False


def checked_sounds(specs: Sequence[SoundSpec], generator: Generator) -> list[CheckedSound]:
    """Generate sounds, and those at fault once more.

    Raises:
        GenerationError: a sound is silent or not finite in both takes.
    """
    chosen = [(take, False) for take in _tried(specs, generator)]
    faults = [_fault(take, spec) for (take, _), spec in zip(chosen, specs, strict=True)]
    faulty = [number for number, fault in enumerate(faults) if fault]
    again = _tried([retaken(specs[number]) for number in faulty], generator) if faulty else []
    for number, take in zip(faulty, again, strict=True):
        if _fault(take, specs[number]) < faults[number]:
            chosen[number] = (take, True)
    return [CheckedSound(_sound(take), retaken=other) for take, other in chosen]


def _tried(specs: Sequence[SoundSpec], generator: Generator) -> list[F32 | GenerationError]:
    """Return takes; what came out as no sound says why."""
    try:
        return list(generator.generate(specs))
    except GenerationError as error:
        # One sound spoils its batch: the others come out the same alone.
        if len(specs) == 1:
            return [error]
        return [take for spec in specs for take in _tried([spec], generator)]


def _fault(take: F32 | GenerationError, spec: SoundSpec) -> float:
    return inf if isinstance(take, GenerationError) else fault_of(take, spec)


def _sound(take: F32 | GenerationError) -> F32:
    if isinstance(take, GenerationError):
        raise take
    return take


def retaken(spec: SoundSpec) -> SoundSpec:
    """Return the specification of another take of the same sound."""
    return replace(spec, seed=seed_of(spec.seed, "retake"))


def fault_of(sound: F32, spec: SoundSpec) -> float:
    """Return how faulty a sound is: 0 for not at all; of two faulty ones the lower is better."""
    kind = taxonomy().sound_class(spec.sound_class).kind
    if kind == "action":
        return max(0.0, attack_samples(sound) / LATE_SAMPLES - 1.0)
    if kind == "ambience":
        return max(0.0, deepest_hole_db(sound) / HOLE_DB - 1.0)
    return 0.0


def attack_samples(sound: F32) -> int:
    """Return the samples of a sound `(C, N)` before its attack is heard, to the millisecond."""
    heard = np.abs(sound[:, :_ATTACK_WITHIN]).max(axis=0)
    loud = np.flatnonzero(heard >= _ATTACK_SHARE * heard.max(initial=0.0))
    return int(loud[0]) // _CELL_SAMPLES * _CELL_SAMPLES if loud.size else 0


def deepest_hole_db(sound: F32) -> float:
    """Return by how many dB the softest tenth of a second of a bed lies under its median."""
    # Both edges are faded.
    powers = cell_powers(sound, STEP_SAMPLES)[1:-1]
    if len(powers) < 3:
        return 0.0
    return float(10 * np.log10((np.median(powers) + 1e-15) / (powers.min() + 1e-15)))
