"""The cue sheet by sight: names from what is seen, onsets from motion, one name for one thing.

Where pictures are drawn rather than filmed, motion names, as it learned on rendered worlds; but
nothing that a viewer would laugh at. Where nothing was looked at, motion alone writes the sheet.
"""

from dataclasses import replace

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.beds import beds
from foley_core.models.embedded.cue_detection import (
    StepReadings,
    Thresholds,
    cue_sheet,
    onset_peaks,
)
from foley_core.models.embedded.evidence import Evidence
from foley_core.models.embedded.lasting_cues import lasting_cues
from foley_core.models.embedded.short_cues import (
    NEUTRAL_CONFIDENCE,
    Found,
    neutral_class,
    short_cues,
)
from foley_core.models.embedded.stretches import Stretch, is_noticed, seen_material, stretches
from foley_core.timebase import SAMPLES_PER_STEP


def sheet_by_sight(
    readings: StepReadings, found: Evidence, samples: int, thresholds: Thresholds
) -> SeenSheet:
    """Return the cues of a video, and what else each may be.

    Args:
        readings: of the whole video, from its first shown picture.
        found: what its looks say; motion alone counts where there are none.
        samples: length of the track.
        thresholds: least probabilities.
    """
    by_motion = cue_sheet(readings, samples, thresholds)
    if not len(found.steps):
        return SeenSheet(by_motion, tuple(() for _ in by_motion.cues))
    cues: list[Found] = beds(found, readings, samples)
    peaks = onset_peaks(readings.onset, readings.energy, 0.0)
    for stretch in stretches(found, len(readings.onset)):
        if stretch.drawn and stretch.sound_class is None:
            cues += _by_motion(by_motion, stretch)
        else:
            cues += lasting_cues(readings, stretch, samples)
            cues += short_cues(readings, peaks, stretch, samples, thresholds.onset)
    sheet = CueSheet(samples, ()).with_cues([cue for cue, _ in cues])
    may_be = {id(cue): candidates for cue, candidates in cues}
    return SeenSheet(sheet, tuple(may_be[id(cue)] for cue in sheet.cues))


def _by_motion(sheet: CueSheet, stretch: Stretch) -> list[Found]:
    """Return the cues of a stretch as motion alone names them.

    What everybody would notice is left neutral, unless the pictures are surely drawn.
    """
    first, end = stretch.first * SAMPLES_PER_STEP, stretch.end * SAMPLES_PER_STEP
    found: list[Found] = []
    for cue in sheet.cues:
        if cue.kind != "action" or not first <= cue.onset < end:
            continue
        if stretch.surely_drawn or not is_noticed(cue.sound_class):
            found.append((cue, ()))
        elif taxonomy().classes[cue.sound_class].kind == "action":
            name = neutral_class(stretch)
            material = seen_material(stretch.materials, name)
            hit = replace(cue, sound_class=name, material=material)
            found.append((hit, ((name, NEUTRAL_CONFIDENCE), (cue.sound_class, cue.confidence))))
    return found
