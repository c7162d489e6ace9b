"""Markers as tables: columns of Resolve's edit index, and a session of Pro Tools as text."""

from foley_core.timebase import SAMPLE_RATE
from pipelines.cells import csv_bytes
from pipelines.delivery.edit_timeline import CueMarker, EditTimeline, SoundFile
from pipelines.delivery.edl import RESOLVE_COLOURS

RESOLVE_COLUMNS = (
    *("#", "Reel", "Match", "V", "C", "Dur", "Source In", "Source Out", "Record In", "Record Out"),
    *("Name", "Comments", "Source Start", "Source End", "Source Duration", "Codec", "Source FPS"),
    *("Resolution", "Color", "Notes", "EDL Clip Name", "Marker Keywords"),
)
_LISTING_WIDTHS = (4, 13, 18, 8, 33)


def resolve_csv(timeline: EditTimeline) -> bytes:
    """Return the markers in the columns of Resolve's edit index.

    Raises:
        ConfigError: the pictures cannot be counted.
    """
    timeline.refuse_uncounted("Resolve's edit index")
    return csv_bytes(
        RESOLVE_COLUMNS,
        (_resolve_row(timeline, *one) for one in enumerate(timeline.markers, 1)),
    )


def _resolve_row(timeline: EditTimeline, number: int, marker: CueMarker) -> dict[str, object]:
    picture, clock = timeline.clock.picture_at(marker.onset), timeline.clock
    begin, end = clock.label(picture), clock.label(picture + 1)
    return {
        "#": number,
        "V": "V1",
        "C": "M",
        "Dur": 1,
        "Source In": begin,
        "Source Out": end,
        "Record In": begin,
        "Record Out": end,
        "Name": marker.name,
        "Source FPS": float(clock.frame_rate or 0),
        "Color": RESOLVE_COLOURS[marker.colour],
        "Notes": marker.comment,
        "Marker Keywords": marker.cue.sound_class,
    }


def pro_tools_text(timeline: EditTimeline) -> str:
    """Return a session as Pro Tools writes it as text: tracks, and a memory location for each cue.

    Its numbers are samples, from the beginning of the session.
    """
    clock, count = timeline.clock, len(timeline.sounds)
    counted = f"{_rate_name(timeline)} Frame" if clock.frame_rate else "Min:Secs"
    head = [
        f"SESSION NAME:\t{timeline.video_id}",
        f"SAMPLE RATE:\t{SAMPLE_RATE}.000000",
        "BIT DEPTH:\t24-bit",
        f"SESSION START TIMECODE:\t{timeline.position(0)}",
        f"TIMECODE FORMAT:\t{counted}",
        f"# OF AUDIO TRACKS:\t{count}",
        f"# OF AUDIO CLIPS:\t{count}",
        f"# OF AUDIO FILES:\t{count}",
    ]
    tracks = [line for sound in timeline.sounds for line in _track(timeline, sound)]
    columns = ("#", "LOCATION", "TIME REFERENCE", "UNITS", "NAME", "COMMENTS")
    rows = [columns] + [
        (str(number), timeline.position(one.onset), str(one.onset), "Samples", one.name,
         one.comment)
        for number, one in enumerate(timeline.markers, 1)
    ]  # fmt: skip
    markers = ["M A R K E R S  L I S T I N G", *map(_listed, rows)]
    parts = [head, ["T R A C K  L I S T I N G"], tracks, markers]
    return "\n\n\n".join("\n".join(part) for part in parts) + "\n"


def _track(timeline: EditTimeline, sound: SoundFile) -> list[str]:
    name, state = sound.name, "Muted" if sound.muted else "Unmuted"
    begin, end = timeline.position(0), timeline.position(timeline.samples)
    return [
        f"TRACK NAME:\t{name}",
        "COMMENTS:\t",
        "USER DELAY:\t0 Samples",
        "STATE: \t",
        "CHANNEL \tEVENT   \tCLIP NAME                     \tSTART TIME    \tEND TIME      "
        "\tDURATION      \tSTATE",
        *(
            f"{channel:<8}\t{1:<8}\t{name:<30}\t{begin:<14}\t{end:<14}\t"
            f"{timeline.samples:<14}\t{state}"
            for channel in (1, 2)
        ),
        "",
    ]


def _rate_name(timeline: EditTimeline) -> str:
    rate = round(float(timeline.clock.frame_rate or 0), 3)
    return f"{rate:g}{' Drop' if timeline.clock.drops else ''}"


def _listed(cells: tuple[str, ...]) -> str:
    one_line = [" ".join(cell.split()) if cell.strip() else "" for cell in cells]
    padded = [f"{cell:<{width}}" for cell, width in zip(one_line, _LISTING_WIDTHS, strict=False)]
    return "\t".join([*padded, one_line[-1]])
