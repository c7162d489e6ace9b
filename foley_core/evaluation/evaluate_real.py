"""Figures of perception on real clips whose sound is known.

Onsets only: real clips come with the onsets of their true track, not with classes. All clips are
pooled, since each has few onsets; the interval is that of clips drawn anew (bootstrap). Beside the
figures stand a peak-picker on the fastest residual motion, and a random sheet of the true density:
what a model must beat to be worth its weights.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.media.decode import pictures
from foley_core.media.probe import probe
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import SAMPLES_PER_STEP, motion_steps
from foley_core.training.onset_scores import OnsetScore, picked_peaks, random_onsets
from foley_core.vision.motion import step_motions

TOLERANCES_S = (0.05, 0.1)
"""Distances at which a found onset counts as right, seconds."""
RANDOM_SHEETS = 20
RESAMPLES = 400
"""Draws of the bootstrap."""


@dataclass(frozen=True, slots=True)
class RealClip:
    """The onsets of one clip: true ones, and those found by each method.

    Attributes:
        seconds: length.
        true_s, found_s, peaks_s: of the true track, of perception, of the peak-picker, seconds.
        continuous: whether it sounds all the time, so that it has no true onsets.
    """

    name: str
    seconds: float
    true_s: list[float]
    found_s: list[float]
    peaks_s: list[float]
    continuous: bool


def read_clips(table: Path, perception: Perception) -> list[RealClip]:
    """Read every clip of a table that lists strong onsets, and those of continuous sound.

    Args:
        table: CSV with columns `clip_id`, `file` (relative to the table), `has_audio`,
            `strong_onsets_s` (seconds, separated by semicolons; empty with sound: continuous).

    Raises:
        ConfigError: the table cannot be read.
        DecodeError: a clip cannot be read.
    """
    try:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        listed = [
            (row["clip_id"], row["file"], row["strong_onsets_s"], row["has_audio"].lower())
            for row in rows
        ]
        onsets = {name: [float(t) for t in text.split(";") if t] for name, _, text, _ in listed}
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise ConfigError(f"table {table} cannot be read: {error!r}") from error
    return [
        _read_clip(name, table.parent / file, onsets[name], perception)
        for name, file, _, sounds in listed
        if onsets[name] or sounds in ("1", "true", "yes")
    ]


def evaluate_real(clips: list[RealClip], seed: int = 0) -> dict[str, float]:
    """Return figures of perception and of the baselines over all clips.

    Returns:
        `real_onset_f1_100ms` with the ends of its 90 % interval `_low` and `_high`, and those of
        `_peak_picker` and `_random`; the same at 50 ms without interval; `real_onset_bias_ms` of
        the pairs within ±100 ms; `real_false_cues_per_minute` on clips of continuous sound.
    """
    rng = np.random.default_rng(seed)
    struck = [clip for clip in clips if not clip.continuous]
    figures: dict[str, float] = {}
    for tolerance_s in TOLERANCES_S:
        name = f"real_onset_f1_{round(1000 * tolerance_s)}ms"
        random = [pooled(_random_sheet(rng, struck), tolerance_s).f1 for _ in range(RANDOM_SHEETS)]
        figures[name] = pooled([(c.found_s, c.true_s) for c in struck], tolerance_s).f1
        figures[f"{name}_peak_picker"] = pooled(
            [(c.peaks_s, c.true_s) for c in struck], tolerance_s
        ).f1
        figures[f"{name}_random"] = float(np.mean(random))
    low, high = _interval(rng, struck)
    figures |= {"real_onset_f1_100ms_low": low, "real_onset_f1_100ms_high": high}
    errors_s = pooled([(c.found_s, c.true_s) for c in struck], TOLERANCES_S[1]).errors_s
    figures["real_onset_bias_ms"] = 1000.0 * float(np.mean(errors_s)) if errors_s else 0.0
    lasting = [clip for clip in clips if clip.continuous]
    if lasting:
        # In a sound that never pauses nobody can say which onset is right, so all that is found is
        # counted as false.
        minutes = sum(clip.seconds for clip in lasting) / 60.0
        figures["real_false_cues_per_minute"] = sum(len(c.found_s) for c in lasting) / minutes
    return figures


def pooled(sheets: list[tuple[list[float], list[float]]], tolerance_s: float) -> OnsetScore:
    """Return found and true onsets of several clips as one score."""
    score = OnsetScore(tolerance_s)
    for found_s, true_s in sheets:
        score.add(found_s, true_s)
    return score


def _interval(rng: np.random.Generator, clips: list[RealClip]) -> tuple[float, float]:
    """Return the 5th and 95th percentile of F1 at ±100 ms over clips drawn with replacement."""
    values = []
    for _ in range(RESAMPLES):
        # Whole clips are drawn, not onsets: onsets of one clip stand or fall together.
        drawn = [clips[int(i)] for i in rng.integers(len(clips), size=len(clips))]
        values.append(pooled([(c.found_s, c.true_s) for c in drawn], TOLERANCES_S[1]).f1)
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)


def _random_sheet(
    rng: np.random.Generator, clips: list[RealClip]
) -> list[tuple[list[float], list[float]]]:
    """Return random onsets beside the true ones of each clip, as many as there are."""
    return [(random_onsets(rng, len(c.true_s), c.seconds), c.true_s) for c in clips]


def _read_clip(name: str, path: Path, true_s: list[float], perception: Perception) -> RealClip:
    """Read one clip with every method."""
    with path.open("rb") as file:
        info = probe(file, name)
        file.seek(0)
        steps = motion_steps(info.duration_s)
        seen = list(pictures(file, name, info, 0, steps))
    sheet = perception.detect([perception.encode(seen, 0, steps)], steps * SAMPLES_PER_STEP)
    # Lasting sounds begin gradually; the table lists strong onsets.
    short = {c.name for c in taxonomy().of_kind("action")}
    found_s = [c.onset_s for c in sheet.cues if c.sound_class in short]
    maps = np.stack([m.maps for m in step_motions((p.gray, p.time_s) for p in seen)])
    return RealClip(
        name=name,
        seconds=float(info.duration_s),
        true_s=true_s,
        found_s=found_s,
        peaks_s=picked_peaks(maps),
        continuous=not true_s,
    )
