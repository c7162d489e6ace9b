"""Marks in a finished file, the last step before it is delivered.

In this order: the digest of its sound; IPTC's source type and China's label; Content Credentials.
All but the last are the same bytes for the same sound.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from foley_core.errors import DecodeError, EncodeError
from foley_core.media.encode import write_track
from foley_core.media.file_marks import AIGC, SOURCE_TYPE, write_marks
from foley_core.media.sound_digest import sound_sha256
from foley_core.provenance.aigc_label import label_of_sound
from foley_core.provenance.credentials import sign_file
from foley_core.provenance.marking import Marker, Marking
from foley_core.provenance.origin import SourceType, source_type_uri
from foley_core.provenance.signing import find_signing_key


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked file: the digest of its sound, the name of who signed it (None: nobody), and the
    path of the credentials where they do not fit into it."""

    audio_sha256: str
    signed_by: str | None = None
    sidecar: Path | None = None


def mark_file(
    path: Path,
    marker: Marker,
    source_type: SourceType = "trainedAlgorithmicMedia",
    audio_sha256: str | None = None,
    title: str | None = None,
) -> Marked:
    """Mark a finished file in place. Once for a file: marks of a former time are replaced, but
    credentials are not taken out.

    Args:
        path: a .wav or .flac file, or with the picture one that was muxed with `marks_for`.
        audio_sha256: digest of the sound in a file with the picture, that of its track.
        title: name that signed files are known by; None: that of the file.

    Raises:
        ConfigError: there is no key to sign with, see `signing`.
        EncodeError: the file cannot be read or written.
    """
    if audio_sha256 is None:
        try:
            with path.open("rb") as file:
                audio_sha256 = sound_sha256(file, path.name) or ""
        except (OSError, DecodeError) as error:
            raise EncodeError(f"{path.name}: cannot be read back ({error})") from error
        write_marks(path, marks_for(marker, source_type, audio_sha256))
    if not marker.marking.sign:
        return Marked(audio_sha256)
    key = find_signing_key(marker.marking)
    sidecar = sign_file(path, source_type, marker.origin, audio_sha256, key, title or path.name)
    return Marked(audio_sha256, key.name, sidecar)


def marks_for(marker: Marker, source_type: SourceType, audio_sha256: str) -> dict[str, str]:
    """Return the marks of a file, for `write_marks` or for muxing."""
    marks = {SOURCE_TYPE: source_type_uri(source_type)}
    if marker.marking.aigc_producer:
        marks[AIGC] = label_of_sound(marker.marking.aigc_producer, audio_sha256).to_text()
    return marks


def with_signer(marking: Marking) -> Marking:
    """Return settings that name the signer: where files are to be signed, a moment of silence is
    signed first, so that a wrong key is known before a job begins.

    Raises:
        ConfigError: files are to be signed, and cannot be; see `signing.find_signing_key`.
    """
    if not marking.sign:
        return marking
    with TemporaryDirectory(prefix="foley-") as folder:
        path = Path(folder) / "silence.wav"
        silence = np.zeros((1, 480), np.float32)
        write_track(path, [silence], channels=1, samples=480, encoding="wav16")
        return replace(marking, signer=mark_file(path, Marker(marking)).signed_by)
