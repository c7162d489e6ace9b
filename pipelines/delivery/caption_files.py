"""Files of captions: WebVTT, SubRip, and TTML of the profile IMSC 1.1 Text.

Their times count from the first picture, as players of all three expect.
"""

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from foley_core.cues.captions import Caption
from foley_core.cues.timecode import clock_time

_TT = "http://www.w3.org/ns/ttml"
_STYLE = f"{_TT}#styling"
_PARAMETER = f"{_TT}#parameter"
_XML = "http://www.w3.org/XML/1998/namespace"
_PROFILE = f"{_TT}/profile/imsc1.1/text"


def web_vtt(captions: Sequence[Caption], language: str) -> str:
    """Return a WebVTT file."""
    parts = [f"WEBVTT\nLanguage: {language}"]
    for caption in captions:
        text = "\n".join(escape(line) for line in caption.lines)
        parts.append(f"{_time(caption.start, '.')} --> {_time(caption.end, '.')}\n{text}")
    return "\n\n".join(parts) + "\n"


def sub_rip(captions: Sequence[Caption]) -> str:
    """Return a SubRip file."""
    return "\n".join(
        f"{number}\n{_time(one.start, ',')} --> {_time(one.end, ',')}\n"
        + "\n".join(one.lines)
        + "\n"
        for number, one in enumerate(captions, 1)
    )


def imsc(captions: Sequence[Caption], language: str) -> bytes:
    """Return a TTML document of the profile IMSC 1.1 Text, its captions at the bottom."""
    for prefix, name in (("", _TT), ("tts", _STYLE), ("ttp", _PARAMETER)):
        ElementTree.register_namespace(prefix, name)
    root = ElementTree.Element(
        f"{{{_TT}}}tt",
        {
            f"{{{_XML}}}lang": language,
            f"{{{_PARAMETER}}}timeBase": "media",
            f"{{{_PARAMETER}}}contentProfiles": _PROFILE,
        },
    )
    head = ElementTree.SubElement(root, f"{{{_TT}}}head")
    layout = ElementTree.SubElement(head, f"{{{_TT}}}layout")
    ElementTree.SubElement(
        layout,
        f"{{{_TT}}}region",
        {
            f"{{{_XML}}}id": "bottom",
            f"{{{_STYLE}}}origin": "10% 80%",
            f"{{{_STYLE}}}extent": "80% 15%",
            f"{{{_STYLE}}}displayAlign": "after",
            f"{{{_STYLE}}}textAlign": "center",
        },
    )
    body = ElementTree.SubElement(root, f"{{{_TT}}}body")
    division = ElementTree.SubElement(body, f"{{{_TT}}}div", {"region": "bottom"})
    for caption in captions:
        _paragraph(division, caption)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _paragraph(division: ElementTree.Element, caption: Caption) -> None:
    times = {"begin": _time(caption.start, "."), "end": _time(caption.end, ".")}
    paragraph = ElementTree.SubElement(division, f"{{{_TT}}}p", times)
    paragraph.text = caption.lines[0]
    for line in caption.lines[1:]:
        ElementTree.SubElement(paragraph, f"{{{_TT}}}br").tail = line


def _time(samples: int, point: str) -> str:
    """Return `hh:mm:ss.mmm`."""
    return clock_time(samples, digits=3).replace(".", point)
