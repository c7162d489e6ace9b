"""How well perception hears with its eyes on real clips whose sound is known.

Onsets only: real clips come with the onsets of their true track, not with classes. All clips are
pooled, since each has few onsets. Beside the figures stand a peak-picker on the fastest residual
motion, and a random sheet of the true density: what a model must beat to be worth its weights.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foley_core.errors import ConfigError
from foley_core.media.decode import StepPicture, pictures
from foley_core.media.probe import probe
from foley_core.models.embedded.detection import onset_peaks
from foley_core.models.embedded.perception import Perception
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP, motion_steps
from foley_core.types import F32
from foley_core.vision.motion import step_motions
from foley_core.world.evaluate_perception import f1, match

TOLERANCES_S = (0.05, 0.1)
_PEAK_LEVEL = 0.45
_BEFORE = 3


@dataclass(frozen=True, slots=True)
class RealClip:
    """Onsets in seconds of one clip: true ones, and those found by each method."""

    name: str
    seconds: float
    true_s: list[float]
    found_s: list[float]
    peaks_s: list[float]


def read_clips(table: Path, perception: Perception) -> list[RealClip]:
    """Every clip of a table that lists strong onsets.

    Args:
        table: CSV with columns `clip_id`, `file` (relative to the table), `strong_onsets_s`
            (seconds, separated by semicolons).

    Raises:
        ConfigError: the table cannot be read.
        DecodeError: a clip cannot be read.
    """
    try:
        rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
        listed = [(row["clip_id"], row["file"], row["strong_onsets_s"]) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError) as error:
        raise ConfigError(f"table {table} cannot be read: {error!r}") from error
    return [
        _read_clip(name, table.parent / file, [float(t) for t in onsets.split(";")], perception)
        for name, file, onsets in listed
        if onsets
    ]


def pooled_figures(clips: list[RealClip], seed: int = 0) -> dict[str, float]:
    """F1 at ±50 and ±100 ms of perception, the peak-picker and a random sheet, over all clips."""
    rng = np.random.default_rng(seed)
    random = [sorted(rng.uniform(0, clip.seconds, len(clip.true_s)).tolist()) for clip in clips]
    methods = {
        "perception": [clip.found_s for clip in clips],
        "peak_picker": [clip.peaks_s for clip in clips],
        "random": random,
    }
    figures = {}
    for method, found in methods.items():
        for tolerance_s in TOLERANCES_S:
            pairs = sum(
                match(one, clip.true_s, tolerance_s) for one, clip in zip(found, clips, strict=True)
            )
            true = sum(len(clip.true_s) for clip in clips)
            figures[f"{method}_f1_{round(1000 * tolerance_s)}ms"] = f1(
                pairs, sum(map(len, found)), true
            )
    return figures


def picked_peaks(seen: list[StepPicture]) -> list[float]:
    """The baseline: seconds of the peaks of the fastest residual motion, less its recent mean."""
    speeds: F32 = np.array(
        [
            np.quantile(moved.maps[4] / 127.0, 0.98)
            for moved in step_motions((picture.gray, picture.time_s) for picture in seen)
        ],
        np.float32,
    )
    padded = np.pad(speeds, (_BEFORE, 0), mode="edge")
    recent = np.convolve(padded, np.ones(_BEFORE) / _BEFORE, mode="valid")[: len(speeds)]
    rises = (speeds - recent).astype(np.float32)
    threshold = _PEAK_LEVEL * float(rises.max(initial=0.0))
    steps = onset_peaks(rises, np.ones(len(rises), np.uint8), max(threshold, 0.05))
    return [step / MOTION_RATE for step in steps]


def _read_clip(name: str, path: Path, true_s: list[float], perception: Perception) -> RealClip:
    with path.open("rb") as file:
        info = probe(file, name)
        file.seek(0)
        steps = motion_steps(info.duration_s)
        seen = list(pictures(file, name, info, 0, steps))
    sheet = perception.detect([perception.encode(seen, 0, steps)], steps * SAMPLES_PER_STEP)
    sustained = [c.onset_s for c in sheet.cues if c.kind == "action"]
    return RealClip(name, float(info.duration_s), true_s, sustained, picked_peaks(seen))
