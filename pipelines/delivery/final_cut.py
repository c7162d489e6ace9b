"""Final Cut Pro 7 XML, version 4, which Premiere and Resolve read: picture, sounds, markers."""

from xml.etree import ElementTree

from foley_core.media.ixml import xml_text
from foley_core.timebase import SAMPLE_RATE
from pipelines.delivery.edit_timeline import CueMarker, EditTimeline, SoundFile

_DOCTYPE = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
_CHANNELS = 2


def final_cut_xml(timeline: EditTimeline) -> bytes:
    """Return a sequence with the picture on V1, each sound on two tracks, and all markers.

    Raises:
        ConfigError: the pictures cannot be counted.
    """
    timeline.refuse_uncounted("Final Cut Pro XML")
    root = ElementTree.Element("xmeml", version="4")
    sequence = _inside(root, "sequence")
    _inside(sequence, "name", timeline.video_id)
    _inside(sequence, "duration", timeline.pictures)
    _rate(sequence, timeline)
    _timecode(sequence, timeline)
    media = _inside(sequence, "media")
    _video(_inside(media, "video"), timeline)
    audio = _inside(media, "audio")
    for number, sound in enumerate(timeline.sounds, 1):
        for channel in range(1, _CHANNELS + 1):
            _sound(_inside(audio, "track"), timeline, sound, number, channel)
    for marker in timeline.markers:
        _marker(sequence, timeline, marker)
    ElementTree.indent(root, space=" ")
    return (_DOCTYPE + ElementTree.tostring(root, encoding="unicode")).encode()


def _inside(
    parent: ElementTree.Element, name: str, text: object = None, **attributes: str
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = None if text is None else xml_text(str(text))
    return element


def _rate(parent: ElementTree.Element, timeline: EditTimeline) -> None:
    rate = _inside(parent, "rate")
    _inside(rate, "timebase", timeline.clock.nominal)
    _inside(
        rate, "ntsc", "FALSE" if timeline.clock.frame_rate == timeline.clock.nominal else "TRUE"
    )


def _timecode(parent: ElementTree.Element, timeline: EditTimeline, before: int = 0) -> None:
    """Add the label of the first picture, or of one that comes some pictures before it."""
    counted = _inside(parent, "timecode")
    _rate(counted, timeline)
    _inside(counted, "string", timeline.clock.label(-before))
    _inside(counted, "frame", timeline.clock.first - before)
    _inside(counted, "displayformat", "DF" if timeline.clock.drops else "NDF")


def _video(video: ElementTree.Element, timeline: EditTimeline) -> None:
    shape = _inside(_inside(video, "format"), "samplecharacteristics")
    _rate(shape, timeline)
    before = timeline.pictures_before
    item = _item(_inside(video, "track"), timeline, timeline.picture_name, "picture", before)
    file = _inside(item, "file", id="file-picture")
    _inside(file, "name", timeline.picture_name)
    _inside(file, "pathurl", timeline.picture_url.replace("file:///", "file://localhost/"))
    _rate(file, timeline)
    _inside(file, "duration", before + timeline.pictures)
    _timecode(file, timeline, before)
    _inside(_inside(file, "media"), "video")


def _sound(
    track: ElementTree.Element,
    timeline: EditTimeline,
    sound: SoundFile,
    number: int,
    channel: int,
) -> None:
    item = _item(track, timeline, sound.name, f"sound-{number}-{channel}")
    file = _inside(item, "file", id=f"file-{number}")
    if channel == 1:
        # Later items name the same file by its id alone.
        _inside(file, "name", sound.place.rpartition("/")[2])
        _inside(file, "pathurl", sound.url)
        _rate(file, timeline)
        _inside(file, "duration", timeline.pictures)
        _timecode(file, timeline)
        audio = _inside(_inside(file, "media"), "audio")
        shape = _inside(audio, "samplecharacteristics")
        _inside(shape, "samplerate", SAMPLE_RATE)
        _inside(audio, "channelcount", _CHANNELS)
    if sound.muted:
        _inside(item, "enabled", "FALSE")
    source = _inside(item, "sourcetrack")
    _inside(source, "mediatype", "audio")
    _inside(source, "trackindex", channel)


def _item(
    track: ElementTree.Element, timeline: EditTimeline, name: str, item_id: str, before: int = 0
) -> ElementTree.Element:
    item = _inside(track, "clipitem", id=item_id)
    _inside(item, "name", name)
    _inside(item, "duration", before + timeline.pictures)
    _rate(item, timeline)
    for edge, picture in (("start", 0), ("end", timeline.pictures)):
        _inside(item, edge, picture)
    for edge, picture in (("in", before), ("out", before + timeline.pictures)):
        _inside(item, edge, picture)
    return item


def _marker(sequence: ElementTree.Element, timeline: EditTimeline, marker: CueMarker) -> None:
    element = _inside(sequence, "marker")
    _inside(element, "name", marker.name)
    _inside(element, "comment", marker.comment)
    _inside(element, "in", timeline.clock.picture_at(marker.onset))
    _inside(element, "out", -1)
