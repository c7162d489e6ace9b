"""Quality of the embedded generator, measured against recordings that it never saw.

Sounds are generated once and looked at from all sides: by a judge (`evaluate_judge`) and by
arithmetic (`evaluate_sound`). What a figure is compared with stands beside it. Sounds are asked for
with the materials that the held-out recordings have, as a cue sheet would. Nobody listens: what
only an ear hears is not measured.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_controls import measured_controls
from foley_core.evaluation.evaluate_judge import (
    EXCERPTS,
    Accuracy,
    Example,
    Judge,
    JudgeExamples,
    comparable_classes,
    examples_of,
    family_of,
    mean_accuracy,
    noise_like,
    pieces_of,
)
from foley_core.evaluation.evaluate_sound import (
    band_statistics,
    dc_offset_db,
    edge_click_db,
    high_db,
    hum_db,
    likeness,
    rise_time_ms,
)
from foley_core.ids import seed_of
from foley_core.models.embedded.grid_denoiser import TILE_MOTION_STEPS
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.training.sound_corpus import (
    grid_at_level,
    read_recording,
    recordings,
    split_by_author,
    strokes_of,
)
from foley_core.types import F32, Progress

TAKES = 21
"""Sounds of a class that are judged; of a lasting sound several are pieces of one long one."""
INTENSITIES = (1.0, 0.8, 0.6)
"""Intensities that are asked for in turn."""
HAS_HIGH_DB = -40.0
"""A class has energy above 12 kHz if real recordings have more than this share of theirs there."""
FULL_MOTION = (255,) * TILE_MOTION_STEPS
"""Motion energy of a sustained sound that is judged: steady and full."""
_HALVINGS = 20
"""Random halves of the authors between which recordings are compared."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The recordings that generated sounds are compared with.

    Attributes:
        held: held-out examples of the classes that the judge can recognise.
        training: examples of the same classes that the generator learned from.
        real: the judge's accuracy on held-out recordings, by class.
        rises_ms: rise times of held-out strokes, by class of impacts.
    """

    held: JudgeExamples
    training: JudgeExamples
    real: Mapping[str, Accuracy]
    rises_ms: Mapping[str, Sequence[float]]


def read_reference(sounds: Path) -> Reference:
    """Read a corpus; it takes about a minute, so read it once for all tiers.

    Raises:
        ConfigError: `sounds` is not a corpus.
    """
    training_rows, held_rows = split_by_author(recordings(sounds))
    found = examples_of(held_rows)
    real = comparable_classes(found)
    heard = {kind for name in real for kind in taxonomy().sound_class(name).recordings}
    # Training examples of the same classes, for the baseline and for novelty.
    known = examples_of([row for row in training_rows if row.recorded_class in heard])
    rises: dict[str, list[float]] = defaultdict(list)
    for name in real:
        kinds = taxonomy().sound_class(name).recordings if family_of(name) == "impacts" else ()
        for row in (row for row in held_rows if row.recorded_class in kinds):
            rises[name] += map(rise_time_ms, strokes_of(row, read_recording(row.path)))
    return Reference(
        {name: found[name] for name in real}, {name: known[name] for name in real}, real, rises
    )


def evaluate_generator(
    generator: Generator, reference: Reference, seed: int, progress: Progress
) -> dict[str, float]:
    """Return the measured quality of a generator, as flat figures.

    Levels are in decibels, likeness is a cosine.

    Returns:
        Of the judge, for `textures`, `impacts` and `tonal`: `judge_relative_top1_…` and
        `…_top3_…`, the accuracy on generated sounds relative to that on real ones
        (`judge_real_accuracy_…`), and the same of noise through the average spectrum of the class
        (`…_baseline_noise`). Of the sound: `mel_distance_ratio`, `rise_time_error_ms`, energy above
        12 kHz, `dc_offset_db`, `hum_db`, `edge_click_db`, `novelty_generated_p95` beside
        `novelty_real_p95`. Of the controls: see `measured_controls`.
    """
    progress(0.0, "generating every class that the judge can recognise")
    takes = {name: _takes(generator, reference.held[name], name, seed) for name in reference.real}
    made = {
        name: [p for take in takes[name] for p in pieces_of(grid_at_level(take, 0.0), name)]
        for name in takes
    }
    progress(0.5, "judging the sounds")
    figures = _judged_figures(reference, made, seed)
    figures |= _sound_figures(reference, takes, made, seed)
    progress(0.6, "moving the controls")
    return figures | measured_controls(generator, list(takes), seed)


def _takes(generator: Generator, held: Sequence[Example], name: str, seed: int) -> list[F32]:
    """Return whole sounds of a class, on the materials of its held-out recordings in turn."""
    known = taxonomy().sound_class(name)
    materials = list(dict.fromkeys(e.material for e in held)) or [None]
    # Of a lasting sound several pieces are judged, so fewer whole ones make the same number.
    count = TAKES if known.kind == "action" else -(-TAKES // EXCERPTS)
    asked = [
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
    return [waveform[0] for waveform in generator.generate(asked)]


def _judged_figures(
    reference: Reference, made: Mapping[str, Sequence[F32]], seed: int
) -> dict[str, float]:
    """Return the figures of the judge, by family of sounds."""
    judge = Judge(reference.held)
    rng = np.random.default_rng(seed_of(seed, "noise"))
    # The baseline: how far does the right spectrum alone, without any course over time, get?
    noise = {
        name: noise_like([e.grid for e in reference.training[name]], TAKES, rng) for name in made
    }
    figures = {"judge_classes": float(len(made)), "judge_takes": float(TAKES)}
    points = []
    for family in ("textures", "impacts", "tonal"):
        names = [name for name in made if family_of(name) == family]
        if not names:
            continue
        real = mean_accuracy([reference.real[name] for name in names])
        generated = mean_accuracy([judge.accuracy(name, made[name]) for name in names])
        baseline = mean_accuracy([judge.accuracy(name, noise[name]) for name in names])
        figures |= {
            f"judge_classes_{family}": float(len(names)),
            f"judge_real_accuracy_{family}": real.first,
            f"judge_relative_top1_{family}": generated.first / max(real.first, 1e-6),
            f"judge_relative_top3_{family}": generated.third / max(real.third, 1e-6),
            f"judge_relative_top1_{family}_baseline_noise": baseline.first / max(real.first, 1e-6),
            f"judge_relative_top3_{family}_baseline_noise": baseline.third / max(real.third, 1e-6),
        }
        # Families count by their number of classes, so that the sum is a mean over all classes.
        points.append(generated.first * len(names))
    figures["judge_accuracy"] = sum(points) / max(1, len(made))
    return figures


def _sound_figures(
    reference: Reference,
    takes: Mapping[str, Sequence[F32]],
    made: Mapping[str, Sequence[F32]],
    seed: int,
) -> dict[str, float]:
    """Return the figures that arithmetic gives."""
    real = {name: [e.grid for e in reference.held[name]] for name in made}
    waveforms = [take for group in takes.values() for take in group]
    # A mains hum is only looked for in ambiences: a struck body may ring at 100 Hz.
    steady = [t for n in takes if taxonomy().sound_class(n).kind == "ambience" for t in takes[n]]
    figures = {
        "mel_distance_ratio": mel_distance_ratio(made, reference.held, seed),
        "dc_offset_db": float(np.max([dc_offset_db(w) for w in waveforms])),
        "edge_click_db": float(np.max([edge_click_db(w) for w in waveforms])),
    }
    if steady:
        figures["hum_db"] = float(np.median([hum_db(w) for w in steady]))
    # Medians: a recording that was cut badly must not decide.
    errors = [
        abs(float(np.median([rise_time_ms(w) for w in takes[n]]) - np.median(rises)))
        for n, rises in reference.rises_ms.items()
        if rises
    ]
    if errors:
        figures["rise_time_error_ms"] = float(np.mean(errors))
    # Only where real recordings have high energy can its lack be a fault.
    high = [n for n in real if np.mean([high_db(g) for g in real[n]]) > HAS_HIGH_DB]
    for key, sounds in (("generated", made), ("real", real)):
        if high:
            means = [np.mean([high_db(g) for g in sounds[n]]) for n in high]
            figures[f"above_12khz_db_{key}"] = float(np.mean(means))
    return figures | novelty(made, reference)


def mel_distance_ratio(made: Mapping[str, Sequence[F32]], held: JudgeExamples, seed: int) -> float:
    """Return the distance of mel statistics to real recordings, relative to that among these.

    Real recordings are compared in halves of whole authors, drawn anew several times; both
    distances are means over classes. 1 is as near as recordings of other people are to one another.
    """
    rng = np.random.default_rng(seed_of(seed, "halves"))
    away, between = [], []
    for name, grids in made.items():
        real = held[name]
        away.append(_distance(grids, [e.grid for e in real]))
        authors = sorted({e.author for e in real})
        for _ in range(_HALVINGS):
            # Halves of authors: two takes by one person are more alike than those of two.
            half = set(rng.permutation(authors)[: len(authors) // 2])
            sides = [[e.grid for e in real if (e.author in half) is side] for side in (True, False)]
            between.append(_distance(*sides))
    return float(np.mean(away) / max(float(np.mean(between)), 1e-6))


def novelty(made: Mapping[str, Sequence[F32]], reference: Reference) -> dict[str, float]:
    """Return how near sounds come to training sounds: a copy would have a likeness of 1.

    Returns:
        95th percentile of the likeness to the nearest training sound: of generated sounds, of
        held-out recordings, and among training recordings of different files.
    """
    generated, among, held_out = [], [], []
    for name, grids in made.items():
        training = reference.training[name]
        known = [e.grid for e in training]
        generated += list(likeness(grids, known).max(axis=1))
        held_out += list(likeness([e.grid for e in reference.held[name]], known).max(axis=1))
        # Pieces of one file are alike by nature; only others are compared.
        same = np.array([[a.file == b.file for b in training] for a in training])
        if not same.all():
            among += list(np.where(same, -1, likeness(known, known)).max(axis=1))
    figures = {
        "novelty_generated_p95": float(np.quantile(generated, 0.95)),
        "novelty_held_out_p95": float(np.quantile(held_out, 0.95)),
    }
    return figures | ({"novelty_real_p95": float(np.quantile(among, 0.95))} if among else {})


def _distance(first: Sequence[F32], second: Sequence[F32]) -> float:
    """Return the Euclidean distance of the mean band statistics of two groups of grids."""
    return float(np.linalg.norm(band_statistics(first) - band_statistics(second)))
