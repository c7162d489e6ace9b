"""Marks that say what a file is, as short texts: written into sound files, read from all kinds.

A mark has a name, and each container a place for it: a chunk of a WAV file, a Vorbis comment of a
FLAC file, a tag of any other. `SOURCE_TYPE` is IPTC's "digital source type"; WAV files have it in
an XMP packet, as the XMP standard says. `AIGC` is China's label, see `provenance.aigc_label`.
"""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from foley_core.errors import EncodeError
from foley_core.media.container import open_container
from foley_core.media.flac_comments import add_comments, comments_of, is_flac
from foley_core.media.tags import tag
from foley_core.media.wave_chunks import add_chunks, is_wave, text_of_chunk

AIGC = "AIGC"
SOURCE_TYPE = "DIGITALSOURCETYPE"
NAMES = (AIGC, SOURCE_TYPE)

_XMP_CHUNK = b"_PMX"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<Iptc4xmpExt:DigitalSourceType>{value}</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
_IN_XMP = re.compile(rb"DigitalSourceType(?:>|\s*=\s*[\"'])\s*([^\s\"'<>]{1,200})")


def write_marks(path: Path, marks: Mapping[str, str]) -> None:
    """Put marks into a WAV or FLAC file, in place of former ones; its sound is not touched.

    Args:
        marks: texts by name, of `NAMES`.

    Raises:
        EncodeError: the file is of another kind, or the file system refuses.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".foley-") as folder:
        marked = Path(folder) / path.name
        try:
            if path.suffix == ".flac":
                add_comments(path, marked, marks)
            elif path.suffix == ".wav":
                add_chunks(path, marked, *_chunks(marks))
            else:
                raise EncodeError(f"{path.name}: only WAV and FLAC files can be marked afterwards")
            marked.replace(path)
        except OSError as error:
            raise EncodeError(f"{path}: cannot be marked ({error}); is there space?") from error


def read_marks(file: BinaryIO, name: str) -> dict[str, str]:
    """Return the marks of a file, by name; what it does not have is not there.

    Args:
        file: seekable bytes of any file; `name` stands for it in messages.

    Raises:
        DecodeError: it is neither sound nor video, or damaged.
    """
    if is_wave(file):
        found = _marks_of_wave(file)
    elif is_flac(file):
        comments = comments_of(file)
        found = {mark: comments.get(mark, "") for mark in NAMES}
    else:
        file.seek(0)
        with open_container(file, name) as container:
            found = {mark: tag(container.metadata, mark.lower()) for mark in NAMES}
    return {mark: text for mark, text in found.items() if text}


def _chunks(marks: Mapping[str, str]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Return chunks for behind `fmt `, as the guide to China's label says, and for the end."""
    label = {AIGC.encode(): marks[AIGC].encode()} if AIGC in marks else {}
    if SOURCE_TYPE not in marks:
        return label, {}
    return label, {_XMP_CHUNK: _XMP.format(value=marks[SOURCE_TYPE]).encode()}


def _marks_of_wave(file: BinaryIO) -> dict[str, str]:
    label = text_of_chunk(file, AIGC.encode()) or b""
    found = _IN_XMP.search(text_of_chunk(file, _XMP_CHUNK) or b"")
    return {
        AIGC: label.decode(errors="replace").strip("\0"),
        SOURCE_TYPE: found[1].decode() if found else "",
    }
