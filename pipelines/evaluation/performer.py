"""Lets an evaluation ask a generator for takes."""

from collections.abc import Sequence

from foley_core.evaluation.takes import Perform, TakeSpec
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.types import F32


def performer(generator: Generator) -> Perform:
    """What the evaluation of a generator is given: takes to waveforms `(C, N)`."""

    def perform(takes: Sequence[TakeSpec]) -> list[F32]:
        return generator.generate([_performance(generator, take) for take in takes])

    return perform


def _performance(generator: Generator, take: TakeSpec) -> SoundSpec:
    """The longest performance of a class."""
    return SoundSpec(
        sound_class=take.sound_class,
        material=take.material,
        samples=generator.longest_samples(take.sound_class),
        intensity=take.intensity,
        style=take.style,
        activity=take.activity,
        channels=take.channels,
        seed=take.seed,
    )
