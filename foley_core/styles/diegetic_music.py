"""Diegetic music: what instruments play that are seen in the picture.

Their notes are written by the composer, since nobody knows what was really played. A wish leaves
all instruments out, for videos whose music is added later.
"""

from foley_core.cues.seen_instruments import is_instrument
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.music.played_cues import is_phrase
from foley_core.music.played_instruments import is_played

# Spans of one class that a note lists.
_MOST_SPANS = 3


def without_instruments(sheet: CueSheet) -> tuple[CueSheet, tuple[str, ...]]:
    """Return the sheet without instruments, and the sentence that says which are left out."""
    names = sorted({cue.sound_class for cue in sheet.cues if is_instrument(cue)})
    if not names:
        return sheet, ()
    kept = [cue for cue in sheet.cues if not is_instrument(cue)]
    return sheet.with_cues(kept), (
        f"diegetic music is switched off: {', '.join(names)} is seen and left out",
    )


def pauses_of_music(sheet: CueSheet) -> tuple[str, ...]:
    """Return a sentence on the music of a sheet that is silent while instruments play."""
    names = sorted({cue.sound_class for cue in sheet.cues if is_instrument(cue)})
    if not names or not any(cue.kind == "music" for cue in sheet.cues):
        return ()
    return (
        f"the music is silent during {', '.join(names)}; it goes on there if diegetic music is "
        "switched off",
    )


def composed_notes(sheet: CueSheet) -> tuple[str, ...]:
    """Return a sentence for each instrument of a sheet whose notes the composer wrote."""
    by_class: dict[str, list[Cue]] = {}
    for cue in sheet.cues:
        if is_instrument(cue) and is_played(cue.sound_class):
            by_class.setdefault(cue.sound_class, []).append(cue)
    return tuple(
        f"diegetic music: {_when(name, cues)} is composed, not what was played"
        for name, cues in sorted(by_class.items())
    )


def _when(name: str, cues: list[Cue]) -> str:
    """Return a name and its times, such as `violin from 1.2 s to 8.0 s`."""
    spans = [f"{cue.onset_s:.1f} s to {cue.offset_s:.1f} s" for cue in cues if is_phrase(cue)]
    strokes = [cue for cue in cues if not is_phrase(cue)]
    said = [f"from {', '.join(spans[:_MOST_SPANS])}"] if spans else []
    if len(spans) > _MOST_SPANS:
        said.append(f"and {len(spans) - _MOST_SPANS} times more")
    if strokes:
        said.append(f"{len(strokes)} strokes from {strokes[0].onset_s:.1f} s on")
    return f"{name} {', '.join(said)}"
