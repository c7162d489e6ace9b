"""Detections with the names of the row's prompt; corrections of people come after it."""

from dataclasses import replace

from foley_core.soundtrack.stored_detection import Detection
from foley_core.styles.naming import named_by_prompt
from foley_core.styles.wishes import Wishes


def prompted(detection: Detection, wishes: Wishes) -> Detection:
    """Return a detection whose unsure cues are named as the prompt of a row says."""
    named = named_by_prompt(
        detection.sheet,
        detection.candidates,
        detection.motion_energy,
        wishes.prompt,
        wishes.negative_prompt,
    )
    return replace(detection, sheet=named.sheet, notes=(*detection.notes, *named.notes))
