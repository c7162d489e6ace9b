"""Statements in a file about its origin, and a check that they agree with each other."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foley_core.errors import DecodeError, MediaError
from foley_core.media.file_marks import AIGC, SOURCE_TYPE, read_marks
from foley_core.media.marks import maker_in
from foley_core.media.sound_digest import sound_sha256
from foley_core.provenance.aigc_label import AigcLabel, read_label
from foley_core.provenance.credentials import Credentials, read_credentials
from foley_core.provenance.marking import SIDECAR_ENDING

LONGEST_SIDECAR_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Claims:
    """The statements of a file, and the digests to check them by.

    Attributes:
        sha256, size_bytes: of the file.
        audio_sha256: digest of its sound alone; None where it holds a picture too.
        made_by: generator, with the mark of its licence, from its coding history or comment.
        source_type: IPTC's, an address.
        credentials: None where it has none.
        label: China's label; None where it has none, or a faulty one.
        faults: what cannot be read.
    """

    sha256: str
    size_bytes: int
    audio_sha256: str | None
    made_by: str
    source_type: str
    credentials: Credentials | None
    label: AigcLabel | None
    faults: tuple[str, ...] = ()


def claims_of(path: Path, trusted: str | None = None) -> Claims:
    """Read all that a file of any origin says; credentials beside it too.

    Args:
        trusted: certificates of trusted authorities, as PEM.

    Raises:
        ConfigError: the extra `provenance` is missing.
        DecodeError: the file cannot be read, or is neither sound nor video.
    """
    faults: list[str] = []
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            marks = read_marks(file, path.name)
            try:
                audio = sound_sha256(file, path.name)
            except MediaError as error:
                audio = None
                faults.append(str(error))
            credentials = read_credentials(file, path.suffix, _beside(path), trusted)
            made_by = maker_in(file)
    except OSError as error:
        raise DecodeError(f"{path} cannot be read ({error.strerror})") from error
    label = None
    if AIGC in marks:
        try:
            label = read_label(marks[AIGC])
        except ValueError as error:
            faults.append(f"its AIGC label cannot be read ({error})")
    source_type = marks.get(SOURCE_TYPE, "")
    return Claims(sha256, size, audio, made_by, source_type, credentials, label, tuple(faults))


def contradictions(claims: Claims) -> Iterator[str]:
    """Yield a sentence for each statement of a file that does not fit it, or another one."""
    yield from claims.faults
    signed, label, audio = claims.credentials, claims.label, claims.audio_sha256
    if signed:
        for fault in signed.faults:
            state = "do not hold" if signed.signed_by else "cannot be read, if it has any"
            yield f"its Content Credentials {state} ({fault})"
        stated = signed.facts.get("audio_sha256")
        if audio and stated and stated != audio:
            yield "its sound is not the one that was signed"
        if claims.source_type and signed.source_type not in ("", claims.source_type):
            yield "its IPTC source type is not the one that was signed"
    if label and label.audio_sha256:
        of_label = audio or (signed.facts.get("audio_sha256") if signed else None)
        if of_label and label.audio_sha256 != of_label:
            yield "its AIGC label is that of another sound"


def _beside(path: Path) -> bytes | None:
    """Return the file of credentials beside a file, if there is one."""
    sidecar = path.with_suffix(SIDECAR_ENDING)
    if not sidecar.is_file():
        return None
    if sidecar.stat().st_size > LONGEST_SIDECAR_BYTES:
        raise DecodeError(f"{sidecar} has more than {LONGEST_SIDECAR_BYTES} bytes; remove it")
    return sidecar.read_bytes()
