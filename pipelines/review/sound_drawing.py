"""The waveform and the spectrogram of a track, as the page draws them, read piece by piece.

The waveform is the least and the largest sample of each short piece; the spectrogram a grey
picture, dark for silence, time from left to right, frequency from `LOWEST_HZ` at the bottom to
`HIGHEST_HZ` at the top, evenly by octaves.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

import cv2
import numpy as np
import soundfile
from numpy.typing import NDArray

from foley_core.errors import DecodeError
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, U8, Json

PEAKS_PER_S = 200
MOST_PEAKS = 400_000
COLUMNS_PER_S = 50
MOST_COLUMNS = 16_000
"""Columns of a spectrogram: browsers refuse pictures much wider."""
BANDS = 96
LOWEST_HZ, HIGHEST_HZ = 50.0, 20_000.0
QUIETEST_DB, LOUDEST_DB = -100.0, -20.0
_WINDOW = 2048
_READ_SAMPLES = 30 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class SoundDrawing:
    """Drawing of a track's sound.

    `peaks`: I8 `(K, 2)`, least and largest sample of each piece of `samples_per_peak` samples;
    `spectrogram_png`: a file.
    """

    peaks: NDArray[np.int8]
    samples_per_peak: int
    spectrogram_png: bytes

    def waveform(self) -> Json:
        """Return the waveform as the page reads it: pairs of signed bytes in base64."""
        data = b64encode(self.peaks.tobytes()).decode()
        return {"per_s": SAMPLE_RATE / self.samples_per_peak, "peaks": data}


def drawn(file: BinaryIO, name: str) -> SoundDrawing:
    """Draw a track.

    Args:
        file: seekable bytes of a WAV or FLAC file at 48 kHz.
        name: stands for the file in messages.

    Raises:
        DecodeError: it is no such file, or it is damaged.
    """
    try:
        with soundfile.SoundFile(file) as sound:
            return _drawn(sound)
    except soundfile.LibsndfileError as error:
        raise DecodeError(f"{name} cannot be read as sound ({error})") from error


def _drawn(sound: soundfile.SoundFile) -> SoundDrawing:
    samples = sound.frames
    per_peak = max(SAMPLE_RATE // PEAKS_PER_S, -(-samples // MOST_PEAKS))
    hop = max(SAMPLE_RATE // COLUMNS_PER_S, -(-samples // MOST_COLUMNS))
    columns = max(1, samples // hop)
    peaks = [_peaks(piece, per_peak) for piece in _pieces(sound, per_peak)]
    picture = np.zeros((BANDS, columns), dtype=np.uint8)
    at_once = max(1, _READ_SAMPLES // hop)
    for first in range(0, columns, at_once):
        last = min(first + at_once, columns)
        picture[:, first:last] = _columns(sound, first, last, hop)
    written, png = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert written
    joined = np.concatenate(peaks) if peaks else np.zeros((0, 2), np.int8)
    return SoundDrawing(joined, per_peak, png.tobytes())


def _pieces(sound: soundfile.SoundFile, per_peak: int) -> Iterator[F32]:
    """Yield the sound `(n, C)` in pieces that hold whole peaks."""
    sound.seek(0)
    length = max(per_peak, _READ_SAMPLES // per_peak * per_peak)
    yield from sound.blocks(length, dtype="float32", always_2d=True)


def _peaks(piece: F32, per_peak: int) -> NDArray[np.int8]:
    """Return the least and the largest sample of each peak of a piece `(n, C)`: `(K, 2)`."""
    edges = np.arange(0, len(piece), per_peak)
    least = np.minimum.reduceat(piece.min(axis=1), edges)
    largest = np.maximum.reduceat(piece.max(axis=1), edges)
    pairs = np.stack([least, largest], axis=1) * 127
    return np.clip(np.round(pairs), -127, 127).astype(np.int8)


def _columns(sound: soundfile.SoundFile, first: int, last: int, hop: int) -> U8:
    """Return some columns of the spectrogram, U8 `(BANDS, last - first)`, lowest band last."""
    begin, end = first * hop - _WINDOW // 2, (last - 1) * hop + _WINDOW // 2
    sound.seek(max(0, begin))
    read = sound.read(min(end, sound.frames) - max(0, begin), dtype="float32", always_2d=True)
    mono = np.zeros(end - begin, dtype=np.float32)
    mono[max(0, -begin) : max(0, -begin) + len(read)] = read.mean(axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::hop]
    shape = np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows * shape, axis=1)) ** 2 / shape.sum() ** 2 * 4
    level_db = 10 * np.log10(power @ _bands() + 1e-12)
    share = (level_db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)
    grey: U8 = np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)
    return grey.T[::-1]


@cache
def _bands() -> F32:
    """Return the weight of each spectral line in each band, `(lines, BANDS)`: triangles between
    neighbouring middles, and at least the nearest line."""
    lines_hz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    middles_hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 2)
    weights = np.zeros((len(lines_hz), BANDS), dtype=np.float32)
    for band in range(BANDS):
        low, middle, high = middles_hz[band : band + 3]
        rising, falling = (lines_hz - low) / (middle - low), (high - lines_hz) / (high - middle)
        weights[:, band] = np.clip(np.minimum(rising, falling), 0, 1)
        nearest = int(np.argmin(np.abs(lines_hz - middle)))
        weights[nearest, band] = max(weights[nearest, band], 0.5)
    return weights
