"""Figures of finished tracks of real clips: is one fit to deliver?

All levels are K-weighted, over steps of 100 ms, in the finished track: stems are taken with the
gain and the limiter that the track got.

- A *bed's level* is the median of its steps. The *events' level* is the median over the cues of
  actions of the loudest step of each (from its onset to its end, 0.5 s at least). *Bed under
  events* is the first less the second.
- A *break* is a jump by more than 12 dB within 0.1 s inside a sustained sound, away from its ends.
  Cues of one class with less than a second between them are one sound: a hole there is a break.
- *Music* is measured where no action sounds or has just sounded, as loudness.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foley_core.audio.loudness import loudness_lufs, step_powers
from foley_core.audio.step_levels import STEP_SAMPLES, level_db
from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.real_tracks import RealTrack
from foley_core.evaluation.track_levels import breaks_s, longest_silence_ms, master_gains
from foley_core.mixing.target import LoudnessTarget
from foley_core.music.played_instruments import is_played
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

WORST_TENTH = 0.1
LEAST_EVENT_S = 0.5
ONE_THING_S = 1.0
"""Cues of one sustained class with a shorter gap between them are one thing's motion."""
QUIET_EDGES_S = 0.2, 1.0
"""Time before and after an action in which music is ducked, or the action dies away."""
MUSIC_EDGES_S = 2.0, 3.0
"""Beginning and end of a piece of music, where it fades."""
STEP_S = STEP_SAMPLES / SAMPLE_RATE
LEAST_QUIET_S = 1.0
"""Music is measured where nothing else sounds for so long in sum."""


@dataclass(frozen=True, slots=True)
class TrackMeasures:
    """Measures of one track.

    Attributes:
        name: of the clip.
        loudness_lufs: integrated loudness; None where none is defined.
        is_on_target: whether that is what it should be.
        bed_dbfs, events_dbfs: levels; None where there is no bed, or no action.
        silence_ms: longest digital silence.
        sustained_s: seconds of sustained sounds; breaks: class and second of each break in them.
        quiet_s: seconds in which nothing but beds and music sounds.
    """

    name: str
    loudness_lufs: float | None
    is_on_target: bool
    bed_dbfs: float | None
    events_dbfs: float | None
    silence_ms: float
    sustained_s: float
    breaks: tuple[tuple[str, float], ...]
    quiet_s: float

    @property
    def bed_under_events_db(self) -> float | None:
        """Level of the bed less that of the events; None where one of them is missing."""
        if self.bed_dbfs is None or self.events_dbfs is None:
            return None
        return self.bed_dbfs - self.events_dbfs


def measures_of(track: RealTrack) -> TrackMeasures:
    """Measure one track."""
    gains, target = master_gains(track.waveform, track.stems), LoudnessTarget()
    lufs = track.loudness_lufs
    sustained = _sustained_spans(track)
    return TrackMeasures(
        name=track.listed.name,
        loudness_lufs=lufs,
        is_on_target=lufs is not None and abs(lufs - target.loudness_lufs) <= target.tolerance_lu,
        bed_dbfs=_bed_dbfs(track.beds.values(), gains),
        events_dbfs=_events_dbfs(track, gains),
        silence_ms=longest_silence_ms(track.waveform),
        sustained_s=sum(end - begin for _, _, begin, end in sustained) / SAMPLE_RATE,
        breaks=tuple(
            (name, moment)
            for group, name, begin, end in sustained
            for moment in breaks_s(track.events[group], [(begin, end)])
        ),
        quiet_s=float(_quiet(track, len(gains)).sum()) * STEP_S,
    )


def music_lufs(track: RealTrack) -> float | None:
    """Return the loudness of the music where nothing else sounds; None where that is too short."""
    if track.music is None:
        return None
    powers = step_powers(track.music) * master_gains(track.waveform, track.stems)
    quiet = _quiet(track, len(powers))
    if quiet.sum() * STEP_S < LEAST_QUIET_S:
        return None
    # Loudness adds up two channels; powers are their mean.
    return float(loudness_lufs(2 * powers[quiet].mean()))


def track_figures(measured: Sequence[TrackMeasures], music: Sequence[float]) -> dict[str, float]:
    """Return the figures of all tracks together.

    Args:
        music: loudness of the music of some tracks, LUFS.
    """
    under = [db for one in measured if (db := one.bed_under_events_db) is not None]
    beds = [one.bed_dbfs for one in measured if one.bed_dbfs is not None]
    figures = {
        "tracks": float(len(measured)),
        "tracks_off_target": float(np.mean([not one.is_on_target for one in measured])),
        "tracks_silence_ms": max(one.silence_ms for one in measured),
        "tracks_with_silence": float(np.mean([one.silence_ms > 0 for one in measured])),
        "sustained_breaks": float(sum(len(one.breaks) for one in measured)),
        "sustained_minutes": sum(one.sustained_s for one in measured) / 60,
    }
    if under:
        figures["bed_under_events_db"] = float(np.median(under))
        figures["bed_under_events_db_worst_tenth"] = float(np.quantile(under, WORST_TENTH))
    if beds:
        figures["bed_lowest_dbfs"] = min(beds)
        figures["bed_median_dbfs"] = float(np.median(beds))
    if music:
        figures["music_lowest_lufs"] = min(music)
        figures["music_highest_lufs"] = max(music)
    return figures


def _quiet(track: RealTrack, steps: int) -> NDArray[np.bool_]:
    """Return `(steps,)` whether no action sounds and music neither begins nor ends."""
    quiet = np.ones(steps, bool)
    spans = [(0.0, MUSIC_EDGES_S[0]), (steps * STEP_S - MUSIC_EDGES_S[1], steps * STEP_S)]
    spans += [
        (c.onset_s - QUIET_EDGES_S[0], c.offset_s + QUIET_EDGES_S[1]) for c in _actions(track)
    ]
    for begin_s, end_s in spans:
        quiet[max(0, round(begin_s / STEP_S)) : max(0, round(end_s / STEP_S))] = False
    return quiet


def _actions(track: RealTrack) -> list[Cue]:
    return [cue for cue in track.sheet.cues if cue.kind == "action"]


def _bed_dbfs(beds: Iterable[F32], gains: F64) -> float | None:
    stems = list(beds)
    if not stems:
        return None
    return float(np.median(level_db(step_powers(np.sum(stems, axis=0)) * gains)))


def _events_dbfs(track: RealTrack, gains: F64) -> float | None:
    actions = _actions(track)
    if not actions or not track.events:
        return None
    levels = level_db(step_powers(np.sum(list(track.events.values()), axis=0)) * gains)
    loudest = []
    for cue in actions:
        begin = cue.onset // STEP_SAMPLES
        end = max(cue.offset, cue.onset + round(LEAST_EVENT_S * SAMPLE_RATE)) // STEP_SAMPLES
        if len(heard := levels[begin : end + 1]):
            loudest.append(float(heard.max()))
    return float(np.median(loudest)) if loudest else None


def _sustained_spans(track: RealTrack) -> list[tuple[str, str, int, int]]:
    """Return group, class, first and last sample of each sustained sound that is alone in its stem.

    Beside others of its group a sound cannot be looked at alone, and is left out.
    """
    by_group: dict[str, list[Cue]] = defaultdict(list)
    for cue in _actions(track):
        known = taxonomy().sound_class(cue.sound_class, composed=cue.composition is not None)
        by_group[known.group].append(cue)
    spans = []
    for group, cues in by_group.items():
        if group not in track.events:
            continue
        for name in dict.fromkeys(c.sound_class for c in cues if _is_sustained(c)):
            others = [cue for cue in cues if cue.sound_class != name]
            own = [cue for cue in cues if cue.sound_class == name]
            spans += [
                (group, name, begin, end)
                for begin, end in _joined(own)
                if not any(c.onset < end and c.offset > begin for c in others)
            ]
    return spans


def _is_sustained(cue: Cue) -> bool:
    """Return whether a cue is of one lasting sound; a phrase of notes is not."""
    known = taxonomy().classes.get(cue.sound_class)
    is_written = cue.composition is not None or is_played(cue.sound_class)
    return not is_written and known is not None and known.kind == "sustained"


def _joined(cues: Iterable[Cue]) -> list[tuple[int, int]]:
    """Return spans of samples in which one thing sounds, across short gaps."""
    spans: list[tuple[int, int]] = []
    for cue in sorted(cues, key=lambda cue: cue.onset):
        if spans and cue.onset - spans[-1][1] < ONE_THING_S * SAMPLE_RATE:
            spans[-1] = (spans[-1][0], max(spans[-1][1], cue.offset))
        else:
            spans.append((cue.onset, cue.offset))
    return spans
