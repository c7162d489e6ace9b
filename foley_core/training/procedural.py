"""Sounds computed from simple physics, for what no recording shows.

Struck bodies ring in the modes of their material, loose stuff is a cloud of grains, air and water
are filtered noise, voices and engines are harmonics under resonances. Crude beside a recording;
enough to teach a network what a class does on a material that nobody recorded. The numbers of the
tables are rough values set by hand, and every sound varies them at random.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, Rng


@dataclass(frozen=True, slots=True)
class Body:
    """The response of a material to a blow.

    Attributes:
        lowest_hz: frequency of the lowest mode.
        modes: how many modes ring.
        decay_s: time in which the lowest mode falls to 1/e.
        tilt: how much weaker high modes are: their level is frequency to the power of -0.7 tilt.
        noise: level of the rough part of the attack.
        noise_hz: centre of that noise.
    """

    lowest_hz: float
    modes: int
    decay_s: float
    tilt: float
    noise: float
    noise_hz: float


BODIES = {
    "wood": Body(220, 9, 0.06, 1.2, 0.5, 1800),
    "metal": Body(420, 24, 0.55, 0.5, 0.3, 6000),
    "stone": Body(700, 8, 0.025, 0.9, 0.9, 3500),
    "concrete": Body(150, 6, 0.02, 1.4, 0.8, 1800),
    "glass": Body(1500, 16, 0.28, 0.5, 0.4, 8000),
    "ceramic": Body(900, 12, 0.12, 0.7, 0.5, 6000),
    "plastic": Body(500, 8, 0.03, 1.0, 0.6, 3000),
    "cloth": Body(110, 3, 0.03, 2.2, 0.8, 900),
    "leather": Body(160, 4, 0.03, 2.0, 0.8, 1200),
    "rubber": Body(130, 4, 0.06, 2.0, 0.5, 900),
    "flesh": Body(120, 4, 0.03, 1.8, 1.0, 1500),
    "paper": Body(600, 2, 0.01, 1.0, 1.5, 5000),
    "earth": Body(90, 4, 0.03, 2.0, 0.9, 900),
    "gravel": Body(900, 4, 0.01, 0.8, 2.0, 4500),
    "grass": Body(200, 2, 0.01, 1.5, 1.5, 5000),
    "snow": Body(250, 2, 0.01, 1.6, 1.8, 2500),
    "ice": Body(900, 8, 0.05, 0.8, 0.9, 6000),
    "sand": Body(200, 2, 0.01, 1.6, 1.6, 3000),
    "water": Body(350, 4, 0.05, 1.4, 1.4, 2500),
    "air": Body(80, 2, 0.10, 2.0, 1.6, 1200),
}
# Grains of a blow on loose material.
_LOOSE = {"gravel": 60, "grass": 50, "snow": 90, "sand": 120, "paper": 40, "water": 25, "earth": 20}
# Pitch in hertz, length in seconds, factor on the pitch in the middle of the call.
_VOICES = {"dog_bark": (420, 0.16, 0.7), "rooster_crow": (650, 1.1, 1.35)}
# Length of sounds that are noise alone, seconds.
_AIRY = {"whoosh": 0.35, "cloth_rustle": 0.3, "gunshot": 0.25, "explosion": 0.9, "splash": 0.5}
# Pitch of what turns or is fed from the mains, hertz.
_HUMS = {"engine": 45.0, "machine": 100.0, "train": 70.0, "room": 50.0, "office": 120.0}
# Centre of the noise in hertz, and how deep it swells, 0..1.
_COLOURS = {
    "room": (400, 0.1), "office": (900, 0.1), "street": (700, 0.5), "crowd": (900, 0.6),
    "forest": (3000, 0.4), "night": (4500, 0.3), "wind": (500, 0.9), "rain": (6000, 0.1),
    "thunderstorm": (1500, 0.6), "sea": (1200, 1.0), "river": (2500, 0.2), "train": (500, 0.4),
    "workshop": (2500, 0.5), "slide": (3000, 0.6), "roll": (700, 0.5), "saw": (3500, 0.8),
    "pour": (2500, 0.4), "foliage": (6000, 0.7), "fire": (1500, 0.4), "engine": (600, 0.3),
    "machine": (1500, 0.2),
}  # fmt: skip


def procedural_action(sound_class: str, material: str | None, samples: int, rng: Rng) -> F32:
    """Return a short sound `(N,)` of a class on a material; attack at sample 0, peak 1.

    Args:
        samples: N, at 48 kHz.
    """
    body = BODIES[material or "wood"]
    if sound_class in _VOICES:
        return _at_full_scale(_voice(*_VOICES[sound_class], samples, rng))
    if sound_class in _AIRY:
        return _at_full_scale(_burst(sound_class, body, samples, rng))
    if sound_class == "drip":
        return _at_full_scale(_drip(samples, rng))
    sound = _blow(body, samples, rng)
    if material in _LOOSE or sound_class in ("shatter", "snap", "footstep_shuffle"):
        count = _LOOSE.get(material or "", 15) * (2 if sound_class == "shatter" else 1)
        sound = 0.4 * sound + _grains(body, count, _spread(sound_class), samples, rng)
    if sound_class in ("key_press", "switch_click", "door_open", "door_close", "lid_close"):
        # A key, a latch, a lid: pressing and letting go, or meeting and settling, are two blows.
        gap = int(rng.uniform(0.03, 0.11) * SAMPLE_RATE)
        sound[gap:] += rng.uniform(0.3, 0.8) * _blow(body, samples, rng)[:-gap]
    return _at_full_scale(sound)


def procedural_texture(sound_class: str, material: str | None, samples: int, rng: Rng) -> F32:
    """Return a lasting sound `(N,)` of a sustained or ambience class; peak 1.

    Args:
        samples: N, at 48 kHz.
    """
    colour_hz, swell = _COLOURS[sound_class]
    sound = _coloured(samples, colour_hz * rng.uniform(0.7, 1.4), rng) * _swelling(
        samples, swell, rng
    )
    if sound_class in _HUMS:
        hum = _harmonics(np.full(samples, _HUMS[sound_class] * rng.uniform(0.7, 1.5)), 700.0)
        sound = sound + rng.uniform(0.2, 1.0) * hum * _swelling(samples, 0.2, rng)
    if sound_class in ("fire", "rain", "foliage", "roll", "pour", "workshop"):
        body = BODIES[material or "water"]
        sound = 0.4 * sound + _grains(body, 60 * samples // SAMPLE_RATE, None, samples, rng)
    return _at_full_scale(sound)


def _blow(body: Body, samples: int, rng: Rng) -> F64:
    """Return decaying modes, spread as those of bars and plates, with a rough attack."""
    t = np.arange(samples) / SAMPLE_RATE
    lowest = body.lowest_hz * rng.uniform(0.7, 1.5)
    sound = np.zeros(samples)
    for mode in range(body.modes):
        # Between a string (exponent 1, harmonic) and a bar or plate (modes farther apart).
        hz = lowest * (1 + mode) ** rng.uniform(1.0, 1.35)
        if hz > 20_000:
            break
        # High modes die sooner, in every material.
        decay = body.decay_s * rng.uniform(0.5, 1.5) * (lowest / hz) ** 0.4
        level = (hz / lowest) ** (-body.tilt * 0.7) * rng.uniform(0.3, 1)
        sound += level * np.exp(-t / decay) * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6.28))
    rough = _coloured(samples, body.noise_hz, rng)
    return sound + body.noise * rough * np.exp(-t / rng.uniform(0.006, 0.02)) * 2


def _drip(samples: int, rng: Rng) -> F64:
    """Return a bubble that closes under a drop: a decaying tone that rises."""
    t = np.arange(samples) / SAMPLE_RATE
    hz = rng.uniform(600, 1800) * (1 + rng.uniform(2, 8) * np.minimum(t, 0.1))
    # The phase is the integral of the rising frequency.
    ring = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE) * np.exp(-t / rng.uniform(0.012, 0.04))
    return ring + 0.3 * _coloured(samples, 3500.0, rng) * np.exp(-t / 0.004)


def _grains(body: Body, count: int, spread_s: float | None, samples: int, rng: Rng) -> F64:
    """Return a cloud of short blows; `spread_s` is how fast they thin out, None for never."""
    sound = np.zeros(samples)
    length = min(samples, SAMPLE_RATE // 12)
    # Six different grains, used again and again at other levels: a blow for each would be slow.
    kinds = [_blow(body, length, rng) * np.hanning(2 * length)[length:] for _ in range(6)]
    for _ in range(count):
        at = rng.random() * samples
        if spread_s is not None:
            # Grains of a burst are dense at first and thin out.
            at = rng.exponential(spread_s) * SAMPLE_RATE
        start = int(at)
        if start < samples:
            grain = kinds[rng.integers(6)][: samples - start] * rng.lognormal(-1, 0.7)
            sound[start : start + len(grain)] += grain
    return sound


def _burst(sound_class: str, body: Body, samples: int, rng: Rng) -> F64:
    """Return noise that comes and goes: at once for blasts, in an arch for a thing in the air."""
    t = np.arange(samples) / SAMPLE_RATE
    length = _AIRY[sound_class] * rng.uniform(0.6, 1.4)
    noise = _coloured(samples, body.noise_hz * rng.uniform(0.6, 2.0), rng)
    if sound_class in ("whoosh", "cloth_rustle"):
        return noise * np.sin(np.pi * np.clip(t / length, 0, 1)) ** 1.5
    # The low part of a blast lasts longer than its crack.
    low = _coloured(samples, 150.0, rng) * np.exp(-t / length)
    return noise * np.exp(-t / (0.3 * length)) + (1.5 if sound_class != "splash" else 0.2) * low


def _voice(pitch_hz: float, length_s: float, bend: float, samples: int, rng: Rng) -> F64:
    """Return harmonics under a resonance, the pitch bent in an arch, with breath."""
    t = np.arange(samples) / SAMPLE_RATE
    length = length_s * rng.uniform(0.8, 1.2)
    arch = np.sin(np.pi * np.clip(t / length, 0, 1))
    pitch = pitch_hz * rng.uniform(0.7, 1.4) * bend**arch
    breath = 0.15 * _coloured(samples, 2500.0, rng)
    return (_harmonics(pitch, rng.uniform(900, 2200)) + breath) * arch**0.6


def _harmonics(pitch_hz: F64, resonance_hz: float) -> F64:
    """Return harmonics of a pitch `(N,)` in hertz under one resonance."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE
    mean_hz = float(pitch_hz.mean())
    # No harmonic above 12 kHz, where it would alias or be inaudible.
    count = max(1, min(30, int(12_000 / float(pitch_hz.max()))))
    orders = np.arange(1, count + 1)
    levels = 1 / (1 + (orders * mean_hz / resonance_hz - 1) ** 2) / np.sqrt(orders)
    sound = np.zeros(len(phase))
    for order, level in zip(orders, levels, strict=True):
        sound += level * np.sin(order * phase)
    return sound


def _coloured(samples: int, centre_hz: float, rng: Rng) -> F64:
    """Return noise around a centre, six decibels an octave down on both sides."""
    edges = [max(25.0, centre_hz * 0.5), min(centre_hz * 2.0, 22_000.0)]
    sos = butter(1, edges, "bandpass", fs=SAMPLE_RATE, output="sos")
    noise: F64 = sosfilt(sos, rng.standard_normal(samples))
    # One loudness whatever the band, so that levels of parts mean the same everywhere.
    return noise * (0.3 / (float(noise.std()) + 1e-9))


def _swelling(samples: int, depth: float, rng: Rng) -> F64:
    """Return a slowly varying gain `(N,)` between 1 - `depth` and 1, two random knots a second."""
    knots = rng.random(max(2, samples * 2 // SAMPLE_RATE))
    curve = np.interp(np.linspace(0, len(knots) - 1, samples), np.arange(len(knots)), knots)
    return 1 - depth * curve


def _spread(sound_class: str) -> float:
    """Return the seconds over which the grains of a class thin out."""
    return {"shatter": 0.2, "snap": 0.03, "footstep_shuffle": 0.12}.get(sound_class, 0.07)


def _at_full_scale(sound: F64) -> F32:
    """Return the sound with its largest sample at 1."""
    return (sound / (float(np.abs(sound).max()) + 1e-9)).astype(np.float32)
