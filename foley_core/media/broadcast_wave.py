"""Headers of broadcast WAV files: RIFF, RF64 beyond 4 GiB, and the `bext` chunk, as bytes.

They follow EBU Tech 3285 version 2 (`bext`) and EBU Tech 3306 (RF64). The length is known before
the first sample, so a header is written once and never changed afterwards. It holds no date and no
name of the writing program: the same sound gives the same file.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from foley_core.media.wave_chunks import (
    RIFF_LIMIT_BYTES,
    chunk_bytes,
    is_wave,
    text_of_chunk,
)
from foley_core.timebase import SAMPLE_RATE

# Format tags of WAV: integers, IEEE floats, and those whose real tag follows, beside which speakers
# the channels are for.
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# Bits of the speakers in the order of channels: L R C LFE Ls Rs. FFmpeg calls these "5.1".
_SPEAKERS = {6: 0x3F}
# The rest of the identifier whose first two bytes are the tag.
_TAG_ENDING = bytes.fromhex("000000001000800000aa00389b71")
# Tech 3285: the value of a loudness field that is not given, and the length of all fixed fields.
_UNUSED_LOUDNESS = 0x7FFF
_BEXT_FIXED_BYTES = 602


@dataclass(frozen=True, slots=True)
class BroadcastExtension:
    """The fields of a `bext` chunk that this project fills; text is ASCII.

    Attributes:
        description: at most 256 characters; more are cut off.
        originator: at most 32 characters; more are cut off.
        time_reference_samples: samples from midnight to the first sample, from the timecode.
        loudness_lufs, loudness_range_lu, true_peak_dbtp: of the whole track; None if not defined.
        coding_history: lines as in EBU R98, such as "A=PCM,F=48000,W=16,M=stereo".
    """

    description: str = ""
    originator: str = ""
    time_reference_samples: int = 0
    loudness_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    coding_history: str = ""


def wave_header(
    channels: int,
    samples: int,
    bits: int,
    bext: BroadcastExtension | None = None,
    ixml: bytes = b"",
) -> bytes:
    """Return everything of a 48 kHz WAV file that comes before its samples.

    If the samples have an odd count of bytes, the caller must write one zero byte after them.

    Args:
        channels: 6 are L R C LFE Ls Rs, and said to be.
        samples: for each channel.
        bits: 16 or 24 for integers, 32 for floats.
        ixml: body of an iXML chunk, see `ixml`; none where it is empty.
    """
    data_bytes = channels * samples * bits // 8
    chunks = chunk_bytes(b"fmt ", _format(channels, bits))
    # Formats other than integers must state their length in samples.
    if bits == 32:
        chunks += chunk_bytes(b"fact", struct.pack("<I", min(samples, RIFF_LIMIT_BYTES)))
    if bext is not None:
        chunks += chunk_bytes(b"bext", _bext(bext))
    if ixml:
        chunks += chunk_bytes(b"iXML", ixml)
    riff_bytes = 4 + len(chunks) + 8 + data_bytes + data_bytes % 2
    if riff_bytes <= RIFF_LIMIT_BYTES:
        head = struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE")
        return head + chunks + struct.pack("<4sI", b"data", data_bytes)
    # The ds64 chunk holds the sizes in 64 bits and is itself 36 bytes long; its table is empty.
    sizes = struct.pack("<QQQI", riff_bytes + 36, data_bytes, samples, 0)
    head = struct.pack("<4sI4s", b"RF64", RIFF_LIMIT_BYTES, b"WAVE") + chunk_bytes(b"ds64", sizes)
    return head + chunks + struct.pack("<4sI", b"data", RIFF_LIMIT_BYTES)


def coding_history_of(file: BinaryIO) -> str | None:
    """Return the coding history of a WAV file, written by any program.

    Chunks after the sound are read too, since some programs write theirs there.

    Returns:
        The text; empty if the file has none; None if it is not a WAV file.
    """
    if not is_wave(file):
        return None
    body = text_of_chunk(file, b"bext") or b""
    return body[_BEXT_FIXED_BYTES:].decode("latin-1").strip("\0")


def _format(channels: int, bits: int) -> bytes:
    block_bytes = channels * bits // 8
    kind = _FLOAT if bits == 32 else _PCM
    tag = _EXTENSIBLE if channels in _SPEAKERS else kind
    fields = (tag, channels, SAMPLE_RATE, SAMPLE_RATE * block_bytes, block_bytes, bits)
    plain = struct.pack("<HHIIHH", *fields)
    if tag == _EXTENSIBLE:
        return plain + struct.pack("<HHIH", 22, bits, _SPEAKERS[channels], kind) + _TAG_ENDING
    return plain + (struct.pack("<H", 0) if kind == _FLOAT else b"")


def _bext(bext: BroadcastExtension) -> bytes:
    # Momentary and short-term maxima, the last two, are not measured.
    loudness = (bext.loudness_lufs, bext.loudness_range_lu, bext.true_peak_dbtp, None, None)
    # Description, originator, its reference, date, time; samples since midnight, version of the
    # chunk, UMID, five loudness values, and what is reserved.
    body = struct.pack(
        "<256s32s32s10s8sQH64s5h180s",
        _ascii(bext.description),
        _ascii(bext.originator),
        b"",
        b"",
        b"",
        bext.time_reference_samples,
        2,
        b"",
        *(_hundredths(value) for value in loudness),
        b"",
    )
    history = _ascii("".join(f"{line}\r\n" for line in bext.coding_history.splitlines()))
    return body + history + b"\0" if history else body


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _hundredths(value: float | None) -> int:
    """Return a loudness field: hundredths of a unit, or the value that means "not given"."""
    if value is None or not -99.99 <= value <= 99.99:
        return _UNUSED_LOUDNESS
    return round(value * 100)
