"""Sounds of grids: rendered, brought to their levels, with their touches and their edges.

The level falls with intensity and with motion. What lasts steadily follows the motion over half a
second, so that the tiles of a long cue meet at one level, and does not jump within a tenth of one.
What has phrases of its own, such as calls, keeps them, but they swell and die away.
"""

from typing import cast

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.audio.band_grid import HOP, VOICING
from foley_core.audio.band_synthesis import render_grid
from foley_core.audio.levelling import levelled, softened
from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import db_to_gain, equal_power_fade
from foley_core.cues.levels import FULL_INTENSITY_DB, INTENSITY_RANGE_DB
from foley_core.cues.taxonomy import ClassKind, taxonomy
from foley_core.errors import GenerationError
from foley_core.ids import seed_of
from foley_core.models.embedded.firing import (
    calm_classes,
    coloured,
    firings,
    pulses,
    without_flicker,
)
from foley_core.models.embedded.touches import add_touch
from foley_core.models.protocol import SoundSpec
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Json, Rng

PEAK_LIMIT = 0.98
"""Largest sample of a sound, of full scale."""
LIVELINESS: dict[ClassKind, float] = {"action": 0.0, "sustained": 1.0, "ambience": 1.0}
"""A network tells the levels of a texture to expect; the flicker of noise is drawn."""
MOMENT_DB = 4.0
"""Most that a steady sound is louder or softer for 0.1 s than the motion says; so its level jumps
by twice as much at most."""

# For ambience a level that no single clap of thunder moves, so that tiles join without a step.
_LOUD_MOMENT: dict[ClassKind, float] = {"action": 1.0, "sustained": 0.98, "ambience": 0.75}
# A steady sound is by so much softer over half a second than in its loud moments. It may stay this
# far from its level by its own life, and is not raised or lowered by more.
_BELOW_LOUD_DB, _LIFE_DB, _MOST_DB = 2.0, 2.0, 30.0
# A pause between phrases is so far below them: who calls also breathes.
_PAUSE_DB = 25.0
# Less than -120 dB to full scale is no sound.
_SILENT = 1e-6
# Samples at 48 kHz: 0.5 ms keeps the attack, 10 ms ends a sound without a click.
_FADE_IN, _FADE_OUT = 24, 480
# A moment of a lasting sound is an event: it begins within 20 ms, stays for a third of a second,
# and dies away by 40 dB until its end.
_MOMENT_IN, _MOMENT_STAYS, _MOMENT_FALL_DB = 960, 16_000, 40.0
# Below what is heard.
_RUMBLE_HZ = 20.0


def finished(spec: SoundSpec, grid: F32, asked_class: str | None = None) -> F32:
    """Return a grid as sound: rendered, cut, brought to its level and faded, `(C, N)`.

    Args:
        spec: a sound that the network can make.
        grid: its grid `(T, ROWS)`.
        asked_class: class that it performs; None for its own.

    Raises:
        ConfigError: there is no such class.
        GenerationError: the audio is not finite or silent.
        ValueError: the sound is longer than its grid.
    """
    if not 0 < spec.samples <= len(grid) * HOP:
        raise ValueError(
            f"{spec.sound_class}: {spec.samples} samples asked for, "
            f"1 to {len(grid) * HOP} can be generated in one piece"
        )
    kind = taxonomy().sound_class(spec.sound_class).kind
    asked = taxonomy().sound_class(asked_class or spec.sound_class)
    if asked.name in calm_classes():
        grid = without_flicker(grid)
    grid = coloured(grid, asked.name)
    # Each channel has noise of its own: a bed is wide, and two channels never cancel.
    channels = [_rendered(spec, grid, LIVELINESS[kind], n) for n in range(spec.channels)]
    waveform = _without_rumble(np.stack(channels))[:, : spec.samples]
    loudest = loud_moment(waveform, _LOUD_MOMENT[kind])
    if not np.isfinite(loudest) or loudest < _SILENT:
        state = "silent" if np.isfinite(loudest) else "not finite"
        raise GenerationError(
            f"{spec.sound_class} with seed {spec.seed} came out {state}; "
            "another take, or other weights, may not"
        )
    strongest = max(spec.activity, default=255)
    waveform *= np.float32(db_to_gain(_level_db(spec, strongest)) / loudest)
    if asked.kind == "sustained" and spec.activity:
        waveform = _lasting(waveform, spec, not asked.is_phrased)
        if firing := firings().get(asked.name):
            thing = _generator("firing", spec.kin[0].seed if spec.kin else spec.seed)
            own = _generator("pulses", spec.seed)
            waveform *= pulses(firing, spec.activity, waveform.shape[1], thing, own)
    elif asked.kind == "action" and kind != "action":
        waveform *= _moment(waveform.shape[1]).astype(np.float32)
    # A sound of short peaks would clip at its level; it stays a little quieter instead.
    waveform *= np.float32(min(1.0, PEAK_LIMIT / float(np.abs(waveform).max())))
    return _faded(waveform)


def _rendered(spec: SoundSpec, grid: F32, liveliness: float, channel: int) -> F32:
    """Return one channel of a sound with its touches, `(T · HOP,)`, at the levels of the grid."""

    def noise(*what: Json) -> Rng:
        return _generator("render", spec.seed, channel, *what)

    def modes() -> Rng | None:
        # One thing rings with the same modes each time; two channels of a bed have their own.
        return _generator("modes", spec.kin[0].seed, channel) if spec.kin else None

    # A network tells the spectrum of a voice roughly: its harmonics must stand out by themselves.
    lively = np.maximum(grid[:, VOICING], liveliness)
    waveform = render_grid(grid, noise(), lively, modes())
    for index, touch in enumerate(spec.touches):
        add_touch(waveform, grid, touch, noise("touch", index), modes())
    return waveform


def _lasting(waveform: F32, spec: SoundSpec, steady: bool) -> F32:
    """Return a lasting sound at the level of its motion, or with phrases that do not jump."""
    if not steady:
        breath = _generator("breath", spec.seed)
        soft = softened(waveform, breath, range_db=_PAUSE_DB, rise_db=2 * MOMENT_DB)
        # A short call lost its edges, not its strength.
        lost = loud_moment(waveform, _LOUD_MOMENT["sustained"])
        return soft * np.float32(lost / loud_moment(soft, _LOUD_MOMENT["sustained"]))
    wanted = np.array([_level_db(spec, step) for step in spec.activity]) - _BELOW_LOUD_DB
    return levelled(waveform, wanted, life_db=_LIFE_DB, moment_db=MOMENT_DB, most_db=_MOST_DB)


def _generator(*what: Json) -> Rng:
    return np.random.default_rng(seed_of(*what))


def _level_db(spec: SoundSpec, activity: int) -> float:
    """Return the level of loud moments, dB, at a motion of 0..255: falls with it and intensity."""
    intensity = min(1.0, max(0.0, spec.intensity))
    # Where motion is weakest 0.4 of the intensity stays, so that a sound does not vanish.
    return FULL_INTENSITY_DB - INTENSITY_RANGE_DB * (1 - intensity * (0.4 + 0.6 * activity / 255))


def _moment(samples: int) -> F64:
    """Return the gains `(samples,)` of a moment of what lasts."""
    gains = np.ones(samples)
    fade = min(_MOMENT_IN, samples)
    gains[:fade] = equal_power_fade(fade)
    left = max(samples - _MOMENT_STAYS, 0)
    gains[samples - left :] *= 10 ** (-_MOMENT_FALL_DB / 20 * np.arange(left) / max(left, 1))
    return gains


def _without_rumble(waveform: F32) -> F32:
    """Return a waveform without offset and with little below 20 Hz.

    The filter is causal: nothing comes before the attack.
    """
    sections = butter(2, _RUMBLE_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
    return cast(F32, sosfilt(sections, waveform, axis=1).astype(np.float32))


def _faded(waveform: F32) -> F32:
    """Return a waveform with short fades at its edges, so that neither clicks."""
    samples = waveform.shape[1]
    fade_in, fade_out = min(_FADE_IN, samples // 2), min(_FADE_OUT, samples // 2)
    waveform[:, :fade_in] *= equal_power_fade(fade_in).astype(np.float32)
    waveform[:, samples - fade_out :] *= equal_power_fade(fade_out)[::-1].astype(np.float32)
    return waveform
