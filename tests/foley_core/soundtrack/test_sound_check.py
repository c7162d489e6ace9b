"""Faulty sounds are generated once more: late attacks, holes, silence; the same each time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import FunctionGenerator, store_stems

from foley_core.cues.sheet import Cue, CueSheet, Style
from foley_core.errors import GenerationError
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.sound_check import (
    attack_samples,
    checked_sounds,
    deepest_hole_db,
    fault_of,
    retaken,
)
from foley_core.soundtrack.stems import plan_stems
from foley_core.soundtrack.stored_stems import StemReader
from foley_core.storage.store import Storage
from foley_core.types import F32

SECOND = 48_000
HIT = SoundSpec("tap", "wood", 61_440, 0.7, Style(), (), 1, seed=5)
BED = SoundSpec("wind", None, 5 * SECOND, 0.7, Style(), (), 2, seed=5)


def hit(late_s: float = 0.0) -> F32:
    sound = np.zeros((1, HIT.samples), np.float32)
    begin = round(late_s * SECOND)
    sound[0, begin:] = 0.5 * np.exp(-np.arange(HIT.samples - begin) / 3000)
    return sound


def bed(hole_db: float = 0.0) -> F32:
    sound = np.random.default_rng(2).normal(0, 0.05, (2, BED.samples)).astype(np.float32)
    sound[:, SECOND : SECOND * 5 // 4] *= 10 ** (-hole_db / 20)
    return sound


def performing(faulty: F32 | None, good: F32) -> FunctionGenerator:
    """A generator whose first take of everything is faulty."""

    def generate(specs: Sequence[SoundSpec]) -> list[F32]:
        first = [one.seed == HIT.seed for one in specs]
        if faulty is None and any(first):
            raise GenerationError("came out silent")
        return [faulty if one and faulty is not None else good for one in first]

    return FunctionGenerator(generate)


def test_an_attack_is_timed_to_the_millisecond() -> None:
    assert attack_samples(hit()) == 0
    assert attack_samples(hit(0.025)) == 25 * 48
    assert (fault_of(hit(0.009), HIT), fault_of(hit(0.03), HIT)) == (0.0, pytest.approx(2.0))


def test_a_hole_in_a_bed_is_a_fault_and_life_is_none() -> None:
    assert deepest_hole_db(bed(40)) > 30
    assert (fault_of(bed(), BED), fault_of(bed(15), BED)) == (0.0, 0.0)
    assert fault_of(bed(40), BED) > 0


@pytest.mark.parametrize(
    ("spec", "faulty", "good"),
    [(HIT, hit(0.05), hit()), (BED, bed(40), bed()), (HIT, None, hit())],
    ids=["late", "hole", "silent"],
)
def test_a_faulty_sound_is_another_take(spec: SoundSpec, faulty: F32 | None, good: F32) -> None:
    made = checked_sounds([spec], performing(faulty, good))
    assert [one.retaken for one in made] == [True]
    assert np.array_equal(made[0].waveform, good)


def test_what_no_take_mends_stays_as_it_first_was() -> None:
    made = checked_sounds([HIT], performing(hit(0.03), hit(0.05)))
    assert [one.retaken for one in made] == [False]
    assert attack_samples(made[0].waveform) == 30 * 48


def test_of_a_batch_only_what_is_at_fault_is_generated_again() -> None:
    asked: list[int] = []
    well = SoundSpec("tap", "wood", 61_440, 0.7, Style(), (), 1, seed=6)

    def generate(specs: Sequence[SoundSpec]) -> list[F32]:
        asked.extend(one.seed for one in specs)
        return [hit(0.05 if one.seed == HIT.seed else 0.0) for one in specs]

    made = checked_sounds([HIT, well], FunctionGenerator(generate))
    assert [one.retaken for one in made] == [True, False]
    assert asked == [HIT.seed, well.seed, retaken(HIT).seed]


def test_a_late_sound_whose_other_take_is_silent_stays_as_it_was() -> None:
    very_late = SoundSpec("tap", "wood", 61_440, 0.7, Style(), (), 1, seed=6)

    def generate(specs: Sequence[SoundSpec]) -> list[F32]:
        if retaken(HIT) in specs:
            raise GenerationError("came out silent")
        first = [one.seed in (HIT.seed, very_late.seed) for one in specs]
        return [hit(0.05) if one else hit() for one in first]

    made = checked_sounds([HIT, very_late], FunctionGenerator(generate))
    assert [one.retaken for one in made] == [False, True]
    assert [attack_samples(one.waveform) for one in made] == [50 * 48, 0]


def test_silence_in_both_takes_is_an_error() -> None:
    def generate(specs: Sequence[SoundSpec]) -> list[F32]:
        raise GenerationError("came out silent")

    with pytest.raises(GenerationError, match="silent"):
        checked_sounds([HIT, BED], FunctionGenerator(generate))


def test_a_stem_says_how_many_of_its_sounds_are_other_takes(tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    cues = [Cue("action", "tap", "wood", at * SECOND, at * SECOND + 5) for at in (0, 2, 4)]
    sheet = CueSheet(6 * SECOND, ()).with_cues(cues)
    first: set[int] = set()

    def generate(specs: Sequence[SoundSpec]) -> list[F32]:
        late = not first
        first.update(one.seed for one in specs)
        return [hit(0.05 if late and number else 0.0) for number in range(len(specs))]

    generator = FunctionGenerator(generate)
    (plan,) = plan_stems(sheet, np.zeros(150, np.uint8), 1, generator)
    store_stems(store, [plan], generator)
    stems = StemReader(store)
    for _ in range(2):
        stems(plan.key(generator.identity))
    assert stems.retakes == 2
