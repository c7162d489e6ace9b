"""Writing of finished sound: broadcast WAV in one pass, FLAC, and stems as FLAC in memory.

The project has a WAV writer of its own, because a track must have an exact count of samples, may be
larger than 4 GiB, has a `bext` chunk, and must be the same bytes for the same sound.

16-bit files are dithered (TPDF, from a seed); files of 24 bits and of floats are not. Nothing is
limited here: sound above full scale, for which only 32-bit floats have room, raises an error.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import soundfile

from foley_core.errors import DecodeError, EncodeError
from foley_core.media.broadcast_wave import BroadcastExtension, wave_header
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64, I32

Encoding: TypeAlias = Literal["wav16", "wav24", "wav32f", "flac16", "flac24"]

_BITS: dict[Encoding, int] = {"wav16": 16, "wav24": 24, "wav32f": 32, "flac16": 16, "flac24": 24}
_WRITTEN_SAMPLES = 48_000


def write_track(
    path: Path,
    blocks: Iterable[F32],
    *,
    channels: int,
    samples: int,
    encoding: Encoding,
    bext: BroadcastExtension | None = None,
    ixml: bytes = b"",
    dither_seed: int = 0,
    comment: str = "",
) -> None:
    """Write blocks of (C, n) float32 at 48 kHz as one file of exactly `samples` samples.

    One block is in memory. The bytes do not depend on how the sound is cut into blocks. A file that
    cannot be finished is removed.

    Args:
        encoding: container and sample format.
        bext, ixml: chunks of WAV files; FLAC has none.
        dither_seed: of the dither of 16-bit files.
        comment: text for FLAC files.

    Raises:
        EncodeError: there are more or fewer samples or channels, or samples are not finite, or
            (but in `wav32f`) beyond full scale, or the file system refuses.
    """
    # Rounding to 24 bits errs by -144 dB at most, which nobody hears: only 16 bits need dither.
    bits = _BITS[encoding]
    rng = np.random.default_rng(dither_seed) if bits == 16 else None
    limit = float(np.finfo(np.float32).max) if encoding == "wav32f" else 1.0
    pieces = _exactly(blocks, channels, samples, limit, path.name)
    try:
        if encoding.startswith("wav"):
            header = wave_header(channels, samples, bits, bext, ixml)
            _write_wav(path, pieces, header, bits, rng)
        else:
            _write_flac(path, pieces, channels, bits, rng, comment)
    except (OSError, soundfile.LibsndfileError) as error:
        path.unlink(missing_ok=True)
        raise EncodeError(f"{path}: cannot be written ({error}); is there space?") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def encode_stem(waveform: F32, comment: str = "") -> bytes:
    """Return a (C, N) float32 waveform at 48 kHz as FLAC of 24 bits, rounded, without dither.

    Args:
        comment: text in the file, such as the mark of a licence; see `marks`.

    Raises:
        EncodeError: there are no samples, or some are not finite or beyond full scale.
    """
    if not waveform.size:
        raise EncodeError("stem: there are no samples to write")
    data = BytesIO()
    _refuse_unsound(waveform, 1.0, "stem")
    # The library wants 24 bits in the upper part of 32.
    values = _quantised(waveform, 24, None) << 8
    try:
        with soundfile.SoundFile(
            data, "w", SAMPLE_RATE, values.shape[1], "PCM_24", format="FLAC"
        ) as out:
            if comment:
                out.comment = comment
            out.write(values)
    except soundfile.LibsndfileError as error:
        raise EncodeError(f"stem: {error}") from error
    return data.getvalue()


def decode_stem(data: bytes) -> F32:
    """Return the (C, N) float32 waveform of an `encode_stem` result, exactly as it was rounded.

    Raises:
        DecodeError: the data are not a whole FLAC file at 48 kHz.
    """
    try:
        with soundfile.SoundFile(BytesIO(data)) as stem:
            stated, sample_rate = stem.frames, stem.samplerate
            values = stem.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise DecodeError(f"stem: not a FLAC file ({error.error_string}); make it again") from error
    if sample_rate != SAMPLE_RATE or len(values) != stated:
        raise DecodeError(
            f"stem: {len(values)} of {stated} samples at {sample_rate} Hz; make it again"
        )
    waveform: F32 = np.ascontiguousarray(values.T)
    return waveform


def stem_comment(data: bytes) -> str:
    """Return the text in an `encode_stem` result; empty where there is none.

    Raises:
        DecodeError: the data are not a FLAC file.
    """
    try:
        with soundfile.SoundFile(BytesIO(data)) as stem:
            return str(stem.comment or "")
    except soundfile.LibsndfileError as error:
        raise DecodeError(f"stem: not a FLAC file ({error.error_string}); make it again") from error


def _write_wav(
    path: Path, pieces: Iterable[F32], header: bytes, bits: int, rng: np.random.Generator | None
) -> None:
    written = 0
    with path.open("wb") as out:
        out.write(header)
        for piece in pieces:
            written += out.write(_little_endian(piece, bits, rng))
        out.write(b"\0" * (written % 2))


def _write_flac(
    path: Path,
    pieces: Iterable[F32],
    channels: int,
    bits: int,
    rng: np.random.Generator | None,
    comment: str,
) -> None:
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, channels, subtype=f"PCM_{bits}", format="FLAC"
    ) as out:
        if comment:
            out.comment = comment
        for piece in pieces:
            out.write(_quantised(piece, bits, rng) << (32 - bits))


def _exactly(
    blocks: Iterable[F32], channels: int, samples: int, limit: float, name: str
) -> Iterator[F32]:
    """Yield the blocks in pieces of at most a second, checked; exactly `samples` samples in all."""
    total = 0
    for block in blocks:
        if block.ndim != 2 or block.shape[0] != channels:
            raise EncodeError(f"{name}: a block of shape {block.shape} is not ({channels}, n)")
        total += block.shape[1]
        if total > samples:
            raise EncodeError(f"{name}: more than the {samples} samples of the picture came")
        _refuse_unsound(block, limit, name)
        for begin in range(0, block.shape[1], _WRITTEN_SAMPLES):
            yield block[:, begin : begin + _WRITTEN_SAMPLES]
    if total < samples:
        raise EncodeError(f"{name}: only {total} of the {samples} samples of the picture came")


def _refuse_unsound(waveform: F32, limit: float, name: str) -> None:
    """Raise EncodeError for samples that are not numbers, or beyond the limit, full scale at 1."""
    peak = float(np.abs(waveform).max(initial=0.0))
    if not peak <= limit:
        beyond = int(np.count_nonzero(~(np.abs(waveform) <= limit)))
        raise EncodeError(
            f"{name}: {beyond} samples are not finite or beyond full scale (peak {peak:.4g})"
        )


def tpdf_dither(rng: np.random.Generator, shape: tuple[int, ...]) -> F64:
    """Return triangular dither of a shape, in quantisation steps, in (-1, 1).

    It is the difference of two uniform draws. Added before rounding, it makes the first two moments
    of the rounding error independent of the signal (Lipshitz, Wannamaker and Vanderkooy 1992).
    Draws advance sample by sample only if samples are the first axis: for `(C, N)` blocks ask for
    `(N, C)` and transpose.
    """
    draws = rng.random((*shape, 2))
    difference: F64 = draws[..., 0] - draws[..., 1]
    return difference


def _quantised(piece: F32, bits: int, rng: np.random.Generator | None) -> I32:
    """Return (C, n) floats as (n, C) integers of `bits` bits; dithered if there is a generator.

    Dither is drawn sample by sample, so that it does not depend on the cutting into blocks.
    """
    full_scale = float(1 << (bits - 1))
    steps = piece.T.astype(np.float64) * full_scale
    if rng is not None:
        steps += tpdf_dither(rng, steps.shape)
    values: I32 = np.clip(np.rint(steps), -full_scale, full_scale - 1).astype(np.int32)
    return values


def _little_endian(piece: F32, bits: int, rng: np.random.Generator | None) -> bytes:
    """Return (C, n) floats as the bytes of a WAV file, channels next to each other."""
    if bits == 32:
        return np.ascontiguousarray(piece.T, dtype="<f4").tobytes()
    values = np.ascontiguousarray(_quantised(piece, bits, rng), dtype="<i4")
    octets = values.view(np.uint8).reshape(*values.shape, 4)
    return octets[..., : bits // 8].tobytes()
