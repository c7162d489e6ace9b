"""Measures of how well a generator obeys: styles, motion, seeds, and beds of any length.

A control is judged by the rank correlation (Spearman) of its slider with what it should change,
one seed at a time, so that nothing but the slider differs.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import spearmanr

from foley_core.audio.waveform import envelope
from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.evaluate_sound import (
    attack_time_ms,
    centroid_hz,
    decay_time_ms,
    loop_correlation,
    seam_db,
)
from foley_core.ids import seed_of
from foley_core.models.embedded.grid_denoiser import TILE_MOTION_STEPS
from foley_core.models.protocol import Generator, SoundSpec
from foley_core.timebase import SAMPLE_RATE, SAMPLES_PER_STEP
from foley_core.types import F32, F64

SLIDER = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
"""Values of a style that are tried."""
SEEDS = 2
BED_CLASSES, BED_S = ("rain", "room"), 120
BED_OVERLAP_SAMPLES = SAMPLE_RATE // 2
"""Samples over which two tiles of a bed are cross-faded, as stems do."""
STYLED_CLASSES = ("strike", "drop", "door_close", "chop")
"""Impacts whose style is moved: they have an attack, a decay and a pitch, so every style has
something to change in them."""
MOVED_CLASSES = ("slide", "pour", "engine")
"""Sustained classes whose level must follow motion."""
_PLAIN = Style()
_KNOT_STEPS = 12
"""Motion steps between two knots of a curve: half a second."""
_MOTION_RANGE_DB = 50.0
"""Levels further below the loudest moment count as silence."""

_CORRELATES: dict[str, tuple[Callable[[F32], float], float]] = {
    "brightness": (centroid_hz, 1.0),
    "hardness": (attack_time_ms, -1.0),
    "wetness": (decay_time_ms, 1.0),
    "size": (centroid_hz, -1.0),
}
"""The measure that a style changes, and the direction in which it changes it."""


def measured_controls(generator: Generator, seed: int) -> dict[str, float]:
    """Return the figures of all controls.

    Returns:
        `style_…_spearman`, `deterministic`, `other_seed_differs`, `activity_correlation`,
        `ambience_loop_correlation` and `ambience_seam_db`.
    """
    figures = {
        f"style_{style}_spearman": style_correlation(generator, style, STYLED_CLASSES, seed)
        for style in _CORRELATES
    }
    figures |= repeated(generator, STYLED_CLASSES, seed)
    figures["activity_correlation"] = activity_correlation(generator, seed)
    return figures | measured_beds(generator, seed)


def longest_sound(
    generator: Generator,
    sound_class: str,
    seed: int,
    style: Style = _PLAIN,
    activity: tuple[int, ...] = (),
    intensity: float = 1.0,
) -> SoundSpec:
    """Return the request of the longest sound of a class, of the class's first material."""
    return SoundSpec(
        sound_class=sound_class,
        material=next(iter(taxonomy().sound_class(sound_class).materials), None),
        samples=generator.longest_samples(sound_class),
        intensity=intensity,
        style=style,
        activity=activity,
        channels=1,
        seed=seed,
    )


def style_correlation(generator: Generator, style: str, names: Sequence[str], seed: int) -> float:
    """Return the mean rank correlation of a style's slider with its measured correlate, -1..1.

    1 means that the measure always changes in the direction that the style promises.
    """
    measure, direction = _CORRELATES[style]
    rows = [(name, seed_of(seed, style, name, number)) for name in names for number in range(SEEDS)]
    asked = [
        longest_sound(generator, name, own_seed, style=Style(**{style: value}))
        for name, own_seed in rows
        for value in SLIDER
    ]
    measured = np.array([measure(waveform[0]) for waveform in generator.generate(asked)])
    return float(
        np.mean([_ranked(direction * row) for row in measured.reshape(len(rows), len(SLIDER))])
    )


def repeated(generator: Generator, names: Sequence[str], seed: int) -> dict[str, float]:
    """Return whether a sound is the same alone and in a batch, and another with another seed.

    Returns:
        `deterministic` and `other_seed_differs`, 1 if that holds for all sounds, else 0.
    """
    # Two seeds for each class, next to one another.
    takes = [
        longest_sound(generator, name, seed_of(seed, "again", name, number))
        for name in names
        for number in range(2)
    ]
    together = generator.generate(takes)
    alone = [generator.generate([take])[0] for take in takes]
    same = [np.array_equal(a, b) for a, b in zip(together, alone, strict=True)]
    differ = [not np.array_equal(a, b) for a, b in zip(together[::2], together[1::2], strict=True)]
    return {"deterministic": float(all(same)), "other_seed_differs": float(all(differ))}


def activity_correlation(generator: Generator, seed: int) -> float:
    """Return the mean correlation of the level of sustained sounds with their given motion."""
    rng = np.random.default_rng(seed_of(seed, "activity"))
    curves = [_bursts(rng) for _ in MOVED_CLASSES]
    asked = [
        longest_sound(generator, name, seed_of(seed, name), activity=_as_bytes(curve))
        for name, curve in zip(MOVED_CLASSES, curves, strict=True)
    ]
    values = []
    for waveform, curve in zip(generator.generate(asked), curves, strict=True):
        # One level for each of the 25 motion steps a second.
        power = np.square(waveform[0, : TILE_MOTION_STEPS * SAMPLES_PER_STEP].astype(np.float64))
        # 1e-10 (-100 dB) keeps the logarithm of digital silence finite.
        level = 10 * np.log10(power.reshape(TILE_MOTION_STEPS, -1).mean(axis=1) + 1e-10)
        audible = np.maximum(level, level.max() - _MOTION_RANGE_DB)
        values.append(np.corrcoef(audible, curve)[0, 1])
    return float(np.mean(values))


def measured_beds(generator: Generator, seed: int) -> dict[str, float]:
    """Return the worse of two long beds: `ambience_loop_correlation`, `ambience_seam_db`."""
    loops, seams = [], []
    for name in BED_CLASSES:
        bed, joints = bed_of(generator, name, BED_S * SAMPLE_RATE, seed)
        loops.append(loop_correlation(bed))
        seams.append(seam_db(bed, joints))
    return {"ambience_loop_correlation": max(loops), "ambience_seam_db": max(seams)}


def bed_of(generator: Generator, name: str, samples: int, seed: int) -> tuple[F32, list[int]]:
    """Return a bed of tiles that are joined as stems are, and the samples at which they join.

    Args:
        samples: least length of the bed `(N,)`.
    """
    tiles: list[F32] = []
    length = 0
    while length < samples:
        asked = longest_sound(generator, name, seed_of(seed, "bed", name, len(tiles)))
        tiles.append(generator.generate([asked])[0][0])
        length += len(tiles[-1]) - BED_OVERLAP_SAMPLES
    # Tiles of one class are equally long, so they stand at equal distances.
    hop = len(tiles[0]) - BED_OVERLAP_SAMPLES
    bed = np.zeros(hop * len(tiles) + BED_OVERLAP_SAMPLES, np.float32)
    for number, tile in enumerate(tiles):
        fades = (BED_OVERLAP_SAMPLES if number else 0, BED_OVERLAP_SAMPLES)
        faded = tile * envelope(0, len(tile), len(tile), *fades)
        bed[number * hop : number * hop + len(tile)] += faded.astype(np.float32)
    joints = [number * hop + BED_OVERLAP_SAMPLES // 2 for number in range(1, len(tiles))]
    return bed[: hop * len(tiles)], joints


def _ranked(values: F64) -> float:
    """Return the rank correlation with the slider; 0 where nothing changes."""
    return 0.0 if np.ptp(values) == 0 else float(spearmanr(SLIDER, values).statistic)


def _bursts(rng: np.random.Generator) -> F64:
    """Return motion `(TILE_MOTION_STEPS,)`, 0..1, that comes and goes as a hand's does."""
    count = TILE_MOTION_STEPS // _KNOT_STEPS + 2
    # Three of ten knots are rest: a sound must stop with the hand, not only become softer.
    knots = rng.random(count) * (rng.random(count) > 0.3)
    curve = np.interp(
        np.linspace(0, len(knots) - 1, TILE_MOTION_STEPS), np.arange(len(knots)), knots
    )
    return np.asarray(curve / max(float(curve.max()), 1e-3), np.float64)


def _as_bytes(curve: F64) -> tuple[int, ...]:
    """Return motion energy 0..255, as cues carry it."""
    return tuple(round(255 * float(value)) for value in curve)
