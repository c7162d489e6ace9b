"""China's label: written where the practice guide says, read by a parser that knows only that.

The guide (TC260-PG-2025, metadata of audio and video files): JSON of seven fields; in WAV files the
body of a RIFF chunk `AIGC`, in FLAC files a Vorbis comment `AIGC`, in mp4 a key `AIGC` of
`moov.udta.meta`.
"""

import json
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
import sounds
import videos

from foley_core.media.mux import mux
from foley_core.media.probe import probe
from foley_core.provenance.aigc_label import AigcLabel, label_of_sound, read_label
from foley_core.provenance.mark_file import mark_file, marks_for
from foley_core.provenance.marking import Marker, Marking

MARKER = Marker(Marking(aigc_producer="例 GmbH"))


def of_wav(data: bytes) -> str:
    place = 12
    while data[place : place + 4] != b"AIGC":
        (size,) = struct.unpack("<I", data[place + 4 : place + 8])
        place += 8 + size + size % 2
    (size,) = struct.unpack("<I", data[place + 4 : place + 8])
    return data[place + 8 : place + 8 + size].decode()


def of_flac(data: bytes) -> str:
    place = 4
    while data[place] & 0x7F != 4:
        place += 4 + int.from_bytes(data[place + 1 : place + 4], "big")
    place += 4
    (vendor,) = struct.unpack_from("<I", data, place)
    (count,) = struct.unpack_from("<I", data, place + 4 + vendor)
    place += 8 + vendor
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, place)
        name, _, value = data[place + 4 : place + 4 + size].decode().partition("=")
        if name == "AIGC":
            return value
        place += 4 + size
    raise AssertionError("no comment AIGC")


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    while data:
        size, kind = struct.unpack(">I4s", data[:8])
        yield kind, data[8:size]
        data = data[size:]


def of_mp4(data: bytes) -> str:
    for name in (b"moov", b"udta", b"meta"):
        data = dict(boxes(data))[name]
    meta = dict(boxes(data[4:]))  # version and flags come first
    keys = [body.decode() for kind, body in boxes(meta[b"keys"][8:]) if kind == b"mdta"]
    items = [body for _, body in boxes(meta[b"ilst"])]
    item = dict(boxes(items[keys.index("AIGC")]))
    return item[b"data"][8:].decode()


def checked(text: str, audio_sha256: str) -> None:
    fields = json.loads(text)
    assert list(fields) == ["Label", "ContentProducer", "ProduceID", "ReservedCode1",
                            "ContentPropagator", "PropagateID", "ReservedCode2"]  # fmt: skip
    assert all(isinstance(value, str) for value in fields.values())
    assert (fields["Label"], fields["ContentProducer"]) == ("1", "例 GmbH")
    assert fields["ProduceID"] == audio_sha256[:32]
    assert fields["ReservedCode1"] == f"audio-sha256:{audio_sha256}"


def test_the_chunk_of_a_wav_file_stands_behind_its_format(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    marked = mark_file(path, MARKER)
    checked(of_wav(path.read_bytes()), marked.audio_sha256)
    assert path.read_bytes()[36:40] == b"AIGC"


def test_the_comment_of_a_flac_file(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.flac", "flac16")
    marked = mark_file(path, MARKER)
    checked(of_flac(path.read_bytes()), marked.audio_sha256)


def test_the_key_of_an_mp4(tmp_path: Path) -> None:
    video = videos.render(tmp_path / "v.mp4", seconds=1)
    track, out = sounds.tone(tmp_path / "a.wav", samples=48_000), tmp_path / "out.mp4"
    marks = marks_for(MARKER, "compositeWithTrainedAlgorithmicMedia", "ab" * 32)
    with video.open("rb") as file:
        mux(file, "v", track, out, probe(file, "v"), Fraction(0), Fraction(1), marks)
    checked(of_mp4(out.read_bytes()), "ab" * 32)


def test_without_a_producer_there_is_no_label(tmp_path: Path) -> None:
    path = sounds.tone(tmp_path / "a.wav")
    mark_file(path, Marker())
    assert b"AIGC" not in path.read_bytes()


def test_what_is_written_is_read() -> None:
    label = label_of_sound("Beispiel AG", "0f" * 32)
    assert read_label(label.to_text()) == label


def test_labels_of_other_programs_are_read() -> None:
    own = {"Label": "1", "ContentProducer": "P", "ProduceID": "7", "ReservedCode1": "theirs"}
    assert read_label(json.dumps({"AIGC": own})) == AigcLabel("P", "7")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no JSON", "Expecting value"),
        ("[]", "no JSON object"),
        ('{"Label": 1, "ContentProducer": "P"}', "no text"),
        ('{"Label": "1"}', "no ContentProducer"),
        ("[" * 4000, "nested"),
        (" " * 5000, "more than 4096"),
    ],
)
def test_what_is_no_label_is_said(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_label(text)
