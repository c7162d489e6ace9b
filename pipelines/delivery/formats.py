"""The formats that are text, each with the files that it writes.

To add one: write a module that makes its text of an `EditTimeline`, and name it in `WRITERS` and in
`format_names`.
"""

from collections.abc import Callable, Mapping, Sequence

from foley_core.cues.captions import captions_of
from pipelines.delivery.caption_files import imsc, sub_rip, web_vtt
from pipelines.delivery.edit_timeline import EditTimeline
from pipelines.delivery.edl import edl, resolve_edl
from pipelines.delivery.final_cut import final_cut_xml
from pipelines.delivery.format_names import Format
from pipelines.delivery.marker_tables import pro_tools_text, resolve_csv
from pipelines.delivery.open_timeline import open_timeline
from pipelines.delivery.reaper import reaper_project

Files = Mapping[str, bytes]
Writer = Callable[[EditTimeline], Files]
"""Returns files by the ending of their name, after the video's id."""

WRITERS: dict[Format, Writer] = {
    "otio": lambda timeline: {".otio": open_timeline(timeline).encode()},
    "edl": lambda timeline: {".edl": edl(timeline).encode()},
    "reaper": lambda timeline: {".rpp": reaper_project(timeline).encode()},
    "resolve": lambda timeline: {
        ".markers.edl": resolve_edl(timeline).encode(),
        ".markers.csv": resolve_csv(timeline),
    },
    "premiere": lambda timeline: {".xml": final_cut_xml(timeline)},
    "protools": lambda timeline: {".txt": pro_tools_text(timeline).encode()},
}


def caption_files(timeline: EditTimeline, languages: Sequence[str]) -> Files:
    """Return the captions of a track in some languages, in three kinds of files each."""
    made: dict[str, bytes] = {}
    for language in languages:
        captions = captions_of(timeline.sheet, language)
        made[f".{language}.vtt"] = web_vtt(captions, language).encode()
        made[f".{language}.srt"] = sub_rip(captions).encode()
        made[f".{language}.ttml"] = imsc(captions, language)
    return made
