"""Quality of the embedded generator, measured against recordings that it never saw.

Sounds are generated once and looked at from all sides: by a judge (`evaluate_judge`) and by
arithmetic (`evaluate_sound`). What a figure is compared with stands beside it. Sounds are asked for
with the materials that the held-out recordings have, as a cue sheet would; instruments are played
by their synthesisers, as in a track. Nobody listens: what only an ear hears is not measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_controls import measured_controls
from foley_core.evaluation.evaluate_judge import Accuracy, mean_accuracy
from foley_core.evaluation.evaluate_spread import spread_ratio
from foley_core.evaluation.generated_sound import sound_figures
from foley_core.evaluation.judge_examples import (
    EXCERPTS,
    FAMILIES,
    Example,
    SoundFamily,
    family_of,
    noise_like,
    pieces_of,
)
from foley_core.evaluation.judge_reference import Reference
from foley_core.ids import seed_of
from foley_core.models.embedded.grid_denoiser import TILE_MOTION_STEPS
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.music.played_instruments import is_played
from foley_core.music.played_sound import played_sound
from foley_core.training.sound_corpus import grid_at_level
from foley_core.types import F32, Progress

TAKES = 12
"""Sounds of a class that are judged; of a lasting sound several are pieces of one long one."""
NOISES = 4
"""Noises of a class, as a baseline; they hardly differ."""
INTENSITIES = (1.0, 0.8, 0.6)
"""Intensities that are asked for in turn."""
FULL_MOTION = (255,) * TILE_MOTION_STEPS
"""Motion energy of a sustained sound that is judged: steady and full."""
_CLASSES_AT_ONCE = 8
"""Classes whose sounds are asked for together; progress is told between them."""


@dataclass(frozen=True, slots=True)
class JudgedClass:
    """A class that was judged: its examples, what was generated, and how often each is told.

    Attributes:
        held: held-out examples.
        made: grids of generated sounds `(T, ROWS)`.
        real, generated: the judge's accuracy on both.
    """

    name: str
    family: SoundFamily
    held: Sequence[Example]
    made: Sequence[F32]
    real: Accuracy
    generated: Accuracy


@dataclass(frozen=True, slots=True)
class JudgedGenerator:
    """All figures of a generator, flat, and the classes that were judged, by name."""

    figures: dict[str, float]
    classes: list[JudgedClass]


def evaluate_generator(
    generator: Generator, reference: Reference, seed: int, progress: Progress
) -> JudgedGenerator:
    """Return the measured quality of a generator.

    Levels are in decibels, likeness is a cosine.

    Returns:
        Figures of the judge, for each family of sounds: `judge_relative_top1_…` and `…_top3_…`, the
        accuracy on generated sounds relative to that on real ones (`judge_real_accuracy_…`), and
        the same of noise through the average spectrum of the class (`…_baseline_noise`). Of the
        sound: `mel_distance_ratio`, `rise_time_error_ms`, energy above 12 kHz, `dc_offset_db`,
        `hum_db`, `edge_click_db`, `novelty_generated_p95` beside `novelty_real_p95`. Of the
        controls: see `measured_controls`. Of takes of one thing: `spread_ratio`.
    """
    takes = _all_takes(generator, reference, seed, lambda share, text: progress(0.6 * share, text))
    made = {
        name: [p for take in takes[name] for p in pieces_of(grid_at_level(take, 0.0), name)]
        for name in takes
    }
    progress(0.6, "judging the sounds")
    classes = [_judged(name, reference, made[name]) for name in sorted(made)]
    figures = _judged_figures(classes, reference, seed) | sound_figures(
        reference, takes, made, seed
    )
    progress(0.65, "moving the controls")
    figures |= measured_controls(generator, seed)
    progress(0.95, "hitting one thing, and another")
    figures["take_spread_ratio"] = spread_ratio(generator, seed)
    return JudgedGenerator(figures, classes)


def _all_takes(
    generator: Generator, reference: Reference, seed: int, progress: Progress
) -> dict[str, list[F32]]:
    """Return whole sounds of every class that is judged."""
    names, takes = list(reference.jury.classes), dict[str, list[F32]]()
    for first in range(0, len(names), _CLASSES_AT_ONCE):
        some = names[first : first + _CLASSES_AT_ONCE]
        progress(first / len(names), f"generating {some[0]} and others")
        asked = {name: _asked(generator, reference.held[name], name, seed) for name in some}
        generated = [name for name in some if not is_played(name)]
        made = iter(generator.generate([spec for name in generated for spec in asked[name]]))
        for name in some:
            played = is_played(name)
            takes[name] = [(_played(s) if played else next(made))[0] for s in asked[name]]
    return takes


def _played(spec: SoundSpec) -> F32:
    """Return an instrument `(1, N)` as a track has it: no network performs it."""
    return played_sound(spec.sound_class, spec.samples, spec.intensity, spec.seed, spec.material)


def _asked(generator: Generator, held: Sequence[Example], name: str, seed: int) -> list[SoundSpec]:
    """Return takes of a class, on the materials of its held-out recordings in turn."""
    known = taxonomy().sound_class(name)
    materials = [*dict.fromkeys(e.material for e in held)]
    if is_played(name):
        # The names of recordings tell no material; of woodwinds it tells the instrument.
        materials = [*known.materials]
    # Of a lasting sound several pieces are judged, so fewer whole ones make the same number.
    count = TAKES if known.kind == "action" else -(-TAKES // EXCERPTS)
    return [
        SoundSpec(
            sound_class=name,
            material=material,
            samples=generator.longest_samples(name),
            intensity=INTENSITIES[take % len(INTENSITIES)],
            style=Style(),
            activity=FULL_MOTION if known.kind == "sustained" else (),
            channels=1,
            seed=seed_of(seed, "take", name, take),
        )
        for take, material in enumerate(islice(cycle(materials), count))
    ]


def _judged(name: str, reference: Reference, made: Sequence[F32]) -> JudgedClass:
    jury = reference.jury
    return JudgedClass(
        name,
        family_of(name),
        reference.held[name],
        made,
        jury.real[name],
        jury.accuracy(name, made),
    )


def _judged_figures(
    classes: Sequence[JudgedClass], reference: Reference, seed: int
) -> dict[str, float]:
    """Return the figures of the judge, by family of sounds."""
    rng = np.random.default_rng(seed_of(seed, "noise"))
    figures = {
        "judge_classes": float(len(classes)),
        "judge_classes_left_out": float(len(reference.left_out)),
        "judge_takes": float(TAKES),
        "judge_accuracy": mean_accuracy([known.generated for known in classes]).first,
        "judge_real_accuracy": mean_accuracy([known.real for known in classes]).first,
    }
    for family in FAMILIES:
        members = [known for known in classes if known.family == family]
        if members:
            figures |= _family_figures(family, members, reference, rng)
    return figures


def _family_figures(
    family: SoundFamily,
    members: Sequence[JudgedClass],
    reference: Reference,
    rng: np.random.Generator,
) -> dict[str, float]:
    # The baseline: how far does the right spectrum alone, without any course over time, get?
    noise = [
        reference.jury.accuracy(
            one.name, noise_like([e.grid for e in reference.training[one.name]], NOISES, rng)
        )
        for one in members
        if reference.training[one.name]
    ]
    real = mean_accuracy([one.real for one in members])
    figures = {
        f"judge_classes_{family}": float(len(members)),
        f"judge_real_accuracy_{family}": real.first,
    }
    compared = {"": [one.generated for one in members], "_baseline_noise": noise}
    for end, accuracies in compared.items():
        mean = mean_accuracy(accuracies)
        figures[f"judge_relative_top1_{family}{end}"] = mean.first / max(real.first, 1e-6)
        figures[f"judge_relative_top3_{family}{end}"] = mean.third / max(real.third, 1e-6)
    return figures
