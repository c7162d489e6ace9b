"""The digest of a sound alone, whatever else its file holds.

It is the sha256 of the samples as integers (or 32-bit floats), channels next to each other, little
endian: the bytes of a WAV file's `data` chunk. A FLAC file of the same samples has the same digest.
So marks and signatures, which change a file, do not change it.
"""

import hashlib
from typing import Any, BinaryIO, Literal

import numpy as np
import soundfile

from foley_core.errors import DecodeError
from foley_core.media.flac_comments import is_flac
from foley_core.media.wave_chunks import chunks_of, is_wave

_BLOCK_BYTES = 4 << 20
_BLOCK_SAMPLES = 1 << 18
_FLAC_BITS = {"PCM_16": 16, "PCM_24": 24}


def sound_sha256(file: BinaryIO, name: str) -> str | None:
    """Return the digest, in hex, of a WAV or FLAC file's sound; None of other files.

    Args:
        file: seekable bytes of any file; `name` stands for it in messages.

    Raises:
        DecodeError: the sound is damaged or cut off.
    """
    if is_wave(file):
        return _sha256_of_wave(file, name)
    if is_flac(file):
        return _sha256_of_flac(file, name)
    return None


def _sha256_of_wave(file: BinaryIO, name: str) -> str:
    data = next((chunk for chunk in chunks_of(file) if chunk.name == b"data"), None)
    if data is None:
        raise DecodeError(f"{name}: a WAV file without sound; it is damaged")
    found, left = hashlib.sha256(), data.size_bytes
    file.seek(data.start)
    while left and (block := file.read(min(left, _BLOCK_BYTES))):
        found.update(block)
        left -= len(block)
    if left:
        raise DecodeError(f"{name}: {left} bytes of its sound are missing; it was cut off")
    return found.hexdigest()


def _sha256_of_flac(file: BinaryIO, name: str) -> str:
    found, total = hashlib.sha256(), 0
    file.seek(0)
    try:
        with soundfile.SoundFile(file) as sound:
            bits = _FLAC_BITS[sound.subtype]
            kind: Literal["int16", "int32"] = "int16" if bits == 16 else "int32"
            for block in sound.blocks(_BLOCK_SAMPLES, dtype=kind, always_2d=True):
                found.update(_bytes_of(block, bits))
                total += len(block)
            stated = sound.frames
    except (soundfile.LibsndfileError, KeyError) as error:
        raise DecodeError(f"{name}: its sound cannot be read ({error}); it is damaged") from error
    if total != stated:
        raise DecodeError(f"{name}: {total} of {stated} samples are there; it was cut off")
    return found.hexdigest()


def _bytes_of(block: Any, bits: int) -> bytes:
    """Return integers as the bytes of a WAV file; those of 24 bits come in the upper ones of 32."""
    if bits == 16:
        return bytes(block.astype("<i2", copy=False).tobytes())
    octets = block.astype("<i4", copy=False).view(np.uint8).reshape(*block.shape, 4)
    return bytes(octets[..., 1:].tobytes())
