"""Sounds computed from simple physics, for what no recording shows, and beside recordings.

`procedural.toml` states for each class what it is made of: layers of struck bodies, voices,
engines, rhythms, grains, strokes and noise. Constants come from acoustics where it knows them
(bells, bars, skins, bubbles, firing orders); the rest is chosen. Each number there is a span, from
which every sound draws anew. Crude beside a recording; enough to teach a network what a class
does where nobody recorded it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.errors import ConfigError
from foley_core.timebase import SAMPLE_RATE
from foley_core.training.procedural_airs import BurstPart, GrainPart, NoisePart, StrokePart
from foley_core.training.procedural_bodies import BlowPart, ModePart
from foley_core.training.procedural_machines import EnginePart, HumPart, RhythmPart
from foley_core.training.procedural_parts import SoundPart, Span, drawn, wander, with_tail
from foley_core.training.procedural_voices import BabblePart, ChirpPart, VoicePart
from foley_core.types import F32, F64, Rng

_PARTS: Mapping[str, type[Any]] = {
    "babble": BabblePart, "blow": BlowPart, "burst": BurstPart, "chirp": ChirpPart,
    "engine": EnginePart, "grains": GrainPart, "hum": HumPart, "modes": ModePart,
    "noise": NoisePart, "rhythm": RhythmPart, "stroke": StrokePart, "voice": VoicePart,
}  # fmt: skip
_FADE = SAMPLE_RATE // 50
_LOUD_S = 0.02


@dataclass(frozen=True, slots=True)
class SoundLayer:
    """One part of a computed sound, and how it takes its place.

    Attributes:
        part: what sounds.
        level_db: of its loudest 20 ms.
        delay_s: when it begins.
        chance: probability that a sound has it, 0..1.
        either: name of a group of layers of which each sound has one; empty: none.
        only: materials that have it; empty: all.
        arch_s: it swells and dies as half a sine of this length; None: it does not.
        stops_s: when it is let go, and is gone 20 ms later; None: it dies away by itself.
        every_s: it comes again and again after such times, each time anew for `lasts_s` seconds,
            at a random moment first unless `delay_s` says when; None: it sounds once, or lasts.
    """

    part: SoundPart
    level_db: Span = (0, 0)
    delay_s: Span = (0, 0)
    chance: float = 1.0
    either: str = ""
    only: tuple[str, ...] = ()
    arch_s: Span | None = None
    stops_s: Span | None = None
    every_s: Span | None = None
    lasts_s: Span = (0.3, 1.0)


@dataclass(frozen=True, slots=True)
class SoundRecipe:
    """All layers of a class.

    Attributes:
        layers: these; at least one without `chance`.
        tail_s, tail_db: time in which the echo falls by 60 dB, and its level; None: dry.
        passes_s: when the thing is nearest, while it passes; None: it stays. `away_s`: time in
            which it moves as far as its least distance.
        moves_db: decibels by which the whole comes and goes within `moves_s` seconds.
    """

    layers: tuple[SoundLayer, ...]
    tail_s: Span | None = None
    tail_db: Span = (-26, -14)
    passes_s: Span | None = None
    away_s: Span = (0.2, 0.7)
    moves_db: Span = (0, 0)
    moves_s: Span = (0.6, 2.0)


@cache
def sound_recipes() -> dict[str, SoundRecipe]:
    """Return the recipe of each class, read at the first call.

    Raises:
        ConfigError: a recipe of the package has a number or a part that does not exist.
    """
    path = files("foley_core.training").joinpath("procedural.toml")
    rows = tomllib.loads(path.read_text("utf-8"))
    return {name: _recipe(name, row) for name, row in rows.items()}


def procedural_action(sound_class: str, material: str | None, samples: int, rng: Rng) -> F32:
    """Return a short sound `(N,)` of a class on a material; attack at sample 0, peak 1.

    Args:
        samples: N, at 48 kHz.

    Raises:
        ConfigError: no recipe is stated for the class.
    """
    sound = _sound(_recipe_of(sound_class), material, samples, rng)
    fade = min(_FADE, samples)
    sound[samples - fade :] *= np.linspace(1, 0, fade)
    return _at_full_scale(sound)


def procedural_texture(sound_class: str, material: str | None, samples: int, rng: Rng) -> F32:
    """Return a lasting sound `(N,)` of a sustained or ambience class; peak 1.

    Args:
        samples: N, at 48 kHz.

    Raises:
        ConfigError: no recipe is stated for the class.
    """
    return _at_full_scale(_sound(_recipe_of(sound_class), material, samples, rng))


def _recipe_of(sound_class: str) -> SoundRecipe:
    if sound_class not in sound_recipes():
        raise ConfigError(
            f"no computed sound is stated for '{sound_class}'; "
            "add it to foley_core/training/procedural.toml"
        )
    return sound_recipes()[sound_class]


def _sound(recipe: SoundRecipe, material: str | None, samples: int, rng: Rng) -> F64:
    """Return the sum of the layers `(samples,)`, moved, passed by and echoed."""
    sound = np.zeros(samples)
    for layer in _chosen(recipe, material, rng):
        _add(sound, layer, material, rng)
    moves_db = drawn(recipe.moves_db, rng)
    if moves_db > 0:
        curve = np.clip(wander(samples, drawn(recipe.moves_s, rng), rng), -2.5, 1.5)
        sound *= 10 ** (moves_db * curve / 20)
    if recipe.passes_s is not None:
        sound = _passing(sound, drawn(recipe.passes_s, rng), drawn(recipe.away_s, rng), rng)
    if recipe.tail_s is not None:
        sound = with_tail(sound, drawn(recipe.tail_s, rng), drawn(recipe.tail_db, rng), rng)
    # What lies below hearing is taken out, and with it what does not swing at all.
    kept: F64 = sosfilt(butter(1, 25, "highpass", fs=SAMPLE_RATE, output="sos"), sound)
    return kept


def _chosen(recipe: SoundRecipe, material: str | None, rng: Rng) -> list[SoundLayer]:
    """Return the layers that one sound has."""
    fit = [one for one in recipe.layers if not one.only or material in one.only]
    groups = sorted({one.either for one in fit} - {""})
    drawn_ones = {
        name: rng.choice([i for i, one in enumerate(fit) if one.either == name]) for name in groups
    }
    return [
        one
        for place, one in enumerate(fit)
        if drawn_ones.get(one.either, place) == place and rng.random() < one.chance
    ]


def _add(sound: F64, layer: SoundLayer, material: str | None, rng: Rng) -> None:
    """Add a layer to a sound `(N,)`, in place."""
    samples = len(sound)
    gain = 10 ** (drawn(layer.level_db, rng) / 20)
    if layer.every_s is None:
        start = min(samples - 1, int(drawn(layer.delay_s, rng) * SAMPLE_RATE))
        part = _levelled(layer.part.sound(samples - start, material, rng))
        if layer.arch_s is not None:
            share = np.arange(len(part)) / SAMPLE_RATE / drawn(layer.arch_s, rng)
            part = part * np.sin(np.pi * np.clip(share, 0, 1)) ** 1.5
        if layer.stops_s is not None:
            left = 1 - (np.arange(len(part)) - drawn(layer.stops_s, rng) * SAMPLE_RATE) / _FADE
            part = part * np.clip(left, 0, 1)
        sound[start:] += gain * part
        return
    at = drawn(layer.delay_s, rng) or drawn(layer.every_s, rng) * rng.random()
    while at * SAMPLE_RATE < samples - 1:
        start = int(at * SAMPLE_RATE)
        count = max(_FADE, int(drawn(layer.lasts_s, rng) * SAMPLE_RATE))
        part = _levelled(layer.part.sound(count, material, rng))
        part[-_FADE:] *= np.linspace(1, 0, _FADE)
        if layer.arch_s is not None:
            part = part * np.sin(np.linspace(0, np.pi, count)) ** 1.5
        part = part[: samples - start]
        # Some are nearer than others.
        sound[start : start + len(part)] += gain * min(2.0, rng.lognormal(-0.3, 0.5)) * part
        at += drawn(layer.every_s, rng)


def _levelled(part: F64) -> F64:
    """Return a part whose loudest 20 ms have an effective value of 1."""
    width = max(1, min(len(part), int(_LOUD_S * SAMPLE_RATE)))
    whole = len(part) // width * width
    power = np.square(part[:whole]).reshape(-1, width).mean(axis=1)
    return part / (float(np.sqrt(power.max())) + 1e-9)


def _passing(sound: F64, at_s: float, away_s: float, rng: Rng) -> F64:
    """Return a sound `(N,)` as a thing makes it that passes at a distance.

    Level falls with distance, and pitch as the distance changes (Doppler): at 8 to 30 m/s, which
    is 30 to 110 km/h.
    """
    t = np.arange(len(sound)) / SAMPLE_RATE
    speed = rng.uniform(8, 30)
    # Distance in seconds of its way; 340 m/s is the speed of sound.
    distance_s = np.sqrt(away_s**2 + (t - at_s) ** 2)
    heard: F64 = np.interp(t - (distance_s - distance_s[0]) * speed / 340, t, sound)
    return heard * (away_s / distance_s) ** rng.uniform(1.0, 1.6)


def _at_full_scale(sound: F64) -> F32:
    """Return the sound with its largest sample at 1."""
    return (sound / (float(np.abs(sound).max()) + 1e-9)).astype(np.float32)


def _recipe(name: str, row: Mapping[str, Any]) -> SoundRecipe:
    """Return the recipe of one table of the file."""
    try:
        layers = tuple(_layer(layer) for layer in row["layers"])
        rest = {key: _tuples(value) for key, value in row.items() if key != "layers"}
        return SoundRecipe(layers, **rest)
    except (KeyError, TypeError) as error:
        raise ConfigError(f"procedural.toml, [{name}]: {error}") from error


def _layer(row: Mapping[str, Any]) -> SoundLayer:
    """Return one layer: its own keys, and those of its part."""
    own = {field.name for field in fields(SoundLayer)} - {"part"}
    values = {key: _tuples(value) for key, value in row.items()}
    kind = _PARTS[values.pop("part")]
    placed = {key: values.pop(key) for key in own & values.keys()}
    return SoundLayer(kind(**values), **placed)


def _tuples(value: Any) -> Any:
    """Return a value of TOML with its lists as tuples, so that it can be frozen."""
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
