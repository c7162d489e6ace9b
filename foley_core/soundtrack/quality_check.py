"""Quality control of a finished track, by its own plan: a verdict and reasons in words.

`fail` is what nobody should deliver: samples at full scale, a true peak above the target, a cue or
a bed that is not heard, a click where sounds join, another length. `warn` is what a person should
listen to: loudness off target, hits that come late, a bed over what happens, a name that nothing in
the picture bears out. Nothing here changes a sample. The verdict follows from the plan and the
samples, so a track that is made again has the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from foley_core.audio.step_levels import STEP_SAMPLES
from foley_core.audio.track_meter import TrackMeter
from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.mixing.master import Mastered
from foley_core.mixing.target import LoudnessTarget
from foley_core.soundtrack.hit_onsets import HitFinder
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.sound_check import LATE_SAMPLES
from foley_core.soundtrack.stored_stems import StemReader
from foley_core.timebase import SAMPLE_RATE, samples_to_seconds
from foley_core.types import F32, F64

QualityVerdict = Literal["pass", "warn", "fail"]

HOLE_DB = 20.0
"""Under a bed a track is never so much softer for 0.1 s than it is for a fifth of its time."""
EVENTS_RISE_DB = 1.0
"""Least rise of a track over its bed, median of all cues, at which what happens is heard."""
SILENT_DB = -70.0
"""Below this a lasting cue is not heard: the absolute gate of BS.1770-4."""

LEAST_CONFIDENCE = 0.5
"""A name that is less sure than a neutral one is doubtful where no such thing was seen either."""

_NEUTRAL_GROUP = "impacts"
# Times named in a reason; the rest are counted.
_NAMED = 3
_LEAST_EVENT_SAMPLES = SAMPLE_RATE // 2
_BED_EDGE_SAMPLES = SAMPLE_RATE // 2
# A click within 2 ms of a joint is the joint's; near the attack of a hit it is the attack.
_AT_JOINT_SAMPLES = SAMPLE_RATE // 500
_ATTACK_SAMPLES = SAMPLE_RATE // 20
_BED_QUANTILE = 0.2


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """The outcome of the quality control of one track.

    Attributes:
        verdict: `pass`, `warn` or `fail`.
        reasons: sentences, the worst first; none for `pass`.
        retakes: sounds that were generated twice, since the first take was at fault.
    """

    verdict: QualityVerdict
    reasons: tuple[str, ...]
    retakes: int = 0


class QualityControl:
    """The quality control of a track while it is written."""

    def __init__(self, plan: MixPlan, target: LoudnessTarget, stems: StemReader) -> None:
        """Begin before the first sample.

        Args:
            plan: as it was mixed.
            target: of the track.
            stems: reads the stems; it remembers their retakes.
        """
        self._plan, self._target, self._stems = plan, target, stems
        self._meter = TrackMeter()
        self._hits = HitFinder(plan, stems)

    def watched(self, blocks: Iterable[F32]) -> Iterator[F32]:
        """Yield the blocks `(2, n)` of the finished track, and watch them."""
        return self._hits.watched(self._meter.metered(blocks))

    def outcome(self, mastered: Mastered) -> QualityCheck:
        """Return the verdict once all blocks have been watched.

        Args:
            mastered: with the figures that mastering measured on these blocks.
        """
        failures = [*self._faults_of_level(mastered), *self._faults_of_cues(), *self._clicks()]
        warnings = [*self._late_hits(), *self._balance(), *unseen_names(self._plan.sheet.cues)]
        if mastered.note:
            warnings.append(mastered.note)
        verdict: QualityVerdict = "fail" if failures else "warn" if warnings else "pass"
        return QualityCheck(verdict, (*failures, *warnings), self._stems.retakes)

    def _faults_of_level(self, mastered: Mastered) -> Iterator[str]:
        if self._meter.samples != self._plan.sheet.samples:
            yield f"the track has {self._meter.samples} samples, not {self._plan.sheet.samples}"
        if self._meter.clipped:
            yield f"{self._meter.clipped} samples are at full scale"
        peak = mastered.true_peak_dbtp
        if peak is not None and peak > self._target.true_peak_dbtp:
            yield f"the true peak is {peak:.1f} dBTP, above {self._target.true_peak_dbtp:.1f}"

    def _faults_of_cues(self) -> Iterator[str]:
        silent = [hit.cue for hit in self._hits.found if hit.is_silent]
        levels = self._meter.levels_db
        for cue in self._plan.sheet.cues:
            heard = levels[_steps(cue, _LEAST_EVENT_SAMPLES)]
            asked_softer = cue.filter_db < 0.0
            if cue.kind == "action" and len(heard) and heard.max() < SILENT_DB and not asked_softer:
                silent.append(cue)
        if silent := sorted(set(silent), key=lambda cue: cue.onset):
            yield f"nothing is heard of {_named(silent)}"
        for cue in self._plan.sheet.cues:
            if cue.kind == "ambience" and (holes := _holes(levels, cue)):
                yield f"the bed {cue.sound_class} has a hole at {_moments(holes)}"

    def _clicks(self) -> Iterator[str]:
        hits = np.array([hit.cue.onset for hit in self._hits.found])
        edges = {edge for one in self._plan.placements for edge in (one.start, one.end)}
        joints = np.array([edge for edge in edges if 0 < edge < self._plan.sheet.samples])
        found = [
            at
            for at in self._meter.clicks
            if np.any(np.abs(joints - at) <= _AT_JOINT_SAMPLES)
            and not np.any((hits - _AT_JOINT_SAMPLES <= at) & (at <= hits + _ATTACK_SAMPLES))
        ]
        if found:
            yield f"a joint of sounds clicks at {_moments(found)}"

    def _late_hits(self) -> Iterator[str]:
        heard = [hit for hit in self._hits.found if hit.late is not None]
        late = [h.cue for h in heard if h.late is not None and abs(h.late) > LATE_SAMPLES]
        if late:
            yield (
                f"{len(late)} of {len(heard)} hits are heard more than 10 ms off their moment: "
                f"{_named(late)}"
            )

    def _balance(self) -> Iterator[str]:
        levels, cues = self._meter.levels_db, self._plan.sheet.cues
        actions = [cue for cue in cues if cue.kind == "action"]
        if not actions or not any(cue.kind == "ambience" for cue in cues):
            return
        at_rest = np.ones(len(levels), np.bool_)
        loudest = []
        for cue in actions:
            steps = _steps(cue, _LEAST_EVENT_SAMPLES)
            at_rest[steps] = False
            if len(heard := levels[steps]):
                loudest.append(float(heard.max()))
        if at_rest.any() and loudest:
            rise_db = float(np.median(loudest) - np.median(levels[at_rest]))
            if rise_db < EVENTS_RISE_DB:
                yield f"the bed covers what happens, which lifts the track by {rise_db:.1f} dB"


def unseen_names(cues: Sequence[Cue]) -> Iterator[str]:
    """Yield a sentence on detected cues whose own evidence speaks against their names."""
    doubtful = [
        cue
        for cue in cues
        if cue.kind == "action"
        and cue.source == "detected"
        and cue.size is None
        and cue.confidence < LEAST_CONFIDENCE
        and taxonomy().sound_class(cue.sound_class).group != _NEUTRAL_GROUP
    ]
    if doubtful:
        yield f"nothing in the picture bears out {_named(doubtful)}"


def _steps(cue: Cue, least_samples: int) -> slice:
    """Return the tenths of a second in which a cue sounds."""
    end = max(cue.offset, cue.onset + least_samples)
    return slice(cue.onset // STEP_SAMPLES, -(-end // STEP_SAMPLES))


def _holes(levels: F64, bed: Cue) -> list[int]:
    """Return the samples at which the track breaks off under a bed."""
    first = -(-(bed.onset + _BED_EDGE_SAMPLES) // STEP_SAMPLES)
    inside = levels[first : (bed.offset - _BED_EDGE_SAMPLES) // STEP_SAMPLES]
    if not len(inside):
        return []
    floor_db = max(float(np.quantile(inside, _BED_QUANTILE)) - HOLE_DB, SILENT_DB)
    return [(first + int(step)) * STEP_SAMPLES for step in np.flatnonzero(inside < floor_db)]


def _named(cues: Sequence[Cue]) -> str:
    """Return classes and moments of some cues, the first of them."""
    names = [f"{cue.sound_class} at {cue.onset_s:.2f} s" for cue in cues[:_NAMED]]
    more = len(cues) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _moments(samples: Sequence[int]) -> str:
    times = [f"{samples_to_seconds(at):.2f}" for at in samples[:_NAMED]]
    more = len(samples) - len(times)
    return ", ".join(times) + " s" + (f" and {more} more" if more else "")
