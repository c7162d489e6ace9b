"""Caption files that other libraries read back, in every language."""

import io
import warnings
from xml.etree import ElementTree

import pytest
import webvtt
from handed_over import SHEET

from foley_core.cues.captions import Caption, caption_languages, captions_of
from pipelines.delivery.caption_files import imsc, sub_rip, web_vtt

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pycaption

languages = pytest.mark.parametrize("language", caption_languages())


def rounded(captions: tuple[Caption, ...]) -> list[tuple[float, float, str]]:
    return [
        (round(one.start / 48, 0), round(one.end / 48, 0), "\n".join(one.lines)) for one in captions
    ]


def read(text: str, reader: type) -> list[tuple[float, float, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = reader().read(text)
    (language,) = found.get_languages()
    return [
        (round(one.start / 1000, 0), round(one.end / 1000, 0), one.get_text())
        for one in found.get_captions(language)
    ]


@languages
def test_web_vtt_is_read_back(language: str) -> None:
    captions = captions_of(SHEET, language)
    text = web_vtt(captions, language)
    found = list(webvtt.from_buffer(io.StringIO(text)))
    assert [(one.start, one.text) for one in found][:1] == [("00:00:00.500", captions[0].lines[0])]
    assert read(text, pycaption.WebVTTReader) == rounded(captions)


@languages
def test_sub_rip_is_read_back(language: str) -> None:
    captions = captions_of(SHEET, language)
    assert read(sub_rip(captions), pycaption.SRTReader) == rounded(captions)


@languages
def test_imsc_is_read_back(language: str) -> None:
    captions = captions_of(SHEET, language)
    text = imsc(captions, language).decode()
    assert read(text, pycaption.DFXPReader) == rounded(captions)
    root = ElementTree.fromstring(text)
    assert root.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language
    assert root.attrib["{http://www.w3.org/ns/ttml#parameter}contentProfiles"].endswith(
        "/imsc1.1/text"
    )


def test_two_lines_stand_in_one_caption() -> None:
    both = (Caption(48_000, 96_000, ("[a & b]", "[c]")),)
    assert read(web_vtt(both, "en"), pycaption.WebVTTReader) == rounded(both)
    assert read(imsc(both, "en").decode(), pycaption.DFXPReader) == rounded(both)
    assert read(sub_rip(both), pycaption.SRTReader) == rounded(both)
