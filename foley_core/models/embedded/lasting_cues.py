"""Lasting cues: what sounds steadily, for as long as it is seen and something moves."""

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.cue_detection import StepReadings, moving_spans, rounded
from foley_core.models.embedded.short_cues import Found
from foley_core.models.embedded.sightings import sightings
from foley_core.models.embedded.stretches import Stretch, seen_material
from foley_core.timebase import MOTION_RATE, SAMPLES_PER_STEP

# A steady sound lasts at least a second; pauses of up to as long do not end it.
_LEAST_STEPS = MOTION_RATE
_PAUSE_STEPS = MOTION_RATE
# Motion energy above which what sounds by moving is seen to move; an engine may run while all that
# is seen of it hardly trembles.
_MOVING, _STILL = 6, 0
# Confidence of a sound that is heard beside another.
_BESIDE_CONFIDENCE = 0.5


def lasting_cues(readings: StepReadings, stretch: Stretch, samples: int) -> list[Found]:
    """Return the lasting cues of a stretch of filmed pictures: its sound, and those beside it.

    Args:
        samples: length of the track.
    """
    name = stretch.sound_class
    names = [(beside, _BESIDE_CONFIDENCE) for beside in stretch.beside]
    if name is not None and taxonomy().classes[name].kind == "sustained":
        names.insert(0, (name, stretch.confidence))
    found: list[Found] = []
    for one, sure in names:
        above = _STILL if one in sightings().still else _MOVING
        for span in moving_spans(
            readings.energy,
            stretch.first,
            stretch.end,
            above=above,
            pause=_PAUSE_STEPS,
            least=_LEAST_STEPS,
        ):
            if span[0] * SAMPLES_PER_STEP < samples:
                cue = _cue(readings, span, one, stretch, samples, sure)
                found.append((cue, stretch.candidates))
    return found


def _cue(
    readings: StepReadings,
    span: tuple[int, int],
    name: str,
    stretch: Stretch,
    samples: int,
    sure: float,
) -> Cue:
    first, end = span
    moved = float(readings.energy[first:end].mean()) / 255.0
    return Cue(
        kind="action",
        sound_class=name,
        material=seen_material(stretch.materials, name),
        onset=first * SAMPLES_PER_STEP,
        offset=min(end * SAMPLES_PER_STEP, samples),
        # A thing that fills the picture is near, and what moves much is loud.
        intensity=rounded(0.3 + 0.3 * stretch.size + 0.4 * moved),
        confidence=rounded(sure),
    )
