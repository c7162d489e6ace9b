"""The schema of a composition: a regional sound that a style pack writes out as notes.

A composition is data in a `pack.toml`, checked here. It is not music: chimes, signals, horns,
insects and engines are written this way. Its voices repeat patterns of notes; a note has a pitch
(which may glide), partials, a band of noise and one envelope. Speech and recordings cannot be
written in this form. The cost of rendering is limited, since packs come from strangers.

`composed_spec` asks for a composition at a length and a style, `composition_synthesis` renders it.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from foley_core.cues.taxonomy import taxonomy
from foley_core.messages import unknown

LEAST = 0.001
"""Least value, above 0, of shares, rates and times that sounds are divided by.

A cue holds its intensity to 1/1000, so less would become 0.
"""


def _none_or_enough(number: float) -> float:
    if 0.0 < number < LEAST:
        raise ValueError(f"must be 0 for none, or at least {LEAST}")
    return number


Db = Annotated[float, Field(ge=-60.0, le=12.0)]
Hz = Annotated[float, Field(ge=20.0, le=16_000.0)]
Ratio = Annotated[float, Field(ge=0.05, le=64.0)]
VoiceSeconds = Annotated[float, Field(ge=0.0, le=20.0)]
NoteSeconds = Annotated[float, Field(ge=0.005, le=10.0)]

WORK_LIMIT = 400.0
"""Most oscillators of one composition that may sound at once, on average over time."""


class Section(BaseModel):
    """Base of every part of a `pack.toml`: frozen, no unknown keys, no infinite numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Voice(Section):
    """One source of sound in a composition, and the pattern of notes that it plays.

    Attributes:
        notes: the pattern; each note is `[at_s, hz, length_s, level_db]`, `at_s` counted from the
            start of the pattern.
        glide: factors of the pitch, evenly spaced along a note.
        partials: sines of a note; each is `[ratio to the note's pitch, level_db]`.
        noise: a band of noise, `[low_hz, high_hz, level_db]`, added to the partials; it stands
            alone if `partials` is empty.
        attack_s: time in which a note rises.
        decay_s: time constant of its exponential decay; 0 for none.
        release_s: time in which it falls at its end.
        tremolo: `[hz, depth]` of a change of level, depth 0..1.
        vibrato: `[hz, semitones]` of a change of pitch.
        every_s: time from one start of the pattern to the next.
        per_minute: starts of the pattern per minute at density 1, at times drawn by chance. With
            neither this nor `every_s` the pattern plays once.
        spread_semitones: largest change of pitch, up or down, from one start to another.
        spread_db: largest reduction of level from one start to another.
        width: largest distance from the middle, 0 (always in the middle) to 1 (fully left or
            right).
    """

    notes: tuple[tuple[VoiceSeconds, Hz, NoteSeconds, Db], ...] = Field(min_length=1, max_length=64)
    glide: tuple[Ratio, ...] = Field(default=(1.0,), min_length=1, max_length=16)
    partials: tuple[tuple[Ratio, Db], ...] = Field(default=((1.0, 0.0),), max_length=24)
    noise: tuple[Hz, Hz, Db] | None = None
    attack_s: NoteSeconds = 0.005
    decay_s: Annotated[VoiceSeconds, AfterValidator(_none_or_enough)] = 0.0
    release_s: NoteSeconds = 0.01
    tremolo: tuple[Annotated[float, Field(gt=0, le=200)], Annotated[float, Field(ge=0, le=1)]] = (
        1.0,
        0.0,
    )
    vibrato: tuple[Annotated[float, Field(gt=0, le=40)], Annotated[float, Field(ge=0, le=12)]] = (
        1.0,
        0.0,
    )
    every_s: float = Field(default=0.0, ge=0.0, le=60.0)
    per_minute: Annotated[float, Field(ge=0.0, le=3000.0), AfterValidator(_none_or_enough)] = 0.0
    spread_semitones: float = Field(default=0.0, ge=0.0, le=24.0)
    spread_db: float = Field(default=0.0, ge=0.0, le=24.0)
    width: float = Field(default=0.0, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _plays(self) -> "Voice":
        if not self.partials and self.noise is None:
            raise ValueError("a voice needs partials or noise")
        if self.noise is not None and self.noise[0] >= self.noise[1]:
            raise ValueError("noise is [low_hz, high_hz, level_db] with low_hz below high_hz")
        if self.every_s and self.per_minute:
            raise ValueError("every_s and per_minute exclude each other")
        return self

    @property
    def span_s(self) -> float:
        """Length of the pattern in seconds, to the end of its last note."""
        return max(at_s + length_s for at_s, _, length_s, _ in self.notes)

    @property
    def varies(self) -> bool:
        """True if chance decides any part of the sound."""
        return bool(
            self.noise or self.per_minute or self.spread_semitones or self.spread_db or self.width
        )

    @property
    def work(self) -> float:
        """Oscillators that sound at once, on average; filtered noise counts as two."""
        sounding_s = sum(length_s for _, _, length_s, _ in self.notes)
        every_s = self.every_s or (60.0 / self.per_minute if self.per_minute else self.span_s)
        return sounding_s * (len(self.partials) + 2 * (self.noise is not None)) / every_s


class Composition(Section):
    """A sound of a composed class, as voices that play together.

    Attributes:
        sound_class: one of the `composed` classes of the taxonomy.
        voices: what plays.
        lowpass_hz: cut-off of a low pass over the whole; a low one makes the sound distant.
    """

    sound_class: str
    voices: tuple[Voice, ...] = Field(min_length=1, max_length=12)
    lowpass_hz: Hz = 16_000.0

    @model_validator(mode="after")
    def _can_be_played(self) -> "Composition":
        if self.sound_class not in taxonomy().composed:
            known = tuple(taxonomy().composed)
            raise ValueError(unknown("composed sound class", self.sound_class, known))
        if (work := sum(voice.work for voice in self.voices)) > WORK_LIMIT:
            raise ValueError(
                f"{work:.0f} partials would sound at once, at most {WORK_LIMIT:.0f} may; "
                "lower per_minute, or write fewer partials"
            )
        return self

    @property
    def lasts_s(self) -> float | None:
        """Length in seconds of a sound that plays once; None for one that goes on."""
        if any(voice.every_s or voice.per_minute for voice in self.voices):
            return None
        return max(voice.span_s for voice in self.voices)

    @property
    def varies(self) -> bool:
        """True if another seed gives another sound."""
        return any(voice.varies for voice in self.voices)
