"""Spectrograms for the report: what the style sliders do.

Eyes are no judge of sound, but they see at once what figures hide: a missing band, a soft attack, a
hum, every take alike.
"""

from pathlib import Path
from typing import Any, cast

import numpy as np
from matplotlib.figure import Figure
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from foley_core.cues.sheet import Style
from foley_core.cues.taxonomy import SoundClass, taxonomy
from foley_core.evaluation.evaluate_controls import longest_sound
from foley_core.ids import seed_of
from foley_core.models.protocol import Generator
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Tier
from pipelines.evaluation.pictures import saved
from pipelines.evaluation.report import Picture

_ACTION_SAMPLES, _LASTING_SAMPLES = SAMPLE_RATE, 3 * SAMPLE_RATE
_WINDOW, _HOP = 1024, 256
_BANDS = 96
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 22_000.0
RANGE_DB = 70.0
_SWEEPS = (
    ("brightness", "strike"), ("brightness", "footstep_walk"), ("brightness", "rain"),
    ("hardness", "strike"), ("wetness", "strike"), ("size", "strike"),
)  # fmt: skip
_SLIDER = (-1.0, -0.5, 0.0, 0.5, 1.0)


def style_sweeps(generator: Generator, seed: int, out: Path, tier: Tier = "full") -> Picture:
    """One seed, one slider from −1 to +1 along each row."""
    figure = Figure(figsize=(11, 0.6 + 1.3 * len(_SWEEPS)), layout="constrained")
    grid = figure.subplots(len(_SWEEPS), len(_SLIDER), squeeze=False)
    for (name, sound_class), row in zip(_SWEEPS, grid, strict=True):
        samples = _samples_of(taxonomy().sound_class(sound_class))
        for value, axes in zip(_SLIDER, row, strict=True):
            waveform = _take(generator, sound_class, seed, Style(**{name: value}), 0)
            _spectrogram(axes, waveform, samples, f"{name} {value:+.1f}")
        row[0].set_ylabel(sound_class, fontsize=8)
    caption = f"One take of the {tier} tier, one slider moved along each row."
    return saved(figure, _path(out, "style_sweeps", tier), caption)


def log_spectrogram(waveform: F32) -> F64:
    """Decibels below its own maximum `(bands, T)`: 96 bands from 40 Hz to 22 kHz, 5.3 ms a step."""
    transform = ShortTimeFFT(hann(_WINDOW), _HOP, SAMPLE_RATE)
    power = np.square(np.abs(transform.stft(waveform.astype(np.float64))))
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1) * _WINDOW / SAMPLE_RATE
    total = np.vstack([np.zeros(power.shape[1]), np.cumsum(power, axis=0)])
    bins = np.arange(len(total))
    below = np.stack([np.interp(edges, bins, column) for column in total.T], axis=1)
    bands = np.diff(below, axis=0) / np.diff(edges)[:, None]
    levels: F64 = 10 * np.log10(bands + 1e-12)
    return cast(F64, np.maximum(levels - levels.max(), -RANGE_DB))


def _path(out: Path, name: str, tier: Tier) -> Path:
    return out / (f"{name}.png" if tier == "full" else f"{tier}_{name}.png")


def _samples_of(known: SoundClass) -> int:
    return _ACTION_SAMPLES if known.kind == "action" else _LASTING_SAMPLES


def _take(generator: Generator, sound_class: str, seed: int, style: Style, take: int) -> F32:
    own_seed = seed_of("evaluation", seed, sound_class, take)
    asked = longest_sound(generator, sound_class, own_seed, style, intensity=0.7)
    return cast(F32, generator.generate([asked])[0][0])


def _spectrogram(axes: Any, waveform: F32, samples: int, title: str) -> None:
    whole = np.zeros(samples, np.float32)
    whole[: len(waveform)] = waveform[:samples]
    axes.imshow(
        log_spectrogram(whole), origin="lower", aspect="auto", cmap="magma", vmin=-RANGE_DB, vmax=0
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"{title}, {samples / SAMPLE_RATE:.0f} s", fontsize=7)
