"""Candidates: what else each detected cue may be, kept so that a prompt can settle it later."""

from dataclasses import dataclass

from foley_core.cues.sheet import CueSheet

Candidates = tuple[tuple[str, float], ...]
"""Classes that a cue may be, with the probability of each, 0..1; the likeliest first, at most 5."""

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """A detected cue sheet, and what else its cues may be.

    Attributes:
        sheet: the detected cues.
        candidates: those of each cue of the sheet, in the order of its cues.

    Raises:
        ValueError: there are more or fewer candidates than cues.
    """

    sheet: CueSheet
    candidates: tuple[Candidates, ...]

    def __post_init__(self) -> None:
        if len(self.candidates) != len(self.sheet.cues):
            raise ValueError(
                f"{len(self.sheet.cues)} cues need as many candidates, got {len(self.candidates)}"
            )
