"""Edit decision lists: CMX 3600 with locators, and the list that Resolve takes markers from.

Both are text of columns; a timecode with a semicolon drops labels, and the second line says so.
"""

import re

from pipelines.delivery.edit_timeline import CueMarker, EditTimeline

AVID_COLOURS = {
    "green": "GREEN", "blue": "BLUE", "red": "RED", "yellow": "YELLOW", "cyan": "CYAN",
    "purple": "MAGENTA", "white": "WHITE", "pink": "MAGENTA",
}  # fmt: skip
RESOLVE_COLOURS = {
    "green": "Green", "blue": "Blue", "red": "Red", "yellow": "Yellow", "cyan": "Cyan",
    "purple": "Purple", "white": "Cream", "pink": "Pink",
}  # fmt: skip
_REEL_LETTERS = 8
_MOST_EVENTS = 999


def edl(timeline: EditTimeline) -> str:
    """Return a CMX 3600 list: the picture as its one event, and a locator for each cue.

    Raises:
        ConfigError: the pictures cannot be counted, or not with two digits.
    """
    timeline.refuse_fast("an EDL")
    begin, end = timeline.clock.label(0), timeline.clock.label(timeline.pictures)
    reel = re.sub(r"[^A-Z0-9]", "", timeline.video_id.upper())[:_REEL_LETTERS] or "AX"
    lines = [
        *_head(timeline),
        f"001  {reel:<8} V     C        {begin} {end} {begin} {end}",
        f"* FROM CLIP NAME: {_plain(timeline.picture_name)}",
        *(_locator(timeline, marker) for marker in timeline.markers),
    ]
    return "\n".join(lines) + "\n"


def resolve_edl(timeline: EditTimeline) -> str:
    """Return the list that Resolve reads timeline markers from: an event of one picture for each.

    Raises:
        ConfigError: as `edl`.
    """
    timeline.refuse_fast("Resolve's list of markers")
    lines = _head(timeline)
    for number, marker in enumerate(timeline.markers, 1):
        picture = timeline.clock.picture_at(marker.onset)
        begin, end = timeline.clock.label(picture), timeline.clock.label(picture + 1)
        event = (number - 1) % _MOST_EVENTS + 1
        lines += [
            f"{event:03}  001      V     C        {begin} {end} {begin} {end}",
            f"{_barless(marker.comment)} |C:ResolveColor{RESOLVE_COLOURS[marker.colour]} "
            f"|M:{_barless(marker.name)} |D:1",
            "",
        ]
    return "\n".join(lines) + "\n"


def _head(timeline: EditTimeline) -> list[str]:
    counted = "DROP FRAME" if timeline.clock.drops else "NON-DROP FRAME"
    return [f"TITLE: {_plain(timeline.video_id)}", f"FCM: {counted}", ""]


def _locator(timeline: EditTimeline, marker: CueMarker) -> str:
    at = timeline.position(marker.onset)
    text = f"{_plain(marker.name).upper()} ({_plain(marker.comment)})"
    return f"* LOC: {at} {AVID_COLOURS[marker.colour]:<7} {text}"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _barless(text: str) -> str:
    return _plain(text).replace("|", "/")
