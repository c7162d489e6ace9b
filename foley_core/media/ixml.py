"""The iXML chunk of a WAV file: scene, frame rate, timecode and the names of its channels.

Programs that place sound by timecode read the rate and the labels from it, which a `bext` chunk
has no field for. The same file gives the same text.
"""

from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree

from foley_core.timebase import SAMPLE_RATE

_SIDES = {
    2: (("LEFT", "L"), ("RIGHT", "R")),
    6: (
        ("LEFT", "L"),
        ("RIGHT", "R"),
        ("CENTER", "C"),
        ("LFE", "LFE"),
        ("LEFT-SURROUND", "Ls"),
        ("RIGHT-SURROUND", "Rs"),
    ),
}
_LOW_BITS = 32
# Two code points that names may hold and XML 1.0 may not; no parser takes a file with one.
_NO_CHARACTERS = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def xml_text(text: str) -> str:
    """Return a text that XML can hold."""
    return text.translate(_NO_CHARACTERS)


@dataclass(frozen=True, slots=True)
class SceneNotes:
    """Contents of the iXML chunk of a file.

    Attributes:
        scene: the video.
        tape: the region.
        name: what sounds; the channels are called after it.
        note: a sentence for people.
        bits: of a sample.
        time_reference_samples: samples from midnight to the first sample.
        frame_rate: pictures a second; None where there is no constant rate.
        drops: True where timecode drops labels.
        category: of the Universal Category System.
        channels: 2, or 6 for 5.1.
    """

    scene: str
    tape: str
    name: str
    note: str
    bits: int
    time_reference_samples: int
    frame_rate: Fraction | None
    drops: bool = False
    category: str = ""
    channels: int = 2

    def to_bytes(self) -> bytes:
        """Return the body of the chunk, XML in UTF-8."""
        root = ElementTree.Element("BWFXML")
        plain = {
            "IXML_VERSION": "2.10",
            "PROJECT": "foley",
            "SCENE": self.scene,
            "TAKE": "1",
            "TAPE": self.tape,
            "NOTE": self.note,
        }
        _fill(root, plain)
        _fill(ElementTree.SubElement(root, "SPEED"), self._speed())
        tracks = ElementTree.SubElement(root, "TRACK_LIST")
        _fill(tracks, {"TRACK_COUNT": str(self.channels)})
        for index, (side, letter) in enumerate(_SIDES[self.channels], 1):
            _fill(
                ElementTree.SubElement(tracks, "TRACK"),
                {
                    "CHANNEL_INDEX": str(index),
                    "INTERLEAVE_INDEX": str(index),
                    "NAME": f"{self.name} {letter}",
                    "FUNCTION": side,
                },
            )
        if self.category:
            _fill(ElementTree.SubElement(root, "USER"), {"CATID": self.category})
        document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return document

    def _speed(self) -> dict[str, str]:
        high, low = divmod(self.time_reference_samples, 1 << _LOW_BITS)
        fields = {
            "FILE_SAMPLE_RATE": str(SAMPLE_RATE),
            "AUDIO_BIT_DEPTH": str(self.bits),
            "DIGITIZER_SAMPLE_RATE": str(SAMPLE_RATE),
            "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI": str(high),
            "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO": str(low),
            "TIMESTAMP_SAMPLE_RATE": str(SAMPLE_RATE),
        }
        if self.frame_rate is None:
            return fields
        rate = f"{self.frame_rate.numerator}/{self.frame_rate.denominator}"
        return {
            "MASTER_SPEED": rate,
            "CURRENT_SPEED": rate,
            "TIMECODE_RATE": rate,
            "TIMECODE_FLAG": "DF" if self.drops else "NDF",
            **fields,
        }


def _fill(parent: ElementTree.Element, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        ElementTree.SubElement(parent, name).text = xml_text(text)
