"""What is refused says what it is; what may be a video is let through."""

import io
from collections.abc import Callable
from pathlib import Path

import odd_videos
import pytest
import videos

from foley_core.errors import DecodeError
from foley_core.media.file_kinds import HEAD_BYTES, why_refused
from foley_core.media.probe import probe


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a JPEG picture"),
        (b"\x89PNG\r\n\x1a\n\x00", "a PNG picture"),
        (b"GIF89a\x01\x00", "a GIF picture"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a WebP picture"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "an audio file without pictures"),
        (b"\x00\x00\x00\x1cftypheic\x00\x00", "a HEIF picture"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00", "an AVIF picture"),
        (b"\x00\x00\x00\x1cftypM4A \x00\x00", "an audio file without pictures"),
        (b"ID3\x04\x00\x00\x00\x00", "an audio file without pictures"),
        (b"\xff\xfb\x90\x64\x00\x0f", "an audio file without pictures"),
        (b"\xff\xf1\x50\x80\x02\x1f", "an audio file without pictures"),
        (b"fLaC\x00\x00\x00\x22", "an audio file without pictures"),
        (b"OggS\x00\x02" + 22 * b"\x00" + b"\x01vorbis", "an audio file without pictures"),
        (b"OggS\x00\x02" + 22 * b"\x00" + b"\x80theora", "an Ogg video.*convert it"),
        (b"<!DOCTYPE html>\n<html><head>", "an HTML page"),
        (b"\xef\xbb\xbf  <html>\n", "an HTML page"),
        (b"<?xml version='1.0'?><svg xmlns=''>", "an SVG drawing"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>", "an XML document"),
        (b'{"error": "not found"}', "a JSON document"),
        (b"#EXTM3U\n#EXT-X", "a playlist"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        (b"\x1f\x8b\x08\x00\x00", "a gzip archive"),
        (257 * b"a" + b"ustar\x0000", "a tar archive"),
        (b"FLV\x01\x05\x00\x00", "a Flash video.*convert it"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "a Windows Media file.*convert it"),
        (b"\x00\x00\x01\xba\x44\x00\x04", "an MPEG program stream.*convert it"),
        (b"video_id,uri\nwalk,walk.mp4\n", "a text"),
        ("Übung macht den Meister, jeden Tag aufs Neue\n".encode(), "a text"),
        (64 * b"\x00", "nothing but zeros"),
        (b"", "the file is empty"),
        (b"PAR1\x15\x04\x15", "a Parquet table"),
        (b"\x7fELF\x02\x01\x01", "a program"),
    ],
)
def test_a_refused_file_says_what_it_is(head: bytes, kind: str) -> None:
    with pytest.raises(DecodeError, match=rf"a\.mp4: .*{kind}"):
        probe(io.BytesIO(head), "a.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.avi", "a.webm", "a.mxf"])
def test_a_video_is_let_through(tmp_path: Path, name: str) -> None:
    codec = {"a.webm": "libvpx", "a.mxf": "mpeg2video"}.get(name, "mpeg4")
    head = videos.render(tmp_path / name, codec=codec, seconds=1).read_bytes()[:HEAD_BYTES]
    assert why_refused(head) is None
    if name == "a.ts":
        # A recording may begin in the middle of a packet, or with a time before each (M2TS).
        assert why_refused(head[77:]) is None
        blu_ray = b"".join(b"BM\x00\x00" + head[at : at + 188] for at in range(0, 1880, 188))
        assert why_refused(blu_ray) is None


def test_a_box_of_64_bits_is_not_a_bare_stream() -> None:
    assert why_refused(b"\x00\x00\x00\x01mdat" + 64 * b"\x00") is None


@pytest.mark.parametrize("make", [videos.sound_only])
def test_sound_alone_is_named(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with (
        make(tmp_path / "a.mp4").open("rb") as file,
        pytest.raises(DecodeError, match="an audio file without pictures"),
    ):
        probe(file, "a.mp4")


def test_only_previews_is_a_still_image(tmp_path: Path) -> None:
    path = odd_videos.several_pictures(tmp_path / "a.mov", (64, 64), (1, 1))
    with path.open("rb") as file, pytest.raises(DecodeError, match="still image"):
        probe(file, "a.mov")
