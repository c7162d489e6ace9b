"""Instruments that are seen in the picture: who plays which class, and how each one sounds.

Data in `played.toml`, read once. `played_cues` decides what they play, `struck_synthesis` and
`held_synthesis` make their notes.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

Figure: TypeAlias = Literal["keys", "strum", "glide", "one", "tubes", "line", "chords", "onsets"]


@dataclass(frozen=True, slots=True)
class StruckVoice:
    """The sound of a struck or plucked body; fields as `played.toml` explains them.

    Attributes:
        partials: ratio to the note, level in dB, decay in dB/s at middle C; of a bar or bell.
        slope_db, cutoff_hz, struck_at, stiffness, decay_db, decay_partial, slow, slow_rate: of a
            string, which has harmonics in place of `partials`.
        knock: noise of the stroke: lowest and highest Hz, level in dB, time constant in s.
    """

    partials: tuple[tuple[float, float, float], ...] = ()
    slope_db: float = 0.0
    cutoff_hz: float = 0.0
    struck_at: float = 0.5
    stiffness: float = 0.0
    decay_db: float = 0.0
    decay_pitch: float = 0.0
    decay_partial: float = 0.0
    slow: float = 0.0
    slow_rate: float = 1.0
    rise_s: float = 0.001
    knock: tuple[float, float, float, float] = (1000.0, 4000.0, -60.0, 0.01)
    soft_db: float = 0.0


@dataclass(frozen=True, slots=True)
class HeldVoice:
    """The sound of a bowed or blown instrument; fields as `played.toml` explains them.

    Attributes:
        envelope, soft_envelope: points of the spectrum, Hz and dB, at full and at least force.
        ranks: pipes of an organ that sound together, ratio to the note and dB.
        vibrato: Hz, cents, seconds until it sways.
        breath: noise of bow or air: lowest and highest Hz, level in dB.
    """

    envelope: tuple[tuple[float, float], ...]
    soft_envelope: tuple[tuple[float, float], ...]
    attack_s: float
    swell_s: float
    release_s: float
    vibrato: tuple[float, float, float]
    breath: tuple[float, float, float]
    ranks: tuple[tuple[float, float], ...] = ((1.0, 0.0),)


@dataclass(frozen=True, slots=True)
class PlayedInstrument:
    """One instrument.

    Attributes:
        name: as in `played.toml`.
        at_onset: what is played at one onset.
        in_span: what is played along a span.
        low, high: range of its notes, MIDI numbers.
        rings_s: seconds for which a note is heard after it is let go.
        bow_notes: notes on one bow or breath.
        voice: its sound.
    """

    name: str
    at_onset: Figure
    in_span: Figure
    low: int
    high: int
    rings_s: float
    bow_notes: int
    voice: StruckVoice | HeldVoice

    @property
    def is_held(self) -> bool:
        """True for what sounds for as long as it is played."""
        return isinstance(self.voice, HeldVoice)


def is_played(sound_class: str) -> bool:
    """Return True for a class whose notes are written, so that no network performs it."""
    return sound_class in _tables()["classes"]


def instrument_of(sound_class: str, material: str | None) -> PlayedInstrument:
    """Return the instrument that plays a class of sound.

    Raises:
        KeyError: no instrument plays the class.
    """
    by_material = _tables()["classes"][sound_class]
    return played_instrument(by_material.get(material or "", by_material[""]))


@cache
def played_instrument(name: str) -> PlayedInstrument:
    """Return the instrument of that name.

    Raises:
        KeyError: there is none.
    """
    row = {key: _frozen(value) for key, value in _tables()["instruments"][name].items()}
    kind, (at_onset, in_span) = row.pop("model"), row.pop("figure")
    about = {key: row.pop(key) for key in ("low", "high", "rings_s")}
    bow_notes = row.pop("bow_notes", 1)
    voice = HeldVoice(**row) if kind == "held" else StruckVoice(**row)
    return PlayedInstrument(name, at_onset, in_span, bow_notes=bow_notes, voice=voice, **about)


def _frozen(value: Any) -> Any:
    """Return a value of the file with its lists as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


@cache
def _tables() -> dict[str, Any]:
    text = files("foley_core.music").joinpath("played.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
