"""Real clips that are made up: rows of a table, and sheets beside them."""

from math import inf
from pathlib import Path

from foley_core.cues.sheet import Cue, CueKind, CueSheet
from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.real_table import ListedClip, OnsetList, source_of
from foley_core.timebase import SAMPLE_RATE


def row(
    name: str,
    *,
    heard: str = "",
    ambience: str = "",
    onsets_s: tuple[float, ...] = (),
    onset_list: OnsetList = "unknown",
    table: str = "clips",
) -> ListedClip:
    """A row of a table, as `listed_clips` reads it."""
    return ListedClip(
        name=name,
        table=table,
        path=Path(f"{name}.mp4"),
        heard=heard,
        main=heard.split(";")[0],
        ambience=ambience,
        onsets_s=onsets_s,
        onset_list=onset_list,
        source=source_of(name),
        judged_until_s=inf,
    )


def cue(
    sound_class: str,
    onset_s: float = 0.0,
    *,
    lasts_s: float = 0.5,
    kind: CueKind = "action",
    confidence: float = 1.0,
) -> Cue:
    """A cue; times in seconds."""
    onset = round(onset_s * SAMPLE_RATE)
    offset = onset + round(lasts_s * SAMPLE_RATE)
    return Cue(kind, sound_class, None, onset, offset, confidence=confidence)


def bed(sound_class: str) -> Cue:
    """A bed of ten seconds."""
    return cue(sound_class, lasts_s=10.0, kind="ambience")


def clip(
    listed: ListedClip, *cues: Cue, peaks_s: tuple[float, ...] = (), seconds: float = 10.0
) -> RealClip:
    """A clip with what was found in it."""
    sheet = CueSheet(round(seconds * SAMPLE_RATE), ()).with_cues(cues)
    return RealClip(listed, sheet, peaks_s, seconds)
