"""Figures of generated sounds by arithmetic, beside those of recordings."""

from collections.abc import Mapping, Sequence

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_sound import (
    band_statistics,
    dc_offset_db,
    edge_click_db,
    high_db,
    hum_db,
    likeness,
    rise_time_ms,
)
from foley_core.evaluation.judge_examples import JudgeExamples
from foley_core.evaluation.judge_reference import Reference
from foley_core.ids import seed_of
from foley_core.types import F32

HAS_HIGH_DB = -40.0
"""A class has energy above 12 kHz if real recordings have more than this share of theirs there."""
_HALVINGS = 20
"""Random halves of the sources between which recordings are compared."""


def sound_figures(
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

    Real recordings are compared in halves of whole sources, drawn anew several times; both
    distances are means over classes. 1 is as near as recordings of other people are to one another.
    """
    rng = np.random.default_rng(seed_of(seed, "halves"))
    away, between = [], []
    for name, grids in made.items():
        real = held[name]
        away.append(_distance(grids, [e.grid for e in real]))
        sources = sorted({e.source for e in real})
        for _ in range(_HALVINGS):
            # Halves of sources: two takes by one person are more alike than those of two.
            half = set(rng.permutation(sources)[: len(sources) // 2])
            sides = [[e.grid for e in real if (e.source in half) is side] for side in (True, False)]
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
        if not training:
            continue
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
