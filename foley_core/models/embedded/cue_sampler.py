"""The network of the embedded generator in use: specifications of sounds to waveforms.

The network says what a sound is made of (a synthesiser grid), arithmetic renders it. All
classes come out equally loud at full intensity: where a class sits in the mix is not decided here.
Ambience has two channels of one grid with separate noise, so that it is wide and has no seam.

A class that the weights do not know is performed as its nearest relative, see the taxonomy.
What it cannot do: words, melodies, two sources in one cue, or sounds longer than
`longest_samples`, which the caller tiles.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import torch
from scipy.signal import butter, sosfilt

from foley_core.audio.band_grid import HOP
from foley_core.audio.band_synthesis import render_grid
from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.cues.taxonomy import ClassKind, taxonomy
from foley_core.errors import GenerationError
from foley_core.ids import seed_of
from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded.grid_denoiser import (
    ACTION_TOKENS,
    ATTRIBUTES,
    TILE_MOTION_STEPS,
    TILE_TOKENS,
    GridConditions,
    attribute_values,
    class_index,
    material_index,
)
from foley_core.models.embedded.grid_sampler import GridSampler
from foley_core.models.embedded.weights_folder import EmbeddedWeights
from foley_core.models.protocol import SoundSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, Quality, Tier

SAMPLER_STEPS: dict[Tier, dict[Quality, dict[int, int]]] = {
    "full": {
        "draft": {ACTION_TOKENS: 4, TILE_TOKENS: 4},
        "standard": {ACTION_TOKENS: 8, TILE_TOKENS: 10},
        "fine": {ACTION_TOKENS: 24, TILE_TOKENS: 24},
    },
    "light": {
        "draft": {ACTION_TOKENS: 2, TILE_TOKENS: 2},
        "standard": {ACTION_TOKENS: 4, TILE_TOKENS: 4},
        "fine": {ACTION_TOKENS: 4, TILE_TOKENS: 4},
    },
}
GUIDANCE: dict[Tier, float] = {"full": 2.0, "light": 1.0}
"""The light network learned from guided answers, so it needs no guidance of its own."""
FULL_INTENSITY_DB = -22.0
"""K-weighted level of the loud moments (100 ms) at intensity 1, decibels to full scale."""
INTENSITY_RANGE_DB = 24.0
"""Decibels between the loud moments of intensity 1 and of intensity 0."""
PEAK_LIMIT = 0.98
"""Largest sample of a sound, of full scale."""
LIVELINESS: dict[ClassKind, float] = {"action": 0.0, "sustained": 1.0, "ambience": 1.0}
"""A network tells the levels of a texture to expect; the flicker of noise is drawn."""

# For ambience a level that no single clap of thunder moves, so that tiles join without a step.
_LOUD_MOMENT: dict[ClassKind, float] = {"action": 1.0, "sustained": 0.98, "ambience": 0.75}
# Less than -120 dB to full scale is no sound.
_SILENT = 1e-6
# Samples at 48 kHz: 0.5 ms keeps the attack, 10 ms ends a sound without a click.
_FADE_IN, _FADE_OUT = 24, 480
# 20 ms and 0.5 s: a moment of a lasting sound begins and ends like a sound of its own.
_MOMENT_FADES = 960, 24_000
# Below what is heard.
_RUMBLE_HZ = 20.0


class CueSampler:
    """A generator of single cues: the network of a tier, in the steps of a quality."""

    def __init__(self, weights: EmbeddedWeights, device: str, quality: Quality, tier: Tier) -> None:
        """Load the network.

        Raises:
            CheckpointError: the weights are missing, damaged, or not those on record.
            StorageError: they cannot be fetched.
        """
        file = weights.generator_file(tier)
        torch.set_num_threads(1)
        tensors = load_weights(weights.local(file), weights.sha256(file))
        self._sampler = GridSampler(tensors, device)
        self._steps, self._guidance = SAMPLER_STEPS[tier][quality], GUIDANCE[tier]

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Return one waveform `(C, N)` at 48 kHz for each sound, in order; see `Generator`.

        Raises:
            GenerationError: the audio is not finite or silent.
            ConfigError: there is no such class.
            ValueError: a sound is longer than its grid.
        """
        asked, specs = specs, [performed(spec, self._sampler.classes) for spec in specs]
        # Short and long grids have networks of different length: each kind is sampled at once.
        answers: dict[int, F32] = {}
        for tokens in (ACTION_TOKENS, TILE_TOKENS):
            places = [i for i, p in enumerate(specs) if _tokens_for(p.sound_class) == tokens]
            if not places:
                continue
            wanted = [specs[place] for place in places]
            grids = self._sampler.sample(
                [conditions_of(p) for p in wanted],
                [p.seed for p in wanted],
                self._steps[tokens],
                self._guidance,
            )
            answers |= {i: finished(p, g) for i, p, g in zip(places, wanted, grids, strict=True)}
        return [
            _faded(answers[place], *_MOMENT_FADES) if _is_moment(own, made) else answers[place]
            for place, (own, made) in enumerate(zip(asked, specs, strict=True))
        ]


def performed(spec: SoundSpec, classes: int) -> SoundSpec:
    """Return a sound as the network can make it: a class that it does not know as its relative.

    Args:
        classes: how many of the taxonomy's `learned` classes the network knows.

    Raises:
        ConfigError: there is no such class.
    """
    known, material = taxonomy().performed(spec.sound_class, spec.material, classes)
    return replace(spec, sound_class=known.name, material=material)


def conditions_of(spec: SoundSpec) -> GridConditions:
    """Return what the network is told of one sound, as a batch of one."""
    is_tile = _tokens_for(spec.sound_class) == TILE_TOKENS
    energy = np.zeros(TILE_MOTION_STEPS, np.float32)
    given = spec.activity[:TILE_MOTION_STEPS]
    energy[: len(given)] = np.asarray(given, np.float32) / 255
    # A tile shorter than the grid goes on as it ends; what is beyond its end is cut off later.
    energy[len(given) :] = energy[len(given) - 1] if given else 0
    # The network never met an ambience that follows a motion, even one that performs what does.
    moves = bool(given) and taxonomy().sound_class(spec.sound_class).kind != "ambience"
    values = torch.tensor([attribute_values(spec.intensity, spec.style)])
    return GridConditions(
        sound_class=torch.tensor([class_index(spec.sound_class)]),
        material=torch.tensor([material_index(spec.material)]),
        procedural=torch.tensor([0]),
        attributes=values,
        told=torch.ones(1, len(ATTRIBUTES)),
        energy=torch.from_numpy(energy)[None] if is_tile else None,
        moves=torch.tensor([float(moves)]),
    )


def finished(spec: SoundSpec, grid: F32) -> F32:
    """Return a grid as sound: rendered, cut, brought to its level and faded, `(C, N)`.

    Raises:
        GenerationError: the audio is not finite or silent.
        ValueError: the sound is longer than its grid.
    """
    if not 0 < spec.samples <= len(grid) * HOP:
        raise ValueError(
            f"{spec.sound_class}: {spec.samples} samples asked for, "
            f"1 to {len(grid) * HOP} can be generated in one piece"
        )
    kind = taxonomy().sound_class(spec.sound_class).kind
    # Each channel has noise of its own: a bed is wide, and two channels never cancel.
    channels = [
        render_grid(
            grid,
            np.random.default_rng(seed_of("render", spec.seed, channel)),
            LIVELINESS[kind],
        )
        for channel in range(spec.channels)
    ]
    waveform = _without_rumble(np.stack(channels))[:, : spec.samples]
    loudest = loud_moment(waveform, _LOUD_MOMENT[kind])
    if not np.isfinite(loudest) or loudest < _SILENT:
        state = "silent" if np.isfinite(loudest) else "not finite"
        raise GenerationError(
            f"{spec.sound_class} with seed {spec.seed} came out {state}; "
            "another take, or other weights, may not"
        )
    gain = db_to_gain(_level_db(spec)) / loudest
    # A sound of short peaks would clip at its level; it stays a little quieter instead.
    gain = min(gain, PEAK_LIMIT / float(np.abs(waveform).max()))
    return _faded(waveform * np.float32(gain))


def _tokens_for(sound_class: str) -> int:
    """Return the length of a class's grid in tokens."""
    kind = taxonomy().sound_class(sound_class).kind
    return ACTION_TOKENS if kind == "action" else TILE_TOKENS


def _is_moment(asked: SoundSpec, made: SoundSpec) -> bool:
    """Return whether an action is performed by a class that lasts."""
    kinds = [taxonomy().sound_class(one.sound_class).kind for one in (asked, made)]
    return kinds[0] == "action" and kinds[1] != "action"


def _level_db(spec: SoundSpec) -> float:
    """Return the level of the loudest moment, dB: falls with intensity and with motion."""
    intensity = min(1.0, max(0.0, spec.intensity))
    strongest = max(spec.activity, default=255) / 255
    # A tile whose motion is weakest keeps 0.4 of its intensity, so that it does not vanish.
    return FULL_INTENSITY_DB - INTENSITY_RANGE_DB * (1 - intensity * (0.4 + 0.6 * strongest))


def _without_rumble(waveform: F32) -> F32:
    """Return a waveform without offset and with little below 20 Hz.

    The filter is causal: nothing comes before the attack.
    """
    sections = butter(2, _RUMBLE_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
    return cast(F32, sosfilt(sections, waveform, axis=1).astype(np.float32))


def _faded(waveform: F32, fade_in: int = _FADE_IN, fade_out: int = _FADE_OUT) -> F32:
    """Return a waveform with fades at its edges, samples; short ones so that neither clicks."""
    samples = waveform.shape[1]
    fade_in, fade_out = min(fade_in, samples // 2), min(fade_out, samples // 2)
    waveform[:, :fade_in] *= equal_power_fade(fade_in).astype(np.float32)
    waveform[:, samples - fade_out :] *= equal_power_fade(fade_out)[::-1].astype(np.float32)
    return waveform
