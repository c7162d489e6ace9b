"""Names of files that are no videos, by their first bytes: FFmpeg would name only a parsing error.

Nobody is helped by "invalid data": a person who reads "a PDF document" knows which upload went
wrong.
"""

HEAD_BYTES = 4096
"""First bytes of a file that tell its kind."""

# A name alone where it says all; else with what to do. In order: the longer magic goes first.
_MAGICS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture (still image)"),
    (b"\xff\xd8\xff", "a JPEG picture (still image)"),
    (b"GIF8", "a GIF picture (still image)"),
    (b"BM", "a BMP picture (still image)"),
    (b"II*\x00", "a TIFF picture (still image)"),
    (b"MM\x00*", "a TIFF picture (still image)"),
    (b"8BPS", "a Photoshop picture (still image)"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture (still image)"),
    (b"SDPX", "a DPX picture (still image)"),
    (b"XPDS", "a DPX picture (still image)"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture (still image)"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture (still image)"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"ID3", "an audio file without pictures (MP3)"),
    (b"fLaC", "an audio file without pictures (FLAC)"),
    (b"FORM", "an audio file without pictures (AIFF)"),
    (b"RF64", "an audio file without pictures (WAV)"),
    (b"#!AMR", "an audio file without pictures (AMR)"),
    (b"MThd", "a MIDI file without pictures"),
    (b"FLV\x01", "a Flash video (FLV)"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file (WMV, ASF)"),
    (b".RMF", "a RealMedia file"),
    (b"\x00\x00\x01\xba", "an MPEG program stream (MPG, VOB)"),
    (b"\x00\x00\x01\xb3", "a bare MPEG stream without a container"),
    (b"\x00\x00\x00\x01", "a bare H.264 or HEVC stream without a container"),
    (b"DKIF", "a bare VP8, VP9 or AV1 stream (IVF)"),
    (b"YUV4MPEG2", "raw pictures (Y4M)"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x93NUMPY", "an array of numbers"),
    (b"\x89HDF", "an HDF5 file"),
    (b"wOF", "a font"),
    (b"#!", "a script"),
)
MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip", b"moof", b"styp")
"""Names of boxes that an mp4 or mov file may begin with, after four bytes of length."""

_TS_PACKETS = (188, 192, 204)
_TS_SYNC = 0x47
_CONVERTED = ("FLV", "WMV", "RealMedia", "MPEG", "H.264", "VP8", "Y4M", "Ogg")
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"<mpd", b"[playlist]", b"<asx", b"<smil", b"<xspf")
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
_RIFF = {
    b"WEBP": "a WebP picture (still image)",
    b"WAVE": "an audio file without pictures (WAV)",
    b"RMID": "a MIDI file without pictures",
}
_BRANDS = {
    b"heic": "a HEIF picture (still image)",
    b"heix": "a HEIF picture (still image)",
    b"mif1": "a HEIF picture (still image)",
    b"avif": "an AVIF picture (still image)",
    b"M4A ": "an audio file without pictures (M4A)",
    b"M4B ": "an audio file without pictures (M4B)",
}
_MP3_FRAMES = (0xFB, 0xFA, 0xF3, 0xF2)
_AAC_FRAMES = (0xF1, 0xF9)
_LEAST_PRINTABLE = 0.95


def why_refused(head: bytes) -> str | None:
    """Return what a file with these first bytes is, or None if it may be a video.

    Args:
        head: up to `HEAD_BYTES` bytes.
    """
    if not head:
        return "the file is empty; upload it again"
    if not head.strip(b"\x00"):
        return (
            "the file begins with nothing but zeros: the upload was not finished; upload it again"
        )
    # A transport stream may begin anywhere, so with any bytes.
    if _is_transport_stream(head):
        return None
    kind = _by_magic(head) or _by_marks(head) or _text(head)
    if kind is None or kind.startswith("a playlist"):
        return kind
    if any(name in kind for name in _CONVERTED):
        return f"{kind}, which is not taken; convert it to mp4"
    return f"{kind}, not a video; name a video file"


def _by_magic(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[4:8] in MP4_BOXES:
        return None
    return next((kind for magic, kind in _MAGICS if head.startswith(magic)), None)


def _is_transport_stream(head: bytes) -> bool:
    """Return True if the mark of a packet recurs at one of the three lengths of packets."""
    return any(
        all(head[first + count * length] == _TS_SYNC for count in range(5))
        for length in _TS_PACKETS
        if len(head) >= 5 * length
        for first in range(length)
    )


def _by_marks(head: bytes) -> str | None:
    """Return the kind of a file whose mark is short, or not at its beginning."""
    if head[257:262] == b"ustar":
        return "a tar archive"
    if head[:4] == b"OggS":
        # An Ogg file names the codecs of its streams in its first pages.
        video = b"theora" in head[:200] or b"\x80theora" in head
        return "an Ogg video" if video else "an audio file without pictures (Ogg)"
    if head[0] == 0xFF and len(head) > 1:
        if head[1] in _AAC_FRAMES:
            return "an audio file without pictures (AAC)"
        if head[1] in _MP3_FRAMES:
            return "an audio file without pictures (MP3)"
    return None


def _text(head: bytes) -> str | None:
    """Return the kind of a text, or None if the bytes are none."""
    shown = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    start = shown[:512].lower()
    printable = sum(byte >= 0x20 or byte in b"\t\n\r\f" for byte in head)
    if start.startswith(_PLAYLISTS) or (start.startswith(b"<?xml") and _names_playlist(start)):
        return "a playlist, not a video; name the video file itself in the manifest"
    if printable < _LEAST_PRINTABLE * len(head) or b"\x00" in head:
        return None
    if start.startswith(_PAGES) or b"<html" in start:
        return "an HTML page"
    if b"<svg" in start:
        return "an SVG drawing (still image)"
    if start.startswith(b"<"):
        return "an XML document"
    if start.startswith((b"{", b"[")):
        return "a JSON document"
    try:
        head.decode("utf-8", errors="strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return None
    return "a text"


def _names_playlist(start: bytes) -> bool:
    return any(mark in start for mark in (b"<mpd", b"<asx", b"<smil", b"playlist", b"<xspf"))
