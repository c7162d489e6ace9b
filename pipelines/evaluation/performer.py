"""Lets an evaluation ask a generator for takes."""

from collections.abc import Sequence

from foley_core.evaluation.takes import Asked, Perform
from foley_core.models.protocol import Generator, Performance
from foley_core.types import F32


def performer(generator: Generator) -> Perform:
    """What the evaluation of a generator is given: takes to waveforms `(C, N)`."""

    def perform(takes: Sequence[Asked]) -> list[F32]:
        return generator.perform([_performance(generator, take) for take in takes])

    return perform


def _performance(generator: Generator, take: Asked) -> Performance:
    """The longest performance of a class."""
    return Performance(
        sound_class=take.sound_class,
        material=take.material,
        samples=generator.longest_samples(take.sound_class),
        intensity=take.intensity,
        style=take.style,
        activity=take.activity,
        channels=take.channels,
        seed=take.seed,
    )
