"""The request for the sound of one instrument that is seen, and its content address. Data only.

`played_cues` writes the notes, `played_sound` makes the waveform. They are separate files so that
code which only plans sounds need not import the signal processing.
"""

from dataclasses import astuple, dataclass
from typing import cast

from foley_core.cues.sheet import Style
from foley_core.ids import digest
from foley_core.types import Json

VERSION = 1
"""Version of the synthesis. Raise it when the synthesis changes: then all stems of instruments get
new keys and are made again."""


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """One note.

    Attributes:
        start: first sample, counted from the start of the request; below 0 if it began before.
        samples: how long it is held; the instrument may ring on after that.
        pitch: MIDI number, 69 = A4 = 440 Hz.
        level: how strongly it is played, 0..1 in steps of 1/20.
        variant: which of the small differences between strokes of one note.
        tied: True where it follows the note before it on the same bow or breath.
    """

    start: int
    samples: int
    pitch: int
    level: float
    variant: int = 0
    tied: bool = False


@dataclass(frozen=True, slots=True)
class PlayedSpec:
    """Notes of one instrument to be rendered.

    Attributes:
        instrument: a name of `played.toml`.
        notes: in order of time. What sounds before or after the request is cut off, so that a long
            phrase can be rendered in parts that join.
        samples: length, at 48 kHz.
        style: latents that colour the sound.
    """

    instrument: str
    notes: tuple[PlayedNote, ...]
    samples: int
    style: Style

    @property
    def channels(self) -> int:
        """The number of channels: an instrument stands at one place."""
        return 1

    def key(self, generator: str) -> str:
        """Return the content address of the sound, a sha256 in hex.

        Args:
            generator: identity of the job's generator; ignored, since no network is involved.
        """
        return digest(
            {
                "played": VERSION,
                "instrument": self.instrument,
                "notes": cast(Json, [[*astuple(note)] for note in self.notes]),
                "samples": self.samples,
                "style": cast(
                    Json, [self.style.brightness, self.style.hardness, self.style.wetness]
                ),
            }
        )
